# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World, across


@pytest.mark.parametrize(
    ("name", "kind", "address"),
    [
        ("docker0", "bridge", "10.244.17.1/24"),
        ("enp0s9", "ether", "10.244.200.5/24"),
        ("br-1f2e", "bridge", "10.240.0.1/12"),
    ],
)
def test_a_link_is_in_the_pod_network(name, kind, address):
    world = World()
    world.add_link("node1", name, kind, address)
    world.fail(across("node1"))
    found = world.first("overlapping_networks")
    assert found["nodes"] == ["node1"]
    assert found["evidence"] == [f"node1: {name} has {address}"]
    assert "podnet_pod_network" in found["remedy"]
    assert found["explained_cells"] > 0


@pytest.mark.parametrize("destination", ["10.244.0.0/16", "10.244.2.0/25"])
def test_the_route_of_a_vpn_shadows_the_pod_network(destination):
    world = World()
    world.add_link("node2", "tun0", "tun", "172.30.0.2/24")
    world.add_route("node2", f"{destination} 172.30.0.1", "tun0")
    found = world.first("overlapping_networks")
    assert found["evidence"] == [f"node2: ip route: {destination} via 172.30.0.1 dev tun0"]


def test_pod_network_and_service_network_overlap():
    world = World()
    data = world.objects["config_maps"]
    config = next(one["data"] for one in data if "ClusterConfiguration" in one["data"])
    config["ClusterConfiguration"] = config["ClusterConfiguration"].replace("10.96.0.0/12", "10.244.128.0/20")
    config["ClusterConfiguration"] = config["ClusterConfiguration"].replace("10.96.0.0/16", "10.244.128.0/20")
    assert "overlaps the service network" in world.first("overlapping_networks")["cause"]


def test_a_link_is_in_the_service_network():
    world = World()
    world.add_link("node1", "docker0", "bridge", "10.96.0.1/24")
    assert "service network" in world.first("overlapping_networks")["cause"]


def test_wider_routes_and_kube_proxys_own_addresses_are_harmless():
    world = World()
    world.add_link("node1", "tun0", "tun", "172.30.0.2/24")
    world.add_route("node1", "10.0.0.0/8 172.30.0.1", "tun0")
    world.add_link("node1", "kube-ipvs0", "dummy", "10.96.0.1/32", "10.96.0.10/32")
    world.add_link("node1", "docker0", "bridge", "172.17.0.1/16")
    assert world.found() == []
