# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter expected_connectivity: the connections between pods that NetworkPolicies allow."""

from __future__ import annotations

DOCUMENTATION = r"""
name: expected_connectivity
short_description: Compute the connections between pods that NetworkPolicies allow
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Computes from Kubernetes objects whether each pod should reach each other pod, and names the policies that decide.
    It does not ask a cluster, and it does not probe.
  - Follows NetworkPolicy of C(networking.k8s.io/v1). It takes objects as the API returns them or as a user writes
    them, with the defaults of the API server. It refuses new policies that the API server would refuse, with the path
    of the field.
  - O(implementation) decides the cells that the API leaves open, and RV(_value[].decided_by) says so.
options:
  _input:
    description:
      - Pod objects. The result has all pairs of them, also each pod with itself.
      - The filter reads C(metadata.name), C(metadata.namespace) (default V(default)), C(metadata.labels) and
        C(status.podIPs). It reads C(spec.containers) when a policy names ports, and C(spec.nodeName) when a pod has
        C(spec.hostNetwork).
      - The filter leaves out pods whose C(status.phase) is V(Succeeded) or V(Failed). It leaves out a pod that is being
        deleted when another pod has its address.
      - The filter leaves out a pod that has no address yet, with a warning. It is an error when such a pod has no
        C(status.phase).
    type: list
    elements: dict
    required: true
  namespaces:
    description:
      - Namespace objects, at least those of all pods and policies.
      - The filter adds the label C(kubernetes.io/metadata.name), as the API server does.
    type: list
    elements: dict
    required: true
  policies:
    description:
      - NetworkPolicy objects that the cluster does not have yet. A policy without a namespace is in V(default).
      - A value that the API server refuses is an error. A value that the API server refuses only since Kubernetes 1.36
        is a warning, unless many other programs refuse it too.
    type: list
    elements: dict
    required: true
  stored:
    description:
      - NetworkPolicy objects that the cluster has, beside O(policies).
      - Objects of the kinds C(AdminNetworkPolicy) and C(BaselineAdminNetworkPolicy) may be among them and among
        O(policies). They need their C(kind).
      - The API server keeps some values that it accepts in no new policy, such as C(010.244.0.0/16). Such a value is
        a warning.
    type: list
    elements: dict
    default: []
  ports:
    description: The ports to compute.
    type: list
    elements: dict
    required: true
    suboptions:
      port:
        description: A number. Leave it out with V(ICMP).
        type: int
      protocol:
        description:
          - The protocol.
          - No module of this collection probes V(SCTP). The filter only computes it.
          - V(ICMP) is an extension, because NetworkPolicy does not know it. A rule without C(ports) allows it.
        type: str
        choices: [TCP, UDP, SCTP, ICMP]
        default: TCP
  implementation:
    description:
      - The implementation of NetworkPolicy that answers the questions which the API leaves open.
      - V(calico) answers as Calico does.
      - V(strict) answers none of them. RV(_value[].allowed) of such a cell is V(null).
    type: str
    choices: [calico, strict]
    default: calico
notes:
  - Give lists, such as C(resources) of M(kubernetes.core.k8s_info), and not objects of kind C(List).
"""

EXAMPLES = r"""
- name: Fail when another pod than the frontend reaches the backend
  ansible.builtin.assert:
    that: >-
      cells | selectattr('target', 'eq', 'shop/api') | selectattr('allowed') | map(attribute='source')
      | difference(['shop/api', 'shop/frontend']) | length == 0
  vars:
    cells: "{{ pods.resources | podnet.kubernetes.expected_connectivity(
      namespaces=namespaces.resources, policies=policies.resources, ports=[{'port': 80}]) }}"
"""

RETURN = r"""
_value:
  description:
    - A cell for each source, each target, each common address family and each port, in this order.
  type: list
  elements: dict
  contains:
    source:
      description: The pod that connects, V(NAMESPACE/NAME).
      type: str
      sample: shop/frontend
    target:
      description: The pod to which it connects, V(NAMESPACE/NAME).
      type: str
      sample: shop/api
    port:
      description: The port. V(null) with V(ICMP).
      type: int
      sample: 80
    protocol:
      description: The protocol.
      type: str
      sample: TCP
    family:
      description: The address family, V(ipv4) or V(ipv6).
      type: str
      sample: ipv4
    allowed:
      description:
        - Whether the connection should succeed.
        - V(null) with O(implementation=strict) when the API leaves the cell open.
      type: bool
      sample: true
    because:
      description: The deciding policies and rules, or that there is none.
      type: str
      sample: "ingress: allowed by shop/backend-policy ingress[0]; egress: no policy selects shop/frontend"
    decided_by:
      description:
        - V(api) when the API decides the cell.
        - V(implementation) when the API leaves the cell open. This is so for ICMP, traffic of host-network pods, an
          C(ipBlock) with addresses of pods, named ports of init containers that end, a port name that the containers
          of a pod share, and rules of administrators that disagree with one priority.
      type: str
      sample: api
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import ask
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import (
    filter_errors,
    filter_module,
    show_warnings,
)


@filter_errors()
def expected_connectivity(
    pods: Sequence[Mapping[str, Any]],
    namespaces: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
    ports: Sequence[Mapping[str, Any]],
    implementation: str = "calico",
    stored: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    answer = ask(pods, namespaces, policies, ports, implementation, stored)
    show_warnings(answer.warnings)
    return [cell._asdict() for cell in list_cells(answer.matrix, decide_open=answer.decide_open)]


FilterModule = filter_module(expected_connectivity)
