# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter network_problems: nodes and pods of a pod network that are not ready."""

from __future__ import annotations

DOCUMENTATION = r"""
name: network_problems
short_description: Say which nodes and pods of a pod network are not ready
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Names each node that is not ready, and each pod that a DaemonSet should run on a node and that is not ready.
  - Gives the reason as far as the API knows it.
options:
  _input:
    description: The Node objects of the cluster.
    type: list
    elements: dict
    required: true
  pods:
    description: The Pod objects of the namespace of the DaemonSet. Pods of other owners are ignored.
    type: list
    elements: dict
    required: true
  daemon_set:
    description: The name of the DaemonSet. Without it the filter looks at nodes only.
    type: str
positional: pods, daemon_set
"""

EXAMPLES = r"""
- name: Say why Flannel does not run
  ansible.builtin.debug:
    msg: "{{ nodes.resources | podnet.kubernetes.network_problems(pods.resources, 'kube-flannel-ds') }}"
"""

RETURN = r"""
_value:
  description: A sentence for each problem, in the order of the nodes. Empty when all are ready.
  type: list
  elements: str
  sample: ["node1: the pod kube-flannel-ds-x7k2p is not ready, its container kube-flannel waits: CrashLoopBackOff"]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.daemon_sets import find_problems
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("network_problems")
def network_problems(nodes: Any, pods: Any, daemon_set: str | None = None) -> list[str]:
    return find_problems(nodes, pods, daemon_set)


FilterModule = filter_module(network_problems)
