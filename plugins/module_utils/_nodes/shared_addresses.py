# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that several nodes have, although each node needs an address of its own. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import read_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import join_words


@dataclass(frozen=True)
class SharedAddress:
    """An address that several nodes have. Holders are pairs of a node's name and a NIC's name, or "" where unknown."""

    address: Address
    holders: tuple[tuple[str, str], ...]

    @property
    def message(self) -> str:
        """The sentence that names the nodes, their NICs and the remedy."""
        both = "both" if len(self.holders) == 2 else "all"
        nics = {nic for _node, nic in self.holders}
        if len(nics) == 1:
            subject = f"{join_words(node for node, _nic in self.holders)} {both} have {self.address} on {nics.pop()}"
        else:
            names = [f"{node} ({nic})" if nic else node for node, nic in self.holders]
            subject = f"{join_words(names)} {both} have {self.address}"
        return f"{subject}: give node_address an interface or a network that picks another address on each node"

    def as_dict(self) -> dict[str, Any]:
        """An element of the list that the filter returns."""
        return {
            "address": str(self.address),
            "nodes": [node for node, _nic in self.holders],
            "interfaces": dict(self.holders),
            "message": self.message,
        }


def read_addresses_and_nics(node_addresses: Any) -> dict[str, tuple[str, str]]:
    """Read the address of each node, and the name of its NIC, from results of the module node_address.

    Raises:
        InputError: the input is no dict, or a node has no address or no NIC
    """
    if not isinstance(node_addresses, Mapping):
        raise InputError(f"the input is {node_addresses!r}: give the node_address of each node, by the node's name")
    for node, found in node_addresses.items():
        if not isinstance(found, Mapping) or not {"address", "interface"} <= set(found):
            raise InputError(f"the node_address of {node} is {found!r}: it must have address and interface")
    return {
        node: (read_text(found, "address"), read_text(found, "interface")) for node, found in node_addresses.items()
    }


def find_shared_addresses(
    addresses: Mapping[str, tuple[str, str]], others: Mapping[str, Iterable[str]] | None = None
) -> list[SharedAddress]:
    """Find the addresses that more than one node has, IPv4 before IPv6, sorted by their numbers.

    Args:
        addresses: for each node, its address and the name of the NIC that has it
        others: the addresses of further nodes, which only count where a node of the first argument has them, too

    Raises:
        InputError: a text is no address
    """
    holders: dict[Address, list[tuple[str, str]]] = {}
    for node, (text, nic) in sorted(addresses.items()):
        holders.setdefault(_address(node, text), []).append((node, nic))
    for node, texts in sorted((others or {}).items()):
        for address in {_address(node, text) for text in texts} & set(holders):
            holders[address].append((node, ""))
    return [
        SharedAddress(address, tuple(holders[address]))
        for address in sorted(holders, key=lambda one: (one.version, int(one)))
        if len(holders[address]) > 1
    ]


def _address(node: str, text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise InputError(f"the address of {node} is {text!r}, which is not an IPv4 or IPv6 address") from None


__all__ = ["find_shared_addresses", "read_addresses_and_nics"]
