# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter mtu_mistakes: an MTU of pods that the NICs of the nodes do not carry."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtu_mistakes
short_description: Find nodes whose NIC does not carry an MTU
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares an MTU, with the bytes that encapsulation adds, with the MTUs of the NICs that the nodes share.
  - Larger packets would vanish between the nodes, while small ones pass.
options:
  _input:
    description:
      - RV(podnet.kubernetes.node_address#module:node_address) of each node. The filter reads C(interface) and C(mtu).
    type: dict
    required: true
  name:
    description: The variable that sets the MTU, as the sentence names it.
    type: str
    required: true
  value:
    description: The MTU in bytes. V(null) is never a mistake.
    type: raw
    required: true
  overhead:
    description: The bytes that encapsulation adds to each packet.
    type: int
    default: 0
positional: name, value, overhead
"""

EXAMPLES = r"""
- name: Refuse an MTU that the NICs do not carry
  ansible.builtin.assert:
    that: mistakes | length == 0
    fail_msg: "{{ mistakes | join('; ') }}"
  run_once: true
  vars:
    addresses: "{{ hostvars | podnet.kubernetes.host_values(ansible_play_hosts, 'podnet_node_address') }}"
    mistakes: "{{ addresses | podnet.kubernetes.mtu_mistakes('shop_mtu', shop_mtu, 50) }}"
"""

RETURN = r"""
_value:
  description: A sentence for the nodes whose NICs carry the same smaller MTU.
  type: list
  elements: str
  sample:
    - "shop_mtu is 9000, and the NIC enp0s8 of node1 and node2 carries 1500 bytes: give at most 1450, or leave it out"
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.mtu import find_mistakes
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("mtu_mistakes")
def mtu_mistakes(node_addresses: Any, name: Any, value: Any, overhead: int = 0) -> list[str]:
    return find_mistakes(node_addresses, name, value, overhead)


FilterModule = filter_module(mtu_mistakes)
