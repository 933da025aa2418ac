# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filters take that compare the nodes' addresses with those that a network announces."""

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
      - For each node of the cluster, under the name of its Node object, the result of M(podnet.kubernetes.node_address)
        on it, with RV(podnet.kubernetes.node_address#module:node_address) and
        RV(podnet.kubernetes.node_address#module:candidates).
      - Node objects that are not in it are not looked at. For a node without a Node object no address is announced.
    type: dict
    required: true
seealso:
  - module: podnet.kubernetes.node_address
"""
