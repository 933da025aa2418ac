# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_nic: the NIC of a node to which flannel_interface leads."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_nic
short_description: Find the NIC of a node whose address Flannel should announce
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Says with which options M(podnet.kubernetes.node_address) finds the address that Flannel should announce for a node.
  - An address, or an expression of addresses, is right when it leads to the node's own address.
options:
  _input:
    description: The value of C(flannel_interface) for the node, as errors call it. It may be V(null).
    type: str
    required: true
  node_address:
    description: RV(podnet.kubernetes.node_address#module:node_address) of the node.
    type: dict
    required: true
positional: node_address
"""

EXAMPLES = r"""
- name: Find the address that Flannel should announce
  podnet.kubernetes.node_address:
    interface: "{{ nic.interface or omit }}"
    network: "{{ nic.network or omit }}"
  vars:
    nic: "{{ '10.100.198.0/24' | podnet.kubernetes.flannel_nic(podnet_node_address) }}"
"""

RETURN = r"""
_value:
  description: The NIC.
  type: dict
  contains:
    interface:
      description: The name of the NIC. V(null) when the network decides.
      type: str
      sample: enp0s8
    network:
      description: The network in CIDR form. V(null) when C(flannel_interface) is no network.
      type: str
      sample: 10.100.198.0/24
    shared:
      description: Whether C(flannel_interface) is the name or the network of the NIC that the nodes share.
      type: bool
      sample: true
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option, read_text_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel_choice import node_nic
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def flannel_nic(value: str | None, node_address: Mapping[str, Any]) -> dict[str, Any]:
    return asdict(
        node_nic(read_text_option("flannel_interface", value), read_dict_option("node_address", node_address))
    )


FilterModule = filter_module(flannel_nic)
