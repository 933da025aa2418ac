# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which routes go with Calico: those of Felix and of BIRD, and not those of a BIRD of somebody else."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NODE, SWITCH = "test-calico-routes", "test-calico-routes-switch"
RESET = yaml.safe_load((ROOT / "roles/calico/tasks/reset.yml").read_text())
MORE = next(one["vars"]["__calico_more_routes"] for one in RESET if "__calico_more_routes" in one.get("vars", {}))

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def ip(*words: str) -> str:
    """Run ip(8) on the node."""
    return subprocess.run(["ip", "-n", NODE, *words], check=True, capture_output=True, text=True).stdout


def remove() -> None:
    """Remove the namespaces, also those that a killed run left."""
    for name in (NODE, SWITCH):
        if Path("/run/netns", name).exists():
            subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.fixture
def node():
    """A node with a NIC, which Calico had on the pod network 10.50.0.0/16."""
    remove()
    for name in (NODE, SWITCH):
        subprocess.run(["ip", "netns", "add", name], check=True)
    link = f"link add enp0s8 netns {NODE} type veth peer name port netns {SWITCH}"
    subprocess.run(["ip", *link.split()], check=True)
    subprocess.run(["ip", "-n", SWITCH, "link", "set", "port", "up"], check=True)
    for line in (
        "link set enp0s8 up",
        "address add 10.99.0.1/24 dev enp0s8",
        "route add 10.50.2.0/26 via 10.99.0.2 proto 80",
        "route add blackhole 10.50.1.0/26 proto 80",
        "route add blackhole 10.50.1.64/26 proto 12",
        "route add 192.168.7.0/24 via 10.99.0.9 proto 12",
        "route add 10.77.0.0/16 via 10.99.0.9 proto static",
        "-6 route add blackhole fd50:1::/122 proto 80",
    ):
        ip(*line.split())
    yield
    remove()


def remove_routes(folder, more):
    """Play the task file of the role, with the default pod network, on the node."""
    role = {"name": "podnet.kubernetes.calico", "tasks_from": "remove_routes"}
    variables = {
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "calico_pod_network": "10.244.0.0/16",
    }
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables}
    # As the task file of the reset gives it: the variables of a play count less than those of a role.
    tasks = [{"ansible.builtin.include_role": role, "vars": {"__calico_more_routes": more}}]
    (folder / "play.yml").write_text(json.dumps([{**play, "tasks": tasks}]))
    done = subprocess.run(
        ["ip", "netns", "exec", NODE, "ansible-playbook", "-i", "localhost,", "play.yml"],
        cwd=folder,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_reset_takes_calicos_routes_of_any_pod_network_and_leaves_those_of_others(node, tmp_path):
    foreign = {"192.168.7.0/24", "10.77.0.0/16", "10.99.0.0/24"}
    calico = {"10.50.2.0/26", "10.50.1.0/26", "10.50.1.64/26"}
    remove_routes(tmp_path, [])
    assert {one["dst"] for one in json.loads(ip("-json", "route"))} == foreign | calico
    remove_routes(tmp_path, MORE)
    assert {one["dst"] for one in json.loads(ip("-json", "route"))} == foreign
    assert "fd50" not in ip("-6", "route")
