# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network namespaces of a node's pods, found by the cgroups of processes and by the pods' addresses.

This works with any container runtime: the cgroup of each process of a pod has the UID of the pod (KEP-126 and its
cgroup drivers), and the right namespace has the addresses that the API reports.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.process_times import read_start_ticks
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import node_addresses

# A UID with hyphens, or with underscores from the systemd driver. A static pod has the hash of its configuration.
_UID = r"[0-9a-f]{8}(?P<mark>[-_])(?:[0-9a-f]{4}(?P=mark)){3}[0-9a-f]{12}|[0-9a-f]{32}"
# A whole part of the path: "pod<uid>" (cgroupfs) or "kubepods-burstable-pod<uid>.slice" (systemd), perhaps after a
# cgroupRoot. The last one counts: when the node is itself a container in a pod, the path begins with that pod.
_POD = re.compile(rf".*/(?:[^/]*kubepods[a-z-]*-)?pod(?P<uid>{_UID})(?:\.slice)?(?=[/:]|$)")

_INET6 = re.compile("[0-9a-f]{32}(?= )")  # the address at the begin of a line of if_inet6


class NoNodeError(ClusterError):
    """This machine is none of the nodes, as far as names and addresses show."""


def parse_pod_uid(cgroups: str) -> str | None:
    """Find the UID of the pod of a process, None for a process outside pods.

    Args:
        cgroups: the content of /proc/PID/cgroup, for cgroup v1 or v2 and for the driver cgroupfs or systemd
    """
    for line in cgroups.splitlines():
        found = _POD.search(line.split(":", 2)[-1])
        if found:
            return found["uid"].replace("_", "-")
    return None


def find_candidates(proc: Path, wanted: Iterable[str]) -> dict[str, dict[int, int]]:
    """Find the network namespaces of these pods by UID, each with its oldest process: {inode: PID}.

    The oldest one lives as long as the pod. A younger one may be a liveness probe that is about to end. The node's own
    namespace, which is that of this process, is left out: host-network containers are in it.
    """
    wanted = set(wanted)
    own = (proc / "self" / "ns" / "net").stat().st_ino
    oldest: dict[str, dict[int, tuple[int, int]]] = {}
    for process in proc.iterdir():
        if not process.name.isdigit():
            continue
        try:
            uid = parse_pod_uid((process / "cgroup").read_text(encoding="utf-8", errors="replace"))
            if uid in wanted:
                namespace = (process / "ns" / "net").stat().st_ino
                if namespace != own:
                    found = oldest.setdefault(str(uid), {})
                    one = _start_of(process), int(process.name)
                    found[namespace] = min(one, found.get(namespace, one))
        except OSError:  # the process has ended
            continue
    return {uid: {namespace: one for namespace, (_start, one) in found.items()} for uid, found in oldest.items()}


def _start_of(process: Path) -> int:
    """Read when a process began, in clock ticks."""
    return read_start_ticks((process / "stat").read_text(encoding="utf-8", errors="replace"))


def addresses_of(proc: Path, process: int | str) -> set[str]:
    """Read all IPv4 and IPv6 addresses in the network namespace of a process, with loopback and link-local ones."""
    network = proc / str(process) / "net"
    found = set()
    # In the routing table of the kernel, a host route of the type LOCAL is an address of the machine.
    address = ""
    for line in (network / "fib_trie").read_text().splitlines():
        words = line.split()
        if words[:1] == ["|--"]:
            address = "".join(words[1:2])
        elif words[:3] == ["/32", "host", "LOCAL"]:
            found.add(address)
    try:
        lines = (network / "if_inet6").read_text().splitlines()
    except FileNotFoundError:  # a kernel without IPv6
        lines = []
    return found | {str(ipaddress.IPv6Address(int(one[0], 16))) for one in map(_INET6.match, lines) if one}


def find_namespaces(pods: Iterable[Endpoint], proc: Path = Path("/proc")) -> dict[str, int]:
    """Find a process in the network namespace of each pod, by the name of the pod.

    Raises:
        ClusterError: for some pods no namespace, or more than one, has their addresses; the sentence names all these
        pods
    """
    pods = list(pods)
    candidates = find_candidates(proc, (uid for pod in pods for uid in pod.uids))
    found, troubles = {}, []
    for pod in pods:
        there = {key: process for uid in pod.uids for key, process in candidates.get(uid, {}).items()}
        addresses = {process: _addresses_still_there(proc, process) for process in there.values()}
        right = [process for process, held in addresses.items() if {_canonical(one) for one in pod.addresses} <= held]
        if len(right) == 1:
            found[pod.name] = right[0]
        else:
            troubles.append(_trouble(pod, list(addresses.values()), len(right)))
    if troubles:
        raise ClusterError("; ".join(troubles))
    return found


def _addresses_still_there(proc: Path, process: int) -> set[str]:
    """Read the addresses in the namespace of a process. Empty when the process has ended."""
    try:
        return addresses_of(proc, process)
    except OSError:
        return set()


def _canonical(address: str) -> str:
    return str(ipaddress.ip_address(address))


def _trouble(pod: Endpoint, held: Sequence[set[str]], right: int) -> str:
    """The sentence about a pod without a namespace."""
    pod_is = f"pod {pod.name} ({', '.join(pod.addresses)})"
    if not held:
        return (
            f"{pod_is}: no process on this node is in a cgroup with its UID {' or '.join(pod.uids)}, outside the "
            "node's own network: check that the pod still runs, and that the node is this machine"
        )
    if right:
        return f"{pod_is}: {right} network namespaces of its processes have its addresses, but only one should"
    others = " and ".join(", ".join(sorted(one - {"127.0.0.1", "::1"})) or "no address" for one in held)
    return f"{pod_is}: the network namespaces of its processes have {others}: status.podIPs of the API is wrong"


def node_of(endpoints: Iterable[Endpoint], hostname: str, addresses: set[str]) -> str:
    """Find the Node object of a machine, by its host name or else as the only node with one of its addresses.

    The name comes first, because several nodes may share an address, as Vagrant machines do on their NAT network.

    Raises:
        NoNodeError: no node fits, or several do
    """
    nodes = [one for one in endpoints if one.kind == "node"]
    hostname = hostname.lower()
    for names in (
        [one.name for one in nodes if one.name == hostname],
        [one.name for one in nodes if one.name.partition(".")[0] == hostname.partition(".")[0]],
        [one.name for one in nodes if addresses & {_canonical(address) for address in one.addresses}],
    ):
        if len(names) == 1:
            return names[0]
    raise NoNodeError(
        f"this machine, {hostname}, is none of the nodes {', '.join(one.name for one in nodes) or '(none)'} by its "
        "name or its addresses: set node to the name of its Node object"
    )


def locate(endpoints: Sequence[Endpoint], node: str | None = None) -> tuple[str, list[tuple[Endpoint, str]]]:
    """Find the node of this machine, and its endpoints, each with the path of its network namespace.

    The path is empty for the node itself, which is in the namespace of this process. Missing endpoints are left out.

    Raises:
        ClusterError: the node or the namespace of a pod is not found, or this process does not run as root
    """
    if os.geteuid() != 0:
        raise ClusterError("only root can see the network namespaces of pods: set become")
    node = node or node_of(endpoints, os.uname().nodename, node_addresses())
    here = [one for one in endpoints if one.node == node and not one.missing]
    processes = find_namespaces(one for one in here if one.kind == "pod")
    return node, [(one, f"/proc/{processes[one.name]}/ns/net" if one.kind == "pod" else "") for one in here]


__all__ = ["NoNodeError", "locate"]
