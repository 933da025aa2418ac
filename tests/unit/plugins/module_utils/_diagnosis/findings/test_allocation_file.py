# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from diagnosis_world import World


def bridges(world):
    """Give the nodes a plain bridge, and return what the role would have allocated."""
    for node in world.nodes.values():
        plugins = [{"type": "bridge", "bridge": "cni0", "ipam": "host-local"}]
        node["cni"]["configurations"] = [{"file": "10-mynet.conflist", "name": "mynet", "plugins": plugins}]
    return {name: [world.subnet(name)] for name in world.nodes}


def test_the_file_and_the_cluster_disagree():
    world = World()
    allocation = {**bridges(world), "node2": ["10.22.9.0/24"]}
    (found,) = world.diagnose("allocation_file", allocation={"allocation": allocation})["findings"]
    assert found["nodes"] == ["node2"]
    assert found["evidence"] == [f"node2: 10.22.9.0/24 in the file, podCIDR {world.subnet('node2')}"]


def test_a_node_that_is_gone_is_harmless():
    world = World()
    allocation = {**bridges(world), "node7": ["10.22.9.0/24"]}
    assert world.found("allocation_file", allocation={"allocation": allocation}) == []


def test_a_file_of_before_is_harmless_with_another_network():
    assert World("flannel").found(allocation={"allocation": {"node2": ["10.22.9.0/24"]}}) == []


def test_another_file_is_refused():
    with pytest.raises(AnsibleFilterError, match="allocation is no allocation file"):
        World().diagnose(allocation={"x": 1})
