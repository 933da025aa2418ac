# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of the virtual machines: the lab's names, addresses and networks, and nothing else of the lab."""

from __future__ import annotations

import copy
import ipaddress
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
VAGRANT = ROOT / "inventories" / "vagrant"
LAB = ROOT / "lab" / "inventory"
GROUPS = ("control_plane", "nodes")
HOW_THEY_ARE_REACHED = ("ansible_", "vagrant_")
# Boxes and providers name NICs differently: only the lab has one by name.
LAB_ONLY = {"podnet_node_interface"}


def run(*command):
    """Return how a command ended that was run in the clone, its errors among its output."""
    return subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )


@cache
def read(path):
    """Return an inventory as Ansible understands it."""
    command = ["ansible-inventory", "--inventory", str(path), "--list"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def machines(inventory):
    """Return (group, name, address) of each node."""
    addresses = {name: own["ansible_host"] for name, own in inventory["_meta"]["hostvars"].items()}
    return {(group, name, addresses[name]) for group in GROUPS for name in inventory[group]["hosts"]}


def settings(inventory):
    """Return what an inventory says to the roles: (variable, value as JSON), of all nodes together."""
    return {
        (name, json.dumps(value))
        for own in inventory["_meta"]["hostvars"].values()
        for name, value in own.items()
        if not name.startswith(HOW_THEY_ARE_REACHED)
    }


def differences(vagrant):
    """Return where an inventory of virtual machines differs from the lab's machines and the walkthrough's variables."""
    walkthrough = yaml.safe_load((LAB / "group_vars" / "all" / "network.yml").read_text(encoding="utf-8"))
    expected = {(name, json.dumps(value)) for name, value in walkthrough.items() if name not in LAB_ONLY}
    return (machines(read(LAB)) ^ machines(vagrant)) | (expected ^ settings(vagrant))


@pytest.fixture(name="vagrant")
def vagrant_():
    """The inventory of the virtual machines, for a test to spoil."""
    return copy.deepcopy(read(VAGRANT))


def test_it_is_the_lab_s_without_what_is_the_lab_s_alone(vagrant):
    assert differences(vagrant) == set()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("podnet_service_network", "10.97.0.0/16"), ("podnet_node_interface", "enp0s8"), ("common_swap", "keep")],
)
def test_a_setting_of_its_own_is_found(vagrant, variable, value):
    vagrant["_meta"]["hostvars"]["node1"][variable] = value
    assert differences(vagrant) == {(variable, json.dumps(value))}


def test_another_address_and_another_group_are_found(vagrant):
    vagrant["_meta"]["hostvars"]["node1"]["ansible_host"] = "10.100.198.211"
    vagrant["nodes"]["hosts"].remove("node2")
    assert differences(vagrant) == {
        ("nodes", "node1", "10.100.198.201"),
        ("nodes", "node1", "10.100.198.211"),
        ("nodes", "node2", "10.100.198.202"),
    }


def test_the_addresses_are_in_the_network_by_which_nodes_find_theirs(vagrant):
    for own in vagrant["_meta"]["hostvars"].values():
        network = ipaddress.ip_network(own["podnet_node_network"])
        assert ipaddress.ip_address(own["ansible_host"]) in network
        # Vagrant gives addresses this prefix when it is not told another.
        assert network.prefixlen == 24


def test_the_playbooks_find_their_hosts():
    everywhere = {("localhost",), ("master",), ("master", "node1", "node2")}
    wanted = {f"playbooks/{name}.yml": everywhere | {("node1", "node2")} for name in ("basic_cni", "flannel", "calico")}
    wanted["playbooks/verify.yml"] = everywhere
    done = run("ansible-playbook", "--inventory", str(VAGRANT), "--list-hosts", *wanted)
    assert done.returncode == 0, done.stdout
    listed = re.split(r"^playbook: (.+)$", done.stdout, flags=re.M)[1:]
    found = {
        playbook: {
            tuple(sorted(names.split())) for names in re.findall(r"^ +hosts \(\d+\):((?:\n +\S+)*)", plays, re.M)
        }
        for playbook, plays in zip(listed[::2], listed[1::2], strict=True)
    }
    assert found == wanted


def test_a_machine_is_reached_with_its_own_key_and_one_that_is_not_there_says_what_to_do(tmp_path):
    """Vagrant has made two machines, each with another provider."""
    made = {"master": "virtualbox", "node1": "libvirt"}
    for name, provider in made.items():
        (tmp_path / name / provider).mkdir(parents=True)
        (tmp_path / name / provider / "private_key").touch()
    show = "msg={{ [ansible_host, ansible_user, ansible_ssh_private_key_file, ansible_ssh_common_args] }}"
    directory = f"vagrant_machines_dir={tmp_path}"
    done = run("ansible", "vagrant", "-i", str(VAGRANT), "-e", directory, "-m", "ansible.builtin.debug", "-a", show)
    assert done.returncode == 2, done.stdout
    words = done.stdout.split()
    assert {"10.100.198.200", "10.100.198.201", "vagrant"} <= set(words)
    for name, provider in made.items():
        assert f"{tmp_path}/{name}/{provider}/private_key" in words
        assert f"UserKnownHostsFile={tmp_path}/{name}/{provider}/known_hosts" in words
    missing = f"{tmp_path}/node2/virtualbox/private_key or {tmp_path}/node2/libvirt/private_key"
    assert f"node2 has no key: `vagrant up` makes the machine, and {missing}" in " ".join(words)
    assert "master has no key" not in " ".join(words)
