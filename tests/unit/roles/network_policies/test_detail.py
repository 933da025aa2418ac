# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role gives the probes what they need to judge their own cells, and the judge what they counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.action.connectivity_assert import ARGUMENTS as JUDGED
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import EXPECTATION_ARGUMENTS
from ansible_collections.podnet.kubernetes.plugins.modules.connectivity_probe import ARGUMENTS as PROBED

ROOT = Path(__file__).resolve().parents[4]
LIMITS = ("packet_rate", "connection_rate")


def options(file, module):
    """The options that a task of the role gives a module."""
    (found,) = [
        task[f"podnet.kubernetes.{module}"]
        for task in yaml.safe_load((ROOT / "roles/network_policies/tasks" / file).read_text())
        if f"podnet.kubernetes.{module}" in task
    ]
    return found


@pytest.mark.parametrize("file", ["prove.yml", "canary.yml"])
def test_all_probes_keep_to_the_rates(file):
    given = options(file, "connectivity_probe")
    assert {name: given[name] for name in LIMITS} == {name: f"{{{{ network_policies_{name} }}}}" for name in LIMITS}


def test_nodes_judge_by_all_that_the_controller_judges_by():
    """Options that neither has are defaults of both."""
    probed, judged = options("prove.yml", "connectivity_probe"), options("prove.yml", "connectivity_assert")
    shared = {*EXPECTATION_ARGUMENTS, "listeners"} & set(PROBED) & set(JUDGED)
    assert shared & set(probed) == shared & set(judged) >= {"listeners", "policy_cells"}


EXPRESSIONS = {name: options("prove.yml", "connectivity_probe")[name] for name in ("listeners", "policy_cells")}
KNOWN = {"__network_policies_scope": {"listeners": [{"port": 80}]}, "__network_policies_expected": [{"allowed": True}]}


@pytest.mark.parametrize(("detail", "sent"), [("full", [[], []]), ("auto", [[{"port": 80}], [{"allowed": True}]])])
def test_nodes_get_expectations_only_when_they_may_judge(detail, sent, tmp_path):
    copy = {"content": f"{{{{ [{', '.join(EXPRESSIONS)}] | to_json }}}}", "dest": str(tmp_path / "out.json")}
    tasks = [{"ansible.builtin.copy": copy, "vars": {**KNOWN, **EXPRESSIONS, "network_policies_detail": detail}}]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    play["vars"] = {"ansible_python_interpreter": sys.executable}
    (tmp_path / "play.json").write_text(json.dumps([play]))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", tmp_path / "play.json"],
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "out.json").read_text()) == sent


def test_the_judge_gets_the_counts_of_the_nodes():
    assert "__network_policies_briefs" in options("prove.yml", "connectivity_assert")["briefs"]
