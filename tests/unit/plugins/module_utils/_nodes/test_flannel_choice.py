# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel_choice import (
    common_interface,
    wrong_choices,
)

ADDRESSES = {
    "master": {"address": "10.100.198.200", "interface": "enp0s8"},
    "node1": {"address": "10.100.198.21", "interface": "eth1"},
}
ADDRESSES_IPV6 = {
    "master": {"address": "fd10:100:198::200", "interface": "enp0s8"},
    "node1": {"address": "fd10:100:198::21", "interface": "eth1"},
}
DIFFERENT = {"master": ["enp0s8", "10.100.198.0/24"], "node1": ["eth1", "10.100.198.0/24"]}


def test_one_value_for_all_stays():
    same = {"master": ["enp0s8", "10.0.0.0/8"], "node1": ["enp0s8"]}
    for ipv6 in ({}, ADDRESSES_IPV6):
        assert common_interface("enp0s8", same, ADDRESSES, ipv6) == "enp0s8"
        assert common_interface(None, {}, ADDRESSES, ipv6) is None
    assert wrong_choices(same, ADDRESSES) == []


def test_different_values_become_the_addresses():
    found = common_interface("enp0s8", DIFFERENT, ADDRESSES, {})
    assert found == "^(10[.]100[.]198[.]21|10[.]100[.]198[.]200)$"
    assert [one for one in ADDRESSES.values() if not re.search(found, one["address"])] == []
    # flanneld tries the expression on all addresses and names of a node.
    assert [one for one in ("10.0.2.15", "10.100.198.2", "10.100.198.210", "enp0s8") if re.search(found, one)] == []
    assert wrong_choices(DIFFERENT, ADDRESSES) == []


def test_in_two_families_a_network_becomes_an_address_of_each():
    """flanneld takes a NIC by an expression only if an IPv4 and an IPv6 address of it match."""
    network = "10.100.198.0/24"
    same = {"master": [network], "node1": [network]}
    assert common_interface(network, same, ADDRESSES, {}) == network
    found = common_interface(network, same, ADDRESSES, ADDRESSES_IPV6)
    assert found == common_interface("enp0s8", DIFFERENT, ADDRESSES, ADDRESSES_IPV6)
    for name in ADDRESSES:
        assert re.search(found, ADDRESSES[name]["address"])
        assert re.search(found, ADDRESSES_IPV6[name]["address"])
    assert [one for one in ("fd10:100:198::2000", "fd10:100:198::2", "enp0s8") if re.search(found, one)] == []


def test_a_node_whose_address_is_unknown():
    assert common_interface("enp0s8", DIFFERENT, {"master": ADDRESSES["master"]}, {}) == "enp0s8"


@pytest.mark.parametrize("value", ["eth0", "10.0.2.0/24", "^10[.]0[.]2[.]"])
def test_a_value_that_leads_elsewhere(value):
    (sentence,) = wrong_choices({**DIFFERENT, "node1": [value]}, ADDRESSES)
    assert sentence == (
        f"flannel_interface is {value} on node1, and differs from other nodes, so that Flannel must find nodes by "
        "their addresses: 10.100.198.21 of node1 is on eth1; give that NIC, or a value that fits all nodes"
    )


@pytest.mark.parametrize("value", ["eth1", "10.100.198.0/24", "10.100.198.21", "^eth[0-9]$", "^10[.]100[.]"])
def test_a_value_that_leads_to_the_address(value):
    assert wrong_choices({**DIFFERENT, "node1": [value]}, ADDRESSES) == []
