#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action node_drain, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_drain
short_description: Take the pods off a node of a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Cordons the node and evicts its pods, as PodDisruptionBudgets allow, until they are gone. Pods of DaemonSets and
    static pods stay, as with C(kubectl drain).
  - Fails before any change when a pod may not be evicted, and names it.
  - When the pods do not leave in time, or the API gives no answer for 10 s, the module fails and names the pods and the
    budgets. Then the node takes pods again, unless it was cordoned before.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  kubeconfig:
    description: Path of the kubeconfig on the controller.
    type: path
    required: true
  name:
    description: The name of the node.
    type: str
    required: true
  bare_pods:
    description: Whether to delete pods that no controller makes again.
    type: bool
    default: false
  empty_dirs:
    description: Whether to delete pods with data in emptyDir volumes.
    type: bool
    default: false
  timeout:
    description: How long the pods may take to leave, in seconds.
    type: float
    default: 300
requirements:
  - the Python package kubernetes and the collection kubernetes.core, on the controller
seealso:
  - module: kubernetes.core.k8s_drain
"""

EXAMPLES = r"""
- name: Take the pods off the node
  podnet.kubernetes.node_drain:
    kubeconfig: .podnet/admin.conf
    name: node2
  run_once: true
"""

RETURN = r"""
changed:
  description: Whether the node was cordoned or pods left it, or in check mode would.
  returned: success
  type: bool
"""
