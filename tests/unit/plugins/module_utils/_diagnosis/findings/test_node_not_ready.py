# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World, across

NO_CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)


def not_ready(world, node, status, reason, message):
    condition = next(one for one in world.node(node)["status"]["conditions"] if one["type"] == "Ready")
    condition.update(status=status, reason=reason, message=message)


@pytest.mark.parametrize(
    ("status", "reason", "message", "words"),
    [
        ("False", "KubeletNotReady", NO_CNI, "it has no pod network yet"),
        (
            "Unknown",
            "NodeStatusUnknown",
            "Kubelet stopped posting node status.",
            "its kubelet does not report any more",
        ),
        (
            "False",
            "KubeletNotReady",
            "container runtime is down, PLEG is not healthy",
            "its container runtime does not answer",
        ),
        ("False", "Strange", "something else", "Strange"),
    ],
)
def test_the_reason_is_in_words(status, reason, message, words):
    world = World()
    not_ready(world, "node1", status, reason, message)
    world.fail(across("node1"))
    found = world.first("node_not_ready")
    assert found["cause"] == f"node1 is not ready: {words}"
    assert found["evidence"] == [f"node1: {message}"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"]


def test_a_node_that_has_just_been_made_is_harmless():
    world = World()
    world.node("node1")["status"]["conditions"] = []
    assert world.found("node_not_ready") == []


def test_several_nodes_have_no_network_yet():
    world = World()
    for node in world.each():
        not_ready(world, node, "False", "KubeletNotReady", NO_CNI)
    found = world.first("node_not_ready")
    assert found["cause"] == "master, node1 and node2 are not ready: they have no pod network yet"


def test_it_explains_the_cells_that_were_not_probed_and_those_that_failed():
    world = World()
    message = "Kubelet stopped posting node status."
    not_ready(world, "node2", "Unknown", "NodeStatusUnknown", message)
    world.fail(across("node1", ["pod"]))
    world.lose("node2", f"node2 is not ready: NodeStatusUnknown: {message}")
    result = world.diagnose()
    found = next(one for one in result["findings"] if one["id"] == "node_not_ready")
    assert found["explained_cells"] == result["unprobed_cells"] > 0
    # The node is not the cause of what fails elsewhere.
    assert {one["message"] for one in result["unexplained"]} == {"timeout"}
    assert len(result["unexplained"]) == result["failed_cells"] > 0
