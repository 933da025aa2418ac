# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter network_pods: the pods that a pod network carries."""

from __future__ import annotations

DOCUMENTATION = r"""
name: network_pods
short_description: Find the pods that the pod network carries
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Finds the pods that have an address of the pod network, and those among them that no controller makes again.
  - Ignores pods in the node's own network, pods that wait for a node, and pods that have ended.
options:
  _input:
    description: Pod objects.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Delete the pods on the network
  kubernetes.core.k8s:
    state: absent
    definition: "{{ (found.resources | podnet.kubernetes.network_pods).pods }}"
"""

RETURN = r"""
_value:
  description: The pods.
  type: dict
  contains:
    pods:
      description: An object for each pod, with no more fields than a deletion needs.
      type: list
      elements: dict
      sample: [{apiVersion: v1, kind: Pod, metadata: {namespace: default, name: web-0}}]
    bare:
      description: Namespace and name of each pod that no controller makes again.
      type: list
      elements: str
      sample: [default/web-0]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.carried_pods import find_carried_pods
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("network_pods")
def network_pods(pods: Any) -> dict[str, Any]:
    carried = find_carried_pods(pods)
    return {
        "pods": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": pod.namespace, "name": pod.name}}
            for pod in carried.pods
        ],
        "bare": [str(pod) for pod in carried.bare],
    }


FilterModule = filter_module(network_pods)
