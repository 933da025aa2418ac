# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import parse_interfaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.pod_routes import (
    Route,
    check_protocol,
    explain_failure,
    file_text,
    parse_routes,
    plan_routes,
    wanted_routes,
)

OWN = 140
FREE = "choose one of 5 to 7, 19 to 41, 43 to 185 or 193 to 255"


def route(destination, gateway="10.100.198.201", device="enp0s8", protocol=OWN, **other):
    return Route(ipaddress.ip_network(destination), gateway, device, protocol, **other)


def node(operstate="UP", addresses=("10.100.198.200/24", "fd00:100::200/64")):
    """The NICs of a node, once for each family."""
    shown = []
    for name, some in {"enp0s3": ["10.0.2.15/24"], "enp0s8": addresses}.items():
        entries = [
            {
                "family": "inet6" if ":" in address else "inet",
                "local": address.partition("/")[0],
                "prefixlen": int(address.partition("/")[2]),
                "scope": "global",
            }
            for address in some
        ]
        link = {"ifname": name, "flags": ["UP"], "mtu": 1500, "operstate": operstate, "addr_info": entries}
        shown.append({**link, "altnames": [f"{name}-alt"]})
    return [one for family in ("ipv4", "ipv6") for one in parse_interfaces(json.dumps(shown), family)]


@pytest.mark.parametrize("protocol", [5, 7, 19, 41, 43, 140, 185, 193, 255])
def test_a_free_protocol_is_accepted(protocol):
    check_protocol(protocol)


@pytest.mark.parametrize(
    ("protocol", "subject"),
    [
        (-1, "protocol -1 is not the number of a route protocol: "),
        (0, "protocol 0 is not the number of a route protocol: "),
        (256, "protocol 256 is not the number of a route protocol: "),
        (1, "protocol 1 (redirect) belongs to another program, and the module would delete its routes: "),
        (2, "protocol 2 (kernel) belongs to another program, and the module would delete its routes: "),
        (4, "protocol 4 (static) belongs to another program, and the module would delete its routes: "),
        (8, "protocol 8 (gated) belongs to another program, and the module would delete its routes: "),
        (18, "protocol 18 (keepalived) belongs to another program, and the module would delete its routes: "),
        (42, "protocol 42 (babel) belongs to another program, and the module would delete its routes: "),
        (186, "protocol 186 (bgp) belongs to another program, and the module would delete its routes: "),
        (191, "protocol 191 belongs to another program, and the module would delete its routes: "),
        (192, "protocol 192 (eigrp) belongs to another program, and the module would delete its routes: "),
    ],
)
def test_any_other_protocol_is_an_error(protocol, subject):
    with pytest.raises(InputError) as error:
        check_protocol(protocol)
    assert str(error.value) == subject + FREE


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            {"dst": "10.22.2.0/24", "gateway": "10.100.198.201", "dev": "enp0s8", "protocol": "140", "flags": []},
            route("10.22.2.0/24"),
            id="own",
        ),
        pytest.param(
            {
                "dst": "10.22.2.0/24",
                "gateway": "10.100.198.201",
                "dev": "enp0s8",
                "protocol": "140",
                "flags": ["linkdown"],
            },
            route("10.22.2.0/24"),
            id="a state is no difference",
        ),
        pytest.param(
            {"dst": "10.22.2.9", "gateway": "10.100.198.201", "dev": "enp0s8", "protocol": "140", "flags": []},
            route("10.22.2.9/32"),
            id="one address",
        ),
        pytest.param(
            {"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "flags": []},
            route("0.0.0.0/0", "10.0.2.2", "enp0s3", 3),
            id="without a protocol it is boot",
        ),
        pytest.param(
            {"dst": "10.22.2.0/24", "dev": "cni0", "protocol": "2", "scope": "253", "metric": 50, "flags": []},
            route("10.22.2.0/24", None, "cni0", 2, metric=50, details=(("scope", "253"),)),
            id="without a gateway",
        ),
        pytest.param(
            {"type": "6", "dst": "10.22.2.0/24", "protocol": "140", "flags": []},
            route("10.22.2.0/24", None, None, details=(("type", "6"),)),
            id="black hole",
        ),
        pytest.param(
            {
                "dst": "10.22.2.0/24",
                "gateway": "10.100.198.201",
                "dev": "enp0s8",
                "protocol": "140",
                "flags": ["onlink"],
                "metrics": [{"mtu": 1400}],
            },
            route("10.22.2.0/24", details=(("metrics", '[{"mtu": 1400}]'), ("flag", "onlink"))),
            id="details",
        ),
    ],
)
def test_a_route_is_parsed(entry, expected):
    assert parse_routes(json.dumps([entry]), "ipv4") == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"metric": 50}, {"metric": 50}),
        ({"pref": "high"}, {"details": (("pref", "high"),)}),
    ],
)
def test_a_route_of_ipv6_is_parsed(changes, expected):
    entry = {"dst": "fd00:22:2::/64", "gateway": "fd00:100::201", "dev": "enp0s8", "protocol": "140", "flags": []}
    text = json.dumps([{**entry, "metric": 1024, "pref": "medium", **changes}])
    assert parse_routes(text, "ipv6") == [route("fd00:22:2::/64", "fd00:100::201", **expected)]


