# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_targets: the checks that sources make of each endpoint."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_targets
short_description: List the checks of each endpoint
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes the list of targets, one for each address of each endpoint, with the checks that its sources make of it.
  - Sources check a pod or a node with ICMP, at its TCP and UDP listeners, and for the path MTU at one of our UDP
    responders. Without a listener they check ICMP only.
  - Sources check a Service of the verification at its TCP and UDP port, and one of its backends must answer. They only
    connect to other Services, with TCP, because the answers of these are unknown.
  - Sources ask the DNS a question. They check an outside endpoint with ICMP, and with TCP and UDP if it has a port.
options:
  _input:
    description: The endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  listeners:
    description:
      - The listeners of all nodes, as M(podnet.kubernetes.connectivity_responder) returns them.
      - The listener of an endpoint must be at one of its addresses.
    type: list
    elements: dict
    required: true
    suboptions:
      endpoint:
        description: The name of the endpoint.
        type: str
        required: true
      address:
        description: The endpoint's address at which it listens.
        type: str
        required: true
      protocol:
        description: The protocol.
        type: str
        choices: [tcp, udp]
        required: true
      port:
        description: The port.
        type: int
        required: true
      answers:
        description: V(podnet) for a responder of this collection, V(nothing) when another program has the port.
        type: str
        choices: [podnet, nothing]
        default: podnet
      mtu:
        description: The MTU of the NIC with the address, in bytes. This filter does not use it.
        type: int
  checks:
    description: The checks to make.
    type: list
    elements: str
    choices: [icmp, tcp, udp, mtu, dns]
    default: [icmp, tcp, udp, mtu, dns]
  nodes:
    description:
      - The nodes from which probes can start. The filter fails when a node that takes part is not here.
      - Without this option the filter does not check the nodes.
    type: list
    elements: str
  expectations:
    description:
      - Expectations as M(podnet.kubernetes.connectivity_assert) takes them. The filter fails when an expectation
        matches no cell, so that a mistake shows before the first probe, unless O(idle_expectations) is true.
    type: list
    elements: dict
  sources:
    description:
      - The names of the sources of each endpoint that not all of them probe, as C(sources) of
        P(podnet.kubernetes.connectivity_scope#filter).
    type: dict
    default: {}
  idle_expectations:
    description: Whether an entry of O(expectations) may match no cell, as in a sample.
    type: bool
    default: false
positional: listeners, checks
seealso:
  - plugin: podnet.kubernetes.connectivity_scope
    plugin_type: filter
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the checks
  ansible.builtin.debug:
    msg: "{{ endpoints | podnet.kubernetes.connectivity_targets(listeners, checks=['icmp', 'tcp']) }}"
  vars:
    endpoints:
      - name: shop/web-1
        kind: pod
        addresses: [10.244.1.5]
        node: node1
    listeners:
      - endpoint: shop/web-1
        address: 10.244.1.5
        protocol: tcp
        port: 40001
# - name: shop/web-1
#   kind: pod
#   address: 10.244.1.5
#   tries:
#     - check: icmp
#     - check: tcp
#       port: 40001
#       answers: podnet
#       expect: [shop/web-1]
"""

RETURN = r"""
_value:
  description:
    - The targets, in the order of the endpoints. The filter leaves out addresses without a check, and empty fields.
  type: list
  elements: dict
  contains:
    name:
      description: The endpoint's name.
      type: str
      sample: shop/web-1
    kind:
      description: The kind of the endpoint.
      type: str
      sample: pod
    address:
      description: The address.
      type: str
      sample: 10.244.1.5
    tries:
      description: The checks, in the order ICMP, TCP, UDP, MTU, DNS.
      type: list
      elements: dict
      contains:
        check:
          description: One of V(icmp), V(tcp), V(udp), V(mtu) and V(dns).
          type: str
          sample: tcp
        port:
          description: The port. ICMP has none.
          type: int
          sample: 40001
        answers:
          description:
            - How the target answers. V(podnet) like a responder of this collection, V(agnhost) like the server
              C(agnhost netexec) of Kubernetes' tests, V(dns) like a name server. With V(nothing) probes only connect.
          type: str
          sample: podnet
        expect:
          description: Names of endpoints, one of which must answer.
          type: list
          elements: str
          sample: [shop/web-1]
        question:
          description: The name in the question to a name server.
          type: str
          sample: kubernetes.default.svc.cluster.local.
        answer:
          description: The address in the right answer.
          type: str
          sample: 10.96.0.1
    sources:
      description: The names of the endpoints that probe the target. Absent when all of them do.
      type: list
      elements: str
      sample: [shop/web-2]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_dicts_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    Endpoint,
    load_endpoints,
    load_listeners,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import check_rules, load_rules
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets, target_as_dict
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def connectivity_targets(
    endpoints: Iterable[Mapping[str, Any]],
    listeners: Iterable[Mapping[str, Any]],
    checks: Iterable[str] = CHECKS,
    *,
    nodes: Iterable[str] | None = None,
    expectations: Iterable[Mapping[str, Any]] = (),
    sources: Mapping[str, Any] | None = None,
    idle_expectations: bool = False,
) -> list[dict[str, Any]]:
    loaded = load_endpoints(read_dicts_option("endpoints", endpoints))
    if nodes is not None:
        _check_nodes(loaded, read_texts_option("nodes", nodes))
    listening = load_listeners(read_dicts_option("listeners", listeners))
    restricted = read_dict_option("sources", sources)
    listed = {name: read_texts_option(f"sources.{name}", some) for name, some in restricted.items()}
    targets = find_targets(loaded, listening, read_texts_option("checks", checks), listed)
    rules = load_rules(read_dicts_option("expectations", expectations))
    if not idle_expectations:
        check_rules(loaded, targets, rules)
    return [target_as_dict(target) for target in targets]


def _check_nodes(endpoints: Iterable[Endpoint], nodes: Iterable[str]) -> None:
    """Raise InputError when no probe can start from a node of the cluster."""
    asked = {endpoint.name for endpoint in endpoints if endpoint.kind == "node" and not endpoint.missing}
    missing = sorted(asked - set(nodes))
    if missing:
        raise InputError(
            f"nodes lacks {', '.join(missing)}, and probes must start from every node of the cluster: add it to the "
            "inventory, run the play on all of its hosts, and see whether its responder failed"
        )


FilterModule = filter_module(connectivity_targets)
