# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._pod_namespaces import (
    addresses_of,
    find_namespaces,
    link_overhead,
    node_of,
    parse_pod_uid,
)

UID = "06e24949-6b16-4b3b-bb1f-43cd75649caf"
UNDERSCORES = UID.replace("-", "_")
OTHER = "a289ff0b-f6cd-4405-933d-8123ac94ea67"
HASH = "8a0c5e8c7d6f4b3a291807f6e5d4c3b2"
CONTAINER = "0b15e36cc35ae94e61af3e6b3b56b5d3d8b1f6de7c1a8d5f3b2a190807f6e5d4"

# The layouts, with {} for the UID as the driver writes it. CRI-O's are recorded from its documentation, not run.
CGROUPFS = f"/kubepods/burstable/pod{{}}/{CONTAINER}"
CGROUPFS_GUARANTEED = f"/kubepods/pod{{}}/{CONTAINER}"
SYSTEMD = (
    f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{{}}.slice/cri-containerd-{CONTAINER}.scope"
)
SYSTEMD_GUARANTEED = f"/kubepods.slice/kubepods-pod{{}}.slice/cri-containerd-{CONTAINER}.scope"
CRIO = f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{{}}.slice/crio-{CONTAINER}.scope"
CRIO_MONITOR = (
    f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{{}}.slice/crio-conmon-{CONTAINER}.scope"
)
ROOT = f"/kubelet/kubepods/besteffort/pod{{}}/{CONTAINER}"

# The kubelet with the driver systemd, and containerd with cgroupfs: a mistake, and the pods run.
MIXED = f"/system.slice/containerd.service/kubepods-burstable-pod{{}}.slice:cri-containerd:{CONTAINER}"

HYPHENS = [CGROUPFS, CGROUPFS_GUARANTEED, ROOT]
SYSTEMDS = [SYSTEMD, SYSTEMD_GUARANTEED, CRIO, CRIO_MONITOR, MIXED]


def v1(path):
    """Return /proc/PID/cgroup of a machine with cgroup v1: the path is in one controller, and others say nothing."""
    return f"12:pids:{path}\n11:cpuset:/\n1:name=systemd:{path}\n0::/\n"


def v2(path):
    return f"0::{path}\n"


@pytest.mark.parametrize("version", [v1, v2])
@pytest.mark.parametrize(
    ("path", "uid"),
    [(layout.format(UID), UID) for layout in HYPHENS]
    + [(layout.format(UNDERSCORES), UID) for layout in SYSTEMDS]
    + [(layout.format(HASH), HASH) for layout in [*HYPHENS, *SYSTEMDS]],
)
def test_the_pod_of_a_process(version, path, uid):
    assert parse_pod_uid(version(path)) == uid


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/docker/{CONTAINER}",
        f"/system.slice/docker-{CONTAINER}.scope",
        "/user.slice/user-0.slice/session-4.scope",
        f"/backup-of-pod{UID}x/{CONTAINER}",
        f"/mypod{UID}/{CONTAINER}",
        f"/kubepods/burstable/pod{UID[:-1]}/{CONTAINER}",
        f"/kubepods/burstable/pod{UID.replace('-', '_', 1)}/{CONTAINER}",
    ],
)
def test_what_is_no_pod(path):
    assert parse_pod_uid(v1(path)) is None
    assert parse_pod_uid(v2(path)) is None


@given(st.uuids(), st.sampled_from(HYPHENS), st.sampled_from(SYSTEMDS))
def test_every_uid_is_found_in_every_layout(uid: uuid.UUID, hyphens, systemd):
    assert parse_pod_uid(v2(hyphens.format(uid))) == str(uid)
    assert parse_pod_uid(v1(systemd.format(str(uid).replace("-", "_")))) == str(uid)


class Proc:
    """A tree like /proc. Namespaces are files: two processes in one have hard links to it."""

    def __init__(self, path):
        self.path = path
        self.namespace("node")
        self.process("self", "node", "/")
        self.write("1/cgroup", v2("/init.scope"))
        self.write("cmdline", "no process")

    def write(self, name, text):
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def namespace(self, name, *addresses):
        self.write(f"namespaces/{name}", name)
        lines = ["Main:", "  +-- 0.0.0.0/0 3 0 5", "     |-- 0.0.0.0", "        /0 universe UNICAST"]
        for address in ("127.0.0.1", *(one for one in addresses if ":" not in one)):
            network = address.rpartition(".")[0] + ".0"
            lines += [
                f"     |-- {network}",
                "        /24 link UNICAST",
                f"     |-- {address}",
                "        /32 host LOCAL",
            ]
            lines += [f"     |-- {network[:-1]}255", "        /32 link BROADCAST"]
        self.write(f"namespaces/{name}.fib_trie", "\n".join(lines) + "\n")
        digits = [one for one in addresses if ":" in one]
        lines = [f"{int(ipaddress.IPv6Address(one)):032x} 02 40 00 80     eth0\n" for one in digits]
        self.write(f"namespaces/{name}.if_inet6", "".join(lines))

    def process(self, pid, namespace, path):
        self.write(f"{pid}/cgroup", v1(path))
        (self.path / f"{pid}/ns").mkdir()
        (self.path / f"{pid}/net").mkdir()
        os.link(self.path / f"namespaces/{namespace}", self.path / f"{pid}/ns/net")
        for name in ("fib_trie", "if_inet6"):
            os.link(self.path / f"namespaces/{namespace}.{name}", self.path / f"{pid}/net/{name}")


