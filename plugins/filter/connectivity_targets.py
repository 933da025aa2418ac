# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_targets: which checks are made of each endpoint."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_targets
short_description: Which checks are made of each endpoint
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes the list of targets, one for each address of each endpoint, with the checks that every source makes of it.
  - A pod or node is tried by ICMP, at its TCP and UDP listeners, and for its path MTU at one of its own UDP responders.
    Without a listener it is tried by ICMP only.
  - A Service that was made for the verification is tried at its TCP and UDP port, and one of its backends must answer.
    Of any other Service only the TCP connection is tried, because nothing is known about its answers.
  - The DNS is asked a question. An outside endpoint is tried by ICMP, and by TCP and UDP if it has a port.
options:
  _input:
    description: The endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  listeners:
    description: The listeners of all nodes. An endpoint's listener must be at one of its addresses.
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
        description: How it is spoken to.
        type: str
        choices: [tcp, udp]
        required: true
      port:
        description: The port.
        type: int
        required: true
      answers:
        description: V(podnet) for a responder of this collection, V(nothing) when somebody else has the port.
        type: str
        choices: [podnet, nothing]
        default: podnet
      mtu:
        description: The MTU of the NIC that has the address, in bytes. Not used here.
        type: int
  checks:
    description: The checks to make.
    type: list
    elements: str
    choices: [icmp, tcp, udp, mtu, dns]
    default: [icmp, tcp, udp, mtu, dns]
  nodes:
    description:
      - The nodes that probes can start from. A node among the endpoints that is missing here is an error.
      - Left out, nothing is checked.
    type: list
    elements: str
  expectations:
    description:
      - Expectations by hand, as M(podnet.kubernetes.connectivity_assert) takes them. One that is about no cell is an
        error already here, before anything is probed.
    type: list
    elements: dict
positional: listeners, checks
seealso:
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what is tried
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
    - The targets, in the order of the endpoints. An address of which nothing is tried is left out, and so is what is
      empty.
  type: list
  elements: dict
  contains:
    name:
      description: The endpoint's name.
      type: str
      sample: shop/web-1
    kind:
      description: What kind of endpoint it is.
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
          description: The port. Not there for ICMP.
          type: int
          sample: 40001
        answers:
          description:
            - How the target answers. V(podnet) like a responder of this collection, V(agnhost) like the server
              C(agnhost netexec) of Kubernetes' tests, V(dns) like a name server. V(nothing) when only the connection is
              tried.
          type: str
          sample: podnet
        expect:
          description: The names of the endpoints of which one must answer.
          type: list
          elements: str
          sample: [shop/web-1]
        question:
          description: The name that a name server is asked for.
          type: str
          sample: kubernetes.default.svc.cluster.local.
        answer:
          description: The address in its right answer.
          type: str
          sample: 10.96.0.1
"""

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    Endpoint,
    load_endpoints,
    load_listeners,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import check_rules, load_rules
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets, target_as_dict


def connectivity_targets(
    endpoints: Iterable[Mapping[str, Any]],
    listeners: Iterable[Mapping[str, Any]],
    checks: Iterable[str] = CHECKS,
    *,
    nodes: Iterable[str] | None = None,
    expectations: Iterable[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """Return the JSON forms of the targets."""
    lists = {"endpoints": endpoints, "listeners": listeners, "checks": checks, "expectations": expectations}
    for name, value in lists.items():
        if not isinstance(value, (list, tuple)):
            raise AnsibleFilterError(f"connectivity_targets wants a list of {name}, not {value!r}")
    for value in (*endpoints, *listeners, *expectations):
        if not isinstance(value, Mapping):
            raise AnsibleFilterError(
                f"connectivity_targets wants endpoints, listeners and expectations that are dicts, not {value!r}"
            )
    try:
        loaded = load_endpoints(endpoints)
        if nodes is not None:
            _check_nodes(loaded, nodes)
        targets = find_targets(loaded, load_listeners(listeners), checks)
        check_rules(loaded, targets, load_rules(expectations))
    except PodnetError as error:
        raise AnsibleFilterError(str(error)) from error
    return [target_as_dict(target) for target in targets]


def _check_nodes(endpoints: Iterable[Endpoint], nodes: Iterable[str]) -> None:
    """Raise InputError when a node of the cluster is none that probes can start from."""
    missing = sorted({endpoint.name for endpoint in endpoints if endpoint.kind == "node"} - set(nodes))
    if missing:
        raise InputError(
            f"The cluster has nodes that no host of this play is, or whose responder failed: {', '.join(missing)}. "
            "Probes start on the nodes: add them to the inventory, or run the play on all of its hosts."
        )


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"connectivity_targets": connectivity_targets}
