# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter calico_wrong_addresses: it finds nodes for which Calico announces a wrong address."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calico_wrong_addresses
short_description: Find nodes for which Calico announces a wrong address
version_added: "0.1.0"
description:
  - Calico announces the address of a node to the other nodes. It writes the address into an annotation of the Node
    object, C(projectcalico.org/IPv4Address) or, for IPv6, C(projectcalico.org/IPv6Address).
  - The filter compares the annotation with the address that M(podnet.kubernetes.node_address) picked. For a wrong
    address it proposes a setting that fits all nodes, because calico-node has the same settings on all of them.
extends_documentation_fragment:
  - podnet.kubernetes.announced_addresses
options:
  calico_address_detection:
    description: The method in the settings of calico-node, C(IP_AUTODETECTION_METHOD).
    type: str
    required: true
  node_addresses_ipv6:
    description: The same as O(node_addresses) for IPv6, where Calico has both address families.
    type: dict
positional: node_addresses, calico_address_detection, node_addresses_ipv6
"""

EXAMPLES = r"""
- name: Check that Calico announces the address of every node on the network that the nodes share
  ansible.builtin.assert:
    that: wrong | length == 0
    fail_msg: "{{ wrong | map(attribute='message') | join('\n') }}"
  vars:
    wrong: "{{ cluster_nodes.resources | podnet.kubernetes.calico_wrong_addresses(results, calico_address_detection) }}"
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
        node1: Calico announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): calico_address_detection is
        interface=enp0s3, set it to kubernetes-internal-ip
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import (
    read_announced_nodes,
    read_internal_addresses,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.calico import (
    find_wrong_addresses,
    parse_calico_node,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("calico_wrong_addresses")
def calico_wrong_addresses(
    nodes: Iterable[Mapping[str, Any]],
    node_addresses: Mapping[str, Mapping[str, Any]],
    calico_address_detection: str,
    node_addresses_ipv6: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    families = (node_addresses, {} if node_addresses_ipv6 is None else node_addresses_ipv6)
    announced = [node for found in families for node in read_announced_nodes(parse_calico_node, nodes, found)]
    wrong = find_wrong_addresses(announced, read_internal_addresses(nodes), calico_address_detection)
    return [one.as_dict() for one in wrong]


FilterModule = filter_module(calico_wrong_addresses)
