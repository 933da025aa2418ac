# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import (
    NamedNetwork,
    find_conflicts,
    find_special,
    parse_network,
)

NO_NETWORK = "is not a network in CIDR form, such as 10.244.0.0/16 or fd00:10:244::/56"


@pytest.mark.parametrize(
    "text", ["10.244.0.0/16", "0.0.0.0/0", "10.0.2.15/32", "fd00:10:244::/56", "::/0", "fd00::1/128"]
)
def test_a_network_is_parsed(text):
    assert parse_network(text) == ipaddress.ip_network(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10.244.0.5/16", "has host bits set: the network is 10.244.0.0/16"),
        ("fd00::1/64", "has host bits set: the network is fd00::/64"),
        ("", NO_NETWORK),
        ("/", NO_NETWORK),
        ("10.244.0.0", NO_NETWORK),
        ("10.244.0.0/", NO_NETWORK),
        ("10.244.0.0/33", NO_NETWORK),
        ("10.244.0.0/-1", NO_NETWORK),
        ("10.244.0.0/016", NO_NETWORK),
        ("10.244.0.0/255.255.0.0", NO_NETWORK),
        ("10.244.0.0/0.0.255.255", NO_NETWORK),
        ("10.244.0/16", NO_NETWORK),
        (" 10.244.0.0/16", NO_NETWORK),
        ("10.244.0.0/16 ", NO_NETWORK),
        ("10.244.0.0/16/16", NO_NETWORK),
        ("fe80::%enp0s8/64", NO_NETWORK),
        ("pods", NO_NETWORK),
    ],
)
def test_anything_else_is_an_error(text, message):
    with pytest.raises(InputError) as error:
        parse_network(text)
    assert str(error.value) == message


POD = NamedNetwork("pod network", "10.244.0.0/16", "podnet_pod_network")
SERVICE = NamedNetwork("service network", "10.96.0.0/12", "podnet_service_network")
NODE = NamedNetwork("node network", "10.100.198.0/24", where="node1, enp0s8")


@pytest.mark.parametrize(
    ("entries", "sentences"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([POD], [], id="one"),
        pytest.param([POD, NamedNetwork("node network", "10.245.0.0/24")], [], id="neighbours"),
        pytest.param(
            [POD, NamedNetwork("node network", "10.244.3.0/24", where="node2, enp0s8")],
            [
                "pod network 10.244.0.0/16 (podnet_pod_network) overlaps the node network 10.244.3.0/24 (node2, "
                "enp0s8): "
                "choose another podnet_pod_network"
            ],
            id="the narrow one has no variable",
        ),
        pytest.param(
            [NamedNetwork("node network", "10.0.0.0/8", where="node2, enp0s8"), POD],
            [
                "pod network 10.244.0.0/16 (podnet_pod_network) overlaps the node network 10.0.0.0/8 (node2, enp0s8): "
                "choose another podnet_pod_network"
            ],
            id="the wide one, in front, has no variable",
        ),
        pytest.param(
            [POD, NamedNetwork("service network", "10.244.0.0/16", "podnet_service_network")],
            [
                "pod network 10.244.0.0/16 (podnet_pod_network) overlaps the service network 10.244.0.0/16 "
                "(podnet_service_network): choose another podnet_pod_network or podnet_service_network"
            ],
            id="equal, both with a variable",
        ),
        pytest.param(
            [SERVICE, POD, NODE],
            [
                "service network 10.96.0.0/12 (podnet_service_network) overlaps the node network 10.100.198.0/24 "
                "(node1, enp0s8): choose another podnet_service_network"
            ],
            id="Kubernetes' usual service network and the walkthrough's nodes",
        ),
        pytest.param(
            [POD, NODE, NamedNetwork("node network", "10.100.198.0/24", where="node2, enp0s8")],
            [],
            id="one network seen on two nodes",
        ),
        pytest.param(
            [
                POD,
                NamedNetwork("node network", "10.244.3.0/24", where="node1, enp0s8"),
                NamedNetwork("node network", "10.244.3.0/24", where="node2, eth1"),
            ],
            [
                "pod network 10.244.0.0/16 (podnet_pod_network) overlaps the node network 10.244.3.0/24 (node1, "
                "enp0s8): "
                "choose another podnet_pod_network"
            ],
            id="seen on two nodes, told once",
        ),
        pytest.param(
            [NODE, NamedNetwork("node network", "10.100.0.0/16", where="node2, enp0s8")],
            [],
            id="neither has a variable",
        ),
        pytest.param(
            [
                NamedNetwork("pod network", "10.244.0.0/16,fd00:10:244::/56", "podnet_pod_network"),
                NamedNetwork("service network", "10.96.0.0/16,fd00:10:244:8::/112", "podnet_service_network"),
            ],
            [
                "pod network fd00:10:244::/56 (podnet_pod_network) overlaps the service network fd00:10:244:8::/112 "
                "(podnet_service_network): choose another podnet_pod_network or podnet_service_network"
            ],
            id="the IPv6 halves of two pairs",
        ),
        pytest.param(
            [NamedNetwork("pod network", "0.0.0.0/0,::/0", "podnet_pod_network")], [], id="families do not overlap"
        ),
        pytest.param(
            [
                NamedNetwork("pod network", "fd00:0::/64", "podnet_pod_network"),
                NamedNetwork("pod network", "fd00::/64", "podnet_pod_network"),
            ],
            [],
            id="one IPv6 network, written in two ways",
        ),
        pytest.param(
            [
                NamedNetwork("reserved range", "10.244.0.0/20", "basic_cni_reserved"),
                NamedNetwork("reserved range", "10.244.1.0/24", "basic_cni_reserved"),
            ],
            [
                "reserved range 10.244.0.0/20 (basic_cni_reserved) overlaps the reserved range 10.244.1.0/24 "
                "(basic_cni_reserved): choose another basic_cni_reserved"
            ],
            id="two of one variable, which is named once",
        ),
        pytest.param(
            [NamedNetwork("pod network", "10.244.0.5/16", "podnet_pod_network"), SERVICE],
            ["pod network 10.244.0.5/16 (podnet_pod_network) has host bits set: the network is 10.244.0.0/16"],
            id="host bits",
        ),
        pytest.param(
            [NamedNetwork("pod network", "10.244.0.0/16, fd00::/56", "podnet_pod_network")],
            [f"pod network ' fd00::/56' (podnet_pod_network) {NO_NETWORK}"],
            id="a space in a pair, which kubeadm refuses too",
        ),
        pytest.param(
            [NamedNetwork("node network", "", where="node1, enp0s8")],
            [f"node network '' (node1, enp0s8) {NO_NETWORK}"],
            id="empty",
        ),
        pytest.param(
            [NamedNetwork("pod network", "10.1.0.0/16,10.2.0.0/16", "podnet_pod_network", "group_vars")],
            [
                "pod network 10.1.0.0/16,10.2.0.0/16 (podnet_pod_network, group_vars) has two IPv4 networks: give one "
                "network, or an IPv4 network and an IPv6 network with a comma between them"
            ],
            id="a pair of one family",
        ),
    ],
)
def test_every_problem_has_a_sentence(entries, sentences):
    assert find_conflicts(entries) == sentences


