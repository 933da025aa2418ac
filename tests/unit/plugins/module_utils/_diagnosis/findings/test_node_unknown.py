# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import NETWORKS, World, across


def without(network, name="node1"):
    world = World(network)
    world.objects["nodes"].remove(world.node(name))
    return world


@pytest.mark.parametrize("network", NETWORKS)
def test_a_node_was_deleted_while_its_kubelet_runs(network):
    world = without(network)
    world.fail(across("node1"))
    found = world.first("node_unknown")
    assert found["cause"] == "The kubelet of node1 runs, and the cluster has no node node1"
    assert "systemctl restart kubelet` on node1" in found["remedy"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"]


def test_kubelets_of_other_clusters_and_those_that_do_not_run_are_harmless():
    world = without("calico")
    world.nodes["node1"]["server"] = "https://192.0.2.7:6443"
    assert world.found("node_unknown") == []
    world = without("calico")
    world.nodes["node1"]["units"]["kubelet"]["ActiveState"] = "inactive"
    assert world.found("node_unknown") == []
    assert without("calico").found("node_unknown", objects=False) == []


def test_a_cloud_gives_nodes_names_with_a_domain():
    world = World("calico")
    world.node("node1")["metadata"]["name"] = "node1.eu-central-1.compute.internal"
    assert world.diagnose("node_unknown")["not_looked_at"] == []
    assert world.found("node_unknown") == []
    two = world.node("node2")
    two["metadata"]["name"] = "node1.other.internal"  # then the short name tells neither of them
    assert world.found("node_unknown") == ["node_unknown"] * 2
