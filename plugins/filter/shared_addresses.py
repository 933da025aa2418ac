# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter shared_addresses: it finds addresses that several nodes have."""

from __future__ import annotations

DOCUMENTATION = r"""
name: shared_addresses
short_description: Find addresses that more than one node has
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the addresses of the nodes and returns those that more than one node has.
  - On Vagrant machines, for example, every machine has 10.0.2.15 on the NIC with the default route.
options:
  _input:
    description:
      - RV(podnet.kubernetes.node_address#module:node_address) of each node. The filter reads C(address) and
        C(interface).
    type: dict
    required: true
  others:
    description:
      - The addresses of further nodes, such as those of their Node objects.
      - They count where a node of the input has one of them.
    type: dict
positional: others
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
  description: The addresses, IPv4 before IPv6, sorted by their numbers. Empty when no two nodes share one.
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
      sample: 10.0.2.15
    nodes:
      description: The nodes that have the address, sorted.
      type: list
      elements: str
      sample: [master, node1]
    interfaces:
      description: The NIC that has the address, for each of these nodes. Empty for one of O(others).
      type: dict
      sample: {master: enp0s3, node1: enp0s3}
    message:
      description: A sentence with the nodes, their NICs and the remedy.
      type: str
      sample: >-
        master and node1 both have 10.0.2.15 on enp0s3: give node_address an interface or a network that picks another
        address on each node
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option, read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.shared_addresses import (
    find_shared_addresses,
    read_addresses_and_nics,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("shared_addresses")
def shared_addresses(
    node_addresses: Mapping[str, Mapping[str, Any]], others: Mapping[str, Iterable[str]] | None = None
) -> list[dict[str, Any]]:
    further = {
        name: read_texts_option(f"the addresses of {name}", some)
        for name, some in read_dict_option("others", others or {}).items()
    }
    return [one.as_dict() for one in find_shared_addresses(read_addresses_and_nics(node_addresses), further)]


FilterModule = filter_module(shared_addresses)
