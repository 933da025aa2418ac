# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World, across


def test_three_lines_a_finding_and_what_is_left():
    world = World()
    world.remove_routes("node1", world.subnet("node2"))
    world.nodes["master"] = None
    world.fail(lambda source, target, check: check == "icmp" and across("node1")(source, target, check))
    lines = world.diagnose()["lines"]
    assert lines[0] == "1 finding"
    assert lines[1].startswith("1. error: node1 has no route to the pods on node2 (pod_routes; it explains ")
    assert lines[2].startswith("   evidence: node1: the way to ")
    assert lines[3].startswith("   remedy: ")
    assert lines[4].endswith(" failed cells are unexplained:")
    assert lines[5].startswith("- ")
    assert lines[-2:] == ["Not looked at:", "- master: it did not answer"]


def test_trails_stand_below_the_findings():
    world = World()
    world.remove_routes("node1", world.subnet("node2"))
    world.fail(across("node1"))
    lines = [
        "a -> b, icmp, ipv4: lost",
        "  the packets left node1 by enp0s3",
        "    1 a  -> eth0",
        "  XXX the packets end here: lost",
    ]
    world.trails = [{"verdict": "lost", "lines": lines}]
    result = world.diagnose()
    assert result["trails"] == world.trails
    assert result["lines"][3].startswith("   remedy: ")
    assert result["lines"][4:9] == ["Packets of failed cells were followed:", *(f"  {line}" for line in lines)]


def test_a_healthy_cluster_has_one_line():
    assert World().diagnose()["lines"] == ["Nothing was found."]


def test_a_part_that_was_not_looked_at_is_no_health():
    world = World()
    world.nodes["node1"] = None
    lines = world.diagnose()["lines"]
    assert lines[0] == "Nothing was found, and a part was not looked at."


def test_a_line_is_no_longer_than_a_person_reads():
    world = World()
    world.add_rule("node1", "filter", f'-A FORWARD -m comment --comment "{"x" * 600}" -j DROP', first=True)
    assert max(map(len, world.diagnose()["lines"])) <= 300
    assert any("x" * 500 in text for text in world.diagnose()["findings"][0]["evidence"])
