# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last error of a run is one sentence that a user can act on."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
import yaml


@pytest.fixture
def last_words(tmp_path):
    """Run tasks for two hosts that are this machine, and take the message of the last error."""

    def run(tasks):
        play = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
        (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
        done = subprocess.run(
            ["ansible-playbook", "-i", "node1,node2,", "-c", "local", str(tmp_path / "play.yml")],
            env={
                **os.environ,
                "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
                "ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.timer",
            },
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2, done.stdout + done.stderr
        host, _word, error = done.stdout.rpartition("\nfatal: [")[2].partition("]: FAILED! => ")
        return host, json.JSONDecoder().raw_decode(error)[0]["msg"]

    return run


def role(name, entry_point="main", **variables):
    return {
        "include_role": {"name": f"podnet.kubernetes.{name}", "tasks_from": entry_point},
        "vars": variables,
    }


@pytest.mark.parametrize(
    ("name", "entry_point", "kind"),
    [
        ("connectivity", "main", "Namespace"),
        ("network_policies", "main", "DaemonSet"),
        ("network_policies", "verify", "DaemonSet"),
    ],
)
def test_a_kubeconfig_that_does_not_exist(last_words, tmp_path, name, entry_point, kind):
    path = tmp_path / "admin.conf"
    variables = {f"{name}_kubeconfig": str(path), f"{name}_report_dir": str(tmp_path)}
    assert last_words([role(name, entry_point, **variables)]) == (
        "node1",
        f"k8s: cannot read {kind} objects (kubeconfig {path}): the kubeconfig does not exist: give the path of a "
        "kubeconfig on the controller",
    )
