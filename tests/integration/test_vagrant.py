"""The Vagrantfile and the scenario on it, as far as they go without a virtual machine; Vagrant itself is Debian's.

Nothing here takes the lab over or leaves the machine, but for apt: where Vagrant is sent to look for a box, nothing
listens. A program that only knows its version stands in for VirtualBox.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from debian_packages import need

PACKAGES = ["vagrant", "vagrant-libvirt"]
LISTED = "* 10.100.198.0/24 192.168.56.0/21"
NO_BOX = "The box 'bento/debian-13' could not be found"


@pytest.fixture(scope="module")
def vagrant(run):
    """Debian's Vagrant and its provider for libvirt, installed when they are not there."""
    need(PACKAGES, "vagrant", run)


@pytest.fixture
def execute(run, root, tmp_path):
    """Runs a command among whose programs is one that says it is VirtualBox; `calls` is what was asked of it."""
    program = tmp_path / "bin" / "VBoxManage"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/calls\ntest "$1" != --version || echo 7.0.20r163906\n')
    program.chmod(0o755)
    environment = {
        "MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path / "molecule"),
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_DEFAULT_PROVIDER": "virtualbox",
        "VAGRANT_DOTFILE_PATH": str(tmp_path / "machines"),
        "VAGRANT_HOME": str(root / ".cache" / "vagrant"),
        "VAGRANT_SERVER_URL": "http://127.0.0.1:9",
    }
    return lambda *command, **more: run(*command, **{**environment, **more})


@pytest.fixture
def copy(root, tmp_path):
    """A copy of the Vagrantfile and its inventory."""
    copy = tmp_path / "copy"
    own = shutil.ignore_patterns(".podnet")
    shutil.copytree(root / "inventories/vagrant", copy / "inventories/vagrant", ignore=own)
    shutil.copy(root / "Vagrantfile", copy)
    return copy


