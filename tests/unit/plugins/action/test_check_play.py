# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role that needs all hosts at once says so in one sentence."""

from __future__ import annotations

import json
import os
import subprocess

from pathlib import Path

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.action.check_play import find_mistake

ROOT = Path(__file__).resolve().parents[4]
HOSTS = "node1,node2,node3,"
ROLES = ("basic_cni", "calico", "connectivity", "diagnose", "flannel", "network_policies")


def run(folder, tasks, **keywords):
    (folder / "play.yml").write_text(
        yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks, **keywords}])
    )
    return subprocess.run(
        ["ansible-playbook", "-i", HOSTS, "-c", "local", str(folder / "play.yml")],
        env={**os.environ, "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"},
        check=False,
        capture_output=True,
        text=True,
    )


def sentence(done):
    assert done.returncode == 2, done.stdout + done.stderr
    return json.JSONDecoder().raw_decode(done.stdout.split("]: FAILED! => ")[1])[0]["msg"]


TASK = {"podnet.kubernetes.check_play": {}}


@pytest.mark.parametrize("keywords", [{}, {"serial": "100%"}], ids=str)
def test_a_play_on_all_hosts(tmp_path, keywords):
    done = run(tmp_path, [TASK], **keywords)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hosts_that_failed_before_do_not_count(tmp_path):
    failure = {"ansible.builtin.fail": {}, "when": "inventory_hostname == 'node2'"}
    show = {"ansible.builtin.debug": {"var": "checked.failed"}}
    done = run(tmp_path, [failure, {**TASK, "register": "checked"}, show])
    assert done.stdout.count('"checked.failed": false') == 2


def test_a_strategy_out_of_step(tmp_path):
    said = sentence(run(tmp_path, [TASK], strategy="free"))
    assert said == "the play has strategy free: this task needs the hosts in step; set strategy: linear in the play"


@pytest.mark.parametrize(
    ("strategy", "refused"),
    [("ansible.builtin.host_pinned", True), ("ansible.builtin.linear", False), ("debug", False)],
)
def test_strategies_by_their_names(strategy, refused):
    assert bool(find_mistake("this task", strategy, HOSTS, HOSTS)) == refused


def test_serial(tmp_path):
    said = sentence(run(tmp_path, [TASK], serial=2))
    assert said == (
        "the play has serial, and runs this task on node1, node2 without node3: "
        "this task needs all hosts of the play together; leave serial out"
    )


def test_the_role_is_named(tmp_path):
    role = {"name": "podnet.kubernetes.connectivity", "tasks_from": "validate"}
    said = sentence(run(tmp_path, [{"ansible.builtin.include_role": role}], serial=2))
    assert "runs podnet.kubernetes.connectivity on node1, node2" in said


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_needs_all_hosts_checks_the_play(role):
    """Before these tasks the roles only look at nodes."""
    tasks = ROOT / f"roles/{role}/tasks"
    first = yaml.safe_load((tasks / ("settings.yml" if role == "network_policies" else "validate.yml")).read_text())[0]
    assert "podnet.kubernetes.check_play" in first
