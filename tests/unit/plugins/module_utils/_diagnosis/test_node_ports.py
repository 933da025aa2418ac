# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_ports import (
    closing_rule,
    muting_rule,
    ports_of,
    surely_open,
)


def gathered(world):
    return load_gathered(world.nodes, world.objects)


def test_the_ports_of_nodes():
    found = gathered(World("calico"))
    ports = {node.name: [str(one) for one in ports_of(found, node)] for node in found.nodes}
    assert ports["node1"] == ["UDP port 4789 (VXLAN)", "TCP port 10250 (kubelet)"]
    assert ports["master"] == [*ports["node1"], "TCP port 6443 (API server)"]


def test_rules_for_both_ways():
    world = World()
    world.add_rule("node1", "filter", "-A INPUT -m addrtype --dst-type LOCAL -p tcp -j DROP", first=True)
    world.add_rule("node1", "filter", "-A OUTPUT -m addrtype --src-type LOCAL -p udp -j DROP", first=True)
    found = gathered(world)
    node = found.facts["node1"]
    vxlan, kubelet = ports_of(found, node)
    assert "INPUT" in closing_rule(found, node, kubelet, "10.100.198.200")
    assert closing_rule(found, node, vxlan, "10.100.198.200") is None
    (other, *_more) = ports_of(found, found.facts["node2"])
    assert "OUTPUT" in muting_rule(found, node, other, "10.100.198.201")
    assert not surely_open(found, node, kubelet, "10.100.198.200")
    assert surely_open(found, node, vxlan, "10.100.198.200")
