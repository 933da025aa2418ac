# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_namespaces: the namespaces in which the policies of a cluster can be proved."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_namespaces
short_description: Find the namespaces in which the policies of a cluster can be proved
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - A proof of policies probes pairs of running pods. This filter finds the namespaces that have both a policy and a
    running pod, and returns none when all of them have fewer than two such pods together.
  - Policies do not decide about host-network pods, so this filter does not count them.
options:
  _input:
    description: NetworkPolicy objects.
    type: list
    elements: dict
    required: true
  pods:
    description: Pod objects.
    type: list
    elements: dict
    required: true
  chosen:
    description: The namespaces to take instead of those that have a policy.
    type: list
    elements: str
    default: []
  left_out:
    description: Namespaces that the filter does not find.
    type: list
    elements: str
    default: []
positional: pods
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show where a proof of policies has something to probe
  ansible.builtin.debug:
    msg: "{{ policies.resources | podnet.kubernetes.policy_namespaces(pods.resources) }}"
"""

RETURN = r"""
_value:
  description: The names of the namespaces, in alphabetical order.
  type: list
  elements: str
  sample: [shop]
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list, read_metadata
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.provable import find_provable_namespaces
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_namespaces(
    policies: Sequence[Mapping[str, Any]],
    pods: Sequence[Mapping[str, Any]],
    *,
    chosen: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> list[str]:
    found = enumerate(read_list(policies, "policies"))
    having = [read_metadata(policy, f"policies[{index}]", "NetworkPolicy").namespace for index, policy in found]
    return find_provable_namespaces(
        having, read_pods(pods), read_texts_option("chosen", chosen), read_texts_option("left_out", left_out)
    )


FilterModule = filter_module(policy_namespaces)
