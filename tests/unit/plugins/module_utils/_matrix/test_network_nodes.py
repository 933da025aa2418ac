# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.network_nodes import network_nodes

LINK = {"name": "cni0", "kind": "bridge", "mtu": 1450, "addresses": ["10.244.1.1/24"]}


def node(name, labels=None, spec=None):
    address = {"type": "InternalIP", "address": "192.0.2.1"}
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {"addresses": [address]},
    }


def test_a_node_has_roles_subnets_and_what_it_said_of_itself():
    labels = {"node-role.kubernetes.io/control-plane": "", "kubernetes.io/os": "linux"}
    network = {"links": [LINK], "routes": ["10.244.2.0/24 via 192.0.2.2 dev eth0"]}
    nodes = [
        node("node1", labels, {"podCIDR": "10.244.1.0/24", "podCIDRs": ["10.244.1.0/24", "fd00::/64"]}),
        node("node2"),
    ]
    assert network_nodes(nodes, [{"node": "node1", "network": network}, {"left_out": "no node"}]) == [
        {
            "name": "node1",
            "roles": ["control-plane"],
            "addresses": ["192.0.2.1"],
            "pod_subnets": ["10.244.1.0/24", "fd00::/64"],
            **network,
        },
        {"name": "node2", "addresses": ["192.0.2.1"]},
    ]


def test_an_object_of_another_form_is_named():
    with pytest.raises(InputError, match=r"nodes\[0\]"):
        network_nodes([{"kind": "Pod"}], [])
    with pytest.raises(InputError, match=r"metadata\.labels"):
        network_nodes([node("node1", ["a"])], [])
