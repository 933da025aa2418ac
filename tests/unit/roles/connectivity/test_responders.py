# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An unreachable host, even the first one of a play that ends with any error, ends no proof."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

# Nobody listens on this port of the loopback.
DEAD = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_connection": "ssh"}
ALIVE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


def endpoint(name, address):
    return {"name": name, "kind": "node", "addresses": [address], "node": name, "own": False}


@pytest.fixture
def run(tmp_path):
    """Run the entry point in check mode, which starts nothing, and return the code and the endpoints afterwards."""

    def run(hosts, endpoints, idle_hosts=()):
        inventory = {"all": {"hosts": hosts}}
        (tmp_path / "hosts.json").write_text(json.dumps(inventory))
        endpoints_text = json.dumps(endpoints)
        plays = [
            {
                "hosts": "all",
                "gather_facts": False,
                "any_errors_fatal": True,
                "vars": {"connectivity_run_id": "run", "connectivity_found_endpoints": json.loads(endpoints_text)},
                "tasks": [
                    {"ansible.builtin.set_fact": {"__connectivity_parts": {"idle_hosts": list(idle_hosts)}}},
                    {
                        "ansible.builtin.include_role": {
                            "name": "podnet.kubernetes.connectivity",
                            "tasks_from": "responders",
                        }
                    },
                    {
                        "ansible.builtin.copy": {
                            "content": "{{ connectivity_found_endpoints | to_json }}",
                            "dest": str(tmp_path / "found.json"),
                        },
                        "delegate_to": "localhost",
                        "check_mode": False,
                        "run_once": True,
                    },
                ],
            }
        ]
        (tmp_path / "play.yml").write_text(json.dumps(plays))
        done = subprocess.run(
            ["ansible-playbook", "--check", "-i", str(tmp_path / "hosts.json"), str(tmp_path / "play.yml")],
            env={**os.environ, "ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ControlPath=none"},
            check=False,
            capture_output=True,
            text=True,
        )
        found = tmp_path / "found.json"
        return done, {
            one["name"]: one.get("missing") for one in json.loads(found.read_text())
        } if found.exists() else {}

    return run


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can look for pods")


@needs_root
def test_the_first_host_is_unreachable(run):
    here = os.uname().nodename.lower()
    hosts = {"dead": DEAD, "alive": ALIVE}
    done, found = run(hosts, [endpoint("dead", "192.0.2.1"), endpoint(here, "192.0.2.2")])
    assert done.returncode == 0, done.stdout + done.stderr
    assert found[here] is None
    assert found["dead"].startswith("dead: host dead is unreachable: ")
    assert found["dead"].endswith("Connection refused")


@needs_root
def test_a_host_whose_node_takes_no_part_is_not_asked(run):
    here = os.uname().nodename.lower()
    hosts = {"Dead": DEAD, "alive": ALIVE}
    gone = {**endpoint("dead", "192.0.2.1"), "missing": "dead is not ready"}
    done, found = run(hosts, [gone, endpoint(here, "192.0.2.2")], ["Dead"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert found == {here: None, "dead": "dead is not ready"}
    assert "UNREACHABLE" not in done.stdout


def test_no_host_answers(run):
    done, found = run({"dead": DEAD}, [endpoint("dead", "192.0.2.1")])
    assert (done.returncode, found) == (2, {})
    assert "no host of the play can probe from a node of the cluster: dead: host dead is unreachable: " in (
        " ".join(done.stdout.split())
    )
