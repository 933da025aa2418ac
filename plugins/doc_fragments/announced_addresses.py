# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of filters that compare the nodes' addresses with the addresses that a pod network announces."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that these filters share."""

    DOCUMENTATION = r"""
author:
  - podnet.kubernetes developers (@podnet)
options:
  _input:
    description: The cluster's Node objects, as C(resources) of M(kubernetes.core.k8s_info) or C(items) of C(kubectl).
    type: list
    elements: dict
    required: true
  node_addresses:
    description:
      - The result of M(podnet.kubernetes.node_address) on each node, by the name of the Node object. The filter reads
        RV(podnet.kubernetes.node_address#module:node_address) and RV(podnet.kubernetes.node_address#module:candidates).
      - The filter ignores all other Node objects. A node without a Node object counts as one without an announced
        address.
    type: dict
    required: true
seealso:
  - module: podnet.kubernetes.node_address
"""
