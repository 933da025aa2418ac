# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab of virtual machines: the names and addresses of the containers' lab, and nothing else that both have."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CONTAINERS = ["--inventory", "lab/inventory"]
MACHINES = ["--inventory", "lab/vm/hosts.yml", "--inventory", "lab/vm/node2.yml"]
# Each of these names something on the machine.
OWN = ("lab_name", "lab_state_dir", "lab_host_interface", "lab_egress_interface")


@pytest.fixture(scope="module")
def inventories():
    """Both inventories, as ansible-inventory lists them."""
    return [
        json.loads(
            subprocess.run(["ansible-inventory", *one, "--list"], cwd=ROOT, check=True, capture_output=True).stdout
        )
        for one in (CONTAINERS, MACHINES)
    ]


def test_three_virtual_machines_are_those_of_the_walkthrough(inventories):
    containers, machines = inventories
    groups = ("control_plane", "nodes")
    assert [machines[group] for group in groups] == [containers[group] for group in groups]
    addresses = [
        {name: variables["ansible_host"] for name, variables in one["_meta"]["hostvars"].items()} for one in inventories
    ]
    assert addresses[0] == addresses[1]


def test_virtual_machines_have_no_setting_for_containers(inventories):
    containers, machines = [one["_meta"]["hostvars"]["master"] for one in inventories]
    only = {name for name in containers if name.startswith(("common_", "kubeadm_")) and name not in machines}
    assert {"common_swap", "common_cgroup_driver", "kubeadm_control_plane_ignore_preflight_errors"} <= only


def test_nothing_on_the_machine_belongs_to_both_labs(variables):
    """By the role's defaults the containers' lab has the rest of its names."""
    defaults = {"lab_name": "podnet", "lab_host_interface": "podnet0", "lab_egress_interface": "podnet1"}
    containers = {name: value or defaults[name] for name, value in variables(OWN, *CONTAINERS).items()}
    machines = variables(OWN, *MACHINES)
    assert [name for name in OWN if containers[name] == machines[name]] == []
    # A lab removes the namespaces and containers whose names begin with its own and a hyphen.
    assert not f"{machines['lab_name']}-master".startswith(f"{containers['lab_name']}-")
    assert not f"{containers['lab_name']}-master".startswith(f"{machines['lab_name']}-")


def test_make_refuses_other_numbers_of_virtual_machines():
    command = ["make", "--dry-run", "vm", "VM_NODES=4"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "VM_NODES is 4: there are 2 or 3 virtual machines" in done.stderr
