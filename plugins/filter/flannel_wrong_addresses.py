# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_wrong_addresses: it finds nodes for which Flannel announces a wrong address."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_wrong_addresses
short_description: Find nodes for which Flannel announces a wrong address
version_added: "0.1.0"
description:
  - Flannel announces the address of a node to the other nodes. It writes the address into an annotation of the Node
    object, C(flannel.alpha.coreos.com/public-ip) or, for IPv6, C(flannel.alpha.coreos.com/public-ipv6).
  - The filter compares the annotation with the address that M(podnet.kubernetes.node_address) picked. For a wrong
    address it proposes a setting that fits all nodes, because flanneld has the same arguments on all of them.
extends_documentation_fragment:
  - podnet.kubernetes.announced_addresses
options:
  flannel_interface:
    description: The input of O(podnet.kubernetes.flannel_interface_arguments#filter:_input).
    type: str
  node_addresses_ipv6:
    description: The same as O(node_addresses) for IPv6, where Flannel has both address families.
    type: dict
positional: node_addresses, flannel_interface, node_addresses_ipv6
"""

EXAMPLES = r"""
- name: Check that Flannel announces the address of every node on the network that the nodes share
  ansible.builtin.assert:
    that: wrong | length == 0
    fail_msg: "{{ wrong | map(attribute='message') | join('\n') }}"
  vars:
    wrong: "{{ cluster_nodes.resources | podnet.kubernetes.flannel_wrong_addresses(results, flannel_interface) }}"
    results: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'address_result'))) }}"
"""

RETURN = r"""
_value:
  description: The nodes with a wrong address or none, in the order of the input, IPv4 first. Empty when all are right.
  type: list
  elements: dict
  contains:
    node:
      description: The node's name.
      type: str
      sample: node1
    announced:
      description: The address in the annotation. V(null) without the annotation.
      type: str
      sample: 10.0.2.15
    expected:
      description: The node's address on the network that the nodes share.
      type: str
      sample: 10.100.198.201
    interface:
      description: The NIC that has the announced address. V(null) when no NIC of the node has it.
      type: str
      sample: enp0s3
    message:
      description: A sentence with the announced address, the expected address and the remedy.
      type: str
      sample: >-
        node1: Flannel announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): set flannel_interface to enp0s8
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import read_announced_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel import (
    find_wrong_addresses,
    parse_flannel_node,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("flannel_wrong_addresses")
def flannel_wrong_addresses(
    nodes: Iterable[Mapping[str, Any]],
    node_addresses: Mapping[str, Mapping[str, Any]],
    flannel_interface: str | None = None,
    node_addresses_ipv6: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    families = (node_addresses, {} if node_addresses_ipv6 is None else node_addresses_ipv6)
    announced = [node for found in families for node in read_announced_nodes(parse_flannel_node, nodes, found)]
    return [one.as_dict() for one in find_wrong_addresses(announced, flannel_interface)]


FilterModule = filter_module(flannel_wrong_addresses)
