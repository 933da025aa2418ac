# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node objects of the API (core/v1). No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
    read_text,
)


@dataclass(frozen=True)
class Node:
    """A node; addresses are all of type InternalIP, in the order of the API."""

    name: str
    addresses: tuple[str, ...]


def read_nodes(value: Any) -> tuple[Node, ...]:
    """Read a list of Node objects.

    Raises:
        InputError: an object is no Node or is there twice, or an address is none. The message names the field.
    """
    nodes: dict[str, Node] = {}
    for index, item in enumerate(read_list(value, "nodes")):
        name = read_metadata(item, f"nodes[{index}]", "Node").name
        if name in nodes:
            raise InputError(f"nodes[{index}] is a second {name}: give one object for each node")
        with errors_of(name):
            nodes[name] = Node(name, _read_internal_addresses(item))
    return tuple(nodes.values())


def read_label(value: Any, label: str) -> dict[str, str]:
    """Return the value of a label of the Node objects that have it, by their names.

    Raises:
        InputError: an object is no Node, or its labels are not as the API has them
    """
    found = (read_metadata(item, f"nodes[{index}]", "Node") for index, item in enumerate(read_list(value, "nodes")))
    return {one.name: one.labels[label] for one in found if label in one.labels}


def read_ready(node: Any, path: str = "status") -> Mapping[str, Any]:
    """Return the condition Ready of a Node object; an empty one when no kubelet has reported it.

    Args:
        node: the object
        path: of its status, for the error

    Raises:
        InputError: the status is not as the API has it
    """
    status = read_fields(read_fields(node, "node").get("status", {}), path)
    conditions = [read_fields(entry, place) for place, entry in read_items(status, "conditions", path)]
    return next((one for one in conditions if one.get("type") == "Ready"), {})


def read_node_info(node: Any) -> Mapping[str, Any]:
    """Return what the kubelet reported last of itself and its machine. Raises InputError when it has another form."""
    status = read_fields(read_fields(node, "node").get("status", {}), "status")
    return read_fields(status.get("nodeInfo", {}), "status.nodeInfo")


def read_taints(node: Any) -> list[Mapping[str, Any]]:
    """Return the taints of a Node object. Raises InputError when they are not as the API has them."""
    spec = read_fields(read_fields(node, "node").get("spec", {}), "spec")
    return [read_fields(taint, path) for path, taint in read_items(spec, "taints", "spec")]


def _read_internal_addresses(item: Any) -> tuple[str, ...]:
    """Return the addresses by which the cluster's components reach a node."""
    status = read_fields(read_fields(item, "node").get("status", {}), "status")
    addresses = []
    for path, entry in read_items(status, "addresses", "status"):
        fields = read_fields(entry, path)
        if fields.get("type") == "InternalIP":
            addresses.append(read_text(fields, "address", path))
    return tuple(address for address in addresses if address)


__all__ = ["Node", "read_label", "read_node_info", "read_nodes", "read_ready", "read_taints"]
