# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter node_routes: it makes the routes of a node to the pods of all other nodes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: node_routes
short_description: Make the routes of a node to the pods of the other nodes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes the option O(podnet.kubernetes.pod_routes#module:routes) for one node, from the subnets and the addresses of
    all nodes.
  - The control plane is a node like all others.
options:
  _input:
    description: The subnets of each node, RV(podnet.kubernetes.subnet_allocation#module:allocation).
    type: dict
    required: true
  addresses:
    description: The address of each node on the network that the nodes share, or a list with one of each family.
    type: dict
    required: true
  node:
    description: The node that gets the routes.
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
  description:
    - The routes, in the order of the allocation. A key is a subnet of another node. Its value is the address of that
      node, in the family of the subnet.
  type: dict
  sample: {10.22.2.0/24: 10.100.198.201}
"""

from collections.abc import Iterable, Mapping

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_text_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_routes import routes_to_others
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("node_routes")
def node_routes(
    allocation: Mapping[str, Iterable[str]], addresses: Mapping[str, str | Iterable[str]], node: str
) -> dict[str, str]:
    subnets = {
        name: read_texts_option(f"the subnets of {name}", some)
        for name, some in read_dict_option("the allocation", allocation).items()
    }
    found = {
        name: read_texts_option(f"addresses of {name}", [some] if isinstance(some, str) else some)
        for name, some in read_dict_option("addresses", addresses).items()
    }
    return routes_to_others(subnets, found, read_text_option("node", node) or "")


FilterModule = filter_module(node_routes)
