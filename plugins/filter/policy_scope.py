# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_scope: the pods, listeners and checks of a proof of policies, and its canaries."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_scope
short_description: Choose the pods, listeners and checks of a proof of policies
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Tells the pods whose connections policies decide from the canaries, which are pods of the verification.
  - A responder opens each port for TCP and for UDP. This filter drops the listeners of a protocol that O(ports) does
    not have, so that every probed cell has an expectation.
options:
  _input:
    description: Endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  listeners:
    description: The listeners of all nodes, as M(podnet.kubernetes.connectivity_responder) returns them.
    type: list
    elements: dict
    required: true
  pods:
    description: Pod objects of the cluster.
    type: list
    elements: dict
    required: true
  ports:
    description: The ports, as for P(podnet.kubernetes.expected_connectivity#filter).
    type: list
    elements: dict
    required: true
positional: listeners, pods, ports
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show where web servers answer
  ansible.builtin.debug:
    msg: "{{ (endpoints | podnet.kubernetes.policy_scope(responder.listeners, pods, [{'port': 80}])).listeners }}"
"""

RETURN = r"""
_value:
  description: The scope of the proof. Endpoints, listeners and objects are as they were given, and in their order.
  type: dict
  contains:
    endpoints:
      description: The endpoints of pods that policies may select, and of Services of others.
      type: list
      elements: dict
    listeners:
      description: The listeners of these endpoints at O(ports).
      type: list
      elements: dict
      sample:
        - {endpoint: shop/api, address: 10.244.1.5, protocol: tcp, port: 80, answers: podnet}
    checks:
      description: The protocols of O(ports) that can be probed, and V(tcp) for Services. SCTP cannot be probed.
      type: list
      elements: str
      sample: [tcp]
    pods:
      description: The Pod objects of the pods among RV(_value.endpoints).
      type: list
      elements: dict
    canaries:
      description: The endpoints of the verification's own pods.
      type: list
      elements: dict
    canary_listeners:
      description: All listeners of RV(_value.canaries).
      type: list
      elements: dict
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.scope import find_scope
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_scope(
    endpoints: Iterable[Mapping[str, Any]],
    listeners: Iterable[Mapping[str, Any]],
    pods: Iterable[Mapping[str, Any]],
    ports: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    scope = find_scope(
        read_dicts_option("endpoints", endpoints),
        read_dicts_option("listeners", listeners),
        read_dicts_option("pods", pods),
        parse_ports(ports),
    )
    return dict(vars(scope))


FilterModule = filter_module(policy_scope)
