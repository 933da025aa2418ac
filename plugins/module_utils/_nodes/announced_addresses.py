# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address that a pod network announces for a node, against the node's own address. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    read_address,
    read_object,
    read_objects,
    read_optional_object,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show


@dataclass(frozen=True)
class AnnouncedNode:
    """A node as the cluster and the inventory know it.

    Attributes:
        by: name of the pod network, such as Flannel
        annotation: the annotation on the Node object that holds the address, in the family of the expected address
        name: the node's name
        announced: the address in the annotation, None without the annotation
        expected: the node's address on the network that the nodes share
        interface: name of the NIC that has the expected address
        network: the network of the expected address, in CIDR form
        nics: name of the NIC for each global address of the node
    """

    by: str
    annotation: str
    name: str
    announced: str | None
    expected: Address
    interface: str
    network: str
    nics: Mapping[Address, str]

    @property
    def announced_address(self) -> Address | None:
        """The announced address, None when the annotation is missing or holds no address."""
        try:
            return ipaddress.ip_address(self.announced or "")
        except ValueError:
            return None

    @property
    def announced_interface(self) -> str | None:
        """The NIC that has the announced address, None when no NIC of the node has it."""
        address = self.announced_address
        return None if address is None else self.nics.get(address)

    @property
    def only_address_on_nic(self) -> bool:
        """Whether the NIC of the expected address has no other address."""
        return not any(nic == self.interface and address != self.expected for address, nic in self.nics.items())

    @property
    def only_address_in_network(self) -> bool:
        """Whether no NIC has another address in the network of the expected address."""
        network = parse_network(self.network)
        return not any(address in network and address != self.expected for address in self.nics)


_Parse = Callable[[str, Mapping[str, str], Mapping[str, Any]], AnnouncedNode]


@dataclass(frozen=True)
class WrongAddress:
    """A node for which a pod network announces a wrong address or none, and how to correct that."""

    node: AnnouncedNode
    remedy: str

    @property
    def message(self) -> str:
        """The sentence with the announced address, the expected address and the remedy."""
        node = self.node
        right = f"should be {node.expected} ({node.interface})"
        if node.announced is None:
            problem = f"{node.by} announces no address (annotation {node.annotation} is missing)"
            return f"{node.name}: {problem}, {right}: {self.remedy}"
        place = node.announced_interface or f"on no NIC of {node.name}"
        return f"{node.name}: {node.by} announces {show(node.announced)} ({place}), {right}: {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        """An element of the list that the filters return."""
        return {
            "node": self.node.name,
            "announced": self.node.announced,
            "expected": str(self.node.expected),
            "interface": self.node.announced_interface,
            "message": self.message,
        }


def parse_announced_node(
    by: str, keys: Mapping[int, str], name: str, annotations: Mapping[str, str], found: Mapping[str, Any]
) -> AnnouncedNode:
    """Read one node.

    Args:
        by: name of the pod network
        keys: its annotation for each IP version, 4 and 6
        name: the node's name
        annotations: those of the Node object, empty without a Node object
        found: the result of the module node_address on the node

    Raises:
        InputError: the result is not one of that module
    """
    try:
        own = read_object(check_objects([found])[0], "node_address")
        expected, interface, network = (
            read_address(own, "address"),
            read_text(own, "interface"),
            read_text(own, "network"),
        )
        nics = {read_address(one, "address"): read_text(one, "interface") for one in read_objects(found, "candidates")}
    except InputError as error:
        raise InputError(
            f"node_addresses of {name} is {found!r}: give the result of podnet.kubernetes.node_address, with "
            f"node_address and candidates ({error})"
        ) from None
    annotation = keys[expected.version]
    return AnnouncedNode(by, annotation, name, annotations.get(annotation), expected, interface, network, nics)


def read_announced_nodes(parse: _Parse, nodes: Any, node_addresses: Any) -> list[AnnouncedNode]:
    """Read all nodes.

    Args:
        parse: makes a node of its name, the annotations of its Node object and the result of node_address on it
        nodes: the Node objects
        node_addresses: the results of the module node_address, by the name of the node

    Raises:
        InputError: the input has another form
    """
    try:
        annotations = dict(map(_read_annotations, check_objects(nodes)))
    except InputError as error:
        raise InputError(_no_nodes(nodes, error)) from None
    if not isinstance(node_addresses, Mapping):
        raise InputError(
            f"node_addresses is {node_addresses!r}: give the result of podnet.kubernetes.node_address for each node, "
            "by the node's name"
        )
    return [parse(name, annotations.get(name, {}), found) for name, found in node_addresses.items()]


def read_internal_addresses(nodes: Any) -> dict[str, list[str]]:
    """Read the InternalIP addresses in the status of Node objects, by the name of the node, in their order.

    Raises:
        InputError: the input is no list of Node objects
    """
    try:
        return dict(map(_read_internal_addresses, check_objects(nodes)))
    except InputError as error:
        raise InputError(_no_nodes(nodes, error)) from None


def _read_annotations(node: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The name and the annotations of a Node object. Raises InputError."""
    metadata = read_object(node, "metadata")
    annotations = read_optional_object(metadata, "annotations")
    return read_text(metadata, "name"), {key: read_text(annotations, key) for key in annotations}


def _read_internal_addresses(node: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The name of a Node object, and the addresses of type InternalIP in its status. Raises InputError."""
    status = read_object(node, "status")
    addresses = [] if status.get("addresses") is None else read_objects(status, "addresses")
    internal = [read_text(one, "address") for one in addresses if read_text(one, "type") == "InternalIP"]
    return read_text(read_object(node, "metadata"), "name"), internal


def _no_nodes(nodes: Any, error: InputError) -> str:
    """The sentence for input that is no list of Node objects."""
    return f"the input is {nodes!r}: give a list of Node objects ({error})"


__all__ = [
    "AnnouncedNode",
    "WrongAddress",
    "parse_announced_node",
    "read_announced_nodes",
    "read_internal_addresses",
]
