# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.shared_addresses import FilterModule

shared_addresses = FilterModule().filters()["shared_addresses"]


def test_shared_addresses():
    nodes = {
        "node2": {"address": "10.100.198.202", "interface": "enp0s8", "mtu": 1500},
        "node1": {"address": "10.0.2.15", "interface": "enp0s3", "mtu": 1500},
        "master": {"address": "10.0.2.15", "interface": "enp0s3", "mtu": 1500},
    }
    assert shared_addresses(nodes) == [
        {
            "address": "10.0.2.15",
            "nodes": ["master", "node1"],
            "interfaces": {"master": "enp0s3", "node1": "enp0s3"},
            "message": "master and node1 both have 10.0.2.15 on enp0s3: give node_address an "
            "interface or a network that picks another address on each node",
        }
    ]


def test_no_shared_addresses():
    assert shared_addresses({"node1": {"address": "10.0.2.15", "interface": "enp0s3"}}) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "the input is []: give the node_address of each node, by the node's name"),
        (
            {"node1": "10.0.2.15"},
            "the node_address of node1 is '10.0.2.15': it must have address and interface",
        ),
        (
            {"node1": {"address": "10.0.2.15"}},
            "the node_address of node1 is {'address': '10.0.2.15'}: it must have address and interface",
        ),
        (
            {"node1": {"address": "10.0.2", "interface": "enp0s3"}},
            "the address of node1 is '10.0.2', which is not an IPv4 or IPv6 address",
        ),
    ],
)
def test_bad_input(value, message):
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(f'shared_addresses: {message}')}$"):
        shared_addresses(value)
