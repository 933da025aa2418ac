# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter blocking_budgets: it describes the PodDisruptionBudgets that keep pods on a node."""

from __future__ import annotations

DOCUMENTATION = r"""
name: blocking_budgets
short_description: Describe the PodDisruptionBudgets that keep pods on a node
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Describes the PodDisruptionBudgets of some namespaces that allow no eviction now.
options:
  _input:
    description: The PodDisruptionBudget objects of the cluster.
    type: list
    elements: dict
    required: true
  namespaces:
    description: The namespaces of the pods on the node.
    type: list
    elements: str
    required: true
positional: namespaces
"""

EXAMPLES = r"""
- name: Say what keeps the pods
  ansible.builtin.debug:
    msg: "{{ budgets.resources | podnet.kubernetes.blocking_budgets(['default']) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each budget.
  type: list
  elements: str
  sample: ["default/web needs 2 ready pods, and 2 are ready"]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.node_removal import find_blocking_budgets
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("blocking_budgets")
def blocking_budgets(budgets: Any, namespaces: Any) -> list[str]:
    return find_blocking_budgets(budgets, read_texts_option("namespaces", namespaces))


FilterModule = filter_module(blocking_budgets)