@pytest.fixture
def proc(tmp_path):
    return Proc(tmp_path)


def pod(*addresses, uids=(UID,), name="shop/web"):
    return Endpoint(name, "pod", addresses, "node1", uids)


def test_addresses_are_those_of_the_namespace(proc):
    proc.namespace("pod", "10.244.1.2", "fd00:10::2")
    proc.process(100, "pod", "/")
    assert addresses_of(proc.path, 100) == {"127.0.0.1", "10.244.1.2", "fd00:10::2"}


def test_a_kernel_without_ipv6(proc):
    proc.namespace("pod", "10.244.1.2")
    proc.process(100, "pod", "/")
    (proc.path / "100/net/if_inet6").unlink()
    assert addresses_of(proc.path, 100) == {"127.0.0.1", "10.244.1.2"}


def test_the_namespace_that_holds_the_addresses_is_taken(proc):
    proc.namespace("pod", "10.244.1.2", "fd00:10::2")
    proc.namespace("inner", "172.17.0.1")  # a pod in which containers of its own run
    proc.namespace("neighbour", "10.244.1.3")
    proc.process(100, "inner", CGROUPFS.format(UID))
    proc.process(101, "pod", CGROUPFS.format(UID))
    proc.process(102, "pod", CGROUPFS.format(UID))
    proc.process(103, "neighbour", CGROUPFS.format(OTHER))
    found = find_namespaces(
        [pod("10.244.1.2", "FD00:10::2"), pod("10.244.1.3", uids=(OTHER,), name="shop/db")], proc.path
    )
    assert found["shop/web"] in (101, 102)
    assert found["shop/db"] == 103


def test_a_static_pod_is_found_by_its_hash(proc):
    proc.namespace("pod", "10.244.1.2")
    proc.process(100, "pod", SYSTEMD.format(HASH))
    assert find_namespaces([pod("10.244.1.2", uids=(UID, HASH))], proc.path) == {"shop/web": 100}


def test_a_process_that_ends_meanwhile_is_passed_over(proc):
    proc.namespace("pod", "10.244.1.2")
    proc.process(100, "pod", CGROUPFS.format(UID))
    (proc.path / "99").mkdir()
    assert find_namespaces([pod("10.244.1.2")], proc.path) == {"shop/web": 100}


def test_all_pods_in_trouble_are_named(proc):
    proc.namespace("wrong", "10.244.1.9")
    proc.process(100, "wrong", CGROUPFS.format(UID))
    proc.process(101, "node", CGROUPFS.format(OTHER))  # as a host-network container is
    with pytest.raises(ValueError) as caught:
        find_namespaces([pod("10.244.1.2"), pod("10.244.1.3", uids=(OTHER,), name="shop/db")], proc.path)
    web, database = str(caught.value).split("; ")
    assert web.startswith("pod shop/web (10.244.1.2): the network namespaces of its processes hold 10.244.1.9")
    assert database.startswith(f"pod shop/db (10.244.1.3): no process on this node is in a cgroup with its UID {OTHER}")


def test_two_namespaces_with_the_address_are_one_too_many(proc):
    for number in (100, 101):
        proc.namespace(f"pod{number}", "10.244.1.2")
        proc.process(number, f"pod{number}", CGROUPFS.format(UID))
    with pytest.raises(ValueError, match="2 network namespaces of its processes hold its addresses, and one should"):
        find_namespaces([pod("10.244.1.2")], proc.path)


def nodes(*named):
    return [Endpoint(name, "node", (address,), name) for name, address in named]


@pytest.mark.parametrize(
    ("hostname", "addresses", "expected"),
    [
        ("node1", set(), "node1"),
        ("NODE1", set(), "node1"),
        ("node1.example.org", set(), "node1"),
        ("machine", {"127.0.0.1", "10.100.198.201"}, "node1"),
        # The name comes first: on Vagrant every machine has this address.
        ("node2", {"10.100.198.201"}, "node2"),
    ],
)
def test_which_node_a_machine_is(hostname, addresses, expected):
    there = nodes(("node1", "10.100.198.201"), ("node2", "10.100.198.202"))
    assert node_of(there, hostname, addresses) == expected


def test_a_short_name_that_two_nodes_have_decides_nothing():
    there = nodes(("web.a.org", "10.0.0.1"), ("web.b.org", "10.0.0.2"))
    assert node_of(there, "web", {"10.0.0.2"}) == "web.b.org"


def test_a_machine_that_is_no_node():
    there = nodes(("node1", "10.0.2.15"), ("node2", "10.0.2.15"))
    with pytest.raises(ValueError, match=r"this machine, other, is not found among the nodes node1, node2 .* set node"):
        node_of(there, "other", {"10.0.2.15"})


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [([], 0), ([""], 0), (["", "vxlan"], 50), (["bridge"], 0), (["wireguard", "vxlan"], 60)],
)
def test_the_overhead_that_links_show(tmp_path, kinds, expected):
    for number, kind in enumerate(kinds):
        link = tmp_path / f"link{number}"
        link.mkdir()
        (link / "uevent").write_text(
            (f"DEVTYPE={kind}\n" if kind else "") + f"INTERFACE=link{number}\nIFINDEX={number}\n"
        )
    assert link_overhead(tmp_path) == expected
