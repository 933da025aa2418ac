#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action connectivity_pods, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connectivity_pods
short_description: Make the pods of a verification, wait for them, and delete them
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Applies the objects by server-side apply, waits until the pods are ready and the Services have ready endpoints, and
    reads what a verification needs. One process does all of it over one connection, because the Kubernetes client
    takes longer to load than the requests take.
  - When the API refuses an object, the error names the webhook that does not answer or refuses it.
  - With O(state=absent) deletes the objects, and does not wait until Kubernetes has emptied their namespace.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    details: In check mode the module asks nothing of the cluster.
  diff_mode:
    support: none
    details: The objects exist only while a verification runs.
  idempotent:
    support: none
    details: With objects to make, a run always reports a change.
options:
  state:
    description: Whether to make or to delete the objects.
    type: str
    choices: [present, absent]
    default: present
  kubeconfig:
    description: Path of the kubeconfig on the controller.
    type: path
    required: true
  objects:
    description:
      - The namespace, the pods and the Services. With an empty list nothing is made, and the module waits for
        O(services) alone.
      - Each Service among them needs a ready endpoint in each of its families.
    type: list
    elements: dict
    required: true
  services:
    description: Other Services that must have a ready endpoint, as NAMESPACE/NAME. Those that do not exist are ignored.
    type: list
    elements: str
    default: []
  pod_selectors:
    description:
      - Pods of others that must run, as in P(podnet.kubernetes.connectivity_endpoints#filter). Those on nodes that take
        no part, and those that have ended, are not waited for.
    type: list
    elements: dict
    default: []
  exclude_nodes:
    description: Nodes to leave out, as in P(podnet.kubernetes.connectivity_nodes#filter).
    type: list
    elements: str
    default: []
  config_maps:
    description: Also read the ConfigMaps of kube-system, as far as the API allows it.
    type: bool
    default: false
  timeout:
    description:
      - How long to wait, in seconds. RV(unready) names what is not ready then. That is no error.
      - In this time the module also repeats a request that the API had no time for, and waits for the service account
        of the pods.
    type: float
    default: 120
requirements:
  - the Python package kubernetes and the collection kubernetes.core, on the controller
seealso:
  - plugin: podnet.kubernetes.connectivity_nodes
    plugin_type: filter
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Wait until the DNS has a ready endpoint, and read the objects of the cluster
  podnet.kubernetes.connectivity_pods:
    kubeconfig: .podnet/admin.conf
    objects: []
    services: [kube-system/kube-dns]
  run_once: true
  register: cluster
"""

RETURN = r"""
objects:
  description: The objects of the cluster when all was ready, or when the time was up, without C(managedFields).
  returned: with O(state=present)
  type: dict
  contains:
    nodes:
      description: All Node objects.
      type: list
      elements: dict
    pods:
      description: All Pod objects.
      type: list
      elements: dict
    services:
      description: All Service objects.
      type: list
      elements: dict
    endpoint_slices:
      description: All EndpointSlice objects.
      type: list
      elements: dict
config_maps:
  description: The ConfigMap objects of kube-system, with O(config_maps=true).
  returned: with O(state=present)
  type: list
  elements: dict
unready:
  description: A few words for each pod and Service that is not ready.
  returned: with O(state=present)
  type: list
  elements: str
  sample: [Service shop/web has no ready endpoint]
"""
