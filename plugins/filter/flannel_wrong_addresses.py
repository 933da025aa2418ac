# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_wrong_addresses: nodes that Flannel announces with an address other than theirs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_wrong_addresses
short_description: Nodes that Flannel announces with a wrong address
version_added: "0.1.0"
description:
  - Flannel writes the address by which it tells the other nodes to reach a node into an annotation of the Node object,
    C(flannel.alpha.coreos.com/public-ip), or C(public-ipv6) in its place for IPv6.
  - Compares that with the address that M(podnet.kubernetes.node_address) picked, in the family of the latter, and says
    how to mend what differs. What is proposed fits all nodes, because flanneld has the same arguments on all of them.
extends_documentation_fragment:
  - podnet.kubernetes.announced_addresses
options:
  flannel_interface:
    description: The value from which O(podnet.kubernetes.flannel_interface_arguments#filter:_input) made the arguments.
    type: str
positional: node_addresses, flannel_interface
"""

EXAMPLES = r"""
- name: Flannel announces every node with the address on the network that the nodes share
  ansible.builtin.assert:
    that: wrong | length == 0
    fail_msg: "{{ wrong | map(attribute='message') | join('\n') }}"
  vars:
    wrong: "{{ cluster_nodes.resources | podnet.kubernetes.flannel_wrong_addresses(results, flannel_interface) }}"
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
        node1: Flannel announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): set flannel_interface to enp0s8
"""

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel import (
    find_wrong_addresses,
    parse_flannel_node,
)


def flannel_wrong_addresses(
    nodes: Iterable[Mapping[str, Any]],
    node_addresses: Mapping[str, Mapping[str, Any]],
    flannel_interface: str | None = None,
) -> list[dict[str, Any]]:
    """Return the nodes that Flannel announces with a wrong address, or not at all."""
    if not isinstance(node_addresses, Mapping):
        raise AnsibleFilterError(
            f"flannel_wrong_addresses wants the result of node_address for each node, not {node_addresses!r}"
        )
    try:
        announced = {node["metadata"]["name"]: node["metadata"].get("annotations") or {} for node in nodes}
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f"flannel_wrong_addresses wants a list of Node objects, not {nodes!r}") from error
    try:
        expected = [parse_flannel_node(name, announced.get(name, {}), found) for name, found in node_addresses.items()]
        wrong = find_wrong_addresses(expected, flannel_interface)
    except PodnetError as error:
        raise AnsibleFilterError(str(error)) from error
    return [one.as_dict() for one in wrong]


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"flannel_wrong_addresses": flannel_wrong_addresses}
