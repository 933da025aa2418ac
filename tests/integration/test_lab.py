"""The lab comes up from any state, names its obstacles, and leaves nothing behind.

The tests are one story: each needs the lab as the test before leaves it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager

import pytest

NIC = "molecule0"
NODES = ["master", "node1", "node2"]
NAMES = ["podnet-master", "podnet-mirror", "podnet-node1", "podnet-node2", "podnet-outside"]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root")


def output(*command):
    """Run a command, which must succeed, and give its output."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def snapshot():
    """Read the state that the lab must restore: containers, volumes, namespaces, links, the packet filter."""
    return {
        "containers": output("podman", "ps", "--all", "--format", "{{.ID}} {{.Names}}").splitlines(),
        "volumes": output("podman", "volume", "ls", "--format", "{{.Name}}").splitlines(),
        "namespaces": sorted(entry["name"] for entry in json.loads(output("ip", "-json", "netns") or "[]")),
        "links": sorted(link["ifname"] for link in json.loads(output("ip", "-json", "link"))),
        "packet filter": output("nft", "list", "ruleset"),
    }


def identities():
    """Read the ids of the containers, by their names."""
    return {container["Name"]: container["Id"] for container in json.loads(output("podman", "inspect", *NAMES))}


def changed(done):
    """Count the changes that a run of a playbook reports for the machine."""
    assert done.returncode == 0, done.stdout
    return int(done.stdout.split("changed=")[1].split()[0])


@contextmanager
def held(*namespaces):
    """Hold network namespaces open, as connections that end late do: they and their links outlive their names."""
    holders = [subprocess.Popen(["nsenter", f"--net=/run/netns/{name}", "sleep", "600"]) for name in namespaces]
    try:
        yield
        assert [holder.poll() for holder in holders] == [None] * len(namespaces)
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()


@pytest.fixture(scope="module", autouse=True)
def machine(run):
    """The state of the machine without a lab."""
    done = run("make", "lab-destroy")
    assert done.returncode == 0, done.stdout
    yield snapshot()
    run("make", "lab-destroy")


def test_a_network_in_use_is_refused(run, root):
    output("ip", "link", "add", NIC, "type", "bridge")
    try:
        output("ip", "address", "add", "10.100.198.50/24", "dev", NIC)
        output("ip", "link", "set", NIC, "up")
        done = run("make", "lab")
    finally:
        output("ip", "link", "delete", NIC)
    text = " ".join(done.stdout.split())
    assert done.returncode != 0
    assert "10.100.198.0/24 (lab_node_network) is in use on this machine" in text
    assert NIC in text


def test_a_release_of_debian_without_nodes_is_refused(run, machine):
    done = run("make", "lab", "ARGS=-e lab_node_release=11")
    assert done.returncode != 0
    assert "value of lab_node_release must be one of: 12, 13, got: 11" in " ".join(done.stdout.split())
    assert snapshot() == machine


def test_the_lab_comes_up(run):
    assert changed(run("make", "lab")) > 0
    assert sorted(output("podman", "ps", "--format", "{{.Names}}").split()) == NAMES


def test_the_address_that_all_nodes_share_is_refused(run, tmp_path):
    before = output("podman", "exec", "podnet-node1", "find", "/etc", "-newer", "/etc/hostname")
    playbook = tmp_path / "address.yml"
    role = {"ansible.builtin.include_role": {"name": "podnet.kubernetes.common", "tasks_from": "node_address"}}
    task = {"name": "Find the node's address", **role}
    playbook.write_text(
        json.dumps([{"name": "Find addresses", "hosts": "lab", "gather_facts": False, "tasks": [task]}])
    )
    wrong = {"podnet_node_interface": "enp0s3", "podnet_node_network": None}
    done = run("ansible-playbook", str(playbook), "--extra-vars", json.dumps(wrong))
    assert done.returncode == 2
    for word in ["master", "node1", "node2", "enp0s3", "10.0.2.15", "podnet_node_interface"]:
        assert word in done.stdout
    assert output("podman", "exec", "podnet-node1", "find", "/etc", "-newer", "/etc/hostname") == before


def test_a_dead_lab_is_replaced(run):
    """CI may restore a machine so: namespaces and links exist, and podman takes dead containers for running ones."""
    containers = json.loads(output("podman", "inspect", *NAMES))
    for container in containers:
        for pid in (container["State"]["ConmonPid"], container["State"]["Pid"]):
            os.kill(pid, signal.SIGKILL)
    with held("podnet-node1", "podnet-node1-nat", "podnet-mirror"):
        assert changed(run("make", "lab")) > 0
    assert set(identities().values()).isdisjoint({container["Id"] for container in containers})


def test_a_second_run_changes_nothing(run):
    assert changed(run("make", "lab")) == 0


@pytest.mark.skipif(os.environ.get("LAB_NODE_RELEASE") != "12", reason="takes minutes: make molecule-debian-12 runs it")
def test_another_release_of_debian_replaces_the_nodes_alone(run):
    before = identities()
    done = run("make", "lab", "ARGS=-e lab_node_release=12")
    reasons = [f"{node} runs Debian 13 instead of 12" for node in NODES]
    assert changed(done) > 0
    assert f"The lab replaces all nodes: {'; '.join(reasons)}." in " ".join(done.stdout.split())
    after = identities()
    assert {name for name in NAMES if before[name] != after[name]} == {f"podnet-{node}" for node in NODES}
    releases = {output("podman", "exec", f"podnet-{node}", "cat", "/etc/debian_version")[:3] for node in NODES}
    assert releases == {"12."}


def test_destroy_leaves_the_machine_as_it_was(run, root, machine):
    allocation = root / "lab" / "inventory" / ".podnet" / "allocation.json"
    allocation.parent.mkdir(mode=0o700, exist_ok=True)
    allocation.touch()
    done = run("make", "lab-destroy")
    assert done.returncode == 0, done.stdout
    assert snapshot() == machine
    assert not allocation.exists()
