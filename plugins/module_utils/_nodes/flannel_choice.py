# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One flannel_interface for nodes whose values differ. No I/O, no Ansible.

flanneld has one DaemonSet, and so the same arguments on all nodes. It takes the first NIC that fits any of them, so the
names of several NICs fit wrong NICs as well: the addresses of the nodes fit only their own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import read_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel import ipv4_part, selects

# As flanneld's argument --iface takes it, without the form of an address.
_NIC = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")


@dataclass(frozen=True)
class NodeNic:
    """Where the module node_address finds the address that Flannel should announce for a node.

    Attributes:
        network: flannel_interface, when it is a network
        interface: name of the NIC; None: the network decides
        shared: whether flannel_interface leads to the NIC that the nodes share, by its name or its network
    """

    network: str | None
    interface: str | None
    shared: bool


def node_nic(value: str | None, address: Mapping[str, Any]) -> NodeNic:
    """Find the NIC of a node to which flannel_interface leads.

    An address or an expression of addresses is right when it leads to the node's own address, which is on its own NIC.

    Args:
        value: flannel_interface
        address: the node_address of the node
    """
    own = read_text(address, "interface")
    value = value and ipv4_part(value)
    shared = value in (own, read_text(address, "network"))
    if value is not None and "/" in value:
        return NodeNic(value, None, shared)
    named = value is not None and _NIC.fullmatch(value)
    return NodeNic(None, value if named else own, shared)


def differ(choices: Mapping[str, Sequence[str]]) -> bool:
    """Whether the first of each node's values is not the same on all nodes."""
    return len({str(values[0]) for values in choices.values() if values}) > 1


def common_interface(
    own: str | None,
    choices: Mapping[str, Sequence[str]],
    addresses: Mapping[str, Mapping[str, Any]],
    addresses_ipv6: Mapping[str, Mapping[str, Any]],
) -> str | None:
    """Find a value of flannel_interface for all nodes.

    Args:
        own: the value of one of the nodes
        choices: the values of each node; the first one counts
        addresses: the node_address of each node; without that of a node the own value stays
        addresses_ipv6: that of IPv6, on the same NIC, where Flannel has both families; else empty

    Returns:
        The own value where all nodes have it; else an expression that fits the addresses of the nodes and no other. A
        network of IPv4 becomes an expression too where Flannel has both families: it has to fit one address of each.
    """
    fits = not differ(choices) and not (addresses_ipv6 and "/" in (own or ""))
    if fits or set(choices) - set(addresses):
        return own
    texts = [one["address"] for one in (*addresses.values(), *addresses_ipv6.values())]
    texts.sort(key=lambda one: (":" in one, int(ipaddress.ip_address(one))))
    return f"^({'|'.join(text.replace('.', '[.]') for text in texts)})$"


def wrong_choices(choices: Mapping[str, Sequence[str]], addresses: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Write a sentence for each node whose value leads to another address, where the values of nodes differ."""
    if not differ(choices):
        return []
    return [
        f"flannel_interface is {values[0]} on {node}, and differs from other nodes, so that Flannel must find nodes "
        f"by their addresses: {addresses[node]['address']} of {node} is on {addresses[node]['interface']}; give that "
        "NIC, or a value that fits all nodes"
        for node, values in choices.items()
        if values and node in addresses and not selects(values[0], **_place(addresses[node]))
    ]


def _place(address: Mapping[str, Any]) -> dict[str, str]:
    return {"address": address["address"], "nic": address["interface"]}


__all__ = ["common_interface", "node_nic", "wrong_choices"]
