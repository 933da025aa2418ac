# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address that a pod network announces for a node, and the one that it should announce. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Address, parse_network, show


@dataclass(frozen=True)
class AnnouncedNode:
    """A node as the cluster and the inventory know it.

    Attributes:
        by: name of the pod network that announces it, such as Flannel
        annotation: the annotation on the Node that holds the address, in the family of the expected one
        name: the node's name
        announced: the address in the annotation; None without one
        expected: the node's address on the network that the nodes share
        interface: the NIC that has the expected address
        network: the network of the expected address
        nics: the NIC of each of the node's global addresses
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
        """The announced address as a value, None when the annotation is missing or holds something else."""
        try:
            return ipaddress.ip_address(self.announced or "")
        except ValueError:
            return None

    @property
    def announced_interface(self) -> str | None:
        """The NIC that has the announced address, None when the node's NICs do not have it."""
        address = self.announced_address
        return None if address is None else self.nics.get(address)

    @property
    def only_address_on_nic(self) -> bool:
        """Whether the NIC of the expected address has no other one."""
        return not any(nic == self.interface and address != self.expected for address, nic in self.nics.items())

    @property
    def only_address_in_network(self) -> bool:
        """Whether no NIC has another address in the network of the expected one."""
        network = parse_network(self.network)
        return not any(address in network and address != self.expected for address in self.nics)


@dataclass(frozen=True)
class WrongAddress:
    """A node that is announced with a wrong address, or not at all."""

    node: AnnouncedNode
    remedy: str

    @property
    def message(self) -> str:
        """The sentence that says what is announced, what should be, and what to do."""
        node = self.node
        right = f"should be {node.expected} ({node.interface})"
        if node.announced is None:
            problem = f"{node.by} announces no address (annotation {node.annotation} is missing)"
            return f"{node.name}: {problem}, {right}: {self.remedy}"
        place = node.announced_interface or f"on no NIC of {node.name}"
        return f"{node.name}: {node.by} announces {show(node.announced)} ({place}), {right}: {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        """Return what the filters return as an element."""
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
    """Return the value object for a node.

    Args:
        by: name of the pod network
        keys: its annotation for each address family, 4 and 6
        name: the node's name
        annotations: those of the Node object; empty where there is none
        found: the result of the module node_address on the node

    Raises:
        InputError: the result is not one of that module.
    """
    try:
        own = found["node_address"]
        expected = ipaddress.ip_address(own["address"])
        return AnnouncedNode(
            by=by,
            annotation=keys[expected.version],
            name=name,
            announced=annotations.get(keys[expected.version]),
            expected=expected,
            interface=own["interface"],
            network=own["network"],
            nics={ipaddress.ip_address(one["address"]): one["interface"] for one in found["candidates"]},
        )
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise InputError(
            f"{name}: node_address and candidates are wanted, as podnet.kubernetes.node_address returns them "
            f"({type(error).__name__}: {error})"
        ) from None


__all__ = ["AnnouncedNode", "WrongAddress", "parse_announced_node"]
