# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.calico import (
    find_wrong_addresses,
    foreign_routes,
    parse_calico_node,
)

CONNECTED = {"dst": "10.100.198.0/24", "dev": "enp0s8", "protocol": "kernel", "scope": "link", "flags": []}
STATIC = {"dst": "192.168.7.0/24", "gateway": "10.100.198.9", "dev": "enp0s8", "protocol": "static", "flags": []}
OWN = [
    {"dst": "192.168.219.65", "dev": "cali1f5b3a2c9d0", "scope": "link", "flags": []},
    {"dst": "192.168.104.0/26", "gateway": "192.168.104.0", "dev": "vxlan.calico", "protocol": "80", "flags": []},
    {"dst": "192.168.166.128/26", "gateway": "10.100.198.202", "dev": "enp0s8", "protocol": "80", "flags": []},
    {"type": "blackhole", "dst": "192.168.219.64/26", "protocol": "80", "flags": []},
    {"type": "blackhole", "dst": "192.168.219.64/26", "protocol": "bird", "flags": []},
    {"dst": "192.168.104.0/26", "gateway": "10.100.198.201", "dev": "tunl0", "protocol": "bird", "flags": []},
]


@pytest.mark.parametrize(
    ("route", "entry"),
    [
        pytest.param(
            CONNECTED, {"name": "network", "network": "10.100.198.0/24", "where": "node1, enp0s8"}, id="connected"
        ),
        pytest.param(STATIC, {"name": "route", "network": "192.168.7.0/24", "where": "node1, enp0s8"}, id="static"),
        pytest.param(
            {"dst": "192.168.7.0/24", "dev": "calibre0", "flags": []},
            {"name": "route", "network": "192.168.7.0/24", "where": "node1, calibre0"},
            id="a link whose name begins as those of pods do",
        ),
        pytest.param(
            {"dst": "192.168.7.9", "dev": "enp0s8"},
            {"name": "route", "network": "192.168.7.9/32", "where": "node1, enp0s8"},
            id="single address",
        ),
        pytest.param(
            {"dst": "fd00::9", "dev": "enp0s8"},
            {"name": "route", "network": "fd00::9/128", "where": "node1, enp0s8"},
            id="single IPv6 address",
        ),
        pytest.param(
            {"type": "blackhole", "dst": "192.168.7.0/24", "protocol": "static"},
            {"name": "route", "network": "192.168.7.0/24", "where": "node1"},
            id="somebody else's blackhole",
        ),
        pytest.param({"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3"}, None, id="default"),
        pytest.param({}, None, id="what iproute2 filtered out"),
        *(pytest.param(route, None, id=f"own {index}") for index, route in enumerate(OWN)),
    ],
)
def test_foreign_routes(route, entry):
    assert [one.as_entry("node1") for one in foreign_routes([route])] == ([] if entry is None else [entry])


@pytest.mark.parametrize("routes", [None, ["10.0.0.0/8"], [{"dev": "enp0s8"}]])
def test_routes_of_another_shape(routes):
    with pytest.raises(InputError, match=r"^the input is .*: give the output of 'ip -json route show'"):
        foreign_routes(routes)


def node(name, taken, *nics, own="enp0s8"):
    """A node: the annotation, and the address of each NIC, with its prefix length, in the form "NIC address"."""
    candidates = []
    for text in nics:
        interface, _space, address = text.partition(" ")
        parsed = ipaddress.ip_interface(address)
        candidates.append({"address": str(parsed.ip), "interface": interface, "network": str(parsed.network)})
    expected = next(candidate for candidate in candidates if candidate["interface"] == own)
    annotations = {} if taken is None else {f"projectcalico.org/IPv{6 if ':' in taken else 4}Address": taken}
    return parse_calico_node(name, annotations, {"node_address": expected, "candidates": candidates})


def vagrant(name, taken, last):
    return node(name, taken, "enp0s3 10.0.2.15/24", f"enp0s8 10.100.198.{last}/24", "vxlan.calico 192.168.9.0/32")


MASTER = vagrant("master", "10.100.198.200/24", 200)
WRONG = vagrant("node1", "10.0.2.15/24", 201)
INTERNAL = {"master": ["10.100.198.200"], "node1": ["10.100.198.201"]}


