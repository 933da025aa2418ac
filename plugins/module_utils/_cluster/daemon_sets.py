# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes and pods of a DaemonSet that are not ready, and why as far as the API knows. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_items,
    read_list,
    read_metadata,
    read_word,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_ready
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_status import PodStatus, read_pod_status


def find_problems(nodes: Any, pods: Any, daemon_set: str | None) -> list[str]:
    """Say which nodes and which pods of a DaemonSet are not ready.

    Args:
        nodes: the Node objects of the cluster
        pods: the Pod objects of the DaemonSet's namespace; others among them are ignored
        daemon_set: its name; None: look at nodes only

    Returns:
        A sentence for each problem, in the order of the nodes.

    Raises:
        InputError: an object is no Node or no Pod
    """
    found = dict(_read_pods(pods, daemon_set))
    problems: list[str] = []
    for index, item in enumerate(read_list(nodes, "nodes")):
        name = read_metadata(item, f"nodes[{index}]", "Node").name
        if daemon_set is not None:
            problems += _pod_problems(name, found.get(name), daemon_set)
        problems += _node_problems(name, read_fields(item, name))
    return problems


def _read_pods(value: Any, daemon_set: str | None) -> Iterator[tuple[Any, tuple[str, PodStatus]]]:
    """Yield the name of the node of each pod of the DaemonSet, with the name and the status of the pod."""
    for index, item in enumerate(read_list(value, "pods")):
        where = f"pods[{index}]"
        name = read_metadata(item, where, "Pod").name
        fields = read_fields(item, where)
        owners = read_items(read_fields(fields["metadata"], where), "ownerReferences", f"{where}.metadata")
        known = [read_fields(owner, path) for path, owner in owners]
        if ("DaemonSet", daemon_set) in [(owner.get("kind"), owner.get("name")) for owner in known]:
            spec = read_fields(fields.get("spec", {}), f"{where}.spec")
            yield read_word(spec, "nodeName", f"{where}.spec"), (name, read_pod_status(item))


def _pod_problems(node: str, pod: tuple[str, PodStatus] | None, daemon_set: str) -> list[str]:
    if pod is None:
        return [f"{node} has no pod of the DaemonSet {daemon_set}"]
    name, status = pod
    why = f", its {status.obstacle}" if status.obstacle else ""
    return [] if status.containers_ready else [f"{node}: the pod {name} is not ready{why}"]


def _node_problems(name: str, fields: Mapping[str, Any]) -> list[str]:
    ready = read_ready(fields, f"{name}.status")
    if not ready:
        return [f"{name} has not said yet whether it is ready"]
    message = f": {ready['message']}" if ready.get("message") else ""
    return [] if ready.get("status") == "True" else [f"{name} is not ready{message}"]


__all__ = ["find_problems"]
