# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_matrix: the pods that may connect to each other under NetworkPolicies, as text for people."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_matrix
short_description: Draw which pods may connect to each other under NetworkPolicies
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Computes the same cells as P(podnet.kubernetes.expected_connectivity#filter), and draws them for people. It does not
    ask a cluster, and it does not probe.
  - A source is a row, a target is a column with the number of the row. Ports with the same cells share a drawing.
  - When there are more than 30 pods, pods that reach and are reached alike share a row. When more than 30 rows remain,
    a row stands for the pods of a namespace and counts connections.
options:
  _input:
    description: Pod objects, as for P(podnet.kubernetes.expected_connectivity#filter).
    type: list
    elements: dict
    required: true
  namespaces:
    description: Namespace objects, at least those of all pods and policies.
    type: list
    elements: dict
    required: true
  policies:
    description: NetworkPolicy objects that the cluster does not have yet.
    type: list
    elements: dict
    required: true
  ports:
    description: The ports, as for P(podnet.kubernetes.expected_connectivity#filter).
    type: list
    elements: dict
    required: true
  implementation:
    description: The implementation of NetworkPolicy that answers the questions which the API leaves open.
    type: str
    choices: [calico, strict]
    default: calico
  stored:
    description: NetworkPolicy objects that the cluster has, beside O(policies).
    type: list
    elements: dict
    default: []
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show who may reach whom
  ansible.builtin.debug:
    msg: "{{ pods.resources | podnet.kubernetes.policy_matrix(**cluster) | join('\n') }}"
  vars:
    cluster:
      namespaces: "{{ namespaces.resources }}"
      policies: []
      stored: "{{ policies.resources }}"
      ports: [{port: 80}]
"""

RETURN = r"""
_value:
  description: The lines. There are none without pods.
  type: list
  elements: str
  sample:
    - "TCP 80:"
    - "             1 2 3"
    - "  1 shop/api   . -"
    - "  2 shop/db  -   -"
    - "  3 shop/web . -"
    - ""
    - ". may connect   - is blocked"
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix_text import draw_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import ask
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import (
    filter_errors,
    filter_module,
    show_warnings,
)


@filter_errors()
def policy_matrix(
    pods: Sequence[Mapping[str, Any]],
    namespaces: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
    ports: Sequence[Mapping[str, Any]],
    implementation: str = "calico",
    stored: Sequence[Mapping[str, Any]] = (),
) -> list[str]:
    answer = ask(pods, namespaces, policies, ports, implementation, stored)
    show_warnings(answer.warnings)
    return draw_matrix(answer.matrix, answer.decide_open)


FilterModule = filter_module(policy_matrix)
