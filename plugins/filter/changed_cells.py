# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter changed_cells: the cells that policies decide otherwise than before."""

from __future__ import annotations

DOCUMENTATION = r"""
name: changed_cells
short_description: List the cells that a change of policies changes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the cells that two sets of NetworkPolicies decide, such as those before and after a change.
  - A cell is a source, a target, a protocol, a port and an address family. The filter leaves out cells of a pod and
    itself, because no policy changes them. It also leaves out cells of O(_input) whose C(allowed) is V(null).
options:
  _input:
    description: Cells, as P(podnet.kubernetes.expected_connectivity#filter) returns them.
    type: list
    elements: dict
    required: true
  before:
    description: The cells to compare with, in the same form.
    type: list
    elements: dict
    required: true
positional: before
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
  - module: podnet.kubernetes.connectivity_probe
"""

EXAMPLES = r"""
- name: Show the pods that a new policy cuts off
  ansible.builtin.debug:
    msg: "{{ changed | rejectattr('allowed') | map(attribute='source') | unique }}"
  vars:
    changed: "{{ after | podnet.kubernetes.changed_cells(before) }}"
    before: "{{ pods | podnet.kubernetes.expected_connectivity(namespaces=namespaces, policies=old, ports=ports) }}"
    after: "{{ pods | podnet.kubernetes.expected_connectivity(namespaces=namespaces, policies=new, ports=ports) }}"
"""

RETURN = r"""
_value:
  description:
    - The cells of O(_input) that O(before) lacks, or that are allowed in one list and denied in the other.
    - The cells keep their form and order.
  type: list
  elements: dict
  sample:
    - source: shop/stranger
      target: shop/db
      port: 80
      protocol: TCP
      family: ipv4
      allowed: false
      because: "ingress: selected by shop/deny-all, and no rule allows it"
      decided_by: api
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import (
    find_changes,
    load_expected_cells,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def changed_cells(after: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List the cells of C(after) that C(before) lacks or allows otherwise."""
    changed = find_changes(load_expected_cells(after, "_input"), load_expected_cells(before, "before"))
    return [cell._asdict() for cell in changed]


FilterModule = filter_module(changed_cells)
