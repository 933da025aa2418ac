# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network namespaces of a node's pods, found by the cgroups of processes and by the pods' addresses.

Neither a container runtime nor a name in /run/netns is asked: the cgroup of each process of a pod carries the pod's UID
(KEP-126 and its cgroup drivers), and what matters is the namespace that holds the addresses that the API reports.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

# A UID, with hyphens or, from the systemd driver, underscores; a static pod's is the hash of its configuration.
_UID = r"[0-9a-f]{8}(?P<mark>[-_])(?:[0-9a-f]{4}(?P=mark)){3}[0-9a-f]{12}|[0-9a-f]{32}"
# A whole part of the path: "pod<uid>" (cgroupfs), "kubepods-burstable-pod<uid>.slice" (systemd), which a cgroupRoot
# comes before. The last one counts: where a node is a container in a pod, the path begins with that pod.
_POD = re.compile(rf".*/(?:[^/]*kubepods[a-z-]*-)?pod(?P<uid>{_UID})(?:\.slice)?(?=[/:]|$)")


def parse_pod_uid(cgroups: str) -> str | None:
    """Return the UID of the pod that a process is of, None when it is of none.

    Args:
        cgroups: the content of /proc/PID/cgroup, of cgroup v1 or v2, with the driver cgroupfs or systemd
    """
    for line in cgroups.splitlines():
        found = _POD.search(line.split(":", 2)[-1])
        if found:
            return found["uid"].replace("_", "-")
    return None


def find_candidates(proc: Path, wanted: Iterable[str]) -> dict[str, dict[int, int]]:
    """Return, by UID, the network namespaces of processes of these pods, and one process in each: {inode: PID}.

    The namespace of this process, the node's own, is left out: it is that of host-network containers.
    """
    wanted = set(wanted)
    own = (proc / "self" / "ns" / "net").stat().st_ino
    candidates: dict[str, dict[int, int]] = {}
    for process in proc.iterdir():
        if not process.name.isdigit():
            continue
        try:
            uid = parse_pod_uid((process / "cgroup").read_text())
            if uid in wanted:
                namespace = (process / "ns" / "net").stat().st_ino
                if namespace != own:
                    candidates.setdefault(str(uid), {}).setdefault(namespace, int(process.name))
        except OSError:  # it has ended meanwhile
            continue
    return candidates


def addresses_of(proc: Path, process: int | str) -> set[str]:
    """Return all IPv4 and IPv6 addresses in the network namespace of a process, loopback and link-local ones too."""
    network = proc / str(process) / "net"
    found = set()
    # The kernel's table of routes: a host route of the kind LOCAL is an address of the machine's own.
    address = ""
    for line in (network / "fib_trie").read_text().splitlines():
        words = line.split()
        if words[0] == "|--":
            address = words[1]
        elif words[:3] == ["/32", "host", "LOCAL"]:
            found.add(address)
    try:
        lines = (network / "if_inet6").read_text().splitlines()
    except FileNotFoundError:  # a kernel without IPv6
        lines = []
    return found | {str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))) for line in lines}


def find_namespaces(pods: Iterable[Endpoint], proc: Path = Path("/proc")) -> dict[str, int]:
    """Return, by the pod's name, a process in its network namespace.

    Raises:
        ClusterError: for pods without a namespace that holds their addresses, or with several; it names all of them
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
    """Return the addresses in the namespace of a process; none when the process has ended meanwhile."""
    try:
        return addresses_of(proc, process)
    except OSError:
        return set()


def _canonical(address: str) -> str:
    return str(ipaddress.ip_address(address))


def _trouble(pod: Endpoint, held: Sequence[set[str]], right: int) -> str:
    """Return the sentence about a pod whose namespace was not found."""
    pod_is = f"pod {pod.name} ({', '.join(pod.addresses)})"
    if not held:
        return (
            f"{pod_is}: no process on this node is in a cgroup with its UID {' or '.join(pod.uids)}, outside the "
            "node's own network: see that the pod still runs here, and that its node is the machine that was asked"
        )
    if right:
        return f"{pod_is}: {right} network namespaces of its processes hold its addresses, and one should"
    others = " and ".join(", ".join(sorted(one - {"127.0.0.1", "::1"})) or "no address" for one in held)
    return f"{pod_is}: the network namespaces of its processes hold {others}: the API's status.podIPs is not the pod's"


def node_of(endpoints: Iterable[Endpoint], hostname: str, addresses: set[str]) -> str:
    """Return the name of the node that a machine is: by its host name, or else as the only one with its address.

    The name comes first, because several nodes may have one address, as Vagrant's machines do on their NAT.

    Raises:
        ClusterError: there is no such node, or there are several
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
    raise ClusterError(
        f"this machine, {hostname}, is not found among the nodes {', '.join(one.name for one in nodes) or '(none)'} by "
        "its name or its addresses: set node to the name of its Node object"
    )


def locate(endpoints: Sequence[Endpoint], node: str | None = None) -> tuple[str, list[tuple[Endpoint, str]]]:
    """Return the node that this machine is, and of it and its pods the endpoint and the path of its network namespace.

    The path is empty for the node: it is the namespace of this process.

    Raises:
        ClusterError: the node or the namespace of a pod is not found, or this process is not root's
    """
    if os.geteuid() != 0:
        raise ClusterError("only root sees the network namespaces of pods: set become")
    node = node or node_of(endpoints, os.uname().nodename, addresses_of(Path("/proc"), "self"))
    here = [one for one in endpoints if one.node == node]
    processes = find_namespaces(one for one in here if one.kind == "pod")
    return node, [(one, f"/proc/{processes[one.name]}/ns/net" if one.kind == "pod" else "") for one in here]


__all__ = [
    "addresses_of",
    "find_candidates",
    "find_namespaces",
    "locate",
    "node_of",
    "parse_pod_uid",
]
