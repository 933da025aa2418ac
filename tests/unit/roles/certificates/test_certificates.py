# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the role on several control planes. Programs that note their call stand in for Python on the hosts."""

from __future__ import annotations

import json
from pathlib import Path

from playbook_runs import run_playbook

ROOT = Path(__file__).resolve().parents[4]


def test_a_control_plane_that_fails_ends_the_run_before_the_next_one_loses_its_etcd(tmp_path):
    hosts = {}
    for name in ("a", "b", "worker"):
        program = tmp_path / f"python-{name}"
        program.write_text(f"#!/bin/sh\necho {name} >> {tmp_path}/calls\nexit 1\n")
        program.chmod(0o755)
        hosts[name] = {"ansible_connection": "local", "ansible_python_interpreter": str(program)}
    groups = {"control_plane": ("a", "b"), "nodes": ("worker",)}
    inventory = {group: {"hosts": {name: hosts[name] for name in names}} for group, names in groups.items()}
    role = {"ansible.builtin.include_role": {"name": "podnet.kubernetes.certificates"}}
    play = {"hosts": "all", "gather_facts": False, "tasks": [role]}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    (tmp_path / "hosts.json").write_text(json.dumps(inventory))
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
    done = run_playbook("-i", "hosts.json", "play.yml", cwd=tmp_path, **collections)
    assert done.returncode != 0
    assert (tmp_path / "calls").read_text().split() == ["a"], done.stdout
