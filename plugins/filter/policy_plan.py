# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_plan: which policies each step of a sequence applies and deletes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_plan
short_description: Plan the NetworkPolicies that each step of a sequence applies and deletes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the policies of a cluster with the policies that a user wants, and returns the steps between them.
  - Policies with the label C(app.kubernetes.io/managed-by=podnet.kubernetes) are ours. A step deletes our policies
    that it does not have, in the namespaces of the wanted policies and in O(namespaces).
  - All other policies are foreign. No step changes them.
options:
  _input:
    description: All NetworkPolicy objects of the cluster.
    type: list
    elements: dict
    required: true
  definitions:
    description: NetworkPolicy objects that the user wants. They are the policies of a single step with the name C(all).
    type: list
    elements: dict
    default: []
  steps:
    description:
      - Steps in place of O(definitions), in their order.
      - The policies of the last step are those that the user wants in the end.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the step.
        type: str
        required: true
      policies:
        description: The NetworkPolicy objects that are in force in the step.
        type: list
        elements: dict
        default: []
      labels:
        description: Labels that the step puts on running pods. The filter hands them on.
        type: list
        elements: dict
        default: []
      objects:
        description: Other objects that the step applies. The filter hands them on.
        type: list
        elements: dict
        default: []
  namespaces:
    description: The namespaces whose pods are probed. By default the namespaces of the policies.
    type: list
    elements: str
    default: []
  replay:
    description:
      - Whether to play all steps although the cluster has the policies of the last step already.
      - With V(false) the plan then has a single step, with the last policies, and the labels and objects of all steps.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show the policies that a run would delete
  ansible.builtin.debug:
    msg: "{{ plan.steps | map(attribute='stale') | flatten | map(attribute='metadata.name') }}"
  vars:
    plan: "{{ policies.resources | podnet.kubernetes.policy_plan(definitions=wanted) }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    namespaces:
      description: The namespaces whose pods are probed.
      type: list
      elements: str
      sample: [shop]
    ours:
      description: Our policies in the cluster, in the namespaces of the wanted policies and in O(namespaces).
      type: list
      elements: dict
    foreign:
      description: The policies of the cluster that are not ours.
      type: list
      elements: dict
    taken:
      description: The wanted policies, as NAMESPACE/NAME, that exist and are foreign.
      type: list
      elements: str
      sample: [shop/deny-all]
    unplaced:
      description: The names of the wanted policies that name no namespace.
      type: list
      elements: str
      sample: [deny-all]
    end_only:
      description: Whether the cluster has the policies of the last step already, so that the plan has a single step.
      type: bool
      sample: false
    steps:
      description: The steps.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the step.
          type: str
          sample: tiers
        report:
          description: The last part of the name of the step's report.
          type: str
          sample: 4-tiers
        policies:
          description: The policies that the step applies. They have our label.
          type: list
          elements: dict
        names:
          description: The names of these policies, as NAMESPACE/NAME.
          type: list
          elements: str
          sample: [shop/deny-all, shop/db-policy]
        before:
          description: Our policies that are in force before the step.
          type: list
          elements: dict
        stale:
          description: The policies of RV(_value.steps[].before) that the step deletes.
          type: list
          elements: dict
        labels:
          description: As in O(steps).
          type: list
          elements: dict
        objects:
          description: As in O(steps).
          type: list
          elements: dict
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.plan import plan_steps
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_plan(
    existing: Sequence[Mapping[str, Any]],
    *,
    definitions: Sequence[Mapping[str, Any]] = (),
    steps: Sequence[Mapping[str, Any]] = (),
    namespaces: Sequence[str] = (),
    replay: bool = False,
) -> dict[str, Any]:
    plan = plan_steps(existing, definitions, steps, namespaces, replay)
    return {**_with_lists(plan), "steps": [_with_lists(step) for step in plan.steps]}


def _with_lists(record: Any) -> dict[str, Any]:
    """Like dataclasses.asdict(), but with lists in place of tuples, and only one level deep."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


FilterModule = filter_module(policy_plan)
