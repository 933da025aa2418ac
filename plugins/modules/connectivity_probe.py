#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module connectivity_probe: it probes targets from a node and its pods."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connectivity_probe
short_description: Probe targets from inside the pods of a node
version_added: "0.1.0"
description:
  - Probes every target from the node and from each pod on it, all at once, in one process on the node.
  - The checks are ICMP echo, TCP (an exchange, and 64 KiB each way), UDP (an exchange), the path MTU, and a question to
    a name server. Each check uses the address family of its target.
  - TCP and UDP also show the source address and port that the target saw.
  - With O(converge_on), the module first polls these cells until they show the results of the NetworkPolicies.
  - The module only reads. M(podnet.kubernetes.connectivity_assert) compares the results with the expectations.
extends_documentation_fragment:
  - podnet.kubernetes.connectivity_node
  - podnet.kubernetes.connectivity_expectations
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
    details: The module probes in check mode too, because it changes nothing.
  diff_mode:
    support: none
    details: The module only reads.
  idempotent:
    support: full
options:
  endpoints:
    description:
      - The endpoints of the cluster, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
      - The sources are the node itself and the pods on it.
    type: list
    elements: dict
    required: true
  targets:
    description:
      - The targets, as P(podnet.kubernetes.connectivity_targets#filter) returns them.
      - No endpoint probes itself.
    type: list
    elements: dict
    required: true
  run:
    description: Identifier of the run, the same as the option O(podnet.kubernetes.connectivity_responder#module:run).
    type: str
    required: true
  attempts:
    description:
      - How many attempts each cell gets. From V(1) to V(100).
      - When some succeed and some fail, the cell is flapping.
    type: int
    default: 3
  interval:
    description: Seconds between the starts of two attempts. From V(0) to V(60).
    type: float
    default: 0.15
  timeout:
    description:
      - How long one attempt may take, in seconds. From V(0.01) to V(60).
      - When another attempt of the same cell has an answer, it may take five times as long.
    type: float
    default: 0.6
  transfer:
    description: How many bytes the last TCP attempt carries each way. From V(0) to V(1048576).
    type: int
    default: 65536
  packet_rate:
    description:
      - How many packets the probes of this node send in a second. From V(0) to V(10000000), with V(0) for no limit.
      - The module estimates the packets of TCP. It does not count those that search for a smaller path MTU.
      - The targets answer with about as many packets.
    type: int
    default: 0
  connection_rate:
    description:
      - How many TCP connections and UDP flows the probes of this node begin in a second. From V(0) to V(10000000), with
        V(0) for no limit.
      - Connection tracking on the way makes an entry for each of them.
    type: int
    default: 0
  controller:
    description:
      - Whether this machine is the controller and no node. Its source is the endpoint of the kind C(controller).
      - The controller probes only the NodePorts of O(targets), and needs not be root.
    type: bool
    default: false
  converge_on:
    description:
      - Cells of all nodes, as P(podnet.kubernetes.expected_connectivity#filter) or
        P(podnet.kubernetes.changed_cells#filter) returns them. The module ignores cells with a source on another node,
        cells of a pod and itself, cells of SCTP, and cells whose C(allowed) is V(null).
      - The module first polls these cells, all at once, in rounds of three attempts each. A cell is right when all
        attempts of one round agree with C(allowed). The next round polls only the other cells.
      - A cell that cannot be observed counts as right, because its target need not answer.
      - A cell of a source on this node is an error when its target is not among O(targets).
    type: list
    elements: dict
    default: []
  converge_timeout:
    description:
      - How long to wait for O(converge_on), in seconds. From V(0) to V(3600).
      - The module finishes the round in which the time ends, so V(0) makes a single round.
      - Cells that are still wrong then do not fail the task. RV(convergence.wrong) lists them.
    type: float
    default: 30
  detail:
    description:
      - Which cells the module returns. V(full) means all.
      - With V(failures) the module judges its cells, returns those that did not pass, and counts the others in
        RV(brief). The judging needs the options of M(podnet.kubernetes.connectivity_assert) with the same names.
      - V(auto) means V(full) when O(endpoints) and O(targets) have at most 50,000 cells on all nodes together, and else
        V(failures).
    type: str
    choices: [auto, full, failures]
    default: full
  listeners:
    description: The listeners of all nodes, as M(podnet.kubernetes.connectivity_responder) returns them.
    type: list
    elements: dict
    default: []
seealso:
  - module: podnet.kubernetes.connectivity_responder
  - module: podnet.kubernetes.connectivity_assert
"""

EXAMPLES = r"""
- name: Probe all targets from the node and its pods
  podnet.kubernetes.connectivity_probe:
    endpoints: "{{ endpoints }}"
    targets: "{{ endpoints | podnet.kubernetes.connectivity_targets(listeners=listeners) }}"
    run: "{{ run }}"
  register: probe

- name: Probe once the policies that were just applied are enforced
  podnet.kubernetes.connectivity_probe:
    endpoints: "{{ endpoints }}"
    targets: "{{ endpoints | podnet.kubernetes.connectivity_targets(listeners=listeners) }}"
    run: "{{ run }}"
    converge_on: "{{ after | podnet.kubernetes.changed_cells(before) }}"
  register: probe
"""

RETURN = r"""
node:
  description: Name of this machine's Node object, or of the endpoint with O(controller=true).
  returned: success
  type: str
  sample: node1
convergence:
  description: How the polling of O(converge_on) went.
  returned: success
  type: dict
  contains:
    cells:
      description: How many cells the module polled, which are those with a source on this node.
      type: int
      sample: 24
    rounds:
      description: Number of rounds.
      type: int
      sample: 3
    seconds:
      description:
        - Seconds from the start of the polling until the last cell became right, at its first right attempt.
        - Seconds of the whole polling when some cell stayed wrong. V(null) without cells.
      type: float
      sample: 1.203
    wrong:
      description: The cells that were still wrong at the end.
      type: list
      elements: dict
      contains:
        source:
          description: The pod that connects.
          type: str
          sample: shop/stranger
        target:
          description: The pod to which it connects.
          type: str
          sample: shop/db
        protocol:
          description: V(TCP), V(UDP) or V(ICMP).
          type: str
          sample: TCP
        port:
          description: The port. V(null) with V(ICMP).
          type: int
          sample: 27017
        family:
          description: V(ipv4) or V(ipv6).
          type: str
          sample: ipv4
        allowed:
          description: Whether the connection should succeed.
          type: bool
          sample: false
seconds:
  description: Seconds that the probing took, without the polling of O(converge_on).
  returned: success
  type: float
  sample: 0.36
brief:
  description:
    - The cells that are not in RV(cells), for the option
      O(podnet.kubernetes.connectivity_assert#module:briefs). V(null) when RV(cells) has all cells.
  returned: success
  type: dict
  contains:
    node:
      description: As RV(node).
      type: str
      sample: node1
    missing:
      description: Names of endpoints that were missing, so that the module did not probe them.
      type: list
      elements: str
      sample: [node3]
    tallies:
      description: The cells that passed, an entry for each check, family and outcome.
      type: list
      elements: dict
      contains:
        node:
          description: As RV(node).
          type: str
          sample: node1
        check:
          description: As RV(cells[].check).
          type: str
          sample: tcp
        family:
          description: As RV(cells[].family).
          type: str
          sample: ipv4
        outcome:
          description: V(reachable) or V(blocked), as expected.
          type: str
          sample: reachable
        cells:
          description: Number of these cells.
          type: int
          sample: 32890
        translated:
          description: Number of these cells whose target saw another address or port than that of the probing socket.
          type: int
          sample: 110
        latency_ms:
          description: Latencies to two digits, in order, each with the number of its cells.
          type: list
          elements: list
          sample: [[0.21, 1300], [0.22, 31590]]
        first_success_ms:
          description: Times until the first answer to two digits, in order, each with the number of its cells.
          type: list
          elements: list
          sample: [[3.1, 12], [3.2, 32878]]
    unlisted:
      description:
        - Cells that did not pass and are not in RV(cells), in a matrix of more than 50,000 cells.
        - Empty where RV(cells) has all that did not pass.
        - The nodes together list 50,000 of these cells, and each node one for each of 200 nodes that cells fail to.
        - An entry for each place and verdict.
      type: list
      elements: dict
      contains:
        place:
          description:
            - Kind, node and name of the source; kind, node and name of the target; their relation; check and family.
            - The name of the target is empty, and in a cluster of more than 50 nodes its node, too.
          type: list
          elements: str
          sample: [pod, node1, default/web-1, pod, node3, "", other, tcp, ipv4]
        verdict:
          description: V(failed), V(flapping), V(not observed) or V(not judged).
          type: str
          sample: failed
        cells:
          description: Number of these cells.
          type: int
          sample: 420
    unlisted_targets:
      description: The targets of these cells, each with its number of cells.
      type: list
      elements: list
      sample: [[default/web-2, 105]]
cells:
  description:
    - The result of each check of each target from each source, or only of those that did not pass (see O(detail)).
    - The module omits keys that do not apply.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: Name of the endpoint that probes.
      type: str
      sample: default/web-1
    target:
      description: Name of the probed endpoint.
      type: str
      sample: default/web-2
    check:
      description: V(icmp), V(tcp), V(udp), V(mtu) or V(dns).
      type: str
      sample: tcp
    family:
      description: V(ipv4) or V(ipv6).
      type: str
      sample: ipv4
    port:
      description: The probed port.
      type: int
      sample: 41234
    outcome:
      description:
        - V(reachable) or V(blocked). V(faulty) after a wrong answer. V(flapping) when only some attempts succeeded.
          V(not observed) when the target never answers such a request.
      type: str
      sample: reachable
    reason:
      description: Why the first failed attempt failed, one of refused, timeout, unreachable, too big and wrong answer.
      type: str
      sample: timeout
    detail:
      description: More about the reason, for people.
      type: str
      sample: 65536 of 65536 bytes were sent and 0 came back
    attempts:
      description: Number of attempts.
      type: int
      sample: 3
    succeeded:
      description: Number of successful attempts.
      type: int
      sample: 3
    latency_ms:
      description: Median time until an answer, in milliseconds.
      type: float
      sample: 0.21
    first_success_ms:
      description: Milliseconds from the start of the probing to the first answer.
      type: float
      sample: 3.1
    own:
      description: Address and port of the probing socket.
      type: str
      sample: 10.244.1.2:53412
    seen:
      description: Source address and port that the target saw.
      type: str
      sample: 10.244.1.2:53412
    answered_by:
      description: Name of the endpoint whose responder answered.
      type: str
      sample: default/web-2
    mtu:
      description: The path MTU in bytes, which is the size of the whole IP packet.
      type: int
      sample: 1450
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import repeat_options
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import (
    DETAILS,
    Brief,
    is_brief,
    most_listed,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Cell,
    Endpoint,
    Target,
    as_dict,
    load_endpoints,
    load_targets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import load_expected_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge, sum_up
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import (
    EXPECTATION_ARGUMENTS,
    Rulebook,
    load_rulebook,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.convergence import Goal, converge
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.kube_proxy import wait_for_rules
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import locate
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.source_ports import leads_through_service

ARGUMENTS = {
    "endpoints": {"type": "list", "elements": "dict", "required": True},
    "targets": {"type": "list", "elements": "dict", "required": True},
    "node": {"type": "str"},
    "run": {"type": "str", "required": True},
    "attempts": {"type": "int", "default": 3},
    "interval": {"type": "float", "default": 0.15},
    "timeout": {"type": "float", "default": 0.6},
    "transfer": {"type": "int", "default": 65536},
    "packet_rate": {"type": "int", "default": 0},
    "connection_rate": {"type": "int", "default": 0},
    "controller": {"type": "bool", "default": False},
    "converge_on": {"type": "list", "elements": "dict", "default": []},
    "converge_timeout": {"type": "float", "default": 30},
    "listeners": {"type": "list", "elements": "dict", "default": []},
    "detail": {"type": "str", "choices": list(DETAILS), "default": "full"},
    **EXPECTATION_ARGUMENTS,
}
ANY_ADDRESS = ("0.0.0.0", "::")  # the controller probes from whichever address the kernel chooses
SETTINGS = ("run", "attempts", "interval", "timeout", "transfer", "packet_rate", "connection_rate")


@dataclass(frozen=True)
class Request:
    """The options of the module, checked."""

    settings: ProbeSettings
    endpoints: list[Endpoint]
    targets: list[Target]
    goal: Goal
    controller: bool = False
    rulebook: Rulebook | None = None


def read_request(params: Mapping[str, Any]) -> Request:
    """Check the options. Raises InputError when one is wrong."""
    settings = ProbeSettings(**{name: params[name] for name in SETTINGS})
    endpoints = load_endpoints(params["endpoints"])
    missing = {endpoint.name for endpoint in endpoints if endpoint.missing}
    targets = [target for target in load_targets(params["targets"]) if target.name not in missing]
    wanted = load_expected_cells(params["converge_on"], "converge_on")
    goal = Goal([cell for cell in wanted if cell.target not in missing], params["converge_timeout"])
    rulebook = load_rulebook(params) if is_brief(params["detail"], endpoints, targets) else None
    return Request(settings, endpoints, targets, goal, params["controller"], rulebook)


def find_sources(request: Request, node: str | None) -> tuple[str, list[Source], list[Target]]:
    """Find the name of this machine, its sources, and the targets that they probe.

    Raises:
        InputError: the controller is no endpoint
        ClusterError: the node or a pod is not found
    """
    if not request.controller:
        node, local = locate(request.endpoints, node)
        return node, [Source(one.name, namespace, one.addresses) for one, namespace in local], request.targets
    for one in request.endpoints:
        if one.kind == "controller":
            targets = [target for target in request.targets if one.probes(target.kind)]
            return one.name, [Source(one.name, "", ANY_ADDRESS)], targets
    raise InputError("controller is true, and endpoints has none of the kind controller: give one, or leave it out")


def run_probes(request: Request, node: str | None) -> dict[str, Any]:
    """Find the pods of this node, wait for kube-proxy and for the cells of the goal, probe, and return the values.

    Raises:
        InputError: a cell of the goal is not among the targets
        ClusterError: the node or a pod is not found, or the kernel refuses a namespace or a socket
    """
    node, sources, targets = find_sources(request, node)
    if not request.controller and any(leads_through_service(target) for target in targets):
        wait_for_rules()
    with Namespaces() as namespaces:
        convergence = converge(sources, targets, request.goal, request.settings, namespaces)
        start = time.monotonic()
        cells = probe(sources, targets, request.settings, namespaces)
    seconds = round(time.monotonic() - start, 3)
    shown, brief = report_cells(request, node, sources, cells)
    return {
        "node": node,
        "convergence": convergence.as_dict(),
        "seconds": seconds,
        "cells": [as_dict(cell) for cell in shown],
        "brief": as_dict(brief) if brief else None,
    }


def report_cells(
    request: Request, node: str, sources: Iterable[Source], cells: Sequence[Cell]
) -> tuple[Sequence[Cell], Brief | None]:
    """Return the cells to report, and the brief of those that passed. Without a rulebook, all cells are reported."""
    book = request.rulebook
    if not book:
        return cells, None
    judgements = judge(
        request.endpoints,
        request.targets,
        book.listeners,
        cells,
        book.rules,
        book.settings,
        book.policy_cells,
        sources={source.name for source in sources},
    )
    missing = [one.name for one in request.endpoints if one.missing]
    most = most_listed(request.endpoints, request.targets)
    return sum_up(judgements, node, missing, request.endpoints, most, request.settings.run)


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = run_probes(read_request(module.params), module.params["node"])
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result, invocation=repeat_options(module.params))


if __name__ == "__main__":
    main()
