# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel import (
    find_wrong_addresses,
    interface_arguments,
    network_expression,
    parse_flannel_node,
)


@pytest.mark.parametrize(
    ("value", "arguments"),
    [
        pytest.param(None, [], id="flanneld's own choice"),
        pytest.param("enp0s8", ["--iface=enp0s8"], id="name"),
        pytest.param("eth0.100", ["--iface=eth0.100"], id="name of a VLAN"),
        pytest.param("br-lan_0", ["--iface=br-lan_0"], id="name with - and _"),
        pytest.param("enp0s31f6n1d1v1", ["--iface=enp0s31f6n1d1v1"], id="name of 15 characters"),
        pytest.param("10.100.198.201", ["--iface=10.100.198.201"], id="address"),
        pytest.param("fd00::1", ["--iface=fd00::1"], id="IPv6 address"),
        pytest.param("10.100.198.0/24", ["--iface-regex=^10[.]100[.]198[.][0-9]{1,3}$"], id="network"),
        pytest.param(
            "10.9.8.0/24, fd00::/64", ["--iface-regex=^10[.]9[.]8[.][0-9]{1,3}$"], id="networks of both families"
        ),
        pytest.param("fd00::/64,10.9.8.0/24", ["--iface-regex=^10[.]9[.]8[.][0-9]{1,3}$"], id="IPv6 first"),
        pytest.param("^enp{1,2}[0-9]$", ["--iface-regex=^enp{1,2}[0-9]$"], id="a comma in an expression"),
        pytest.param("enp0s[89]", ["--iface-regex=enp0s[89]"], id="expression"),
        pytest.param("^(enp0s8|eth1)$", ["--iface-regex=^(enp0s8|eth1)$"], id="expression for names"),
        pytest.param(r"^10\.100\.198\.", [r"--iface-regex=^10\.100\.198\."], id="expression for addresses"),
        pytest.param(
            "10.100.198.[12].*", ["--iface-regex=10.100.198.[12].*"], id="expression that begins with an address"
        ),
        pytest.param("x1/2", ["--iface-regex=x1/2"], id="a slash that belongs to no network"),
        pytest.param("en.s8", ["--iface-regex=en.s8"], id="a dot that begins no VLAN's number"),
        pytest.param(r"a\(?=[(?=]b", [r"--iface-regex=a\(?=[(?=]b"], id="looks like a look-ahead, but is escaped"),
    ],
)
def test_arguments(value, arguments):
    assert interface_arguments(value) == arguments


NEITHER = "is no NIC's name, no address and no network, and flanneld cannot use it as a regular expression: "


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "flannel_interface '' is empty or has space around it: "),
        ("  ", "flannel_interface '  ' is empty or has space around it: "),
        ("enp0s8\n", r"flannel_interface 'enp0s8\n' is empty or has space around it: "),
        ("10.100.198.7/24", "flannel_interface 10.100.198.7/24 has host bits set: the network is 10.100.198.0/24"),
        ("10.100.198.0/240", "flannel_interface 10.100.198.0/240 is not a network in CIDR form"),
        ("10.100.198/24", "flannel_interface 10.100.198/24 is not a network in CIDR form"),
        ("fd00::/64", "flannel_interface fd00::/64 is an IPv6 network, and "),
        ("fd00::/64,fd01::/64", "flannel_interface fd00::/64,fd01::/64 is not a network in CIDR form"),
        ("10.1.0.0/16,10.2.0.9/16", "flannel_interface 10.1.0.0/16,10.2.0.9/16 is not a network"),
        ("10.100.198.256", "flannel_interface 10.100.198.256 is not an IPv4 address: give a whole address, a network"),
        ("10.100.198.", "flannel_interface 10.100.198. is not an IPv4 address: give a whole address, a network"),
        ("enp0s31f6n1d1v1x", "flannel_interface enp0s31f6n1d1v1x is longer than the 15 characters of a NIC's name"),
        ("enp0s[8", f"flannel_interface 'enp0s[8' {NEITHER}unterminated character set at position 5"),
        ("*", f"flannel_interface '*' {NEITHER}nothing to repeat at position 0"),
        ("(?!enp0s3).*", f"flannel_interface '(?!enp0s3).*' {NEITHER}Go's regular expressions have no (?!"),
        ("enp(?=0).*", f"flannel_interface 'enp(?=0).*' {NEITHER}Go's regular expressions have no (?="),
        ("(?<!x)enp.*", f"flannel_interface '(?<!x)enp.*' {NEITHER}Go's regular expressions have no (?<!"),
        ("(?#NIC)enp.*", f"flannel_interface '(?#NIC)enp.*' {NEITHER}Go's regular expressions have no (?#"),
        (r"(e)\1.*", rf"flannel_interface '(e)\\1.*' {NEITHER}Go's regular expressions have no \1"),
        (r"enp0s8\Z", rf"flannel_interface 'enp0s8\\Z' {NEITHER}Go's regular expressions have no \Z"),
        ("e++", f"flannel_interface 'e++' {NEITHER}Go's regular expressions have no ++"),
        (
            "e[[:digit:]]",
            f"flannel_interface 'e[[:digit:]]' {NEITHER}Go and Python read [[:digit:] differently",
        ),
        ("(?P<a>e)(?P=a)", f"flannel_interface '(?P<a>e)(?P=a)' {NEITHER}Go's regular expressions have no (?P="),
    ],
)
def test_bad_values(value, message):
    with pytest.raises(InputError) as error:
        interface_arguments(value)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("network", "expression"),
    [
        ("0.0.0.0/0", "^[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}$"),
        ("10.0.0.0/8", "^10[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}$"),
        ("10.100.196.0/22", "^10[.]100[.](?:196|197|198|199)[.][0-9]{1,3}$"),
        ("192.0.2.14/31", "^192[.]0[.]2[.](?:14|15)$"),
        ("10.0.2.15/32", "^10[.]0[.]2[.]15$"),
    ],
)
def test_network_expressions(network, expression):
    assert network_expression(network) == expression


