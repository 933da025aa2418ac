# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first control plane is down. Another one answers: it holds the lock, gives admin.conf, and asks the API."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from api_server import serving, write_kubeconfig
from playbook_runs import run_playbook

ROOT = Path(__file__).resolve().parents[3]
# Port 1 of this machine: nothing answers there.
DEAD = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_connection": "ssh"}
ALIVE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
INVENTORY = {"all": {"children": {"control_plane": {"hosts": {"dead": DEAD, "alive": ALIVE}}, "nodes": {"hosts": {}}}}}


@pytest.fixture
def said(tmp_path):
    """A function that runs a playbook with both control planes, and returns its output as one line."""

    def run(playbook, **variables):
        (tmp_path / "hosts.json").write_text(json.dumps(INVENTORY))
        extra = json.dumps({"podnet_output_dir": str(tmp_path), **variables})
        done = run_playbook("-v", "-i", str(tmp_path / "hosts.json"), "-e", extra, str(ROOT / playbook), cwd=ROOT)
        assert done.returncode == 0, done.stdout
        return " ".join(done.stdout.split())

    return run


@pytest.mark.more
def test_the_lock_is_held_by_each_control_plane_that_answers(said):
    found = said("playbooks/lock.yml")
    assert "dead holds no lock against a second run: ssh: connect to host 127.0.0.1 port 1: " in found
    assert "alive keeps other runs off the cluster until this one ends." in found


@pytest.mark.more
def test_a_control_plane_that_answers_asks_the_api(said, tmp_path):
    """Its connection is local, so it is the controller that asks."""
    with serving() as server:
        write_kubeconfig(tmp_path / "admin.conf", server.server_port)
        found = said("playbooks/api.yml", podnet_api_through="control_plane")
    assert f"The controller asks the API at http://127.0.0.1:{server.server_port}" in found


@pytest.mark.more
def test_a_controller_that_did_not_make_the_cluster_fetches_admin_conf(said, tmp_path):
    with serving() as server:
        write_kubeconfig(tmp_path / "theirs.conf", server.server_port)
        variables = {
            "podnet_output_dir": str(tmp_path / "out"),
            "cluster_access_places": [str(tmp_path / "theirs.conf")],
        }
        found = said("playbooks/api.yml", **variables)
        again = said("playbooks/api.yml", **variables)
    assert f"The controller asks the API at http://127.0.0.1:{server.server_port}" in found
    assert f"from alive:{tmp_path}/theirs.conf, is new." in found
    # It is there, so no host is asked.
    assert "Look for a kubeconfig on the hosts" not in again
