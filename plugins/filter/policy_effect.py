# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_effect: the cells of a verification that the policies of a cluster decide."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_effect
short_description: Find the effect that the policies of a cluster have on a verification
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Names the NetworkPolicies that select pods of a verification, and the policies of administrators that may deny
    one of its cells. Computes the cells that they decide.
  - It computes cells between pods and nodes, and those of own Services. Other cells of an isolated pod, and those
    that a rule of an administrator may deny, have V(null) as C(allowed). They are not judged.
  - Without such a policy, there are no cells.
options:
  _input:
    description: The endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  targets:
    description: The targets, as P(podnet.kubernetes.connectivity_targets#filter) returns them.
    type: list
    elements: dict
    required: true
  pods:
    description: All Pod objects.
    type: list
    elements: dict
    required: true
  namespaces:
    description: All Namespace objects.
    type: list
    elements: dict
    required: true
  policies:
    description:
      - All NetworkPolicy objects.
      - An AdminNetworkPolicy or a BaselineAdminNetworkPolicy needs its C(kind), as the API returns it.
    type: list
    elements: dict
    required: true
  implementation:
    description: Whose answers count where the API is silent, as in P(podnet.kubernetes.expected_connectivity#filter).
    type: str
    choices: [calico, strict]
    default: strict
positional: targets, pods, namespaces, policies
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the policies that select pods of the verification
  ansible.builtin.debug:
    msg: "{{ (endpoints | podnet.kubernetes.policy_effect(targets, pods, namespaces, policies)).policies }}"
"""

RETURN = r"""
_value:
  description: The effect.
  type: dict
  contains:
    policies:
      description: Their names, as NAMESPACE/NAME, or KIND NAME of an administrator's policy.
      type: list
      elements: str
      sample: [podnet-connectivity/default-deny]
    cells:
      description: The cells, as P(podnet.kubernetes.expected_connectivity#filter) returns them.
      type: list
      elements: dict
    decided:
      description: Those of RV(_value.cells) that the policies decide.
      type: list
      elements: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import load_endpoints, load_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.foreign import ClusterObjects, find_effect
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import (
    filter_errors,
    filter_module,
    show_warnings,
)


@filter_errors()
def policy_effect(
    endpoints: Sequence[Mapping[str, Any]],
    targets: Sequence[Mapping[str, Any]],
    pods: Sequence[Mapping[str, Any]],
    namespaces: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
    *,
    implementation: str = "strict",
) -> dict[str, Any]:
    loaded = load_endpoints(read_dicts_option("endpoints", endpoints))
    tried = load_targets(read_dicts_option("targets", targets))
    effect = find_effect(loaded, tried, ClusterObjects(pods, namespaces, policies, implementation))
    show_warnings(effect.warnings)
    return {
        "policies": list(effect.policies),
        "cells": [cell._asdict() for cell in effect.cells],
        "decided": [cell._asdict() for cell in effect.cells if cell.allowed is not None],
    }


FilterModule = filter_module(policy_effect)
