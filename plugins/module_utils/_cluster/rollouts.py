# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes, DaemonSets and Deployments are not ready yet. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_labels,
    read_metadata,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_node_info, read_ready

# The numbers in the status of a kind that must be the wanted one, and where the wanted one stands.
_NUMBERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "DaemonSet": ("status.desiredNumberScheduled", ("updatedNumberScheduled", "numberReady")),
    "Deployment": ("spec.replicas", ("updatedReplicas", "availableReplicas")),
}


def find_waiting_nodes(nodes: Iterable[Any], needs: str, annotation: str = "", kubelet: str = "") -> list[str]:
    """Say in a few words which nodes lack something.

    Args:
        nodes: Node objects
        needs: V(ready), V(subnets), or V(any) for nothing
        annotation: each of them must have it, too; empty for none
        kubelet: the version that each kubelet must report, such as V(1.36.4); empty for any

    Raises:
        InputError: an object is no Node
    """
    waiting = []
    for index, one in enumerate(nodes):
        name = read_metadata(one, f"nodes[{index}]", "Node").name
        if needs == "ready" and read_ready(one).get("status") != "True":
            waiting.append(f"{name} is not ready")
        if needs == "subnets" and "podCIDR" not in read_fields(one.get("spec", {}), f"{name}.spec"):
            waiting.append(f"{name} has no subnet for its pods")
        if annotation and annotation not in read_labels(read_fields(one["metadata"], name), "annotations", name):
            waiting.append(f"{name} has no annotation {annotation}")
        if kubelet and (found := _kubelet_version(one)) != kubelet:
            waiting.append(f"{name} has the kubelet {found}, not {kubelet}")
    return waiting


def _kubelet_version(node: Any) -> str:
    """Read the version that a kubelet reported last."""
    return (read_text(read_node_info(node), "kubeletVersion", "status.nodeInfo") or "").removeprefix("v")


def find_waiting(kind: str, objects: Iterable[Any], spared: int = 0) -> list[str]:
    """Say in a few words which objects are not rolled out.

    Args:
        kind: V(DaemonSet) or V(Deployment)
        objects: the objects
        spared: how many pods each of them may lack

    Raises:
        InputError: an object is not as the API has it
    """
    named = [(read_metadata(one, f"objects[{index}]", kind), one) for index, one in enumerate(objects)]
    return [f"{kind} {metadata} is not ready" for metadata, one in named if not _is_rolled_out(kind, one, spared)]


def _is_rolled_out(kind: str, one: Any, spared: int) -> bool:
    """Say whether all pods are there and ready, except some, and made from the newest template."""
    fields = read_fields(one, kind)
    parts = {name: read_fields(fields.get(name, {}), name) for name in ("metadata", "spec", "status")}
    where, numbers = _NUMBERS[kind]
    part, _dot, name = where.partition(".")
    wanted, status = parts[part].get(name), parts["status"]
    seen = status.get("observedGeneration") == parts["metadata"].get("generation")
    return seen and wanted is not None and all(wanted - spared <= status.get(name, 0) <= wanted for name in numbers)


__all__ = ["find_waiting", "find_waiting_nodes"]
