# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role chooses the pairs of its scope, and names the variable when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ENDPOINTS = [
    {"name": name, "kind": kind, "addresses": [address], "node": node, "own": kind == "pod"}
    for node, number in (("n1", 1), ("n2", 2), ("n3", 3))
    for name, kind, address in (
        (f"own/{node}-1", "pod", f"10.244.{number}.1"),
        (f"own/{node}-2", "pod", f"10.244.{number}.2"),
        (node, "node", f"10.0.0.{number}"),
    )
]
NODES = [{"metadata": {"name": f"n{number}", "labels": {"rack": f"r{number % 2}"}}} for number in (1, 2, 3)]


@pytest.fixture(scope="module")
def choose(tmp_path_factory):
    """A function that runs the tasks with variables, and gives the run and the selection."""

    def run(**variables):
        folder = tmp_path_factory.mktemp("scope")
        role = {"name": "podnet.kubernetes.connectivity", "tasks_from": "scope", "rolespec_validate": False}
        copy = {"content": "{{ __connectivity_selection | to_json }}", "dest": str(folder / "out.json")}
        tasks = [{"ansible.builtin.include_role": role}, {"ansible.builtin.copy": copy}]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (folder / "play.yml").write_text(json.dumps([play]))
        known = {
            "connectivity_found_endpoints": ENDPOINTS,
            "connectivity_found_objects": {"nodes": NODES},
            "connectivity_run_id": "run1",
            "ansible_python_interpreter": sys.executable,
        }
        (folder / "vars.json").write_text(json.dumps({**known, **variables}))
        command = ["ansible-playbook", "-i", "localhost,", "-c", "local", str(folder / "play.yml")]
        command += ["-e", f"@{folder / 'vars.json'}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        out = folder / "out.json"
        return done, json.loads(out.read_text()) if out.exists() else None

    return run


def test_node_pairs(choose):
    done, found = choose(connectivity_scope="node_pairs")
    assert done.returncode == 0, done.stdout
    assert [one["name"] for one in found["endpoints"]] == ["own/n1-1", "n1", "own/n2-1", "n2", "own/n3-1", "n3"]
    assert found["statement"]["left_out_pods"] == 3


def test_a_sample_has_the_seed_of_the_user_and_else_that_of_the_run(choose):
    values = {"connectivity_scope": "sample", "connectivity_sample_label": "rack", "connectivity_sample_size": "2"}
    done, found = choose(**values)
    assert done.returncode == 0, done.stdout
    assert {name: found["statement"][name] for name in ("seed", "size", "zones")} == {
        "seed": "run1",
        "size": 2,
        "zones": ["r0", "r1"],
    }
    assert choose(**values, connectivity_sample_seed=0)[1]["statement"]["seed"] == "0"


def test_the_variable_is_named(choose):
    done, _found = choose(connectivity_scope="sample", connectivity_sample_size=0)
    assert "connectivity_sample_size is 0: it must be from 1 to 1000" in done.stdout
