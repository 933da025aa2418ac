# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_common_interface: find one flannel_interface for nodes whose values differ."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_common_interface
short_description: Find one flannel_interface for nodes whose values differ
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Returns the value of a node where all nodes have the same; else an expression that fits the addresses of all nodes.
options:
  _input:
    description: The value of one node.
    type: str
    required: true
  choices:
    description:
      - The values of each node, as P(podnet.kubernetes.host_values#filter) collects them. The first one counts.
    type: dict
    required: true
  addresses:
    description: RV(podnet.kubernetes.node_address#module:node_address) of each node.
    type: dict
    required: true
  addresses_ipv6:
    description:
      - The same for IPv6, where Flannel has both address families. An expression must then fit an address of each.
    type: dict
positional: choices, addresses, addresses_ipv6
"""

EXAMPLES = r"""
- name: Show it
  ansible.builtin.debug:
    msg: "{{ flannel_interface | podnet.kubernetes.flannel_common_interface(choices, addresses) }}"
"""

RETURN = r"""
_value:
  description: A value of C(flannel_interface). V(null) where the value of the node is V(null).
  type: str
  sample: ^(10[.]100[.]198[.]200|10[.]100[.]198[.]201)$
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option, read_text_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel_choice import common_interface
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("flannel_common_interface")
def flannel_common_interface(own: Any, choices: Any, addresses: Any, addresses_ipv6: Any = None) -> str | None:
    return common_interface(
        read_text_option("flannel_interface", own),
        read_dict_option("choices", choices),
        read_dict_option("addresses", addresses),
        read_dict_option("addresses_ipv6", addresses_ipv6),
    )


FilterModule = filter_module(flannel_common_interface)