def replace(file, before, after):
    """Replace a text in a file that has it."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


VALIDATIONS = [
    (["--ignore-provider"], "virtualbox", "config.vm.box"),
    ([], "virtualbox", "virtualbox.memory"),
    ([], "libvirt", "libvirt.memory"),
]


@pytest.mark.usefixtures("vagrant")
@pytest.mark.parametrize(("options", "provider", "setting"), VALIDATIONS)
def test_the_vagrantfile_is_valid_and_a_setting_that_does_not_exist_is_found(execute, copy, options, provider, setting):
    validate = ("vagrant", "validate", *options)
    done = execute(*validate, VAGRANT_DEFAULT_PROVIDER=provider)
    assert (done.returncode, "validated successfully" in done.stdout) == (0, True), done.stdout
    replace(copy / "Vagrantfile", f"{setting} =", f"{setting}x =")
    done = execute(*validate, cwd=copy, VAGRANT_DEFAULT_PROVIDER=provider)
    assert (done.returncode, f"{setting.rpartition('.')[2]}x" in done.stdout) == (1, True), done.stdout


def wanted(root, inventory):
    """Return the machines that the Vagrantfile should make of an inventory: bare ones with 2 GB each."""
    command = ["ansible-inventory", "--inventory", str(inventory), "--list"]
    listed = json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout)
    return [
        {
            "provider": provider,
            "name": name,
            "hostname": name,
            "addresses": [own["ansible_host"]],
            "cpus": 2,
            "memory": 2048,
            "shared_folders": 0,
            "provisioners": 0,
            "checks_before_up": int(provider == "virtualbox"),
        }
        for provider in ("virtualbox", "libvirt")
        for name, own in listed["_meta"]["hostvars"].items()
    ]


def made(execute, root, clone):
    """Return the machines that Vagrant finds in the Vagrantfile of a clone."""
    done = execute("ruby", str(root / "tests/integration/vagrant_machines.rb"), cwd=clone)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout.splitlines()[-1])


def test_the_machines_are_those_of_an_inventory_that_was_changed(execute, vagrant, root, copy):
    hosts = copy / "inventories/vagrant/hosts.yml"
    replace(hosts, "10.100.198.201", "10.100.198.211")
    hosts.write_text(f"{hosts.read_text()}            node3:\n              ansible_host: 10.100.198.203\n")
    machines = made(execute, root, copy)
    assert machines == wanted(root, copy / "inventories/vagrant")
    assert {"10.100.198.211", "10.100.198.203"} <= {address for one in machines for address in one["addresses"]}


def test_a_network_that_virtualbox_does_not_allow_is_refused_before_anything_is_made(execute, vagrant, tmp_path):
    file = tmp_path / "networks.conf"
    file.write_text(f"#{LISTED}\n10.0.0.0/8\n* 192.168.0.0/16 ::/0 nonsense\n")
    done = execute("vagrant", "up", PODNET_VBOX_NETWORKS=str(file))
    assert done.returncode == 1
    assert "VirtualBox does not allow the network of the machines, 10.100.198.0/24." in done.stdout
    assert f"Add this line to {file}" in done.stdout
    assert f"\n  {LISTED}\n" in done.stdout
    assert NO_BOX not in done.stdout
    assert (tmp_path / "calls").read_text().split() == ["--version"]


@pytest.mark.parametrize("line", [LISTED, " *  ::/0 10.0.0.0/8"])
def test_a_network_that_virtualbox_allows_is_not_in_the_way(execute, vagrant, tmp_path, line):
    file = tmp_path / "networks.conf"
    file.write_text(f"# ours\n* 192.168.0.0/16\n{line}\n")
    done = execute("vagrant", "up", PODNET_VBOX_NETWORKS=str(file))
    assert (done.returncode, NO_BOX in done.stdout) == (1, True), done.stdout


def test_the_scenario_makes_the_machines_of_the_vagrantfile(execute, vagrant, root, tmp_path):
    """As far as the check of a machine that has no list of networks. Molecule runs the same playbooks, more slowly."""
    environment = {"MOLECULE_PROJECT_DIRECTORY": str(root), "PODNET_VBOX_NETWORKS": str(tmp_path / "networks.conf")}
    playbooks = [f"molecule/vagrant/{name}.yml" for name in ("destroy", "create")]
    done = execute("ansible-playbook", *playbooks, **environment)
    assert (done.returncode, LISTED in done.stdout) == (2, True), done.stdout
    assert re.search(r"localhost +: ok=1 +changed=1 .* failed=1 ", done.stdout)


def test_the_scenario_plays_and_tests_what_flannel_does_on_the_virtual_machines(execute, vagrant, root, tmp_path):
    done = execute("molecule", "syntax", "--scenario-name=vagrant")
    assert done.returncode == 0, done.stdout
    assert f"playbook: {root}/molecule/vagrant/converge.yml" in "".join(done.stdout.split("│ "))
    scenario = yaml.safe_load((tmp_path / "molecule" / "molecule.yml").read_text())
    inventory = f"{root}/inventories/vagrant"
    assert scenario["ansible"]["executor"]["args"]["ansible_playbook"] == [f"--inventory={inventory}"]
    assert scenario["verifier"]["options"]["ansible-inventory"] == inventory
    assert (root / "molecule/vagrant" / scenario["verifier"]["directory"]).samefile(root / "molecule/shared/tests")


def test_a_scenario_that_molecule_does_not_know_is_found(execute, root, tmp_path):
    scenario = tmp_path / "clone" / "molecule" / "vagrant"
    shutil.copytree(root / "molecule" / "vagrant", scenario)

    def listing():
        done = execute("molecule", "list", cwd=tmp_path / "clone")
        return done.returncode, done.stdout

    assert listing()[0] == 0
    replace(scenario / "molecule.yml", "directory:", "directories:")
    code, shown = listing()
    assert (code, "'directories' was unexpected" in shown) == (1, True), shown
    replace(scenario / "molecule.yml", "directories:", "directory:")
    replace(scenario / "molecule.yml", "name: vagrant", "name: vagant")
    code, shown = listing()
    assert (code, "vagant" in shown) == (1, True), shown


def test_only_this_scenario_needs_a_plugin_of_molecule(execute, tmp_path):
    """The packages of the environment, without that of the plugins and its library."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith(("molecule_plugins", "vagrant", "python_vagrant")):
            (packages / path.name).symlink_to(path)
    molecule = (sys.executable, "-S", "-m", "molecule", "syntax")
    done = execute(*molecule, "--scenario-name=flannel", PYTHONPATH=str(packages))
    assert done.returncode == 0, done.stdout
    done = execute(*molecule, "--scenario-name=vagrant", PYTHONPATH=str(packages))
    assert (done.returncode, "Failed to find driver vagrant" in done.stdout) == (1, True), done.stdout
