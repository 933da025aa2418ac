#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action cluster_objects, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_objects
short_description: Apply the objects of a manifest to a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Applies objects on the side of the server, in their order, over one connection. A task of M(kubernetes.core.k8s)
    first loads the Kubernetes client, for a second or more.
  - Fails when the API refuses an object, and says who refuses it.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    details: The API says what it would change. It refuses objects of a namespace that is not there yet.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  kubeconfig:
    description: Path of the kubeconfig on the controller.
    type: path
    required: true
  manifest:
    description: The objects, as YAML.
    type: str
    required: true
requirements:
  - the Python package kubernetes and the collection kubernetes.core, on the controller
seealso:
  - module: podnet.kubernetes.manifest
  - module: podnet.kubernetes.cluster_ready
"""

EXAMPLES = r"""
- name: Deploy the web servers
  podnet.kubernetes.cluster_objects:
    kubeconfig: .podnet/admin.conf
    manifest: "{{ lookup('ansible.builtin.template', 'deployment.yaml.j2') }}"
  run_once: true
"""

RETURN = r"""
changes:
  description: Names of the objects that the module made or changed, or would.
  returned: success
  type: list
  elements: str
  sample: [DaemonSet kube-flannel/kube-flannel-ds]
"""
