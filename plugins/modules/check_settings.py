#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of check_settings; the action plugin of that name does the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_settings
short_description: Find mistakes in the variables of the roles, before anything connects to a node
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the variables that an inventory, a playbook or the command line sets with the argument specifications of
    roles of this collection, and with what each variable means. Defaults of roles are right.
  - Checks also that the networks of a new cluster fit each other, the number of nodes and the limits of kubeadm, and
    that the names of the hosts can be names of nodes.
  - Fails with one sentence for each mistake. The sentence names the variable, the value, the hosts that have it, and
    what would be right.
  - Runs once for all hosts, on the controller. It connects to no host.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  diff_mode:
    support: none
    details: The module changes nothing.
options:
  roles:
    description:
      - The names of roles of this collection, without C(podnet.kubernetes), whose variables count.
      - With V(kubeadm_control_plane) the networks count too, and with V(kubeadm_node) the names of the hosts.
    type: list
    elements: str
    required: true
  hosts:
    description: The hosts that are or become nodes of the cluster.
    type: list
    elements: str
    required: true
  needs:
    description:
      - The hosts that C(--limit) must leave in the play. With V(all) these are all of O(hosts).
      - With V(control_plane) it is at least one host of the group of the control planes.
    type: str
    choices: [all, control_plane, any]
    default: any
"""

EXAMPLES = r"""
- name: Check the variables of the roles common and flannel
  podnet.kubernetes.check_settings:
    roles: [common, flannel]
    hosts: "{{ groups['control_plane'] + groups['nodes'] }}"
"""

RETURN = r"""
variables:
  description: The variables of the roles that are set on some host, sorted.
  returned: success
  type: list
  elements: str
  sample: [flannel_backend, podnet_node_network]
"""
