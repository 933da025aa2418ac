# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter host_values: a variable of several hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: host_values
short_description: Collect a variable of several hosts
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes a dictionary of the values that a variable has on hosts of the inventory.
  - Leaves out hosts that do not have the variable or have it as V(null).
  - Leaves out results of tasks that failed or were skipped.
options:
  _input:
    description: The variables of all hosts, as in C(hostvars).
    type: dict
    required: true
  hosts:
    description: The names of the hosts.
    type: list
    elements: str
    required: true
  name:
    description:
      - The variable, with dots before the keys inside it.
      - A list of variables gives for each host the list of those values that it has.
    type: raw
    required: true
positional: hosts, name
"""

EXAMPLES = r"""
- name: Refuse an address that several nodes have
  ansible.builtin.assert:
    that: addresses | podnet.kubernetes.shared_addresses | length == 0
  vars:
    addresses: "{{ hostvars | podnet.kubernetes.host_values(ansible_play_hosts, 'podnet_node_address') }}"
"""

RETURN = r"""
_value:
  description: The value on each host.
  type: dict
  sample: {master: 10.100.198.200, node1: 10.100.198.201}
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.host_values import host_values as values_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("host_values")
def host_values(hostvars: Any, hosts: Any, name: Any) -> dict[str, Any]:
    return values_of(hostvars, hosts, name)


FilterModule = filter_module(host_values)
