# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

NAT = "10.0.2.15"


def advertise(world, address):
    world.nodes["master"]["advertised"] = address
    world.objects["endpoint_slices"][0]["endpoints"][0]["addresses"] = [address]


def test_the_api_server_advertises_an_address_that_other_nodes_have_too():
    world = World()
    advertise(world, NAT)
    found = world.first("api_server_on_nat")
    assert found["nodes"] == ["master"]
    assert "node1 and node2 have too" in found["cause"]
    assert "master: enp0s3" in found["evidence"][0]


def test_it_is_outside_the_network_that_the_user_names():
    world = World()
    advertise(world, "192.168.77.5")
    world.add_link("master", "eth9", "ether", "192.168.77.5/24")
    assert world.found(node_network="10.100.198.0/24") == ["api_server_on_nat"]


def test_kubelets_that_ask_a_load_balancer_are_harmless():
    world = World()
    for node in world.nodes.values():
        node["server"] = "https://lb.example.org:6443"
    assert world.found(node_network="10.100.198.0/24") == []
