# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter shared_addresses: the addresses that several nodes have."""

from __future__ import annotations

DOCUMENTATION = r"""
name: shared_addresses
short_description: Addresses that more than one node has
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the addresses that were picked for the nodes and returns those that more than one node has.
  - On Vagrant machines, for one, every machine has 10.0.2.15 on the NIC with the default route.
options:
  _input:
    description:
      - For each node, RV(podnet.kubernetes.node_address#module:node_address), of which C(address) and C(interface)
        are read.
    type: dict
    required: true
seealso:
  - module: podnet.kubernetes.node_address
"""

EXAMPLES = r"""
- name: Refuse an address that several nodes have
  ansible.builtin.assert:
    that: shared | length == 0
    fail_msg: "{{ shared | map(attribute='message') | join('\n') }}"
  run_once: true
  vars:
    shared: "{{ addresses | podnet.kubernetes.shared_addresses }}"
    addresses:
      master: {address: 10.0.2.15, interface: enp0s3}
      node1: {address: 10.0.2.15, interface: enp0s3}
      node2: {address: 10.100.198.202, interface: enp0s8}
"""

RETURN = r"""
_value:
  description: The addresses, IPv4 before IPv6, in the order of their numbers. Empty when every node has its own.
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
      sample: 10.0.2.15
    nodes:
      description: The nodes that have it, sorted.
      type: list
      elements: str
      sample: [master, node1]
    interfaces:
      description: The NIC that has it, for each of the nodes.
      type: dict
      sample: {master: enp0s3, node1: enp0s3}
    message:
      description: A sentence that says so and names the variables to set.
      type: str
      sample: >-
        master and node1 both have 10.0.2.15 on enp0s3: set podnet_node_interface or podnet_node_network so that each
        node gets its own address
"""

from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import find_shared_addresses


def shared_addresses(node_addresses: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the addresses that more than one node has."""
    if not isinstance(node_addresses, Mapping):
        raise AnsibleFilterError(f"shared_addresses wants the address of each node, not {node_addresses!r}")
    for node, found in node_addresses.items():
        if not isinstance(found, Mapping) or not {"address", "interface"} <= set(found):
            raise AnsibleFilterError(f"shared_addresses wants address and interface for {node}, not {found!r}")
    try:
        shared = find_shared_addresses(
            {node: (found["address"], found["interface"]) for node, found in node_addresses.items()}
        )
    except PodnetError as error:
        raise AnsibleFilterError(str(error)) from error
    return [one.as_dict() for one in shared]


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"shared_addresses": shared_addresses}