def test_sentences_follow_the_input():
    networks = ["10.3.0.0/16", "10.0.0.0/8", "10.2.0.0/16"]
    found = find_conflicts([NamedNetwork(f"network {n}", text, f"v{n}") for n, text in enumerate(networks)])
    assert [sentence.rpartition(": ")[2] for sentence in found] == [
        "choose another v0 or v1",
        "choose another v1 or v2",
    ]


def networks_of(version):
    """Networks of one family; half of them in a narrow range, where overlaps are frequent."""
    bits = 32 if version == 4 else 128
    kind = ipaddress.IPv4Network if version == 4 else ipaddress.IPv6Network
    narrow = st.tuples(st.integers(0, 63), st.integers(bits - 6, bits))
    wide = st.tuples(st.integers(0, 2**bits - 1), st.integers(0, bits))
    return st.one_of(narrow, wide).map(lambda pair: kind(pair, strict=False))


@given(st.lists(st.one_of(networks_of(4), networks_of(6)), max_size=12))
def test_conflicts_are_the_overlaps(networks):
    entries = [NamedNetwork(f"n{number}", str(network), f"v{number}") for number, network in enumerate(networks)]
    expected = [
        f"n{one} {networks[one]} (v{one}) overlaps the n{other} {networks[other]} (v{other}): choose another v{one} "
        f"or v{other}"
        for one, other in combinations(range(len(networks)), 2)
        if networks[one].version == networks[other].version and networks[one].overlaps(networks[other])
    ]
    assert find_conflicts(entries) == expected


@pytest.mark.parametrize(
    ("network", "meaning"),
    [
        ("127.0.0.0/16", "loopback addresses"),
        ("224.0.0.0/16", "multicast addresses"),
        ("169.254.0.0/24", "link-local addresses"),
        ("128.0.0.0/1", "link-local addresses"),
        ("fe80::/64", "link-local addresses"),
        ("ff00::/8", "multicast addresses"),
    ],
)
def test_a_network_with_addresses_of_no_host(network, meaning):
    named = NamedNetwork("pod network", network, "podnet_pod_network")
    sentence = f"pod network {network} (podnet_pod_network) has {meaning}: choose another podnet_pod_network"
    assert find_special([named, named]) == [sentence]
    assert find_special([NamedNetwork("network", network, where="node1, lo")]) == []


@pytest.mark.parametrize("network", ["10.0.0.0/8", "100.64.0.0/10", "240.0.0.0/8", "fd00::/8", "2001:db8::/32", "no"])
def test_a_network_of_hosts(network):
    assert find_special([NamedNetwork("pod network", network, "podnet_pod_network")]) == []