def test_the_default_route_of_ipv6_is_one_of_ipv6():
    found = parse_routes('[{"dst": "default", "gateway": "fd00::1", "dev": "enp0s3", "metric": 1024}]', "ipv6")
    assert str(found[0].destination) == "::/0"


@pytest.mark.parametrize("text", ["", "[]", "[ ]\n"])
def test_no_routes_are_parsed(text):
    assert parse_routes(text, "ipv4") == []


@pytest.mark.parametrize(
    "text", ["10.22.2.0/24 via 10.100.198.201", "[{}]", "[1]", "{}x", '[{"dst": "10.0.0.0/8", "protocol": "static"}]']
)
def test_another_output_is_an_error(text):
    with pytest.raises(ClusterError, match=r"is not what iproute2 5\.3 and newer write"):
        parse_routes(text, "ipv4")


def test_wanted_routes_are_in_the_order_of_their_destinations():
    routes = {
        "fd00:22:2::/64": "fd00:100::201",
        "10.22.10.0/24": "10.100.198.202",
        "10.22.2.0/24": "10.100.198.201",
    }
    assert wanted_routes(routes, node(), "enp0s8", OWN) == [
        route("10.22.2.0/24"),
        route("10.22.10.0/24", "10.100.198.202"),
        route("fd00:22:2::/64", "fd00:100::201"),
    ]


def test_the_kernels_name_of_the_nic_is_taken():
    found = wanted_routes({"10.22.2.0/24": "10.100.198.201"}, node(), "enp0s8-alt", OWN)
    assert found == [route("10.22.2.0/24")]


def test_a_gateway_is_written_as_the_kernel_writes_it():
    found = wanted_routes({"fd00:22:2::/64": "FD00:0100:0::0201"}, node(), "enp0s8", OWN)
    assert found[0].gateway == "fd00:100::201"


def test_without_routes_no_nic_is_needed():
    assert wanted_routes({}, node(), None, OWN) == []


