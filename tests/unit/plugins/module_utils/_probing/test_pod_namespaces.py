# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import os
import socket
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import pod_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import (
    addresses_of,
    find_candidates,
    find_namespaces,
    locate,
    node_of,
    parse_pod_uid,
)

# Files of /proc as the kernel, the kubelet and the runtimes make them: written by hand after their layouts, and not
# recorded on a running node.
FILES = Path(__file__).parents[2] / "proc"
UID = "3f1c8a2e-7d4b-4c59-9e0a-b2d6f5a81c37"
OTHER_UID = "c05d7e11-2a9f-4b38-8c64-0e1f9d7a5b26"
HASH = "9b4e7c02d15f3a68e0c7914bd28f6a53"

# The UID of the pod of the process, by the name of the file.
PODS = {
    "cgroup_v1_cgroupfs_containerd": UID,
    "cgroup_v1_containerd_service": UID,
    "cgroup_v1_k3s_drivers_differ": UID,
    "cgroup_v1_kind": UID,
    "cgroup_v1_microk8s": UID,
    "cgroup_v1_only_name_systemd": UID,
    "cgroup_v1_systemd_containerd": UID,
    "cgroup_v1_systemd_crio": UID,
    "cgroup_v2_cgroupfs_containerd": UID,
    "cgroup_v2_cgroupfs_crio_outside_the_namespace": UID,
    "cgroup_v2_cgroupfs_guaranteed": UID,
    "cgroup_v2_cgroupfs_root_kubelet": UID,
    "cgroup_v2_cgroupfs_static_pod": HASH,
    "cgroup_v2_inner_cgroup": UID,
    "cgroup_v2_k3s_init": UID,
    "cgroup_v2_k3s_rootless": UID,
    "cgroup_v2_kind_in_the_namespace_of_the_host": UID,
    "cgroup_v2_node_in_a_pod": UID,
    "cgroup_v2_pod_removed": UID,
    "cgroup_v2_systemd_containerd": UID,
    "cgroup_v2_systemd_crio": UID,
    "cgroup_v2_systemd_crio_conmon": UID,
    "cgroup_v2_systemd_docker": UID,
    "cgroup_v2_systemd_guaranteed": UID,
    "cgroup_v2_systemd_root_kubelet": UID,
    "cgroup_v2_systemd_static_pod": HASH,
}
NO_PODS = [
    "none_docker",
    "none_docker_v2",
    "none_kernel_thread",
    "none_kubelet",
    "none_longer_than_a_hash",
    "none_longer_than_a_uid",
    "none_podman_pod",
    "none_qos_slice",
    "none_shorter_than_a_uid",
    "none_uid_in_a_longer_slice",
    "none_uid_in_a_longer_word",
    "none_uid_with_mixed_marks",
    "none_uid_without_pod",
]


def content(name):
    return (FILES / name).read_text()


@pytest.mark.parametrize(("name", "uid"), PODS.items())
def test_the_pod_of_a_process(name, uid):
    assert parse_pod_uid(content(name)) == uid


@pytest.mark.parametrize("name", NO_PODS)
def test_a_process_of_no_pod(name):
    assert parse_pod_uid(content(name)) is None


def test_every_file_is_used():
    files = {file.name for file in FILES.iterdir() if file.name.startswith(("cgroup_", "none_"))}
    assert files == {*PODS, *NO_PODS}


@given(st.sampled_from(sorted(PODS)), st.uuids())
def test_any_uid_is_found_in_any_layout(name, uuid):
    text = content(name)
    uid = uuid.hex if PODS[name] == HASH else str(uuid)
    for old, new in ((UID, uid), (UID.replace("-", "_"), uid.replace("-", "_")), (HASH, uid)):
        text = text.replace(old, new)
    assert parse_pod_uid(text) == uid


@given(st.text())
def test_any_text_is_taken(text):
    parse_pod_uid(text)


