#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action cluster_ready, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_ready
short_description: Wait until nodes, DaemonSets and Deployments are ready
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Asks the API several times a second over one connection. Such a question costs next to nothing, while a task of
    M(kubernetes.core.k8s_info) first loads the Kubernetes client, for a second or more.
  - Fails when something is not ready in time, and names it, or when the API fails twice in a row.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    details: The module only reads.
  diff_mode:
    support: none
    details: The module only reads.
options:
  kubeconfig:
    description: Path of the kubeconfig on the controller.
    type: path
    required: true
  nodes:
    description:
      - What all nodes must have. With V(ready) their kubelets and the network run. With V(subnets) the controller
        manager has given them a subnet for their pods. With V(any) the module only reads them.
      - Without this option, the module reads no nodes.
    type: str
    choices: [any, subnets, ready]
  annotation:
    description: An annotation that each node must have besides, such as one by which a network announces an address.
    type: str
    default: ""
  kubelet:
    description: The version that the kubelet of each node must report besides, such as V(1.36.4).
    type: str
    default: ""
  daemon_sets:
    description: DaemonSets, as NAMESPACE/NAME. One that does not exist is not ready.
    type: list
    elements: str
    default: []
  deployments:
    description: Deployments, as NAMESPACE/NAME. One that does not exist is ignored.
    type: list
    elements: str
    default: []
  left_out:
    description:
      - The names of nodes that need not have what O(nodes) says.
      - A DaemonSet of O(daemon_sets) may lack as many pods as these nodes are not ready.
    type: list
    elements: str
    default: []
  timeout:
    description: How long to wait, in seconds.
    type: float
    default: 120
requirements:
  - the Python package kubernetes and the collection kubernetes.core, on the controller
seealso:
  - plugin: podnet.kubernetes.k8s
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Wait until Flannel runs on every node
  podnet.kubernetes.cluster_ready:
    kubeconfig: .podnet/admin.conf
    nodes: ready
    daemon_sets: [kube-flannel/kube-flannel-ds]
  run_once: true
"""

RETURN = r"""
nodes:
  description: All Node objects with O(nodes), without C(managedFields).
  returned: success
  type: list
  elements: dict
"""
