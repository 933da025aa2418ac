# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role refuses a play and variables that it cannot work with, in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playbook_runs import last_failure, run_playbook

from ansible_collections.podnet.kubernetes.plugins.action.check_role import find_misplay

ROOT = Path(__file__).resolve().parents[4]
HOSTS = "node1,node2,node3,"
# The file of tasks that checks: before it the roles change nothing.
ROLES = {
    "basic_cni": "check_node",
    "calico": "check_node",
    "connectivity": "validate",
    "diagnose": "validate",
    "flannel": "check_node",
    "network_policies": "settings",
}
# Without a cluster these tasks do nothing else in check mode.
ROLE = {"ansible.builtin.include_role": {"name": "podnet.kubernetes.connectivity", "tasks_from": "validate"}}


def run(folder, tasks, **keywords):
    (folder / "play.yml").write_text(
        yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks, **keywords}])
    )
    return run_playbook("-i", HOSTS, "-c", "local", "--check", str(folder / "play.yml"))


def sentence(done):
    assert done.returncode == 2, done.stdout + done.stderr
    return last_failure(done)[1]


def test_hosts_that_failed_before_do_not_count(tmp_path):
    failure = {"ansible.builtin.fail": {}, "when": "inventory_hostname == 'node2'"}
    done = run(tmp_path, [failure, ROLE], serial="100%")
    assert done.stdout.count("failed=0") == 2, done.stdout


def test_a_strategy_out_of_step(tmp_path):
    assert sentence(run(tmp_path, [ROLE], strategy="free")) == (
        "the play has strategy free: podnet.kubernetes.connectivity needs the hosts in step; "
        "set strategy: linear in the play"
    )


@pytest.mark.parametrize(
    ("strategy", "refused"),
    [("ansible.builtin.host_pinned", True), ("ansible.builtin.linear", False), ("debug", False)],
)
def test_strategies_by_their_names(strategy, refused):
    assert bool(find_misplay("the role", strategy, HOSTS, HOSTS)) == refused


def test_serial(tmp_path):
    assert sentence(run(tmp_path, [ROLE], serial=2)) == (
        "the play has serial, and runs podnet.kubernetes.connectivity on node1, node2 without node3: "
        "podnet.kubernetes.connectivity needs all hosts of the play together; leave serial out"
    )


def test_variables_of_the_play_and_of_the_role(tmp_path):
    """A default that takes a wrong variable is no second mistake."""
    role = {**ROLE, "vars": {"connectivity_attempts": 0}}
    said = sentence(run(tmp_path, [role], vars={"podnet_output_dir": "a\nb", "connectivity_name": "a/b"}))
    assert sorted(line.partition(" on ")[0] for line in said.splitlines()) == [
        "connectivity_attempts is 0",
        "connectivity_name is a/b",
        r"podnet_output_dir is 'a\nb'",
    ]


def test_serial_for_a_role_that_prepares_each_host_by_itself(tmp_path):
    task = {
        "podnet.kubernetes.check_role": {"all_hosts": False},
        "vars": {"ansible_role_name": "podnet.kubernetes.common"},
    }
    assert run(tmp_path, [task], serial=1).returncode == 0
    assert "has strategy free" in sentence(run(tmp_path, [task], strategy="free"))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_needs_all_hosts_checks_first(role):
    first = yaml.safe_load((ROOT / f"roles/{role}/tasks/{ROLES[role]}.yml").read_text())[0]
    assert "podnet.kubernetes.check_role" in first


LOAD = """
import sys
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader()
assert action_loader.get("podnet.kubernetes.{}", class_only=True)
print(*(name.rpartition(".")[2] for name in sys.modules if ".podnet.kubernetes.plugins.filter." in name))
"""


@pytest.mark.parametrize(("action", "loads"), [("check_role", True), ("cluster_lock", False)])
def test_tasks_after_it_find_the_filters_loaded(action, loads):
    """Ansible imports an action in the process from which it forks all later tasks."""
    done = subprocess.run([sys.executable, "-c", LOAD.format(action)], check=True, capture_output=True, text=True)
    filters = {path.stem for path in (ROOT / "plugins" / "filter").glob("*.py")}
    assert len(filters) > 40
    assert set(done.stdout.split()) == (filters if loads else set())
