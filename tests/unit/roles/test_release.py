# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removed node keeps its subnet of the bridge network, unless the user lets other nodes have it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from playbook_runs import run_playbook

ROOT = Path(__file__).resolve().parents[3]
NETWORK = "10.22.0.0/16"


def allocate(path, *nodes):
    arguments = {"networks": [NETWORK], "nodes": list(nodes), "path": str(path)}
    return {"podnet.kubernetes.subnet_allocation": arguments, "register": "allocated"}


@pytest.mark.more
@pytest.mark.parametrize("asked", [True, False])
def test_another_node_gets_the_subnet_of_a_removed_node_only_when_asked(tmp_path, asked):
    path = tmp_path / "allocation.json"
    [release] = [
        one
        for one in yaml.safe_load((ROOT / "roles/remove_node/tasks/main.yml").read_text())
        if one.get("ansible.builtin.include_tasks") == "release.yml"
    ]
    role = {"name": "podnet.kubernetes.remove_node", "tasks_from": "release", "rolespec_validate": False}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "remove_node_release_subnets": asked,
            "remove_node_allocation_file": str(path),
            "podnet_pod_network": NETWORK,
            "__remove_node_plan": {"names": ["node1"]},
        },
        "tasks": [
            allocate(path, "master", "node1"),
            {"ansible.builtin.set_fact": {"before": "{{ allocated.allocation.node1 }}"}},
            {"ansible.builtin.include_role": role, "when": release["when"]},
            allocate(path, "master", "node2"),
            {"ansible.builtin.copy": {"content": "{{ [before, allocated.allocation.node2] }}", "dest": "pair.json"}},
        ],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
    done = run_playbook("-i", "localhost,", "play.yml", cwd=tmp_path, **collections)
    assert done.returncode == 0, done.stdout
    of_node1, of_node2 = json.loads((tmp_path / "pair.json").read_text())
    assert (of_node1 == of_node2) == asked
