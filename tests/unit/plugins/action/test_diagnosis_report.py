# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import stat
import tarfile
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.action import diagnosis_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import unpack_bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes


@pytest.fixture
def write(tmp_path):
    """A function that runs the action with options, and returns its result."""

    def run(check_mode=False, **options):
        options = {"directory": str(tmp_path / "reports/diagnosis"), "diagnosis": broken(), **options}
        task = SimpleNamespace(args=options, check_mode=check_mode, async_val=0, action="report")
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        return diagnosis_report.ActionModule(task, connection, **nothing).run(task_vars={})

    return run


def broken():
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    return world.diagnose()


def test_the_findings_are_written_in_three_forms(write, tmp_path):
    result = write()
    folder = tmp_path / "reports/diagnosis"
    assert result["changed"] is False
    assert result["reports"] == [str(folder / f"findings.{end}") for end in ("json", "sarif", "xml")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    found = json.loads((folder / "findings.json").read_text())
    assert [one["id"] for one in found["findings"]] == ["forwarding_off"]
    assert "lines" not in found
    sarif = json.loads((folder / "findings.sarif").read_text())
    assert [one["ruleId"] for one in sarif["runs"][0]["results"]] == ["forwarding_off"]
    assert ElementTree.parse(folder / "findings.xml").getroot().get("name") == "diagnosis"


def test_check_mode_writes_nothing(write, tmp_path):
    write(check_mode=True)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def report(tmp_path):
    """The report of a verification, in version 1."""
    path = tmp_path / "report.json"
    schema = "podnet.kubernetes/connectivity-report"
    path.write_text(json.dumps({"schema": schema, "version": 1, "endpoints": [], "cells": [{"source": "a"}]}))
    path.chmod(0o644)
    return path


def test_the_report_of_the_verification_gets_the_findings(write, report):
    write(report=str(report))
    found = json.loads(report.read_text())
    assert (found["version"], found["cells"]) == (2, [{"source": "a"}])
    assert [one["id"] for one in found["findings"]] == ["forwarding_off"]
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_chosen_findings_are_not_put_into_the_report(write, report, tmp_path):
    before = report.read_bytes()
    write(report=str(report), only=["forwarding_off"])
    assert report.read_bytes() == before
    cases = ElementTree.parse(tmp_path / "reports/diagnosis/findings.xml").getroot().iter("testcase")
    assert [case.get("name") for case in cases] == ["forwarding_off on node1"]


def test_no_report_is_no_error(write, tmp_path):
    write(report=str(tmp_path / "none.json"))
    assert not (tmp_path / "none.json").exists()


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "no JSON: Expecting property name"), ("{}", "it is no report.json of a verification")]
)
def test_another_file_is_refused(write, report, text, reason):
    report.write_text(text)
    with pytest.raises(AnsibleActionFail, match=f"report {report}: {reason}"):
        write(report=str(report))
    assert report.read_text() == text


def test_the_version_is_that_of_the_collection(tmp_path, root=diagnosis_report._ROOT):
    expected = yaml.safe_load((root / "galaxy.yml").read_text())["version"]
    assert diagnosis_report.collection_version() == expected
    (tmp_path / "MANIFEST.json").write_text('{"collection_info": {"version": "7.8.9"}}')
    assert diagnosis_report.collection_version(tmp_path) == "7.8.9"


def gathered(**more):
    world = World()
    empty = {"report": None, "allocation": None, "node_network": None, "not_looked_at": {}}
    return {"nodes": world.nodes, "objects": world.objects, **empty, **more}


def test_what_was_gathered_becomes_a_bundle(write, tmp_path):
    result = write(gathered=gathered())
    path = tmp_path / "reports/diagnosis/bundle.tar.gz"
    assert result["reports"][-1] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("rb") as packed:
        assert set(unpack_bundle(packed, causes()).nodes) == set(World().nodes)


def test_without_it_there_is_no_bundle(write, tmp_path):
    write()
    assert not (tmp_path / "reports/diagnosis/bundle.tar.gz").exists()


def test_a_part_that_is_missing_is_named(write):
    whole = gathered()
    del whole["objects"]
    with pytest.raises(AnsibleActionFail, match="gathered lacks objects"):
        write(gathered=whole)


def test_a_bundle_without_names(write, tmp_path):
    write(gathered=gathered(), redact=True)
    with (tmp_path / "reports/diagnosis/bundle.tar.gz").open("rb") as packed:
        assert set(unpack_bundle(packed, causes()).nodes) == {"node-1", "node-2", "node-3"}
    with tarfile.open(tmp_path / "reports/diagnosis/bundle.tar.gz") as made:
        assert json.load(made.extractfile("bundle.json"))["redacted"] is True
