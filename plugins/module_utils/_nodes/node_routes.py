# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of one node to the pod subnets of all other nodes. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show


def routes_to_others(
    allocation: Mapping[str, Iterable[str]], addresses: Mapping[str, str | Iterable[str]], node: str
) -> dict[str, str]:
    """Make the routes of a node, as the option C(routes) of the module pod_routes takes them.

    Args:
        allocation: the pod subnets of each node, in CIDR form
        addresses: the address of each node on the network that the nodes share, or a list with one of each family
        node: name of the node that gets the routes

    Returns:
        The gateway to each subnet of another node, in the order of the allocation.

    Raises:
        InputError: the node has no subnet, two nodes have the same, or another node has no address in the family of
            its subnet
    """
    if node not in allocation:
        raise InputError(f"node is {node}, which has no subnet: give one of {', '.join(allocation)}")
    owners = dict.fromkeys(allocation[node], node)
    for other, subnets in allocation.items():
        for subnet in subnets if other != node else []:
            if owners.setdefault(subnet, other) != other:
                raise InputError(
                    f"the subnet {subnet} belongs to {owners[subnet]} and {other}: give each node a subnet of its own"
                )
    return {subnet: _gateway(addresses, owner, subnet) for subnet, owner in owners.items() if owner != node}


def _gateway(addresses: Mapping[str, str | Iterable[str]], node: str, subnet: str) -> str:
    """Find the address of a node in the family of its subnet."""
    version = _version_of_subnet(node, subnet)
    found = addresses.get(node) or []
    for address in [found] if isinstance(found, str) else found:
        if _version_of_address(node, address) == version:
            return address
    raise InputError(
        f"addresses has no IPv{version} address of {node}, which has the subnet {subnet}: give the address by which "
        "the other nodes reach it"
    )


def _version_of_subnet(node: str, subnet: str) -> int:
    try:
        return parse_network(subnet).version
    except InputError as error:
        raise InputError(f"the subnet {show(subnet)} of {node} {error}") from None


def _version_of_address(node: str, address: str) -> int:
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        raise InputError(f"addresses of {node} has {address!r}, which is not an IPv4 or IPv6 address") from None


__all__ = ["routes_to_others"]