class Proc:
    """A tree like /proc, in which one file stands for each namespace: its inode is the namespace's."""

    def __init__(self, path):
        self.path = path / "proc"
        self.namespaces = path / "namespaces"
        self.namespaces.mkdir()
        (self.path / "sys").mkdir(parents=True)
        self.add("self", "node", cgroup="0::/\n")

    def inode(self, namespace):
        return (self.namespaces / namespace).stat().st_ino

    def add(self, process, namespace, uid=UID, cgroup=None, addresses=(), start=100):
        """Add a process; a namespace's name is that of the file that stands for it."""
        directory = self.path / str(process)
        (directory / "ns").mkdir(parents=True)
        (directory / "net").mkdir()
        (directory / "cgroup").write_text(cgroup or f"0::/kubepods/besteffort/pod{uid}/{'0123456789abcdef' * 4}\n")
        # Fields 3 to 21 and 22, of a process with an odd name.
        (directory / "stat").write_text(f"{process} (a) b) S {'0 ' * 18}{start} 0 0\n")
        (self.namespaces / namespace).touch()
        os.link(self.namespaces / namespace, directory / "ns" / "net")
        v4 = ["127.0.0.1", *(address for address in addresses if ":" not in address)]
        v6 = ["::1", *(address for address in addresses if ":" in address)]
        trie = "".join(f"     |-- {address}\n        /32 host LOCAL\n" for address in v4)
        (directory / "net" / "fib_trie").write_text(f"Local:\n  +-- 0.0.0.0/0 3 0 4\n{trie}")
        lines = [f"{int(ipaddress.IPv6Address(address)):032x} 02 40 00 80     eth0\n" for address in v6]
        (directory / "net" / "if_inet6").write_text("".join(lines))


@pytest.fixture
def proc(tmp_path):
    return Proc(tmp_path)


def test_a_namespace_is_found_once_however_many_processes_are_in_it(proc):
    for process in (9, 10, 700):
        proc.add(process, "pod")
    assert find_candidates(proc.path, [UID]) == {UID: {proc.inode("pod"): 9}}


@pytest.mark.parametrize("probe", [7, 900])
def test_the_oldest_process_stands_for_a_namespace(proc, probe):
    """A liveness probe may end at any moment. Its number may be lower than that of the pause process."""
    proc.add(probe, "pod", start=5000)
    proc.add(80, "pod", start=99)
    proc.add(81, "pod", start=4999)
    assert find_candidates(proc.path, [UID]) == {UID: {proc.inode("pod"): 80}}


def test_candidates_are_by_pod_and_namespace(proc):
    proc.add(9, "pod")
    proc.add(10, "made by the pod")
    proc.add(11, "other pod", uid=OTHER_UID)
    assert find_candidates(proc.path, [UID, OTHER_UID]) == {
        UID: {proc.inode("pod"): 9, proc.inode("made by the pod"): 10},
        OTHER_UID: {proc.inode("other pod"): 11},
    }


def test_what_is_no_candidate(proc):
    proc.add(9, "node")  # CRI-O's conmon is in the pod's cgroup but not in its namespace
    proc.add(10, "other pod", uid=OTHER_UID)
    proc.add(11, "container", cgroup=content("none_docker"))
    assert find_candidates(proc.path, [UID]) == {}


@pytest.mark.parametrize("gone", ["cgroup", "ns/net", "stat"])
def test_a_process_that_ends_meanwhile_is_passed_over(proc, gone):
    proc.add(8, "pod")
    proc.add(9, "pod")
    (proc.path / "8" / gone).unlink()
    assert find_candidates(proc.path, [UID]) == {UID: {proc.inode("pod"): 9}}


def test_each_process_is_read_once_however_many_pods_are_wanted(proc, monkeypatch):
    read, reads = Path.read_text, Counter()

    def counting(self, *args, **kwargs):
        reads[self] += 1
        return read(self, *args, **kwargs)

    for process in (9, 10, 11):
        proc.add(process, "pod")
    monkeypatch.setattr(Path, "read_text", counting)
    find_candidates(proc.path, [UID, OTHER_UID, HASH])
    assert reads == {proc.path / str(process) / name: 1 for process in (9, 10, 11) for name in ("cgroup", "stat")}


def network(path, **files):
    """Make a process 9 with these files of FILES in its net directory, and return the tree."""
    (path / "9" / "net").mkdir(parents=True)
    for name, source in files.items():
        (path / "9" / "net" / name).write_text(content(source))
    return path


@pytest.mark.parametrize(
    ("files", "addresses"),
    [
        pytest.param(
            {"fib_trie": "fib_trie_pod", "if_inet6": "if_inet6_pod"},
            {"127.0.0.1", "10.244.1.7", "::1", "fd00:10:244:1::7", "fe80::5c3e:9aff:fe7b:2104"},
            id="both families",
        ),
        pytest.param({"fib_trie": "fib_trie_pod"}, {"127.0.0.1", "10.244.1.7"}, id="a kernel without IPv6"),
        pytest.param({"fib_trie": "fib_trie_host_route"}, {"10.244.1.8"}, id="host routes to other machines are none"),
    ],
)
def test_the_addresses_of_a_namespace(tmp_path, files, addresses):
    assert addresses_of(network(tmp_path, **files), 9) == addresses


