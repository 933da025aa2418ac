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

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable


def host_values(hostvars: Mapping[str, Any], hosts: Iterable[str], name: str | Sequence[str]) -> dict[str, Any]:
    """Collect a variable, or a list of several, of several hosts."""
    names = [name] if isinstance(name, str) else list(name)
    found = {host: [_value(hostvars[host], one.split(".")) for one in names] for host in hosts}
    values = {host: [value for value in some if value is not None] for host, some in found.items()}
    return {host: some[0] if isinstance(name, str) else some for host, some in values.items() if some}


def _value(variables: Any, keys: Iterable[str]) -> Any:
    """Look up a key, and the next one in its value. None where a key is missing or a task did not succeed."""
    for key in keys:
        if not isinstance(variables, Mapping) or key not in variables:
            return None
        variables = variables[key]
        if isinstance(variables, Mapping) and (variables.get("failed") or variables.get("skipped")):
            return None
    return variables


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"host_values": host_values}
