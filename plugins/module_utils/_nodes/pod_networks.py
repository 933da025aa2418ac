# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every pod network needs to decide: who else is there, which pods it carries, what is not ready. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]
_FINISHED = {"Succeeded", "Failed"}
# Every container waits so before it starts for the first time: that explains nothing.
_BEGINNING = {"ContainerCreating", "PodInitializing"}


def other_networks(files: Iterable[str], own: str, known: Iterable[str]) -> list[str]:
    """Find the configuration files that belong to another network.

    The container runtime takes the first file by name, so a foreign file counts if it comes before the own one.
    Files of known networks count wherever they stand.
    """
    taken = set(known)
    return sorted({name for name in files if name != own and (name in taken or name < own)})


@dataclass(frozen=True)
class CarriedPods:
    """The pods that a network carries.

    Attributes:
        names: namespace and name of each
        bare: those that no controller makes again
    """

    names: tuple[tuple[str, str], ...]
    bare: tuple[tuple[str, str], ...]


def carried_pods(pods: Iterable[Object]) -> CarriedPods:
    """Find the pods with an address of the network: they run on a node, and not in the node's own namespace."""
    carried = [pod for pod in pods if _is_carried(pod)]
    bare = [pod for pod in carried if not pod["metadata"].get("ownerReferences")]
    return CarriedPods(tuple(map(_name, carried)), tuple(map(_name, bare)))


def _is_carried(pod: Object) -> bool:
    spec = pod["spec"]
    finished = pod.get("status", {}).get("phase") in _FINISHED
    return bool(spec.get("nodeName")) and not spec.get("hostNetwork") and not finished


def _name(pod: Object) -> tuple[str, str]:
    return pod["metadata"]["namespace"], pod["metadata"]["name"]


def find_problems(nodes: Iterable[Object], pods: Iterable[Object], daemon_set: str | None) -> list[str]:
    """Say which nodes and which pods of a network's DaemonSet are not ready, and why as far as the API knows.

    Args:
        nodes: the Node objects of the cluster
        pods: the Pod objects of the DaemonSet's namespace; others among them are ignored
        daemon_set: its name; None for a network without one

    Returns:
        One sentence for each problem, node by node in the order of the input.
    """
    by_node = {pod["spec"].get("nodeName"): pod for pod in pods if _is_owned(pod, daemon_set)}
    return [
        sentence
        for node in nodes
        for sentence in (_pod_problem(node, by_node, daemon_set), _node_problem(node))
        if sentence is not None
    ]


def _is_owned(pod: Object, daemon_set: str | None) -> bool:
    owners = pod["metadata"].get("ownerReferences") or []
    return any(owner["kind"] == "DaemonSet" and owner["name"] == daemon_set for owner in owners)


def _pod_problem(node: Object, by_node: Mapping[str, Object], daemon_set: str | None) -> str | None:
    name = node["metadata"]["name"]
    if daemon_set is None:
        return None
    if name not in by_node:
        return f"{name} has no pod of the DaemonSet {daemon_set}"
    pod = by_node[name]
    statuses = pod["status"].get("containerStatuses") or []
    if statuses and all(status["ready"] for status in statuses):
        return None
    return f"{name}: the pod {pod['metadata']['name']} is not ready{_waiting(pod['status'])}"


def _waiting(status: Object) -> str:
    """Tell why the first container waits that does not just begin."""
    for one in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = (one.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in (None, *_BEGINNING):
            message = f" ({waiting['message']})" if waiting.get("message") else ""
            return f", its container {one['name']} waits: {waiting['reason']}{message}"
    return ""


def _node_problem(node: Object) -> str | None:
    name = node["metadata"]["name"]
    conditions = node.get("status", {}).get("conditions") or []
    ready = next((one for one in conditions if one["type"] == "Ready"), None)
    if ready is None:
        return f"{name} has not said yet whether it is ready"
    message = f": {ready['message']}" if ready.get("message") else ""
    return None if ready["status"] == "True" else f"{name} is not ready{message}"


__all__ = ["carried_pods", "find_problems", "other_networks"]
