# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies and objects of a step are applied, also when the API cuts a connection."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from api_server import serving, write_kubeconfig
from playbook_runs import run_playbook

ROOT = Path(__file__).resolve().parents[4]


def policy(name):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }


@pytest.fixture
def api():
    with serving() as server:
        yield server


@pytest.fixture
def run_twice(api, tmp_path):
    """A function that runs an entry point of the role with a step, and once more."""

    def run(entry, step):
        write_kubeconfig(tmp_path / "admin.conf", api.server_port)
        task = {
            "ansible.builtin.include_role": {"name": "podnet.kubernetes.network_policies", "tasks_from": entry},
            "vars": {"network_policies_kubeconfig": str(tmp_path / "admin.conf"), "step": step},
        }
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task, task]}
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        api.cut = 1
        done = run_playbook("-i", "localhost,", str(tmp_path / "play.yml"), cwd=ROOT)
        assert (done.returncode, api.cut) == (0, 0), done.stdout
        return done

    return run


def test_each_policy_of_a_step_is_applied_and_a_second_time_changes_nothing(run_twice, api):
    done = run_twice("apply", {"policies": [policy("nobody"), policy("no-one")], "stale": []})
    assert [one[1:3] for one in api.sent] == [("NetworkPolicy", "nobody"), ("NetworkPolicy", "no-one")] * 2
    assert re.search(r"changed=1 ", done.stdout), done.stdout


def test_the_objects_of_a_step_are_made(run_twice, api):
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"}}
    run_twice("prepare", {"objects": [settings], "labels": []})
    assert [one[1:3] for one in api.sent] == [("ConfigMap", "settings")] * 2