NETWORKS = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
    lambda pair: ipaddress.IPv4Network(pair, strict=False)
)


@given(NETWORKS, st.data())
def test_every_address_in_the_network_matches(network, data):
    address = data.draw(st.integers(int(network[0]), int(network[-1])).map(ipaddress.IPv4Address))
    assert re.search(network_expression(str(network)), str(address))


@given(NETWORKS, st.data())
def test_an_address_matches_only_when_it_is_in_the_network(network, data):
    near = st.sampled_from([int(network[0]) - 1, int(network[-1]) + 1]).filter(lambda number: 0 <= number < 2**32)
    far = st.integers(0, 2**32 - 1)
    # A flipped bit of the prefix is outside and still looks alike.
    flips = st.integers(32 - network.prefixlen, 31) if network.prefixlen else st.nothing()
    alike = st.builds(lambda inside, bit: inside ^ (1 << bit), st.integers(int(network[0]), int(network[-1])), flips)
    strategies = [far, alike] if network.prefixlen else [far]
    if network.prefixlen:
        strategies.append(near)
    address = data.draw(st.one_of(strategies).map(ipaddress.IPv4Address))
    assert bool(re.search(network_expression(str(network)), str(address))) == (address in network)


def node(name, announced, *nics, own="enp0s8"):
    """A node: the announced address, and the address of each NIC, with its prefix length, in the form "NIC address"."""
    candidates = []
    for text in nics:
        interface, _space, address = text.partition(" ")
        parsed = ipaddress.ip_interface(address)
        candidates.append({"address": str(parsed.ip), "interface": interface, "network": str(parsed.network)})
    annotation = "public-ipv6" if ":" in candidates[-1]["address"] else "public-ip"
    annotations = {} if announced is None else {f"flannel.alpha.coreos.com/{annotation}": announced}
    expected = next(candidate for candidate in candidates if candidate["interface"] == own)
    return parse_flannel_node(name, annotations, {"node_address": expected, "candidates": candidates})


def vagrant(name, announced, last):
    return node(name, announced, "enp0s3 10.0.2.15/24", f"enp0s8 10.100.198.{last}/24", "cni0 10.244.1.1/24")


MASTER = vagrant("master", "10.100.198.200", 200)
WRONG = vagrant("node1", "10.0.2.15", 201)


def test_right_addresses():
    assert find_wrong_addresses([MASTER, vagrant("node1", "10.100.198.201", 201)]) == []


def test_an_ipv6_address_may_be_written_in_several_ways():
    assert find_wrong_addresses([node("a", "fd00:0:0::1", "enp0s8 fd00::1/64")]) == []


def test_a_wrong_address():
    assert [one.as_dict() for one in find_wrong_addresses([MASTER, WRONG])] == [
        {
            "node": "node1",
            "announced": "10.0.2.15",
            "expected": "10.100.198.201",
            "interface": "enp0s3",
            "message": "node1: Flannel announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): "
            "set flannel_interface to enp0s8",
        }
    ]


def test_no_announcement():
    assert [one.as_dict() for one in find_wrong_addresses([vagrant("node1", None, 201)], "enp0s8")] == [
        {
            "node": "node1",
            "announced": None,
            "expected": "10.100.198.201",
            "interface": None,
            "message": "node1: Flannel announces no address (annotation flannel.alpha.coreos.com/public-ip is "
            "missing), "
            "should be 10.100.198.201 (enp0s8): check that the pod kube-flannel on node1 runs, and read its log",
        }
    ]


def test_no_announcement_in_ipv6():
    (wrong,) = find_wrong_addresses([node("node1", None, "enp0s8 fd00::1/64")])
    assert "(annotation flannel.alpha.coreos.com/public-ipv6 is missing), should be fd00::1 (enp0s8)" in wrong.message


