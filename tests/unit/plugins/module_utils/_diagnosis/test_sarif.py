# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the specification of SARIF 2.1.0 demands; the numbers are its sections."""

from __future__ import annotations

import re

import pytest
from diagnosis_world import World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import SEVERITIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.sarif import sarif_document


def broken():
    """A cluster with an error on a node, a warning on two nodes, and a part that was not looked at."""
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    for name in ("node1", "node2"):
        world.nodes[name]["identity"]["machine_id"] = "1"
    world.nodes["master"] = None
    return world


def log_of(world):
    return sarif_document(world.diagnose(), causes(), "1.2.3")


@pytest.fixture
def run():
    """The run of a cluster with faults."""
    (run,) = log_of(broken())["runs"]
    return run


def test_the_log_names_its_version():
    log = log_of(World())
    assert log["version"] == "2.1.0"  # 3.13.2
    assert "sarif-schema-2.1.0" in log["$schema"]
    assert log["runs"][0]["results"] == []  # 3.14.23: empty when the tool found nothing


def test_the_driver_describes_each_rule(run):
    driver = run["tool"]["driver"]  # 3.18.2
    assert driver["name"]  # 3.19.8
    assert driver["semanticVersion"] == "1.2.3"
    assert [rule["id"] for rule in driver["rules"]] == [cause.id for cause in causes()]
    for rule in driver["rules"]:  # 3.49
        assert rule["shortDescription"]["text"].endswith(".")  # 3.49.9: a sentence
        assert rule["fullDescription"]["text"] and rule["help"]["text"] and rule["help"]["markdown"]
        assert rule["helpUri"].endswith(f"docs/findings.md#{rule['id']}")
        assert rule["defaultConfiguration"]["level"] in SEVERITIES


def test_each_finding_is_a_result(run):
    rules = run["tool"]["driver"]["rules"]
    found = {one["ruleId"]: one for one in run["results"]}
    assert set(found) == {"forwarding_off", "duplicate_identity"}
    assert (found["forwarding_off"]["level"], found["duplicate_identity"]["level"]) == ("error", "warning")
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]  # 3.27.6
        assert one["message"]["text"]  # 3.27.11
        assert one["level"] in {"none", "note", "warning", "error"}  # 3.27.10
        assert all(re.fullmatch(r"\w+/v\d+", key) for key in one["partialFingerprints"])  # 3.27.17


def test_nodes_are_logical_locations(run):
    found = {one["ruleId"]: one["locations"][0] for one in run["results"]}
    names = [place["name"] for place in found["duplicate_identity"]["logicalLocations"]]
    assert names == ["node1", "node2"]
    assert found["duplicate_identity"]["physicalLocation"]["artifactLocation"]["uri"] == "findings.json"


def test_a_finding_of_the_cluster_has_a_place():
    finding = {**World().diagnose(), "findings": [{**finding_of("node1"), "nodes": []}]}
    (one,) = sarif_document(finding, causes(), "1")["runs"][0]["results"]
    assert [place["name"] for place in one["locations"][0]["logicalLocations"]] == ["cluster"]


def finding_of(node, value="0"):
    world = World()
    world.nodes[node]["sysctls"]["net.ipv4.ip_forward"]["value"] = value
    (found,) = world.diagnose()["findings"]
    return found


def test_a_fingerprint_is_of_the_finding_and_not_of_its_values():
    first, second, other = finding_of("node1"), finding_of("node1"), finding_of("node2")
    second["evidence"] = ["another value"]
    document = {**World().diagnose(), "findings": [first]}

    def fingerprints(*findings):
        log = sarif_document({**document, "findings": list(findings)}, causes(), "1")
        return [one["partialFingerprints"]["podnetFinding/v1"] for one in log["runs"][0]["results"]]

    assert fingerprints(first) == fingerprints(second) != fingerprints(other)
    assert len(set(fingerprints(first, second, other))) == 3


def test_a_notification_says_what_is_missing():
    world = broken()
    world.fail(across("node2"))
    (run,) = log_of(world)["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True  # 3.20.14: required
    texts = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert texts[0] == "Not looked at: master: it did not answer"
    assert "failed cells are unexplained" in texts[1]