@pytest.mark.parametrize(
    ("routes", "message"),
    [
        (
            {"10.22.2.0/24": "10.0.2.2"},
            "routes: gateway 10.0.2.2 of 10.22.2.0/24 is on no network of enp0s8 (10.100.198.0/24, fd00:100::/64): "
            "give the other node's address on such a network, or another device",
        ),
        (
            {"10.22.2.0/24": "10.100.198.200"},
            "routes: gateway 10.100.198.200 of 10.22.2.0/24 is an address of this node: "
            "leave out the node's own subnet, or give the other node's address",
        ),
        (
            {"fd00:22:2::/64": "fd00:100::201", "fd00:22:2:0::/64": "fd00:100::202"},
            "routes: fd00:22:2::/64 occurs twice, with the gateways fd00:100::201 and fd00:100::202: "
            "give each destination once",
        ),
        (
            {"10.22.2.5/24": "10.100.198.201"},
            "routes: destination 10.22.2.5/24 has host bits set: the network is 10.22.2.0/24",
        ),
        (
            {"0.0.0.0/0": "10.100.198.201"},
            "routes: destination 0.0.0.0/0 holds all addresses: give the pod subnet of a node",
        ),
        (
            {"10.22.2.0/24": "node1"},
            "routes: gateway node1 of 10.22.2.0/24 is not an address, such as 10.100.198.201: "
            "give the other node's address on the network that the nodes share",
        ),
        (
            {"10.22.2.0/24": 201},
            "routes: gateway 201 of 10.22.2.0/24 is not an address, such as 10.100.198.201: "
            "give the other node's address on the network that the nodes share",
        ),
        (
            {"fd00:22:2::/64": "10.100.198.201"},
            "routes: gateway 10.100.198.201 of fd00:22:2::/64 is an IPv4 address: give the other node's IPv6 address",
        ),
    ],
)
def test_bad_routes_are_one_clear_error(routes, message):
    with pytest.raises(InputError) as error:
        wanted_routes(routes, node(), "enp0s8", OWN)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("interfaces", "device", "message"),
    [
        (
            node(),
            "eth1",
            "device eth1 is not a NIC of this node: "
            "give the name of the NIC on the network that the nodes share (one of enp0s3, enp0s8)",
        ),
        (
            node(),
            None,
            "device is not given: give the name of the NIC on the network that the nodes share (one of enp0s3, enp0s8)",
        ),
        (node("DOWN"), "enp0s8", "device enp0s8 is down: bring the NIC up, or give another device"),
        (
            node(addresses=()),
            "enp0s8",
            "routes: gateway 10.100.198.201 of 10.22.2.0/24 is on no network of enp0s8 (it has none): "
            "give the other node's address on such a network, or another device",
        ),
    ],
)
def test_a_nic_that_does_not_fit_is_one_clear_error(interfaces, device, message):
    with pytest.raises(InputError) as error:
        wanted_routes({"10.22.2.0/24": "10.100.198.201"}, interfaces, device, OWN)
    assert str(error.value) == message


PLAIN = route("10.22.2.0/24")
SIX = route("fd00:22:2::/64", "fd00:100::201")
FOREIGN = route("10.22.0.0/16", "10.0.2.2", "enp0s3", 4)
BLACK_HOLE = {"gateway": None, "device": None, "details": (("type", "6"),)}
SEVERAL = {"gateway": None, "device": None, "details": (("nexthops", "[…]"),)}