@pytest.mark.parametrize("announced", ["198.51.100.9", "", "none"])
def test_an_address_that_no_nic_has(announced):
    (wrong,) = find_wrong_addresses([vagrant("node1", announced, 201)])
    shown = announced or "''"
    assert wrong.as_dict()["interface"] is None
    assert wrong.as_dict()["announced"] == announced
    assert wrong.message.startswith(f"node1: Flannel announces {shown} (on no NIC of node1), should be 10.100.198.201 ")


RIGHT = (
    "flannel_interface is {}, which is right, but flanneld runs with another value: run the role flannel again, and "
    "read the log of the pod kube-flannel on node1"
)


@pytest.mark.parametrize(
    ("nodes", "value", "remedy"),
    [
        pytest.param([MASTER, WRONG], None, "set flannel_interface to enp0s8", id="not set"),
        pytest.param([MASTER, WRONG], "enp0s3", "flannel_interface is enp0s3, set it to enp0s8", id="wrong name"),
        pytest.param([MASTER, WRONG], "enp0s.$", "flannel_interface is enp0s.$, set it to enp0s8", id="matches both"),
        pytest.param(
            [MASTER, WRONG], "10.0.0.0/16", "flannel_interface is 10.0.0.0/16, set it to enp0s8", id="network"
        ),
        pytest.param([MASTER, WRONG], "enp0s8", RIGHT.format("enp0s8"), id="right name"),
        pytest.param([MASTER, WRONG], "10.100.198.0/24", RIGHT.format("10.100.198.0/24"), id="right network"),
        pytest.param([MASTER, WRONG], "10.100.198.201", RIGHT.format("10.100.198.201"), id="right address"),
        pytest.param([MASTER, WRONG], "^enp0s8$", RIGHT.format("^enp0s8$"), id="right expression"),
        pytest.param(
            [MASTER, node("node1", "10.0.2.15", "eth0 10.0.2.15/24", "eth1 10.100.198.201/24", own="eth1")],
            None,
            "set flannel_interface to 10.100.198.0/24",
            id="NICs of different names",
        ),
        pytest.param(
            [MASTER, node("node1", "10.0.2.15", "eth0 10.0.2.15/24", "eth1 10.200.0.201/24", own="eth1")],
            None,
            "set flannel_interface to ^(10[.]100[.]198[.]200|10[.]200[.]0[.]201)$",
            id="NICs of different names, on different networks",
        ),
        pytest.param(
            [MASTER, node("node1", "192.0.2.9", "enp0s8 10.100.198.201/24", "enp0s8 192.0.2.9/24")],
            "enp0s8",
            "flannel_interface is enp0s8, set it to 10.100.198.0/24",
            id="a second address on the NIC",
        ),
        pytest.param(
            [MASTER, node("node1", "10.100.198.9", "eth1 10.100.198.201/24", "eth1 10.100.198.9/32", own="eth1")],
            None,
            "set flannel_interface to ^(10[.]100[.]198[.]200|10[.]100[.]198[.]201)$",
            id="a virtual address in the network of one node",
        ),
        pytest.param(
            [node("node1", "10.100.198.9", "enp0s8 10.100.198.201/24", "enp0s8 10.100.198.9/32")],
            "enp0s8",
            "flannel_interface is enp0s8, set it to ^(10[.]100[.]198[.]201)$",
            id="a virtual address on the NIC",
        ),
        pytest.param(
            [node("node1", "10.0.2.15", "enp0s3 10.0.2.15/24", "vxlan.calico 10.9.0.1/24", own="vxlan.calico")],
            None,
            "set flannel_interface to 10.9.0.0/24",
            id="a name that flannel_interface would take for an expression",
        ),
        pytest.param(
            [
                node("node1", "fd01::1", "eth0 fd01::1/64", "eth1 fd00::1/64", own="eth1"),
                node("node2", "fd00::2", "eth0 fd01::2/64", "eth2 fd00::2/64", own="eth2"),
            ],
            None,
            "set flannel_interface to ^(fd00::1|fd00::2)$",
            id="IPv6, where a network is no value",
        ),
    ],
)
def test_the_remedy_fits_all_nodes(nodes, value, remedy):
    wrong = find_wrong_addresses(nodes, value)
    assert [(one.node.name, one.remedy) for one in wrong] == [("node1", remedy)]


@pytest.mark.parametrize("value", ["", "enp0s["])
def test_a_bad_value_of_the_variable(value):
    with pytest.raises(InputError, match=r"^flannel_interface "):
        find_wrong_addresses([WRONG], value)


@pytest.mark.parametrize(
    "found",
    [{}, {"node_address": None}, {"node_address": {"address": "x"}}, {"node_address": {"address": "10.0.0.1"}}],
)
def test_a_result_of_another_module(found):
    with pytest.raises(
        InputError, match=r"^node_addresses of node1 is \{.*: give the result of podnet.kubernetes\.node_address, with "
    ):
        parse_flannel_node("node1", {}, found)
