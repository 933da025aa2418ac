#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action api_access, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: api_access
short_description: Open the way from the controller to the API of a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - With O(through=controller), connects to the API, or to the proxy before it, and fails within seconds when nothing
    answers. The failure says what to set.
  - With O(through=control_plane), forwards a port of the controller to the API by the host's own SSH connection, with
    the user, keys, password and jump hosts of the inventory. Writes a copy of the kubeconfig that leads to this port.
  - The forward and the copy end with Ansible, also when Ansible is killed.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    support: full
    details:
      - The way is opened in check mode too, because questions change nothing.
      - An API that does not answer is no error there, because the cluster may not be made yet.
  diff_mode:
    support: none
    details: There is no change to show.
options:
  kubeconfig:
    description: The path of a kubeconfig on the controller. The action leaves it as it is.
    type: path
    required: true
  through:
    description: Who connects to the API.
    type: str
    choices: [controller, control_plane]
    default: controller
  directory:
    description: The directory on the controller for the copy of the kubeconfig.
    type: path
    required: true
notes:
  - With O(through=control_plane), the host's connection must be P(ansible.builtin.ssh#connection). When the connection
    is P(ansible.builtin.local#connection), the controller is the control plane and connects itself.
seealso:
  - module: podnet.kubernetes.kubeconfig_keep
"""

EXAMPLES = r"""
- name: Ask the API from the control plane
  podnet.kubernetes.api_access:
    kubeconfig: .podnet/admin.conf
    through: control_plane
    directory: .podnet
  delegate_to: master
  run_once: true
  register: api
"""

RETURN = r"""
kubeconfig:
  description: The path of the kubeconfig to use until Ansible ends.
  returned: success
  type: str
  sample: .podnet/admin.conf
msg:
  description: Who asks the API, and where.
  returned: always
  type: str
  sample: The controller asks the API (kubeconfig .podnet/admin.conf).
"""
