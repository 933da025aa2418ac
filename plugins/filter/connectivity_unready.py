# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_unready: pods and Services that a verification has to wait for."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_unready
short_description: Find the pods and Services that a verification has to wait for
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Names the pods of our own that are not ready, and the Services without a ready endpoint. The list is empty when all
    are ready.
  - The filter ignores Services of O(services) that do not exist, because waiting for them does not help.
options:
  _input:
    description:
      - Lists of Pod, Service and EndpointSlice objects, as C(pods), C(services) and C(endpoint_slices).
      - With a list of Node objects as C(nodes), the filter ignores pods on nodes that cannot take part, and Services
        whose endpoints are all there.
    type: dict
    required: true
  services:
    description: Services that must have a ready endpoint, as NAMESPACE/NAME.
    type: list
    elements: str
    default: []
  own_namespace:
    description: The namespace of our own pods and Services. Each of its Services needs an endpoint in each family.
    type: str
  own_pods:
    description: The number of our own pods.
    type: int
    default: 0
  exclude_nodes:
    description: Nodes to leave out, as in P(podnet.kubernetes.connectivity_nodes#filter).
    type: list
    elements: str
    default: []
seealso:
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Wait until the cluster's DNS has an endpoint
  ansible.builtin.debug:
    msg: DNS is ready.
  until: objects | podnet.kubernetes.connectivity_unready(services=['kube-system/kube-dns']) | length == 0
  retries: 60
  delay: 1
"""

RETURN = r"""
_value:
  description: A few words for each pod and Service that is not ready.
  type: list
  elements: str
  sample:
    - pod podnet-connectivity/master-1 is ContainerCreating
    - Service shop/web has no ready endpoint
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_text_option, read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import divide_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.readiness import find_unready
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def connectivity_unready(
    objects: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    services: Sequence[str] = (),
    own_namespace: str | None = None,
    own_pods: int = 0,
    exclude_nodes: Sequence[str] = (),
) -> list[str]:
    nodes = objects.get("nodes", ()) if isinstance(objects, Mapping) else ()
    parts = divide_nodes(nodes, read_texts_option("exclude_nodes", exclude_nodes) if nodes else ())
    wanted, namespace = read_texts_option("services", services), read_text_option("own_namespace", own_namespace)
    return find_unready(objects, wanted, namespace, own_pods, parts.outsiders)


FilterModule = filter_module(connectivity_unready)
