"""Virtual machines come up beside the lab, closed in, come back after a reboot, and leave nothing behind.

The tests are one story: each needs the machines as the test before leaves them. Emulation takes minutes, so `make test`
leaves them out.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from virtual_machines import ask, changes, reboot

pytestmark = [
    pytest.mark.more,
    pytest.mark.skipif(os.geteuid() != 0, reason="the virtual machines need root"),
]

# What a program outside might answer from: documentation's networks, the machine's own name server, the internet.
ELSEWHERE = ["192.0.2.1", "198.51.100.1", "1.1.1.1", "2001:db8:1::1"]
OUTSIDE = ("203.0.113.1", "2001:db8:113::1")


def output(*command):
    """Run a command, which must succeed, and give its output."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def namespaces():
    """Name the network namespaces of the virtual machines."""
    names = [entry["name"] for entry in json.loads(output("ip", "-json", "netns") or "[]")]
    return sorted(name for name in names if name.startswith("podnetvm"))


def links(*where):
    """Read the links of a network namespace."""
    return json.loads(output("ip", *where, "-json", "link"))


def processes():
    """Name the processes that run a virtual machine, by their numbers."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            program, *arguments = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has ended
        if program.startswith("qemu-system") and arguments[0] == "-name":
            found[path.parent.name] = arguments[1]
    return found


def snapshot():
    """Read the state of the machine that `make vm` changes, and what it must not touch."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "podnet.kubernetes/vm"
    return {
        "containers": sorted(output("podman", "ps", "--all", "--format", "{{.ID}} {{.Names}}").splitlines()),
        "volumes": sorted(output("podman", "volume", "ls", "--format", "{{.Name}}").splitlines()),
        "namespaces": namespaces(),
        "links": sorted(link["ifname"] for link in links()),
        "processes": processes(),
        "packet filter": output("nft", "list", "ruleset"),
        "state": state.exists(),
    }


@pytest.fixture(scope="module", autouse=True)
def machine(run):
    """The state of the machine without virtual machines."""
    done = run("make", "vm-destroy")
    assert done.returncode == 0, done.stdout
    yield snapshot()
    run("make", "vm-destroy")


def test_the_machines_come_up(run):
    assert changes(run("make", "vm"))["localhost"] > 0
    assert sorted(processes().values()) == ["podnetvm-master", "podnetvm-node1"]


def test_they_have_the_walkthroughs_nics_and_a_kernel_of_their_own(run):
    addresses = ask(run, "ip -brief -4 address show scope global")
    assert [tuple(found.split()[0:3:2]) == ("enp0s3", "10.0.2.15/24") for found in addresses.values()] == [True, True]
    assert {node: found.split()[3:6:2] for node, found in addresses.items()} == {
        "master": ["enp0s8", "10.100.198.200/24"],
        "node1": ["enp0s8", "10.100.198.201/24"],
    }
    kernels = ask(run, "uname -r; stat -f -c %T /sys/fs/cgroup")
    assert {found.split()[1] for found in kernels.values()} == {"cgroup2fs"}
    assert os.uname().release not in {found.partition(" ")[0] for found in kernels.values()}


def test_no_namespace_has_a_way_out():
    """A packet to elsewhere has no route, but for that of a NAT, which ends in the stand-in for the internet."""
    for name in namespaces():
        for address in ELSEWHERE:
            route = subprocess.run(
                ["ip", "-n", name, "-json", "route", "get", address], check=False, capture_output=True, text=True
            )
            gateways = [hop.get("gateway") for hop in json.loads(route.stdout or "[]")]
            assert gateways == [] or (name.endswith("-nat") and gateways[0] in OUTSIDE), (name, address, gateways)


def test_no_link_leads_to_the_machines_own_namespace(machine):
    """Each link between two namespaces has an end in both."""
    assert snapshot()["links"] == machine["links"]


def test_a_second_run_changes_nothing(run):
    before = processes()
    assert changes(run("make", "vm"))["localhost"] == 0
    assert processes() == before


def test_a_machine_reboots(run):
    before = ask(run, "cat /proc/sys/kernel/random/boot_id")
    reboot(run, "node1")
    after = ask(run, "cat /proc/sys/kernel/random/boot_id")
    assert before["master"] == after["master"]
    assert before["node1"] != after["node1"]


def test_a_machine_that_was_halted_is_switched_on_with_its_disk(run):
    ask(run, "touch /root/kept; sync")
    [number] = [number for number, name in processes().items() if name == "podnetvm-node1"]
    os.kill(int(number), 9)
    assert changes(run("make", "vm"))["localhost"] == 1
    assert set(ask(run, "ls /root/kept").values()) == {"/root/kept"}


def test_destroy_leaves_the_machine_as_it_was(run, machine):
    done = run("make", "vm-destroy")
    assert done.returncode == 0, done.stdout
    assert snapshot() == machine
