# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_lint: places of NetworkPolicies that may not mean what their author meant."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_lint
short_description: Find places of NetworkPolicies that may not mean what their author meant
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Looks for rules that mean more or less than they seem to mean. The page C(docs/policies.md) lists the findings.
  - It does not ask a cluster, and it does not probe.
options:
  _input:
    description: The NetworkPolicy objects to look at.
    type: list
    elements: dict
    required: true
  pods:
    description: All Pod objects of the cluster. The filter leaves out pods that have ended.
    type: list
    elements: dict
    required: true
  namespaces:
    description: All Namespace objects of the cluster.
    type: list
    elements: dict
    required: true
  others:
    description: NetworkPolicy objects that are in force beside them. The filter has no findings about these.
    type: list
    elements: dict
    default: []
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Fail when a policy of the cluster forgets the DNS
  ansible.builtin.assert:
    that: findings | selectattr('id', 'eq', 'no-dns') | length == 0
  vars:
    findings: >-
      {{ policies.resources
         | podnet.kubernetes.policy_lint(pods=pods.resources, namespaces=namespaces.resources) }}
"""

RETURN = r"""
_value:
  description: The findings, in the order of the policies.
  type: list
  elements: dict
  contains:
    id:
      description: The kind of the finding.
      type: str
      sample: everyone
    policy:
      description: The policy, C(NAMESPACE/NAME).
      type: str
      sample: shop/db-policy
    path:
      description: The path of the field.
      type: str
      sample: spec.ingress[0].from
    message:
      description: A sentence about the field. It begins with the path.
      type: str
      sample: spec.ingress[0].from is empty, which means every source, inside and outside the cluster
    remedy:
      description: The remedy.
      type: str
      sample: name the pods, or leave the rule out to allow none; for every source leave out from alone
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint import lint_policies
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_lint(
    policies: Sequence[Mapping[str, Any]],
    pods: Sequence[Mapping[str, Any]],
    namespaces: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in lint_policies(policies, pods, namespaces, others)]


FilterModule = filter_module(policy_lint)
