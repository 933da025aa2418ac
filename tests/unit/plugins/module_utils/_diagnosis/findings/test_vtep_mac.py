# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World, across


def test_the_link_has_another_mac_than_announced():
    world = World()
    announced = world.link("node1", "flannel.1")["mac"]
    world.link("node1", "flannel.1")["mac"] = "02:11:22:33:44:55"
    world.fail(across("node1"))
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["vtep_mac"]
    found = result["findings"][0]
    assert found["evidence"] == [f"node1: flannel.1 has 02:11:22:33:44:55, announced VtepMAC {announced}"]
    assert found["explained_cells"] == result["failed_cells"]


def test_another_node_keeps_an_old_mac():
    world = World()
    overlay = world.nodes["node2"]["overlay"]["flannel.1"]
    address = world.subnet("node1").partition("/")[0]
    others = [one for one in overlay["neighbours"] if not one.startswith(f"{address} ")]
    overlay["neighbours"] = [*others, f"{address} 02:11:22:33:44:55"]
    found = world.first("vtep_mac")
    assert found["cause"] == "node2 knows an old MAC of flannel.1 on node1"


def test_a_backend_without_a_mac_is_harmless():
    world = World()
    for node in world.nodes:
        annotations = world.node(node)["metadata"]["annotations"]
        annotations["flannel.alpha.coreos.com/backend-data"] = "null"
        annotations["flannel.alpha.coreos.com/backend-type"] = "host-gw"
    assert world.found() == []
