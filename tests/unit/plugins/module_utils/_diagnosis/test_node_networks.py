# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_networks import common_networks


def test_only_a_network_in_which_every_node_has_its_own_address():
    """enp0s3 has one address on all nodes, and the bridges are in networks of their own."""
    world = World()
    assert [str(one) for one in common_networks(load_gathered(world.nodes))] == ["10.100.198.0/24"]
    world.link("node1", "enp0s8")["addresses"] = []
    assert common_networks(load_gathered(world.nodes)) == []
