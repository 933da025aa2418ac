#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action kubeconfig_keep, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeconfig_keep
short_description: Keep a cluster's kubeconfig on the controller
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Takes the first kubeconfig that M(podnet.kubernetes.kubeconfig_find) found, and writes it to the controller with
    mode 0600. It grants all rights on the cluster.
  - Replaces the server in it by the address of the host, when the server is a loopback address. C(tls-server-name)
    then has the name that the certificate of the API knows.
  - Replaces a file that is there only when an earlier run wrote it and it is unchanged, or when the certificates of the
    cluster have changed. A changed file that it replaces stays beside the new one, with C(.old) in its name.
  - Remembers what it wrote, in a file with C(.mark) in its name.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  diff_mode:
    support: none
    details: The difference would show keys.
options:
  found:
    description: The results of M(podnet.kubernetes.kubeconfig_find), in the order of their preference.
    type: list
    elements: dict
    required: true
  places:
    description: The places that were looked at, for the error.
    type: list
    elements: str
    required: true
  dest:
    description: The path on the controller.
    type: path
    required: true
  answers:
    description: The results of another task on each host. The error says why a host did not answer it.
    type: dict
    default: {}
  refusals:
    description: The results of a task with become on each host that answered. The error says why a host ran no module.
    type: dict
    default: {}
seealso:
  - module: podnet.kubernetes.kubeconfig_find
  - module: podnet.kubernetes.api_access
"""

EXAMPLES = r"""
- name: Keep the kubeconfig of the cluster
  podnet.kubernetes.kubeconfig_keep:
    found: "{{ ansible_play_hosts | map('extract', hostvars, 'found') }}"
    places: [/etc/kubernetes/admin.conf]
    dest: .podnet/admin.conf
  run_once: true
"""

RETURN = r"""
host:
  description: The host that has the kubeconfig.
  returned: success
  type: str
  sample: master
msg:
  description: What became of the file on the controller, and why.
  returned: always
  type: str
  sample: The kubeconfig .podnet/admin.conf, from master:/etc/kubernetes/admin.conf, is unchanged.
"""
