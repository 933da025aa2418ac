# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter calico_pool_plan: what to change in Calico's pools of pod addresses."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calico_pool_plan
short_description: Say what to change in Calico's pools of pod addresses
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Calico has a pool for each address family. It makes the pools when it first starts, and does not change them later.
  - Compares the pools that exist with the settings.
options:
  _input:
    description: The IPPool objects of the cluster.
    type: list
    elements: dict
    required: true
  pod_network:
    description: The network of all pods, or one of each address family with a comma between.
    type: str
    required: true
  vxlan:
    description: The wanted C(vxlanMode).
    type: str
    required: true
  ipip:
    description: The wanted C(ipipMode) of IPv4. IPv6 has none.
    type: str
    required: true
positional: pod_network, vxlan, ipip
"""

EXAMPLES = r"""
- name: Let the pools encapsulate all packets
  kubernetes.core.k8s:
    state: patched
    definition: "{{ plan.changes }}"
  vars:
    plan: "{{ pools.resources | podnet.kubernetes.calico_pool_plan(calico_pod_network, 'Always', 'Never') }}"
"""

RETURN = r"""
_value:
  description: What to change, and what cannot be changed.
  type: dict
  contains:
    changes:
      description: A part of each pool that exists, with its modes.
      type: list
      elements: dict
    mistakes:
      description: A sentence for each pool of another network.
      type: list
      elements: str
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_pools import plan_pools
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("calico_pool_plan")
def calico_pool_plan(pools: Any, pod_network: str, vxlan: str, ipip: str) -> dict[str, Any]:
    plan = asdict(plan_pools(pools, pod_network, vxlan, ipip))
    return {name: list(value) for name, value in plan.items()}


FilterModule = filter_module(calico_pool_plan)
