# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter calico_wrong_addresses: nodes for which Calico took an address other than theirs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calico_wrong_addresses
short_description: Nodes for which Calico took a wrong address
version_added: "0.1.0"
description:
  - Calico writes the address by which the other nodes reach a node into an annotation of the Node object,
    C(projectcalico.org/IPv4Address), or C(IPv6Address) in its place for IPv6.
  - Compares that with the address that M(podnet.kubernetes.node_address) picked, in the family of the latter, and says
    how to mend what differs. What is proposed fits all nodes, because calico-node has the same settings on all of them.
extends_documentation_fragment:
  - podnet.kubernetes.announced_addresses
options:
  address_detection:
    description: The method that calico-node was told, C(IP_AUTODETECTION_METHOD).
    type: str
    required: true
positional: node_addresses, address_detection
"""

EXAMPLES = r"""
- name: Calico took the address of every node on the network that the nodes share
  ansible.builtin.assert:
    that: wrong | length == 0
    fail_msg: "{{ wrong | map(attribute='message') | join('\n') }}"
  vars:
    wrong: "{{ cluster_nodes.resources | podnet.kubernetes.calico_wrong_addresses(results, calico_address_detection) }}"
    results: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'address_result'))) }}"
"""

RETURN = r"""
_value:
  description: The nodes with a wrong address or none, in the order of O(node_addresses). Empty when all are right.
  type: list
  elements: dict
  contains:
    node:
      description: The node's name.
      type: str
      sample: node1
    announced:
      description: The address in the annotation. V(null) when there is none.
      type: str
      sample: 10.0.2.15
    expected:
      description: The node's address on the network that the nodes share.
      type: str
      sample: 10.100.198.201
    interface:
      description: The NIC that has the announced address. V(null) when the node has no such NIC.
      type: str
      sample: enp0s3
    message:
      description: A sentence that says so, and what to do.
      type: str
      sample: >-
        node1: Calico announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): calico_address_detection is
        interface=enp0s3, set it to kubernetes-internal-ip
"""

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.calico import (
    find_wrong_addresses,
    parse_calico_node,
)


def calico_wrong_addresses(
    nodes: Iterable[Mapping[str, Any]],
    node_addresses: Mapping[str, Mapping[str, Any]],
    address_detection: str,
) -> list[dict[str, Any]]:
    """Return the nodes for which Calico took a wrong address, or none."""
    if not isinstance(node_addresses, Mapping):
        raise AnsibleFilterError(
            f"calico_wrong_addresses wants the result of node_address for each node, not {node_addresses!r}"
        )
    try:
        annotations = {node["metadata"]["name"]: node["metadata"].get("annotations") or {} for node in nodes}
        internal = {
            node["metadata"]["name"]: [
                one["address"] for one in node["status"].get("addresses") or [] if one["type"] == "InternalIP"
            ]
            for node in nodes
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f"calico_wrong_addresses wants a list of Node objects, not {nodes!r}") from error
    try:
        taken = [parse_calico_node(name, annotations.get(name, {}), found) for name, found in node_addresses.items()]
        return [one.as_dict() for one in find_wrong_addresses(taken, internal, address_detection)]
    except PodnetError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"calico_wrong_addresses": calico_wrong_addresses}
