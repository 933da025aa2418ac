# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World
from fuzzing import with_value

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("links", 0, "mtu"), "big", "node1.links[0].mtu is 'big', not a whole number, so it is left out"),
        (("unread",), ["x"], "node1.unread is ['x'], not an object, so it is left out"),
        (("routes",), {}, "node1.routes is {}, not a list, so it is left out"),
        (("certificates", 0, "not_after"), "soon", "node1.certificates[0].not_after is 'soon', not a number"),
        (("cni", "configurations", 0, "plugins"), 7, "node1.cni.configurations[0].plugins is 7, not a list"),
        (("clock_offset",), 10**400, "node1.clock_offset is 1000"),
    ],
)
def test_an_odd_part_of_a_node_costs_this_part(path, value, sentence):
    world = World()
    world.nodes["node1"] = with_value(world.nodes["node1"], path, value)
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["forwarding_off"]
    assert [one for one in result["not_looked_at"] if one.startswith(sentence)]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("pods", 0, "metadata", "name"), 7, "objects.pods[0].metadata.name is 7, not a text, so it is left out"),
        (("nodes", 2, "spec", "podCIDR"), "x", "objects.nodes[2].spec.podCIDR is 'x', not an address or a network"),
    ],
)
def test_an_odd_object_costs_this_object(path, value, sentence):
    world = World()
    world.objects = with_value(world.objects, path, value)
    gathered = load_gathered(world.nodes, world.objects)
    assert [one for one in gathered.unread if one.startswith(sentence)]
    assert {node.name for node in gathered.cluster.nodes} >= {"master", "node1"}


@pytest.mark.parametrize("objects", [[], {"nodes": 5}, {"nodes": [], "pods": 5}])
def test_lists_of_another_form_are_refused(objects):
    with pytest.raises(InputError, match="objects"):
        load_gathered({}, objects)
