# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter node_routes: the routes of one node to the pods of all others."""

from __future__ import annotations

DOCUMENTATION = r"""
name: node_routes
short_description: The routes of a node to the pods of the other nodes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes of an allocation and the nodes' addresses what M(podnet.kubernetes.pod_routes) sets on one of the nodes.
  - The control plane is a node as the others are.
options:
  _input:
    description: The subnets of each node, RV(podnet.kubernetes.subnet_allocation#module:allocation).
    type: dict
    required: true
  addresses:
    description: For each node, its address on the network that the nodes share, or a list with one of each family.
    type: dict
    required: true
  node:
    description: The node that the routes are for.
    type: str
    required: true
positional: addresses, node
seealso:
  - module: podnet.kubernetes.pod_routes
"""

EXAMPLES = r"""
- name: Set the routes to the pods of the other nodes
  podnet.kubernetes.pod_routes:
    device: enp0s8
    routes: "{{ allocation | podnet.kubernetes.node_routes(addresses, 'master') }}"
  vars:
    allocation: {master: [10.22.1.0/24], node1: [10.22.2.0/24]}
    addresses: {master: 10.100.198.200, node1: 10.100.198.201}
"""

RETURN = r"""
_value:
  description: The routes, in the order of the allocation.
  type: list
  elements: dict
  contains:
    destination:
      description: A subnet of another node.
      type: str
      sample: 10.22.2.0/24
    gateway:
      description: The address of that node, in the family of the subnet.
      type: str
      sample: 10.100.198.201
"""

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import family_of


def node_routes(
    allocation: Mapping[str, Iterable[str]], addresses: Mapping[str, str | Iterable[str]], node: str
) -> list[dict[str, str]]:
    """Return the routes of a node to the subnets of all other nodes."""
    if node not in allocation:
        raise AnsibleFilterError(f"node_routes: {node} has no subnet; nodes with one are {', '.join(allocation)}")
    return [
        {"destination": subnet, "gateway": _gateway(addresses, other, subnet)}
        for other, subnets in allocation.items()
        if other != node
        for subnet in subnets
    ]


def _gateway(addresses: Mapping[str, str | Iterable[str]], node: str, subnet: str) -> str:
    """Return the address of a node in the family of a subnet."""
    found = addresses.get(node) or []
    for address in [found] if isinstance(found, str) else found:
        if family_of(address) == family_of(subnet):
            return address
    raise AnsibleFilterError(
        f"node_routes: {node} has the subnet {subnet} and no {family_of(subnet)} address by which others reach it"
    )


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"node_routes": node_routes}
