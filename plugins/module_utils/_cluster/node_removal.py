# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The removal of nodes from a cluster: what forbids it. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_list,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_ready

_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


@dataclass(frozen=True)
class NodeRemoval:
    """The plan of a removal.

    Attributes:
        faults: sentences that say why nothing may be changed
        drain: nodes that answer, from which pods are taken off first
        silent: nodes that do not answer; nothing takes pods off them
        control_planes: nodes that etcd loses, those that do not answer first
    """

    faults: tuple[str, ...]
    drain: tuple[str, ...]
    silent: tuple[str, ...]
    control_planes: tuple[str, ...]


@dataclass(frozen=True)
class _Node:
    name: str
    ready: bool
    control_plane: bool
    is_lost: bool  # the kubelet does not answer


def plan_removal(
    nodes: Any, names: Sequence[str], hosts: Collection[str], control_planes: Collection[str] = ()
) -> NodeRemoval:
    """Plan the removal of nodes. A host of the cluster's groups that is no node has left the cluster already.

    Args:
        nodes: the Node objects of the cluster
        names: the nodes to remove
        hosts: the hosts of the groups with the cluster's machines
        control_planes: those that are, or are to be, control planes; one of them may have lost its Node object

    Raises:
        InputError: an object is no Node
    """
    known = {node.name: node for node in map(_read_node, read_list(nodes, "nodes"))}
    leaving = [known[name] for name in dict.fromkeys(names) if name in known]
    return NodeRemoval(
        faults=tuple(_faults(known, names, hosts, control_planes)),
        drain=tuple(node.name for node in leaving if node.ready),
        silent=tuple(node.name for node in leaving if not node.ready),
        control_planes=tuple(node.name for node in sorted(leaving, key=lambda one: one.ready) if node.control_plane),
    )


def _faults(
    known: dict[str, _Node], names: Sequence[str], hosts: Collection[str], control_planes: Collection[str]
) -> Iterator[str]:
    if not names:
        yield f"no node is named: give -e podnet_remove_nodes=… with names of {_listed(known)}"
    unknown = [name for name in names if name not in known and name not in hosts]
    if unknown:
        yield (
            f"the cluster has no node {', '.join(unknown)}, and the inventory no such host in the groups of its "
            f"machines: the nodes are {_listed(known)}"
        )
    strangers = [name for name in known if name not in (*hosts, *names)]
    gone = [name for name in names if name not in known and name in hosts]
    if gone and strangers:
        yield (
            f"the host {', '.join(gone)} is no node of the cluster, and the node {', '.join(strangers)} no host: they "
            "may be the same machine, whose pods would end without a drain. Give the host the name of its node, or "
            f"reset the machine by playbooks/reset.yml --limit {','.join(gone)}"
        )
    planes = [node.name for node in known.values() if node.control_plane]
    ending = next((one for one in (planes, control_planes) if one and not set(one) - set(names)), None)
    if ending:
        yield (
            f"{', '.join(ending)} is the last control plane, and the cluster would end: leave it out, or end the "
            "cluster with playbooks/reset.yml"
        )
    elif set(planes) & set(names):
        yield from _majority_fault([node for node in known.values() if node.control_plane and node.name not in names])


def _majority_fault(rest: Sequence[_Node]) -> Iterator[str]:
    """Say that the control planes that stay cannot keep etcd, because the kubelets of too many are silent.

    A kubelet that answers may call its node not ready, for example without a pod network. etcd goes on there.
    """
    lost = [node.name for node in rest if node.is_lost]
    if len(rest) - len(lost) < len(rest) // 2 + 1:
        yield (
            f"the control planes {', '.join(node.name for node in rest)} would stay, and {', '.join(lost)} does not "
            "answer, so etcd would lose its majority: mend it, or remove it first"
        )


def _listed(known: Collection[str]) -> str:
    return ", ".join(sorted(known)) or "none"


def _read_node(item: Any) -> _Node:
    metadata = read_metadata(item, "nodes", "Node")
    with errors_of(metadata.name):
        fields = read_fields(item, "node")
        ready = read_ready(fields).get("status")
    return _Node(metadata.name, ready == "True", _CONTROL_PLANE in metadata.labels, ready == "Unknown")


__all__ = ["plan_removal"]