@pytest.mark.parametrize(
    ("present", "wanted", "commands"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([PLAIN, SIX], [PLAIN, SIX], [], id="all there"),
        pytest.param(
            [],
            [PLAIN, SIX],
            [
                "route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
                "route add fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140",
            ],
            id="missing",
        ),
        pytest.param([FOREIGN], [], [], id="foreign ones stay"),
        pytest.param(
            [PLAIN, SIX],
            [],
            [
                "route delete 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
                "route delete fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140",
            ],
            id="stale",
        ),
        pytest.param(
            [route("10.22.9.0/24"), route("10.22.2.0/24", "10.100.198.209")],
            [PLAIN],
            [
                "route replace 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
                "route delete 10.22.9.0/24 via 10.100.198.201 dev enp0s8 proto 140",
            ],
            id="another gateway is replaced, and stale ones go last",
        ),
        pytest.param(
            [route("10.22.2.0/24", metric=50)],
            [PLAIN],
            [
                "route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
                "route delete 10.22.2.0/24 via 10.100.198.201 dev enp0s8 metric 50 proto 140",
            ],
            id="another metric",
        ),
        pytest.param(
            [route("10.22.2.0/24", details=(("tos", "0x10"),))],
            [PLAIN],
            [
                "route delete 10.22.2.0/24 via 10.100.198.201 dev enp0s8 tos 0x10 proto 140",
                "route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
            ],
            id="another type of service",
        ),
        pytest.param(
            [PLAIN, route("10.22.2.0/24", "10.100.198.209")],
            [PLAIN],
            ["route delete 10.22.2.0/24 via 10.100.198.209 dev enp0s8 proto 140"],
            id="one too many",
        ),
        pytest.param(
            [route("10.22.2.0/24", "10.100.198.208"), route("10.22.2.0/24", "10.100.198.209")],
            [PLAIN],
            [
                "route replace 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
                "route delete 10.22.2.0/24 via 10.100.198.209 dev enp0s8 proto 140",
            ],
            id="the kernel replaces the first",
        ),
        pytest.param(
            [route("10.22.2.0/24", "10.100.198.100"), route("10.22.2.0/24", details=(("flag", "onlink"),))],
            [PLAIN],
            [
                "route delete 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
                "route replace 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
            ],
            id="one that the words for the new route select too goes first",
        ),
        pytest.param(
            [route("10.22.2.0/24", details=(("flag", "onlink"),))],
            [PLAIN],
            ["route replace 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140"],
            id="details",
        ),
        pytest.param(
            [route("10.22.2.0/24", **BLACK_HOLE)],
            [PLAIN],
            ["route replace 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140"],
            id="black hole",
        ),
        pytest.param(
            [route("fd00:22:2::/64", **{**BLACK_HOLE, "device": "lo"})],
            [SIX],
            [
                "route delete fd00:22:2::/64 dev lo proto 140",
                "route add fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140",
            ],
            id="black hole of IPv6",
        ),
        pytest.param(
            [route("fd00:22:2::/64", **SEVERAL)],
            [SIX],
            ["route replace fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140"],
            id="several gateways of IPv6",
        ),
    ],
)
def test_a_plan(present, wanted, commands):
    plan = plan_routes(present, wanted, OWN)
    assert list(plan.commands) == commands
    assert list(plan.after) == wanted
    assert list(plan.before) == [one for one in sorted(present, key=str) if one.protocol == OWN]


@pytest.mark.parametrize(
    ("rival", "shown"),
    [
        (
            route("10.22.2.0/24", "10.0.2.2", "enp0s3", 4),
            "10.22.2.0/24 via 10.0.2.2 dev enp0s3 (protocol 4 (static))",
        ),
        (
            route("10.22.2.0/24", None, "cni0", 2, details=(("scope", "253"),)),
            "10.22.2.0/24 dev cni0 scope 253 (protocol 2 (kernel))",
        ),
        (route("10.22.2.0/24", protocol=141, metric=50), f"{PLAIN} metric 50 (protocol 141)"),
    ],
)
def test_a_foreign_route_to_the_same_destination_is_an_error_that_shows_it(rival, shown):
    with pytest.raises(ClusterError) as error:
        plan_routes([FOREIGN, rival], [PLAIN], OWN)
    assert str(error.value) == (
        f"routes: another program has set routes to the same destinations: {shown}: "
        "delete these in that program, or choose other pod subnets"
    )


class Kernel:
    """A table of routes that takes commands as the kernel does (fib_table_insert, fib6_add_rt2node and their likes)."""

    def __init__(self, routes):
        self.routes = list(routes)

    def run(self, command):
        _route, verb, destination, *words = command.split()
        given = dict(zip(words[::2], words[1::2]))
        metric = int(given["metric"]) if "metric" in given else None
        new = route(destination, given.get("via"), given.get("dev"), int(given["proto"]), metric=metric)
        same = [one for one in self.routes if one.destination == new.destination]
        if verb == "delete":
            same = [one for one in same if one.protocol == new.protocol and metric in (None, one.metric)]
            self.routes.remove(next(one for one in same if one.gateway == new.gateway))
            return
        held = [one for one in same if one.metric == metric]
        if verb == "replace":
            old = next(one for one in held if one.destination.version == 4 or one.gateway)
            assert old.protocol == OWN
            self.routes[self.routes.index(old)] = new
        else:
            assert not held, "File exists"
            self.routes.append(new)


