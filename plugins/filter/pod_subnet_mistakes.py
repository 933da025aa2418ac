# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter pod_subnet_mistakes: nodes whose pod subnets are not in the pod network."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pod_subnet_mistakes
short_description: Find nodes whose pod subnets are not in the pod network
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares C(spec.podCIDRs) of each node with the pod network, in each address family of both.
options:
  _input:
    description: The Node objects of the cluster.
    type: list
    elements: dict
    required: true
  variable:
    description: The variable that sets the pod network, as the sentence names it.
    type: str
    required: true
  pod_network:
    description: The network in CIDR form, or one of each address family with a comma between.
    type: str
    required: true
positional: variable, pod_network
"""

EXAMPLES = r"""
- name: Check that the pods of each node are in the pod network
  ansible.builtin.assert:
    that: mistakes | length == 0
    fail_msg: "{{ mistakes | join('; ') }}"
  vars:
    mistakes: "{{ nodes.resources | podnet.kubernetes.pod_subnet_mistakes('podnet_pod_network', podnet_pod_network) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each node and family without a subnet in the network, or without a network.
  type: list
  elements: str
  sample: ["node1 has the pod subnet 10.22.2.0/24, which is not in podnet_pod_network 10.244.0.0/16"]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_subnets import find_mistakes
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("pod_subnet_mistakes")
def pod_subnet_mistakes(nodes: Any, variable: str, pod_network: str) -> list[str]:
    return find_mistakes(nodes, variable, pod_network)


FilterModule = filter_module(pod_subnet_mistakes)