@pytest.mark.parametrize("taken", ["10.100.198.201/24", "10.100.198.201/32", "10.100.198.201"])
def test_right_addresses(taken):
    assert find_wrong_addresses([MASTER, vagrant("node1", taken, 201)], INTERNAL, "first-found") == []


def test_a_right_address_in_ipv6():
    assert find_wrong_addresses([node("a", "fd00:0:0::1/64", "enp0s8 fd00::1/64")], {}, "first-found") == []


def test_a_wrong_address():
    assert [one.as_dict() for one in find_wrong_addresses([MASTER, WRONG], INTERNAL, "interface=enp0s3")] == [
        {
            "node": "node1",
            "announced": "10.0.2.15",
            "expected": "10.100.198.201",
            "interface": "enp0s3",
            "message": "node1: Calico announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): "
            "calico_address_detection is interface=enp0s3, set it to kubernetes-internal-ip",
        }
    ]


def test_no_address():
    (wrong,) = find_wrong_addresses([vagrant("node1", None, 201)], INTERNAL, "kubernetes-internal-ip")
    assert wrong.message == (
        "node1: Calico announces no address (annotation projectcalico.org/IPv4Address is missing), should be "
        "10.100.198.201 (enp0s8): check that the pod calico-node on node1 runs, and read its log"
    )


NAT = {"master": ["10.0.2.15"], "node1": ["10.0.2.15"]}


@pytest.mark.parametrize(
    ("nodes", "internal", "detection", "remedy"),
    [
        pytest.param(
            [MASTER, WRONG],
            INTERNAL,
            "kubernetes-internal-ip",
            "calico_address_detection is kubernetes-internal-ip, which is right, but calico-node runs with another "
            "value: run the role calico again, and read the log of the pod calico-node on node1",
            id="right method",
        ),
        pytest.param(
            [MASTER, WRONG],
            NAT,
            "kubernetes-internal-ip",
            "calico_address_detection is kubernetes-internal-ip, set it to interface=^enp0s8$",
            id="the kubelets have the NAT address",
        ),
        pytest.param(
            [MASTER, WRONG],
            {"master": ["10.100.198.200"]},
            "first-found",
            "calico_address_detection is first-found, set it to interface=^enp0s8$",
            id="a kubelet that has no address",
        ),
        pytest.param(
            [node("node1", "10.0.2.15/24", "eth0 10.0.2.15/24", "eth0.5 10.1.0.1/24", own="eth0.5")],
            {},
            "first-found",
            "calico_address_detection is first-found, set it to interface=^eth0[.]5$",
            id="a name with a dot",
        ),
        pytest.param(
            [MASTER, node("node1", "10.0.2.15/24", "eth0 10.0.2.15/24", "eth1 10.100.198.201/24", own="eth1")],
            NAT,
            "first-found",
            "calico_address_detection is first-found, set it to cidr=10.100.198.0/24",
            id="NICs of different names",
        ),
        pytest.param(
            [MASTER, node("node1", "10.0.2.15/24", "eth0 10.0.2.15/24", "eth1 10.200.0.201/24", own="eth1")],
            NAT,
            "first-found",
            "calico_address_detection is first-found, set it to cidr=10.100.198.200/32,10.200.0.201/32",
            id="NICs of different names, on different networks",
        ),
        pytest.param(
            [node("node1", "10.1.0.9/24", "enp0s8 10.1.0.1/24", "enp0s8 10.1.0.9/24")],
            {},
            "interface=enp0s8",
            "calico_address_detection is interface=enp0s8, set it to cidr=10.1.0.1/32",
            id="a second address on the NIC, in the same network",
        ),
        pytest.param(
            [node("node1", "fd01::1/64", "eth0 fd01::1/64", "eth1 fd00::1/64", own="eth1")],
            {"node1": ["10.1.0.1", "fd00::1"]},
            "first-found",
            "calico_address_detection is first-found, set it to kubernetes-internal-ip",
            id="the internal address of the family counts",
        ),
    ],
)
def test_the_remedy_fits_all_nodes(nodes, internal, detection, remedy):
    wrong = find_wrong_addresses(nodes, internal, detection)
    assert [(one.node.name, one.remedy) for one in wrong] == [("node1", remedy)]
