# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROLE = Path(__file__).resolve().parents[4] / "roles/kubeadm_control_plane"
PLAY = """\
- hosts: localhost
  gather_facts: false
  vars_files: [{defaults}, {variables}]
  vars:
    podnet_node_address: {{address: 10.100.198.200, interface: enp0s8, network: 10.100.198.0/24}}
    podnet_node_address_ipv6: null
  tasks:
    - ansible.builtin.template: {{src: {template}, dest: {target}}}
"""


@pytest.fixture
def render(tmp_path):
    """A function that renders the configuration with variables, and gives its documents by their kinds."""

    def run(**variables):
        names = {"defaults": ROLE / "defaults/main.yml", "variables": ROLE / "vars/main.yml"}
        names |= {"template": ROLE / "templates/kubeadm.yaml.j2", "target": tmp_path / "kubeadm.yaml"}
        (tmp_path / "play.yml").write_text(PLAY.format(**names))
        given = {"podnet_output_dir": str(tmp_path), "ansible_python_interpreter": sys.executable, **variables}
        command = [
            sys.executable,
            "-m",
            "ansible",
            "playbook",
            "-i",
            "localhost,",
            "-c",
            "local",
            "-e",
            json.dumps(given),
        ]
        done = subprocess.run([*command, "play.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return {one["kind"]: one for one in yaml.safe_load_all((tmp_path / "kubeadm.yaml").read_text())}

    return run
