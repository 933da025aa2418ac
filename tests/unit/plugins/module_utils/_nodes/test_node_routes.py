# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_routes import routes_to_others

ALLOCATION = {"master": ["10.22.1.0/24"], "node1": ["10.22.2.0/24"], "node2": ["10.22.3.0/24"]}
ADDRESSES = {"master": "10.100.198.200", "node1": "10.100.198.201", "node2": "10.100.198.202"}
DUAL = {"master": ["10.22.1.0/24", "fd00:22:1::/64"], "node1": ["10.22.2.0/24", "fd00:22:2::/64"]}


@pytest.mark.parametrize("node", ALLOCATION)
def test_a_route_to_every_other_node_the_control_plane_among_them(node):
    expected = {ALLOCATION[other][0]: ADDRESSES[other] for other in ALLOCATION if other != node}
    assert routes_to_others(ALLOCATION, ADDRESSES, node) == expected


def test_gateways_are_of_the_subnet_s_family():
    addresses = {"master": ["fd00::200", "10.100.198.200"], "node1": ["10.100.198.201", "fd00::201"]}
    expected = {"10.22.1.0/24": "10.100.198.200", "fd00:22:1::/64": "fd00::200"}
    assert routes_to_others(DUAL, addresses, "node1") == expected


@pytest.mark.parametrize(
    ("allocation", "addresses", "node", "message"),
    [
        (ALLOCATION, ADDRESSES, "node9", "node is node9, which has no subnet: give one of master, node1, node2"),
        (
            ALLOCATION,
            {"master": "10.100.198.200"},
            "master",
            "addresses has no IPv4 address of node1, which has the subnet 10.22.2.0/24: give",
        ),
        (
            {**ALLOCATION, "node2": ["10.22.2.0/24"]},
            ADDRESSES,
            "master",
            "the subnet 10.22.2.0/24 belongs to node1 and node2: give each node a subnet of its own",
        ),
        (
            {**ALLOCATION, "node2": ["10.22.1.0/24"]},
            ADDRESSES,
            "master",
            "the subnet 10.22.1.0/24 belongs to master and node2: give each node a subnet of its own",
        ),
        ({**ALLOCATION, "node1": ["10.22.2.0"]}, ADDRESSES, "master", "the subnet 10.22.2.0 of node1 is not a network"),
        (
            ALLOCATION,
            {**ADDRESSES, "node1": "node1"},
            "master",
            "addresses of node1 has 'node1', which is not an IPv4 or",
        ),
        (
            DUAL,
            ADDRESSES,
            "master",
            "addresses has no IPv6 address of node1, which has the subnet fd00:22:2::/64: give",
        ),
    ],
)
def test_what_is_missing_is_named(allocation, addresses, node, message):
    with pytest.raises(InputError, match=message):
        routes_to_others(allocation, addresses, node)
