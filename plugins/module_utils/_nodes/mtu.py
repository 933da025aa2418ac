# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the NICs of the nodes carry the MTU of the pods. No I/O, no Ansible."""

from __future__ import annotations

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import read_number
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import join_words


def find_mistakes(node_addresses: Any, name: str, value: Any, overhead: int) -> list[str]:
    """Write a sentence for each NIC and MTU that is too small for the packets.

    Args:
        node_addresses: the node_address of each node, by the node's name
        name: the variable that sets the MTU
        value: the MTU, perhaps as a text; None for a network that computes it
        overhead: the bytes that encapsulation adds to a packet

    Raises:
        InputError: the value is no whole number, or a node has no NIC with an MTU
    """
    if value is None:
        return []
    try:
        mtu = int(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {value!r}: give a whole number") from None
    small: dict[tuple[str, int], list[str]] = {}
    for node, address in read_dict_option("the node addresses", node_addresses).items():
        if not {"interface", "mtu"} <= set(read_dict_option(f"the node_address of {node}", address)):
            raise InputError(f"the node_address of {node} has no interface or no mtu: give what node_address returns")
        if read_number(address, "mtu") < mtu + overhead:
            small.setdefault((address["interface"], address["mtu"]), []).append(node)
    return [
        f"{name} is {mtu}, and the NIC {nic} of {join_words(nodes)} carries {carried} bytes: give at most "
        f"{carried - overhead}, or leave it out"
        for (nic, carried), nodes in small.items()
    ]


__all__ = ["find_mistakes"]
