# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's connections, which ssh keeps open, are not those of another inventory with the same addresses."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LAB = ROOT / "lab/inventory/hosts.yml"


@pytest.fixture
def control_path(tmp_path):
    """A function that connects to master by an inventory, and gives the path of the connection that ssh would keep."""
    log = tmp_path / "ssh.log"
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" > {log}\n')
    ssh.chmod(0o755)

    def run(inventory):
        variables = {"ansible_ssh_executable": str(ssh)}
        command = ["ansible", "master", "-i", str(inventory), "-m", "ansible.builtin.raw", "-a", "true"]
        subprocess.run(
            [*command, "-e", json.dumps(variables)],
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
            check=True,
            capture_output=True,
        )
        return Path(re.search(r'ControlPath="?([^" ]+)', log.read_text())[1])

    return run


def test_another_inventory_with_the_same_address_and_user(control_path, tmp_path):
    other = tmp_path / "hosts.ini"
    other.write_text("master ansible_host=10.100.198.200 ansible_user=root\n")
    ours, theirs = control_path(LAB), control_path(other)
    # The name is made of host, port and user, so only the directory keeps them apart.
    assert ours.name == theirs.name
    assert ours.parent == tmp_path / "podnet.kubernetes/lab/connections"
    assert theirs.parent != ours.parent
