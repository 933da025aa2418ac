# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World, across

NAT = "10.0.2.15"


def announce_nat(world, *nodes):
    for node in nodes:
        world.node(node)["metadata"]["annotations"]["flannel.alpha.coreos.com/public-ip"] = NAT


def test_flannel_announces_the_address_of_the_nat_on_all_nodes():
    world = World()
    announce_nat(world, *world.nodes)
    world.fail(lambda source, target, check: any(across(node)(source, target, check) for node in world.nodes))
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["shared_address"]
    found = result["findings"][0]
    assert found["nodes"] == ["master", "node1", "node2"]
    assert NAT in found["cause"]
    assert "node1: enp0s3" in found["evidence"][0]
    assert "podnet_node_network to 10.100.198.0/24" in found["remedy"]
    assert found["explained_cells"] == result["failed_cells"] > 0
    assert result["unexplained"] == []


def test_the_kubelets_have_one_address():
    world = World()
    for node in ("node1", "node2"):
        world.node(node)["status"]["addresses"] = [{"type": "InternalIP", "address": NAT}]
        world.nodes[node]["kubelet"]["flags"]["node-ip"] = NAT
    found = world.first("shared_address")
    assert found["nodes"] == ["node1", "node2"]
    assert "InternalIP" in found["evidence"][0]


def test_without_the_api_the_flags_of_the_kubelets_show_it():
    world = World()
    for node in ("node1", "node2"):
        world.nodes[node]["kubelet"]["flags"]["node-ip"] = NAT
    assert world.found(objects=False) == ["shared_address"]


@pytest.mark.parametrize("network", ["flannel", "calico"])
def test_one_address_on_a_nic_that_nobody_announces_is_harmless(network):
    """In the lab, as on Vagrant's machines, enp0s3 has the same address everywhere."""
    world = World(network)
    assert all(NAT in str(world.link(node, "enp0s3")) for node in world.nodes)
    assert world.found("shared_address") == []
