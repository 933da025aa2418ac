# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

REASON = "node2: host node2 is unreachable: ssh: connect to host 192.0.2.12 port 22: Connection refused"


def lost(world, answers=False):
    """A node takes no part in the verification. Whether it answers the diagnosis is another question."""
    world.lose("node2", REASON)
    if not answers:
        world.nodes["node2"] = None
    return world


def test_a_host_that_does_not_answer_explains_the_cells_that_were_not_probed():
    world = lost(World())
    found = world.first("node_missing")
    assert found["nodes"] == ["node2"]
    assert found["evidence"] == [REASON]
    result = world.diagnose()
    assert result["failed_cells"] == 0
    assert found["explained_cells"] == result["unprobed_cells"] > 0
    assert result["unexplained"] == []


def test_a_node_without_a_report_of_the_api_is_named():
    assert lost(World()).found("node_missing", objects=False) == ["node_missing"]


def test_a_node_that_answers_again_is_harmless():
    assert lost(World(), answers=True).found("node_missing") == []


def test_a_node_that_is_not_ready_has_one_finding():
    world = lost(World())
    condition = next(one for one in world.node("node2")["status"]["conditions"] if one["type"] == "Ready")
    condition.update(status="Unknown", reason="NodeStatusUnknown", message="Kubelet stopped posting node status.")
    assert world.found("node_missing", "node_not_ready") == ["node_not_ready"]
