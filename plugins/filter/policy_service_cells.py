# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_service_cells: which pods should reach which Services under policies."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_service_cells
short_description: Compute which pods should reach which Services under policies
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Computes the cells from pods to Services, at cluster IPs and node ports, by TCP. A cell is what
    P(podnet.kubernetes.expected_connectivity#filter) says of the pods behind the Service, at their ports.
  - Where policies tell the backends of a Service apart, the cell has V(null) as C(allowed), because a node chooses the
    backend. So do a pod behind the Service itself, and a backend on the network of its node.
  - The API does not say whether policies see a packet before or after a node replaces its addresses. Cells that hang
    on it have V(implementation) as C(decided_by). These are cells of node ports that a policy concerns, whose
    C(allowed) is V(null), and cells where an C(ipBlock) for egress has the address of the Service.
  - Cells that a traffic policy of the Service decides are left out.
options:
  _input:
    description: Endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  objects:
    description:
      - Lists C(nodes), C(pods), C(services) and C(endpoint_slices) of the cluster, as for
        P(podnet.kubernetes.connectivity_endpoints#filter).
    type: dict
    required: true
  namespaces:
    description: All Namespace objects.
    type: list
    elements: dict
    required: true
  policies:
    description: All policies, now or as planned, as in P(podnet.kubernetes.policy_effect#filter).
    type: list
    elements: dict
    required: true
  implementation:
    description: Whose answers count where the API is silent, as in P(podnet.kubernetes.expected_connectivity#filter).
    type: str
    choices: [calico, strict]
    default: strict
positional: objects, namespaces, policies
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the Services that pods should reach
  ansible.builtin.debug:
    msg: "{{ cells | selectattr('allowed') }}"
  vars:
    cells: "{{ endpoints | podnet.kubernetes.policy_service_cells(objects, namespaces, policies) }}"
"""

RETURN = r"""
_value:
  description: The cells, as P(podnet.kubernetes.expected_connectivity#filter) returns them. C(target) is an endpoint.
  type: list
  elements: dict
  sample:
    - source: shop/stranger
      target: shop/api:80
      port: 80
      protocol: TCP
      family: ipv4
      allowed: false
      because: "behind the Service is shop/api: ingress: selected by shop/deny-all, and no rule allows it"
      decided_by: api
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.foreign import ClusterObjects
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.services import service_cells
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_service_cells(
    endpoints: Sequence[Mapping[str, Any]],
    objects: Mapping[str, Any],
    namespaces: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
    *,
    implementation: str = "strict",
) -> list[dict[str, Any]]:
    loaded = load_endpoints(read_dicts_option("endpoints", endpoints))
    pods = objects.get("pods") if isinstance(objects, Mapping) else None
    known = ClusterObjects(pods, namespaces, policies, implementation)
    return [cell._asdict() for cell in service_cells(loaded, objects, known)]


FilterModule = filter_module(policy_service_cells)
