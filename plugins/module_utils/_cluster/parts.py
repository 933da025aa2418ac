# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes of a cluster take part in a verification, and why others do not. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest, show
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_labels,
    read_list,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.label_selectors import (
    LabelRequirement,
    read_selector,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import (
    Node,
    read_nodes,
    read_ready,
    read_taints,
)

_EXCLUDE = "exclude_nodes"
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True)
class Outsider:
    """A node that takes no part, with its addresses, and the reason as a sentence that begins with its name."""

    name: str
    reason: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeParts:
    """The nodes of a cluster.

    Attributes:
        taking_part: names of nodes from which and to which is probed
        missing: nodes that should take part and cannot, as the API says
        excluded: nodes that the user leaves out
    """

    taking_part: tuple[str, ...]
    missing: tuple[Outsider, ...]
    excluded: tuple[Outsider, ...]

    @property
    def outsiders(self) -> frozenset[str]:
        """The names of the nodes that take no part."""
        return frozenset(one.name for one in (*self.missing, *self.excluded))


def divide_nodes(objects: Any, exclude: Iterable[str] = ()) -> NodeParts:
    """Tell the nodes that take part from those that cannot and those that are left out.

    Args:
        objects: Node objects, as the API returns them
        exclude: names and label selectors of nodes to leave out. A selector sees the keys of taints as labels too.

    Raises:
        InputError: an object is no Node, an entry is neither a name of a node nor a selector, or no node is left
    """
    nodes = read_nodes(objects)
    labels = [_labels(item) for item in read_list(objects, "nodes")]
    excluding = _excluding([node.name for node in nodes], labels, exclude)
    taking_part, missing, excluded = [], [], []
    for node, item in zip(nodes, objects):
        reason = _trouble(node, item)
        if node.name in excluding:
            why = f"{node.name} is left out by connectivity_{_EXCLUDE} or --limit ({excluding[node.name]})"
            excluded.append(Outsider(node.name, why, node.addresses))
        elif reason:
            missing.append(Outsider(node.name, reason, node.addresses))
        else:
            taking_part.append(node.name)
    if nodes and not taking_part:
        raise InputError(
            "no node of the cluster can take part: " + "; ".join(one.reason for one in (*missing, *excluded))
        )
    return NodeParts(tuple(taking_part), tuple(missing), tuple(excluded))


def _excluding(names: Sequence[str], labels: Sequence[Mapping[str, str]], exclude: Iterable[str]) -> dict[str, str]:
    """Return the first entry that leaves each node out, by the node's name."""
    found: dict[str, str] = {}
    for entry in exclude:
        if _NAME.fullmatch(entry):
            if entry not in names:
                raise InputError(
                    f"{_EXCLUDE} has {show(entry)}, and the cluster has no such node: "
                    f"near it: {nearest(entry, names)}; a label selector has a form such as kubernetes.io/os=windows"
                )
            chosen = [entry]
        else:
            selector = read_selector(entry, _EXCLUDE)
            chosen = [name for name, own in zip(names, labels) if _fits(selector, own)]
        for name in chosen:
            found.setdefault(name, entry)
    return found


def _fits(selector: Iterable[LabelRequirement], labels: Mapping[str, str]) -> bool:
    return all(requirement.holds(labels) for requirement in selector)


def _labels(item: Any) -> dict[str, str]:
    """Return the labels of a Node object, and its taints as labels: virtual kubelets are known by a taint."""
    fields = read_fields(item, "node")
    metadata = read_fields(fields.get("metadata", {}), "metadata")
    with errors_of(metadata.get("name")):
        tainted = {str(taint.get("key")): str(taint.get("value", "")) for taint in read_taints(fields)}
        return {**tainted, **read_labels(metadata, "labels", "metadata")}


def _trouble(node: Node, item: Any) -> str | None:
    """Say why a node cannot take part, in the API's own words; None: it can."""
    with errors_of(node.name):
        ready = read_ready(item)
    if not ready:
        return f"{node.name} has no condition Ready: no kubelet has reported its status"
    if ready.get("status") != "True":
        words = ": ".join(str(ready[name]).strip() for name in ("reason", "message") if ready.get(name))
        return f"{node.name} is not ready: {words or 'the API gives no reason'}"
    if not node.addresses:
        return f"{node.name} has no InternalIP in its status: see --node-ip of its kubelet"
    return None


__all__ = ["Outsider", "divide_nodes"]
