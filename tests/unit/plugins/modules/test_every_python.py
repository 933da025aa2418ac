# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module does its work with every Python that a node may have, as far as they are found here.

ip, kubeadm and kubectl are stand-ins that say what a node of Vagrant would, and keep what they are told to do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import ansible
import pytest
import yaml
from interpreters import NODE_VERSIONS, find

ROOT = Path(__file__).resolve().parents[4]
# Other files only document an action.
MODULES = {path.stem for path in ROOT.glob("plugins/modules/*.py") if "def main(" in path.read_text()}
ADDRESSES = ROOT / "tests/unit/plugins/ip_address_show/vagrant.json"
ROUTE = "route add 10.22.2.0/24 via 10.100.198.202 dev enp0s8 proto 140"
TOKEN = "fedcba.0123456789abcdef"
HASH = f"sha256:{'7c2e6913' * 8}"
PROGRAMS = {
    "ip": f"""case "$*" in
        *address*) cat {ADDRESSES} ;;
        *route*) echo '[]' ;;
        *-batch*) cat > $(dirname "$0")/batch ;;
    esac""",
    "sysctl": "echo a = 1",
    "systemctl": "echo enabled",
    "kubectl": "echo node/node1",  # asked once, after the join
    "kubeadm": f"""case "$1" in
        token) echo kubeadm join 10.100.198.200:6443 --token {TOKEN} --discovery-token-ca-cert-hash {HASH} ;;
        join) cat > $(dirname "$0")/join.json ;;
        init) echo "$*" > $(dirname "$0")/init ;;
    esac""",
}


@pytest.fixture
def node(tmp_path):
    """A directory with the programs of a node, and the part of Ansible that comes with a module."""
    for name, script in PROGRAMS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "ansible").symlink_to(Path(ansible.__file__).parent)
    return tmp_path


def test_ansible_test_is_told_the_same_oldest_python():
    """ansible-test honours that: it accepts syntax that an older Python lacks."""
    settings = yaml.safe_load((ROOT / "tests" / "config.yml").read_text())
    assert settings["modules"]["python_requires"] == f">={NODE_VERSIONS[0]}"


@pytest.mark.parametrize("version", NODE_VERSIONS)
def test_every_module(version, node):
    program = find(version)
    if program is None:
        pytest.skip(f"there is no Python {version} here")
    environment = {
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{node / 'lib'}{os.pathsep}{ROOT / '.collections'}",
    }
    command = [program, Path(__file__).with_name("run_all.py"), node]
    if os.geteuid() == 0:
        # A network namespace has one run's responders: those of other tests on this machine would end these.
        command = ["unshare", "--net", "sh", "-c", '"$0" link set dev lo up && exec "$@"', shutil.which("ip"), *command]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [name for name, result in found.items() if result.get("failed")] == [], found
    if os.geteuid() == 0:
        assert set(found) == MODULES

    assert found["node_address"]["node_address"]["interface"] == "enp0s8"
    assert (node / "batch").read_text().splitlines() == [ROUTE]
    assert json.loads((node / "allocation.json").read_text())["allocation"] == {
        "master": ["10.22.0.0/24", "fd10:22::/64"]
    }
    assert (node / "init").read_text().startswith("init --config=")
    assert (found["kubeadm_token"]["token"], found["kubeadm_token"]["ca_cert_hashes"]) == (TOKEN, [HASH])
    token = json.loads((node / "join.json").read_text())["discovery"]["bootstrapToken"]["token"]
    assert token == "abcdef.0123456789abcdef"
    if os.geteuid() == 0:
        cells = found["connectivity_probe"]["cells"]
        assert [(cell["check"], cell["outcome"]) for cell in cells] == [
            (check, "reachable") for check in ("icmp", "tcp", "udp", "mtu")
        ]
        assert found["connectivity_responder"]["running"] is True
        seen = {(one["pair"], one["kind"]) for one in found["packet_trail"]["sights"]}
        assert seen == {(0, "probe"), (0, "answer"), (1, "probe"), (1, "error")}
