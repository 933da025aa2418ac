"""Addresses on a link that leads to no other machine are not the machine's own. On a network namespace of its own."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import (
    link_overheads,
    mtu_of,
    node_addresses,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import addresses_of, node_of

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

NAME = "test-podnet-links"
OWN, OTHER, CLUSTER_IP, CACHE = "10.99.7.1", "10.99.7.2", "10.96.0.10", "169.254.20.10"
NODES = [Endpoint("one", "node", (OWN, "fd00:99:7::1"), "one"), Endpoint("two", "node", (OTHER,), "two")]


def ip(*arguments):
    return subprocess.run(["ip", "-netns", NAME, *arguments], capture_output=True, text=True, check=False)


def has(kind):
    """Say whether the kernel has a kind of link."""
    if ip("link", "add", "try0", "type", kind).returncode != 0:
        return False
    ip("link", "delete", "try0")
    return True


@pytest.fixture(scope="module")
def inside():
    """A function that runs another one in a network namespace with the links of a node in the mode ipvs.

    A kernel without dummy links lends another kind that leads nowhere.
    """
    subprocess.run(["ip", "netns", "delete", NAME], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "add", NAME], check=True)
    kind = "dummy" if has("dummy") else "ifb"
    lines = [
        # The links of the cache and of kube-proxy come first, as those of a node that has got a new NIC do.
        f"link add nodelocaldns mtu 1400 type {kind}",
        f"link add kube-ipvs0 mtu 1300 type {kind}",
        "link add eth0 mtu 1450 type veth peer name far",
        f"address add {CACHE}/32 dev nodelocaldns",
        f"address add {CLUSTER_IP}/32 dev nodelocaldns",
        *(f"address add {address}/32 dev kube-ipvs0" for address in (CLUSTER_IP, OTHER, OWN)),
        "address add fd00:96::10/128 dev kube-ipvs0",
        "address add 10.99.7.3/24 dev eth0",
        f"address add {OWN}/24 dev eth0 label eth0:1",
        "address add fd00:99:7::1/64 dev eth0 nodad",
        *(f"link set {link} up" for link in ("nodelocaldns", "eth0", "far")),
    ]
    for line in lines:
        done = ip(*line.split())
        assert done.returncode == 0, (line, done.stderr)

    def run(function):
        answers = []

        def enter():  # in a thread of its own: a thread keeps its namespace
            with Namespaces() as namespaces:
                namespaces.enter(f"/run/netns/{NAME}")
                answers.append(function())
                namespaces.enter("")

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        return answers[0]

    yield run
    subprocess.run(["ip", "netns", "delete", NAME], check=True)


def test_only_links_that_lead_to_other_machines_have_addresses_of_the_node(inside):
    found = inside(node_addresses)
    assert {one for one in found if not one.startswith("fe80:")} == {OWN, "10.99.7.3", "fd00:99:7::1"}


@pytest.mark.parametrize(
    ("address", "mtu"),
    [(OWN, 1450), ("10.99.7.3", 1450), ("fd00:99:7:0::1", 1450), (CLUSTER_IP, None), (CACHE, None), (OTHER, None)],
)
def test_the_mtu_is_that_of_a_nic(inside, address, mtu):
    assert inside(lambda: mtu_of(address)) == mtu


def test_a_node_is_not_found_by_an_address_that_kube_proxy_has_lent_it(inside):
    # An externalIP of a Service may be another node's address, and each node then has it on kube-ipvs0.
    everything = inside(lambda: addresses_of(Path("/proc"), "thread-self"))
    assert {OWN, OTHER, CLUSTER_IP} <= everything
    with pytest.raises(ClusterError, match="is none of the nodes one, two"):
        node_of(NODES, "elsewhere", everything)
    assert node_of(NODES, "elsewhere", inside(node_addresses)) == "one"


def test_they_take_nothing_from_the_mtu_of_pods(inside, tmp_path):
    def read():
        # sysfs shows the links of the namespace in which it was mounted, so ip(8) mounts it anew.
        script = "cd /sys/class/net && for link in nodelocaldns kube-ipvs0; do cat $link/uevent; echo; done"
        return subprocess.run(
            ["ip", "netns", "exec", NAME, "sh", "-c", script], capture_output=True, text=True, check=True
        )

    for number, uevent in enumerate(read().stdout.split("\n\n")):
        (tmp_path / f"link{number}").mkdir()
        (tmp_path / f"link{number}" / "uevent").write_text(uevent)
    assert link_overheads(tmp_path) == {"ipv4": 0, "ipv6": 0}
