# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from diagnosis_world import World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.effects import EFFECTS, causes_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.junit import findings_junit
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.sarif import sarif_document


def test_all_ids_are_known_and_no_way_leads_back():
    known = {cause.id for cause in causes()}
    assert set(EFFECTS) | {one for some in EFFECTS.values() for one in some} <= known
    for start in EFFECTS:
        reached, waiting = set(), list(EFFECTS[start])
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting += EFFECTS.get(one, ())
        assert start not in reached


def test_a_cause_is_on_the_same_node_or_in_the_whole_cluster():
    swap, down, ready = (
        ("swap", ["a"], "machine"),
        ("runtime_down", ["b"], "node"),
        ("node_not_ready", ["a", "b"], "pods"),
    )
    assert causes_of([swap, down, ready, ("webhook_down", [], "cluster")]) == [[], [], [0, 1, 3], []]
    assert causes_of([swap, down]) == [[], []]
    assert causes_of([("image_pull", ["a"], "node"), ("system_pods", [], "pods")]) == [[], [0]]


@pytest.mark.parametrize(("layer", "causes"), [("network", [0]), ("pods", [])])
def test_a_cause_is_not_in_a_later_layer(layer, causes):
    assert causes_of([("system_pods", ["a"], layer), ("pod_routes", ["a"], "paths")])[1] == causes


def test_many_findings_take_no_time():
    ids = (("swap", "machine"), ("runtime_down", "node"), ("node_not_ready", "pods"))
    found = [(id, [f"n{number}"], layer) for number in range(2000) for id, layer in ids]
    began = time.process_time()
    assert causes_of(found)[5] == [3, 4]
    assert time.process_time() - began < 1


def not_ready(world, node, message="Kubelet stopped posting node status."):
    world.node(node)["status"]["conditions"] = [{"type": "Ready", "status": "Unknown", "message": message}]
    world.fail(across(node))


def stopped(world, node, unit="kubelet"):
    world.nodes[node]["units"][unit].update(ActiveState="failed", SubState="failed", Result="exit-code")


def full(world):
    disk = {"places": ["/var/lib/kubelet"], "bytes": 10**9, "bytes_free": 0, "files": 0, "files_free": 0}
    world.nodes["node1"]["disks"] = [{**disk, "read_only": False}]


def swapped(world):
    world.nodes["node1"]["swap"] = ["/swap.img"]
    world.nodes["node1"]["kubelet"]["settings"]["failSwapOn"] = "true"


def expired(world):
    for one in world.nodes["node1"]["certificates"]:
        if "kubelet-client" in one["path"]:
            one["not_after"] = 1


@pytest.mark.parametrize(("break_it", "id"), [(full, "disk_full"), (swapped, "swap"), (expired, "certificates")])
def test_a_cause_comes_before_what_follows_from_it(break_it, id):
    """The last one explains all failed cells, and the first one none."""
    world = World()
    not_ready(world, "node1")
    stopped(world, "node1")
    break_it(world)
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == [id, "runtime_down", "node_not_ready"]
    follow = [one["may_follow_from"] for one in result["findings"]]
    assert (follow[:2], set(follow[2])) == ([[], [id]], {id, "runtime_down"})
    assert f"(runtime_down; it may follow from {id})" in result["lines"][4]
    sarif = sarif_document(result, causes(), "1.0.0")["runs"][0]["results"]
    assert [one["properties"]["mayFollowFrom"] for one in sarif] == follow
    assert f"It may follow from {id}." in findings_junit("x", result, [])


def test_faults_of_other_nodes_are_no_effects():
    world = World()
    not_ready(world, "node1")
    stopped(world, "node2")
    result = world.diagnose()["findings"]
    assert [(one["id"], one["may_follow_from"]) for one in result] == [("node_not_ready", []), ("runtime_down", [])]