def test_the_kernel_takes_the_addresses_for_its_own():
    for address in addresses_of(Path("/proc"), os.getpid()):
        if ":" not in address:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((address, 0))


def pod(name="default/web", addresses=("10.244.1.7",), uids=(UID,), node="node1"):
    return Endpoint(name, "pod", addresses, node=node, uids=uids)


@pytest.mark.parametrize(
    ("addresses", "held"),
    [
        pytest.param(["10.244.1.7"], ["10.244.1.7"], id="IPv4"),
        pytest.param(["fd00:10:244:1::7"], ["fd00:10:244:1::7", "fe80::7"], id="IPv6"),
        pytest.param(["10.244.1.7", "fd00::7"], ["10.244.1.7", "fd00::7", "192.168.9.9"], id="both, and more there"),
        pytest.param(["FD00:10:0::7"], ["fd00:10::7"], id="written in another way"),
    ],
)
def test_the_namespace_of_a_pod_holds_its_addresses(proc, addresses, held):
    proc.add(9, "made by the pod", addresses=["10.244.1.8"])
    proc.add(10, "pod", addresses=held)
    proc.add(11, "other pod", uid=OTHER_UID, addresses=held)
    assert find_namespaces([pod(addresses=tuple(addresses))], proc.path) == {"default/web": 10}


def test_a_static_pod_is_found_by_the_hash_of_its_configuration(proc):
    proc.add(9, "pod", uid=HASH, addresses=["10.244.1.7"])
    assert find_namespaces([pod(uids=(UID, HASH))], proc.path) == {"default/web": 9}


def test_no_pods_have_no_namespaces(proc):
    assert find_namespaces([], proc.path) == {}


def trouble(proc, *pods):
    with pytest.raises(ClusterError) as error:
        find_namespaces(pods, proc.path)
    return str(error.value)


@pytest.mark.parametrize(
    ("namespace", "uid"),
    [
        pytest.param("pod", OTHER_UID, id="no process"),
        pytest.param("node", UID, id="only in the node's namespace"),
    ],
)
def test_a_pod_without_a_process_is_an_error(proc, namespace, uid):
    proc.add(9, namespace, uid=uid, addresses=["10.244.1.7", "fd00::7"])
    message = trouble(proc, pod(addresses=("10.244.1.7", "fd00::7")))
    assert message.startswith(
        f"pod default/web (10.244.1.7, fd00::7): no process on this node is in a cgroup with its UID {UID}"
    )


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        pytest.param([["10.244.1.8"]], "have 10.244.1.8:", id="another address"),
        pytest.param([["10.244.1.7"]], "have 10.244.1.7:", id="one of two addresses"),
        pytest.param([["10.244.1.7"], ["fd00::7"]], "have 10.244.1.7 and fd00::7:", id="one each"),
        pytest.param([[]], "have no address:", id="none"),
    ],
)
def test_a_pod_whose_addresses_are_elsewhere_is_an_error(proc, held, shown):
    for number, addresses in enumerate(held):
        proc.add(number + 9, f"pod {number}", addresses=addresses)
    message = trouble(proc, pod(addresses=("10.244.1.7", "fd00::7")))
    assert message.startswith("pod default/web (10.244.1.7, fd00::7): ")
    # The order of processes is that of the directory.
    assert shown in message or " and ".join(reversed(shown[5:-1].split(" and "))) in message


def test_a_pod_whose_process_has_just_ended_is_an_error(proc):
    proc.add(9, "pod", addresses=["10.244.1.7"])
    (proc.path / "9" / "net" / "fib_trie").unlink()
    assert "have no address:" in trouble(proc, pod())


def test_a_namespace_beside_it_whose_process_has_just_ended_is_no_trouble(proc):
    proc.add(9, "made by the pod")
    proc.add(10, "pod", addresses=["10.244.1.7"])
    (proc.path / "9" / "net" / "fib_trie").unlink()
    assert find_namespaces([pod()], proc.path) == {"default/web": 10}


