# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World, across

KEY = "flannel.alpha.coreos.com/public-ip"


def on_other_nic(world, *nodes):
    """Give nodes a NIC of a network for pods, which Flannel announces."""
    for number, node in enumerate(nodes, 20):
        world.add_link(node, "eth9", "ether", f"192.168.50.{number}/24", mac=f"02:00:00:00:09:{number}")
        world.node(node)["metadata"]["annotations"][KEY] = f"192.168.50.{number}"


def test_flannel_is_on_another_nic_on_one_node():
    world = World()
    on_other_nic(world, "node1")
    world.fail(across("node1"))
    found = world.first("network_on_another_nic")
    assert found["nodes"] == ["node1"]
    assert found["evidence"] == ["node1: 192.168.50.20 (eth9), and InternalIP 10.100.198.201 (enp0s8)"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"]


def test_it_is_on_another_nic_everywhere_against_the_will_of_the_user():
    world = World()
    on_other_nic(world, *world.nodes)
    assert world.first("network_on_another_nic", node_network="10.100.198.0/24")["nodes"] == list(world.nodes)


def test_a_network_for_pods_on_purpose_is_harmless():
    world = World()
    on_other_nic(world, *world.nodes)
    assert world.found() == []
    assert world.found("network_on_another_nic", node_network="192.168.50.0/24") == []


def test_unless_its_cells_fail():
    world = World()
    on_other_nic(world, *world.nodes)
    world.fail(across("node2"))
    assert world.found() == ["network_on_another_nic"]
