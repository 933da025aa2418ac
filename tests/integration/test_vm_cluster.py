"""Clusters on virtual machines: kernels of their own, cgroup v2, the walkthrough's NICs, and reboots that are some.

The tests are one story, of three hours and more under emulation. `-k flannel`, `-k basic_cni` or `-k calico` plays one
network, from bare machines to their reset. `VM_NODES=3` adds a machine, and `LAB_NODE_RELEASE=12` takes Debian 12.

    pytest -m more --durations=0 tests/integration/test_vm_cluster.py -k flannel
"""

from __future__ import annotations

import json
import os
import re

import pytest
from virtual_machines import ask, changes, play, reboot

pytestmark = [
    pytest.mark.more,
    pytest.mark.skipif(os.geteuid() != 0, reason="the virtual machines need root"),
]

NODES = {"master": "10.100.198.200", "node1": "10.100.198.201", "node2": "10.100.198.202"}
MACHINES = dict(list(NODES.items())[: int(os.environ.get("VM_NODES", "2"))])
RELEASE = os.environ.get("LAB_NODE_RELEASE", "13")
# What the roles set, in the words of the kernel, systemd and util-linux.
STATE = (
    "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/bridge-nf-call-iptables; "
    "systemctl is-active containerd kubelet; swapon --noheadings | wc -l; systemctl --failed --no-legend | wc -l; "
    "stat --file-system --format=%T /sys/fs/cgroup; ip -4 -brief address show enp0s8 | tr -s ' '"
)
READY = "timeout 1200 sh -c 'until kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /readyz; do sleep 5; done'"


@pytest.fixture(scope="module", autouse=True)
def machines(run):
    """Bare virtual machines, which end with the story."""
    assert run("make", "vm-destroy").returncode == 0
    done = run("make", "vm", f"ARGS=-e lab_node_release={RELEASE}")
    assert done.returncode == 0, done.stdout
    yield
    run("make", "vm-destroy")


@pytest.fixture(scope="module")
def written(root):
    """A function that reads a file of the last report of some name."""

    def read(name, file="report.json"):
        return json.loads((root / "lab/vm/.podnet/reports" / name / file).read_text())

    return read


def all_passed(report):
    """Whether a report has cells on every node, and each is as expected."""
    assert {cell["verdict"] for cell in report["cells"]} == {"passed"}
    assert {endpoint["node"] for endpoint in report["endpoints"] if endpoint["kind"] == "pod"} == set(MACHINES)


def prove(run, written, name):
    """Prove the network as it is."""
    done = play(run, "verify", connectivity_name=name)
    assert done.returncode == 0, done.stdout
    all_passed(written(name))


def reboot_and_prove(run, written, hosts, name):
    """Reboot machines, one after the other, and prove the network without a run of Ansible between."""
    for host in hosts:
        before = ask(run, "cat /proc/sys/kernel/random/boot_id", host)
        reboot(run, host)
        assert ask(run, "cat /proc/sys/kernel/random/boot_id", host) != before
    ask(run, READY, "master")
    for host, state in ask(run, STATE).items():
        assert state.split()[:8] == ["1", "1", "active", "active", "0", "0", "cgroup2fs", "enp0s8"], (host, state)
        assert f"{MACHINES[host]}/24" in state, (host, state)
    prove(run, written, name)


def make_and_repeat(run, written, network):
    """Make a cluster from bare machines, with its proof, and see that a second run changes nothing."""
    made = changes(play(run, network))
    assert all(made[host] for host in MACHINES), made
    all_passed(written(network))
    again = changes(play(run, network))
    assert {host: again[host] for host in MACHINES} == dict.fromkeys(MACHINES, 0)
    all_passed(written(network))


def reset(run):
    """Make bare machines of the cluster's."""
    done = play(run, "reset", podnet_reset_confirmed=True)
    assert done.returncode == 0, done.stdout
    left = ask(run, "ls -A /etc/kubernetes /etc/cni/net.d 2>/dev/null | grep -v : | wc -w; ip -brief link")
    for host, found in left.items():
        names = {word.partition("@")[0] for word in found.split()}
        assert found.split()[0] == "0", (host, found)
        assert not names & {"cni0", "flannel.1", "vxlan.calico", "kube-ipvs0"}, (host, found)