def test_a_pod_with_two_namespaces_is_an_error(proc):
    proc.add(9, "pod", addresses=["10.244.1.7"])
    proc.add(10, "made by the pod", addresses=["10.244.1.7"])
    message = trouble(proc, pod())
    assert message.startswith("pod default/web (10.244.1.7): 2 network namespaces ")


def test_all_pods_with_troubles_are_named(proc):
    proc.add(9, "pod", addresses=["10.244.1.7"])
    message = trouble(
        proc, pod("default/gone", uids=(OTHER_UID,)), pod("default/web"), pod("default/moved", ("10.244.1.9",))
    )
    assert "default/gone" in message
    assert "default/moved" in message
    assert "default/web" not in message


def node(name, *addresses):
    return Endpoint(name, "node", addresses, node=name)


VAGRANT = [node("master", "10.0.2.15"), node("node1", "10.0.2.15"), node("node2", "10.0.2.15")]
NODES = [
    node("master", "10.100.198.200"),
    node("node1", "10.100.198.201", "fd00::201"),
    node("node10", "10.100.198.210"),
]


@pytest.mark.parametrize(
    ("nodes", "hostname", "addresses", "name"),
    [
        pytest.param(NODES, "node1", set(), "node1", id="name"),
        pytest.param(NODES, "Node1", set(), "node1", id="name, in capitals"),
        pytest.param(NODES, "node1.example.com", set(), "node1", id="first label"),
        pytest.param(
            [node("node1.a.example"), node("node2.a.example")], "node2", set(), "node2.a.example", id="node's label"
        ),
        pytest.param(
            [node("node1.a.example"), node("node1.b.example")],
            "node1.b.example",
            set(),
            "node1.b.example",
            id="whole name",
        ),
        pytest.param(VAGRANT, "node2", {"127.0.0.1", "10.0.2.15"}, "node2", id="name, all with one address"),
        pytest.param(NODES, "master", {"10.100.198.201"}, "master", id="name before address"),
        pytest.param(NODES, "localhost", {"127.0.0.1", "10.100.198.210"}, "node10", id="address"),
        pytest.param(NODES, "localhost", {"::1", "fd00::201"}, "node1", id="IPv6 address"),
        pytest.param([node("a", "FD00:0::1")], "localhost", {"fd00::1"}, "a", id="address, written in another way"),
        pytest.param(
            [node("node1.a.example", "10.0.0.1"), node("node1.b.example", "10.0.0.2")],
            "node1",
            {"10.0.0.2"},
            "node1.b.example",
            id="address where two have the first label",
        ),
        pytest.param([pod("node1"), *NODES], "node1", set(), "node1", id="pods are no nodes"),
    ],
)
def test_the_node_that_a_machine_is(nodes, hostname, addresses, name):
    assert node_of(nodes, hostname, addresses) == name


@pytest.mark.parametrize(
    ("nodes", "addresses", "shown"),
    [
        pytest.param(NODES, {"127.0.0.1", "192.0.2.1"}, "master, node1, node10", id="none"),
        pytest.param(VAGRANT, {"127.0.0.1", "10.0.2.15"}, "master, node1, node2", id="several"),
        pytest.param([pod("default/web", ("192.0.2.1",))], {"192.0.2.1"}, "(none)", id="no nodes at all"),
    ],
)
def test_a_machine_that_is_no_node_is_an_error(nodes, addresses, shown):
    with pytest.raises(ClusterError) as error:
        node_of(nodes, "laptop", addresses)
    assert str(error.value) == (
        f"this machine, laptop, is none of the nodes {shown} by its name or its addresses: set node to the "
        "name of its Node object"
    )


ENDPOINTS = [
    node("node1", "10.100.198.201"),
    node("node2", "10.100.198.202"),
    pod("default/here"),
    pod("default/there", node="node2"),
    Endpoint("default/web:80", "service", ("10.96.0.9",), port=80),
]


def test_the_endpoints_of_a_node(monkeypatch):
    monkeypatch.setattr(pod_namespaces, "find_namespaces", lambda pods: {one.name: 9 for one in pods})
    assert locate(ENDPOINTS, "node1") == (
        "node1",
        [(ENDPOINTS[0], ""), (ENDPOINTS[2], "/proc/9/ns/net")],
    )


def test_the_node_is_found_by_itself(monkeypatch):
    here = node(os.uname().nodename.lower())
    assert locate([*ENDPOINTS, here]) == (here.name, [(here, "")])
