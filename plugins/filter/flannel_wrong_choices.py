# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_wrong_choices: find nodes whose flannel_interface leads to another address."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_wrong_choices
short_description: Find nodes whose flannel_interface leads to another address
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Finds, where the values of nodes differ, those that do not lead to the address of their node.
options:
  _input:
    description:
      - The values of each node, as P(podnet.kubernetes.host_values#filter) collects them. The first one counts.
    type: dict
    required: true
  addresses:
    description: RV(podnet.kubernetes.node_address#module:node_address) of each node.
    type: dict
    required: true
positional: addresses
"""

EXAMPLES = r"""
- name: Show it
  ansible.builtin.debug:
    msg: "{{ choices | podnet.kubernetes.flannel_wrong_choices(addresses) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each such node.
  type: list
  elements: str
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel_choice import wrong_choices
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("flannel_wrong_choices")
def flannel_wrong_choices(choices: Any, addresses: Any) -> list[str]:
    return wrong_choices(read_dict_option("choices", choices), read_dict_option("addresses", addresses))


FilterModule = filter_module(flannel_wrong_choices)
