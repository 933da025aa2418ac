"""A failed proof follows packets, names causes, and ends with both. Two hosts are this machine, without a cluster."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from playbook_runs import last_failure, run_playbook

HERE, THERE = "127.0.0.1", "127.0.0.9"
CELL = {"check": "icmp", "family": "ipv4", "attempts": 3}
CELLS = {
    "a": [{**CELL, "source": "a", "target": "b", "outcome": "blocked", "reason": "timeout", "succeeded": 0}],
    "b": [{**CELL, "source": "b", "target": "a", "outcome": "reachable", "succeeded": 3}],
}
ENDPOINTS = [
    {"name": name, "kind": "node", "addresses": [address], "node": name, "own": False}
    for name, address in (("a", HERE), ("b", THERE))
]
# What the steps before the comparison leave.
BEFORE = {
    "connectivity_found_endpoints": ENDPOINTS,
    "connectivity_found_objects": {"nodes": []},
    "connectivity_run_id": "abcdefgh12345678",
    "connectivity_responders": {"node": "{{ inventory_hostname }}"},
    "connectivity_ended": {"running": True},
    "connectivity_excluded_nodes": [],
    "connectivity_started_at": 1.0,
    "__connectivity_listeners": [],
    "__connectivity_trails": [],
    "__connectivity_suspects": [],
    "__connectivity_effect": {"cells": []},
    "__connectivity_probe": {"cells": "{{ cells[inventory_hostname] }}"},
}


def entry(name, **variables):
    return {"include_role": {"name": "podnet.kubernetes.connectivity", "tasks_from": name}, "vars": variables}


@pytest.fixture
def prove(tmp_path):
    """Play the steps after the probes. Gives the lines of the last message, the files, and all output."""

    def run(begin=1.0, ends=2, **variables):
        targets = (
            "{{ connectivity_found_endpoints | podnet.kubernetes.connectivity_targets(listeners=[], checks=['icmp']) }}"
        )
        settings = {
            "connectivity_report_dir": str(tmp_path),
            "connectivity_kubeconfig": str(tmp_path / "admin.conf"),
            "connectivity_overhead": 0,
            "__connectivity_uncomputed_kinds": [],
            "__connectivity_selection": {"sources": {}, "statement": {}},
            "__connectivity_began": begin,
            **variables,
        }
        tasks = [
            {"set_fact": {**BEFORE, "connectivity_started_at": begin}, "vars": {"cells": CELLS}},
            {"set_fact": {"__connectivity_targets": targets}},
            *(entry(name, **settings) for name in ("judge", "trail", "assert")),
        ]
        play = tmp_path / "play.yml"
        play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
        interpreter = f"ansible_python_interpreter={sys.executable}"
        done = run_playbook("-i", "a,b,", "-c", "local", "-e", interpreter, str(play))
        assert done.returncode == ends, done.stdout + done.stderr
        return last_failure(done)[1].splitlines() if ends else [], read(tmp_path / "connectivity"), done.stdout

    return run


def read(folder: Path):
    """The report and the findings."""
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


def test_the_sentence_then_the_findings_then_the_trails(prove):
    lines, written, _output = prove()
    assert lines[:2] == ["2 cells: 1 passed, 1 failed", "- 1 cell: a -> b, icmp: timeout"]
    assert lines[2].endswith("/connectivity/report.json.")
    assert lines[3].endswith("/connectivity/index.html.")
    assert lines[4] == "Nothing was found, and a part was not looked at."
    # The cells are made up, and the packets arrive.
    assert lines[5:7] == ["Packets of failed cells were followed:", "  a -> b, icmp, ipv4: passed"]
    (trail,) = written["report"]["trails"]
    assert (trail["source"], trail["target"], trail["verdict"]) == ("a", "b", "passed")
    assert written["report"]["findings"] == written["findings"]["findings"] == []
    assert written["findings"]["trails"] == written["report"]["trails"]


def test_a_trail_that_fails_hides_nothing_and_loses_no_host(prove):
    lines, written, output = prove(connectivity_trails=1000)
    assert "No packets were followed: most is 1000" in output
    assert lines[:2] == ["2 cells: 1 passed, 1 failed", "- 1 cell: a -> b, icmp: timeout"]
    assert not any("it did not answer" in line for line in lines)
    assert "trails" not in written["report"]


def test_without_a_diagnosis_only_the_sentence(prove):
    lines, written, _output = prove(podnet_diagnose=False, connectivity_trails=0)
    assert lines[:2] == ["2 cells: 1 passed, 1 failed", "- 1 cell: a -> b, icmp: timeout"]
    assert len(lines) == 4
    assert lines[3].endswith("/connectivity/index.html.")
    assert set(written) == {"report"}


def test_a_run_that_is_not_worse_than_the_one_before_does_not_fail(prove):
    quick = {"podnet_diagnose": False, "connectivity_trails": 0}
    worse = {"connectivity_compare_with": "previous", "connectivity_fail_on": "worse", **quick}
    _lines, first, output = prove(begin=1.0, **worse)
    assert "Compared with" not in output
    _lines, second, output = prove(begin=2.0, ends=0, **worse)
    time = first["report"]["finished"]
    assert f"Compared with connectivity of {time}: no cell changed" in output
    assert second["report"]["comparison"]["with"] == {"name": "connectivity", "time": time}
    assert second["report"]["summary"]["failed"] == 1
