# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from xml.etree import ElementTree

from diagnosis_world import World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.junit import findings_junit
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

IDS = [cause.id for cause in causes()]


def suites(world, ids=IDS):
    root = ElementTree.fromstring(findings_junit("diagnosis", world.diagnose(), ids))
    for place in (root, *root):
        cases = list(place.iter("testcase"))
        assert place.get("tests") == str(len(cases))
        for count, tag in (("failures", "failure"), ("skipped", "skipped"), ("errors", "error")):
            assert place.get(count) == str(len(list(place.iter(tag))))
    return {suite.get("name"): list(suite) for suite in root}


def test_a_healthy_cluster_passes_for_each_finding():
    found = suites(World())
    assert [case.get("name") for case in found["findings"]] == IDS
    assert [child.tag for case in found["findings"] for child in case] == []
    assert set(found) == {"findings"}


def test_each_of_several_findings_of_a_node_has_a_name_of_its_own():
    world = World()
    for key in ("net.ipv4.ip_forward", "net.bridge.bridge-nf-call-iptables"):
        world.nodes["node1"]["sysctls"][key]["value"] = "0"
    names = [case.get("name") for case in suites(world)["findings"]]
    assert names[:2] == ["forwarding_off on node1", "forwarding_off on node1 (2)"]
    assert len(set(names)) == len(names)


def test_a_finding_is_a_failure():
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    cases = suites(world)["findings"]
    assert len(cases) == len(IDS)
    assert cases[0].get("name") == "forwarding_off on node1"
    (failure,) = cases[0]
    assert (failure.tag, failure.get("type")) == ("failure", "error")
    assert "net.ipv4.ip_forward" in failure.get("message")


def test_only_what_was_looked_for_passes():
    assert [case.get("name") for case in suites(World(), ["mtu"])["findings"]] == ["mtu"]


def test_what_was_not_looked_at_is_skipped():
    world = World()
    world.nodes["node1"] = None
    (case,) = suites(world)["not looked at"]
    assert [child.tag for child in case] == ["skipped"]
    assert case.get("name") == "node1: it did not answer"


def test_failed_cells_without_a_cause_are_a_failure():
    world = World()
    world.fail(across("node2"))
    (case,) = suites(world)["failed cells"]
    assert [child.get("type") for child in case] == ["unexplained"]
    world.nodes["node2"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    (case,) = suites(world)["failed cells"]
    assert list(case) == []


def test_control_characters_cost_nothing():
    world = World()
    world.nodes["node1"] = None
    world.nodes["node\x1b2"] = None
    assert "not looked at" in suites(world)