DESTINATIONS = ["10.22.1.0/24", "10.22.2.0/24", "10.22.3.0/24", "fd00:22:1::/64", "fd00:22:2::/64"]


@st.composite
def own_routes(draw, odd, rivals=False):
    """Own routes, one for a destination and metric; odd ones have another metric, or no gateway."""
    found = []
    for destination in draw(st.lists(st.sampled_from(DESTINATIONS), unique=True)):
        net = "10.100.198." if "." in destination else "fd00:100::"
        plain = route(destination, f"{net}{draw(st.integers(1, 2))}")
        black_hole = route(destination, None, None, details=(("type", "6"),))
        found.append(draw(st.sampled_from([plain, black_hole] if odd else [plain])))
        if odd and draw(st.booleans()):
            found.append(route(destination, f"{net}3", metric=50))
        if rivals and "." in destination and draw(st.booleans()):
            on_link = route(destination, f"{net}{draw(st.integers(1, 2))}", details=(("flag", "onlink"),))
            found.insert(draw(st.sampled_from([0, len(found)])), on_link)
    return found


@given(present=own_routes(odd=True), wanted=own_routes(odd=False))
def test_a_plan_reaches_what_is_wanted_and_no_destination_is_ever_without_a_route(present, wanted):
    kernel = Kernel([FOREIGN, *present])
    covered = {one.destination for one in present if one.gateway} & {one.destination for one in wanted}
    for command in plan_routes(kernel.routes, wanted, OWN).commands:
        kernel.run(command)
        assert covered <= {one.destination for one in kernel.routes if one.gateway}
    assert sorted(map(str, kernel.routes)) == sorted(map(str, [FOREIGN, *wanted]))
    assert plan_routes(kernel.routes, wanted, OWN).commands == ()


@given(present=own_routes(odd=True, rivals=True), wanted=own_routes(odd=False))
def test_a_plan_reaches_what_is_wanted_from_several_routes_to_one_destination(present, wanted):
    """The same words select some of them, so for a moment a destination may have no route."""
    kernel = Kernel([FOREIGN, *present])
    for command in plan_routes(kernel.routes, wanted, OWN).commands:
        kernel.run(command)
    assert sorted(map(str, kernel.routes)) == sorted(map(str, [FOREIGN, *wanted]))


def test_ten_thousand_routes_are_planned_in_less_than_a_second():
    nodes = [f"10.{number // 256}.{number % 256}.0/24" for number in range(10_000)]
    wanted = [route(one) for one in nodes]
    present = [route(one, "10.100.198.202") for one in nodes]
    start = time.process_time()
    plan = plan_routes(present, wanted, OWN)
    assert time.process_time() - start < 1
    assert len(plan.commands) == 10_000


def test_the_file_has_a_command_for_each_route():
    head, *lines = file_text([PLAIN, SIX]).splitlines()
    assert head.startswith("#")
    assert lines == [
        "route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
        "route add fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140",
    ]


def test_without_routes_there_is_no_file():
    assert file_text([]) is None


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        (
            "Error: Nexthop has invalid gateway.\nCommand failed -:2\n",
            "Error: Nexthop has invalid gateway. | 'ip route add b' failed",
        ),
        ("Command failed -:9\n", "Command failed -:9"),
        ("", "ip -batch failed and wrote nothing"),
    ],
)
def test_a_failure_names_the_command(errors, told):
    assert explain_failure(errors, ["route add a", "route add b"]) == f"the routes were not all set: {told}"
