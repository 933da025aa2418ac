# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.tunnels import (
    knocked,
    overlay_link,
    silent_tunnels,
)

LOST = {"icmp 10.244.2.0": "timeout"}


def tunnels(world):
    found = silent_tunnels(load_gathered(world.nodes, world.objects))
    return [(one.source.name, one.target.name, one.outer, one.inner) for one in found]


def test_the_tunnels_without_an_answer():
    world = World()
    world.add_knocks(LOST)
    assert sorted(tunnels(world)) == [
        ("master", "node1", "10.100.198.201", "10.244.2.0"),
        ("node2", "node1", "10.100.198.201", "10.244.2.0"),
    ]


@pytest.mark.parametrize("what", ["down", "port", "mac", "address", "forgotten", "shared"])
def test_ends_that_do_not_agree(what):
    world = World()
    world.add_knocks(LOST)
    link = world.link("node1", "flannel.1")
    if what == "down":
        link["up"] = False
    elif what == "port":
        link["vxlan"]["port"] = 4789
    elif what == "mac":
        link["mac"] = "02:00:00:00:00:99"
    elif what == "address":
        link["addresses"] = []
    elif what == "forgotten":
        world.nodes["node1"]["overlay"]["flannel.1"]["neighbours"] = []
    else:
        world.link("node2", "flannel.1")["vxlan"]["local"] = link["vxlan"]["local"]
    assert [one for one in tunnels(world) if one[1] == "node1"] == []


def test_a_route_that_is_gone_is_no_closed_port():
    """Neither for the node without the route, nor for the one whose answers would take it."""
    world = World()
    world.add_knocks(LOST)
    world.remove_routes("node2", world.subnet("node1"))
    world.remove_routes("node1", world.subnet("master"))
    assert tunnels(world) == []


def test_the_link_of_each_network():
    links = {}
    for network in ("basic_cni", "flannel", "calico"):
        (node, *_others) = load_gathered(World(network).nodes, World(network).objects).nodes
        found = overlay_link(node)
        links[network] = found and found.name
    assert links == {"basic_cni": None, "flannel": "flannel.1", "calico": "vxlan.calico"}


def test_a_door_at_which_it_did_not_knock():
    (node, *_others) = load_gathered(World().nodes, World().objects).nodes
    assert knocked(node, "tcp", "10.0.0.1", 6443) is None


def test_the_tunnel_over_ipv4_where_there_are_two():
    world = World("calico")
    links = world.nodes["node1"]["links"]
    second = {**world.link("node1", "vxlan.calico"), "name": "vxlan-v6.calico"}
    second["vxlan"] = {**second["vxlan"], "local": "fd10:100:198::201"}
    links.insert(0, second)
    (node,) = [one for one in load_gathered(world.nodes, world.objects).nodes if one.name == "node1"]
    found = overlay_link(node)
    assert found is not None
    assert found.name == "vxlan.calico"