class TestFlannel:
    """The network of most people, whose faults the walkthrough shows."""

    def test_flannel_from_bare_machines_and_again(self, run, written):
        make_and_repeat(run, written, "flannel")

    def test_the_kubelet_has_cgroup_v2_and_systemds_driver(self, run):
        found = ask(run, "grep cgroupDriver /var/lib/kubelet/config.yaml; ls -d /sys/fs/cgroup/kubepods.slice")
        assert {tuple(one.split()) for one in found.values()} == {
            ("cgroupDriver:", "systemd", "/sys/fs/cgroup/kubepods.slice")
        }

    def test_the_wrong_nic_of_flannel_is_refused_proved_and_mended(self, run, written):
        refused = play(run, "flannel", flannel_interface=None)
        text = " ".join(refused.stdout.split())
        assert refused.returncode == 2
        for host, address in MACHINES.items():
            assert f"{host}: Flannel announces 10.0.2.15 (enp0s3), should be {address}" in text
        done = play(run, "verify", connectivity_name="wrong-nic")
        assert done.returncode == 2, done.stdout
        first = written("wrong-nic", "findings.json")["findings"][0]
        assert (first["id"], first["nodes"]) == ("shared_address", sorted(MACHINES))
        mended = play(run, "flannel")
        assert mended.returncode == 0, mended.stdout
        all_passed(written("flannel"))

    @pytest.mark.parametrize(("there", "back"), [("+1", "-1"), ("-1", "+1")])
    def test_a_clock_that_jumps_with_flannel_is_named_and_does_no_lasting_harm(self, run, written, there, back):
        """On a worker. Back again, the network is proved without a change by hand."""
        ask(run, f"systemctl stop systemd-timesyncd; date --set='{there} hour'", "node1")
        try:
            done = play(run, "diagnose", diagnose_name="clock")
            [finding] = [one for one in written("clock", "findings.json")["findings"] if one["id"] == "clocks"]
            # Of two machines none is right, so the one that differs from the controller is named.
            assert finding["nodes"] == ["node1"], done.stdout
        finally:
            ask(run, f"date --set='{back} hour'; systemctl start systemd-timesyncd", "node1")
        ask(run, READY, "master")
        prove(run, written, "clock-is-back")

    def test_each_machine_with_flannel_comes_back_after_a_reboot(self, run, written):
        reboot_and_prove(run, written, [*list(MACHINES)[1:], "master"], "rebooted")

    def test_the_machines_with_flannel_are_reset(self, run):
        reset(run)


class TestBridge:
    """The bridge network with static routes, which must come back without an agent."""

    def test_basic_cni_from_bare_machines_and_again(self, run, written):
        make_and_repeat(run, written, "basic_cni")

    def test_the_routes_of_basic_cni_come_back_after_a_reboot(self, run, written):
        before = ask(run, "ip route show proto 140 | sort")
        reboot_and_prove(run, written, list(MACHINES), "rebooted")
        after = ask(run, "ip route show proto 140 | sort")
        assert after == before
        assert all(re.search(r"^10\.22\.\d+\.0/24 via 10\.100\.198\.20\d", found) for found in after.values()), after

    def test_the_machines_with_basic_cni_are_reset(self, run):
        reset(run)


class TestCalico:
    """Calico with the policies of the three tiers, which calico.yml proves step by step."""

    def test_calico_from_bare_machines(self, run, written):
        made = changes(play(run, "calico"))
        assert all(made[host] for host in MACHINES), made
        all_passed(written("calico"))

    def test_calico_comes_back_after_a_reboot(self, run, written):
        reboot_and_prove(run, written, ["node1"], "rebooted")

    def test_the_machines_with_calico_are_reset(self, run):
        reset(run)
