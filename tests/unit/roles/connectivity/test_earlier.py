# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role refuses a report that it cannot compare before it asks the cluster. One run plays all cases."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from playbook_runs import run_playbook

ROOT = Path(__file__).parents[4]
REPORT = {
    "schema": "podnet.kubernetes/connectivity-report",
    "version": 1,
    "name": "lab",
    "finished": "2026-11-28T18:00:12Z",
    "summary": {},
    "cells": [],
}
# The variables, and the sentence; without one the role goes on. {} is the folder of the test.
CASES = [
    ({}, ""),
    ({"connectivity_compare_with": "previous"}, ""),
    ({"connectivity_compare_with": "{}/old.json", "connectivity_fail_on": "worse"}, ""),
    (
        {"connectivity_compare_with": "{}/none.json"},
        "connectivity_compare_with: report {}/none.json: it cannot be read: No such file or directory: give the path "
        "of a report.json, or previous",
    ),
    (
        {"connectivity_compare_with": "{}/new.json"},
        "connectivity_compare_with: report {}/new.json: it has version 3, and this collection knows 2 at most",
    ),
    (
        {"connectivity_compare_with": "previous", "connectivity_name": "broken"},
        "connectivity_compare_with: report {}/broken/report.json: no JSON: Expecting value: line 1 column 1 (char 0)",
    ),
]


def case(number, variables):
    """A block that notes what the role says."""
    role = {"name": "podnet.kubernetes.connectivity", "tasks_from": "earlier"}
    note = {"ansible.builtin.set_fact": {f"case_{number}": "{{ ansible_failed_result.msg }}"}}
    return {"block": [{"ansible.builtin.include_role": role, "vars": variables}], "rescue": [note]}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the role says to each case."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "old.json").write_text(json.dumps(REPORT))
    (folder / "new.json").write_text(json.dumps({**REPORT, "version": 3}))
    (folder / "broken").mkdir()
    (folder / "broken" / "report.json").touch()
    tasks = [case(number, variables) for number, (variables, _sentence) in enumerate(CASES)]
    texts = {str(number): f"{{{{ case_{number} | default('') }}}}" for number in range(len(CASES))}
    write = {"content": json.dumps(texts), "dest": "{}/said.json"}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [*tasks, {"ansible.builtin.copy": write}]}
    play["vars"] = {"connectivity_report_dir": "{}", "ansible_python_interpreter": sys.executable}
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump([play]).replace("{}/", f"{folder}/").replace("'{}'", str(folder)))
    done = run_playbook("-i", "localhost,", "-c", "local", str(path), cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, json.loads((folder / "said.json").read_text())


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_role_names_what_cannot_be_compared(said, number):
    folder, texts = said
    assert texts[str(number)] == CASES[number][1].replace("{}", str(folder))
