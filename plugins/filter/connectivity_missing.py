# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_missing: endpoints of nodes for which no host of the play answered are missing."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_missing
short_description: Mark the endpoints of nodes for which no host answered
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Gives C(missing), the reason, to the nodes for which no host of the play answered, and to their pods. Nothing
    probes these endpoints, and their cells are not probed.
  - A Service of the verification is missing when all of its backends are.
  - It is an error when no node is left.
options:
  _input:
    description: The endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  hosts:
    description: All hosts of the play.
    type: list
    elements: str
    required: true
  results:
    description:
      - What each of O(hosts) returned, as a task registers it. M(podnet.kubernetes.connectivity_responder) and
        M(podnet.kubernetes.connectivity_probe) name the node. An empty dict for a host without a result.
    type: list
    elements: dict
    required: true
  addresses:
    description: Where Ansible connects to each of O(hosts), as C(ansible_host). Empty when this is its name.
    type: list
    elements: str
    required: true
  inventory:
    description: The names of all hosts of the inventory, for a better reason.
    type: list
    elements: str
    default: []
positional: hosts, results, addresses
seealso:
  - plugin: podnet.kubernetes.connectivity_nodes
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Mark the endpoints of nodes for which no host answered
  ansible.builtin.set_fact:
    endpoints: "{{ endpoints | podnet.kubernetes.connectivity_missing(ansible_play_hosts_all, results, addresses) }}"
  vars:
    results: "{{ ansible_play_hosts_all | map('extract', hostvars, 'responder') | map('default', {}) }}"
    addresses: "{{ ansible_play_hosts_all | map('extract', hostvars, 'ansible_host') | map('default', '') }}"
"""

RETURN = r"""
_value:
  description: The endpoints. The missing ones have the key C(missing) with the reason.
  type: list
  elements: dict
  sample:
    - name: node2
      kind: node
      addresses: [10.100.198.202]
      node: node2
      own: false
      missing: "node2: host node2 is unreachable: connect to host 10.100.198.202 port 22: No route to host"
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dicts_option,
    read_list_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.answers import mark_missing, read_answers
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import as_dict, load_endpoints
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def connectivity_missing(
    endpoints: Iterable[Mapping[str, Any]],
    hosts: Iterable[str],
    results: Iterable[Mapping[str, Any]],
    addresses: Iterable[str],
    *,
    inventory: Iterable[str] | None = None,
) -> list[dict[str, Any]]:
    answers = read_answers(
        read_texts_option("hosts", hosts),
        read_list_option("results", results),
        read_list_option("addresses", addresses),
    )
    loaded = load_endpoints(read_dicts_option("endpoints", endpoints))
    marked = mark_missing(loaded, answers, read_texts_option("inventory", inventory))
    return [as_dict(endpoint) for endpoint in marked]


FilterModule = filter_module(connectivity_missing)
