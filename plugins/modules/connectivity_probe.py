#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module connectivity_probe: what a node and its pods reach."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connectivity_probe
short_description: Probe targets from inside the pods of a node
version_added: "0.1.0"
description:
  - Probes every target from the node and from each pod that it hosts, all at once, in one process on the node.
  - "The checks are ICMP echo, a TCP connection with an exchange over it and 64 KiB each way, an exchange of UDP
    datagrams, the path MTU, and a question to a name server. Each is made in the address family of the target."
  - TCP and UDP show by which address and port the target saw the source.
  - Before that it waits, when told so, until cells show what NetworkPolicies say, by probing them again and again.
  - It only reads. Expectations are the matter of M(podnet.kubernetes.connectivity_assert).
extends_documentation_fragment:
  - podnet.kubernetes.connectivity_node
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
    details: It probes in check mode too, because it changes nothing.
  diff_mode:
    support: none
    details: The module only reads.
  idempotent:
    support: full
options:
  endpoints:
    description:
      - The endpoints of the cluster, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
      - Sources are the node itself and the pods on it.
    type: list
    elements: dict
    required: true
  targets:
    description:
      - What is probed, as P(podnet.kubernetes.connectivity_targets#filter) returns it.
      - An endpoint is not probed from itself.
    type: list
    elements: dict
    required: true
  run:
    description: Identifier of the run, the same as for M(podnet.kubernetes.connectivity_responder).
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
    description: How long one attempt may take, in seconds. From V(0.01) to V(60).
    type: float
    default: 0.6
  transfer:
    description: How many bytes the last TCP attempt carries each way. From V(0) to V(1048576).
    type: int
    default: 65536
  converge_on:
    description:
      - Cells, as P(podnet.kubernetes.expected_connectivity#filter) or P(podnet.kubernetes.changed_cells#filter) returns
        them, of all nodes. Those of which the source is on another node, those of a pod and itself and those of SCTP
        are left out.
      - Before anything else they are polled, all at once, in rounds of three attempts each, until every one shows in
        all attempts of one round what C(allowed) says. Only what was not right is polled again.
      - Where no answer was to be expected the cell counts as right.
      - A cell of a source on this node that is not among O(targets) is an error.
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
  description: Name of the Node object that this machine is.
  returned: success
  type: str
  sample: node1
convergence:
  description: How the cells of O(converge_on) became right.
  returned: success
  type: dict
  contains:
    cells:
      description: How many of them have a source on this node, and so were polled.
      type: int
      sample: 24
    rounds:
      description: How many rounds there were.
      type: int
      sample: 3
    seconds:
      description:
        - From the start to the first of the three right attempts of the cell that was the last to become right.
        - To the end of the polling when some never did. V(null) when there was none to poll.
      type: float
      sample: 1.203
    wrong:
      description: The cells that were not right at the end.
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
  description: How long the probing took, after the cells of O(converge_on) were polled.
  returned: success
  type: float
  sample: 0.36
cells:
  description:
    - For each source, each target that is another endpoint, and each check, what was found. What does not apply is
      left out.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: Name of the endpoint that the probe came from.
      type: str
      sample: default/web-1
    target:
      description: Name of the endpoint that was probed.
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
      description: The port that was probed.
      type: int
      sample: 41234
    outcome:
      description:
        - V(reachable) or V(blocked); V(faulty) when something answered and wrongly; V(flapping) when only some attempts
          succeeded; V(not observed) when no answer was to be expected.
      type: str
      sample: reachable
    reason:
      description: Why the first failed attempt did, one of refused, timeout, unreachable, too big and wrong answer.
      type: str
      sample: timeout
    detail:
      description: More about it, for a person.
      type: str
      sample: 65536 of 65536 bytes were sent and 0 came back
    attempts:
      description: How many attempts there were.
      type: int
      sample: 3
    succeeded:
      description: How many of them succeeded.
      type: int
      sample: 3
    latency_ms:
      description: The median of what an answer took, in milliseconds.
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
      description: Address and port that the target saw.
      type: str
      sample: 10.244.1.2:53412
    answered_by:
      description: Name of the endpoint whose responder answered.
      type: str
      sample: default/web-2
    mtu:
      description: The path MTU in bytes, of the whole IP packet.
      type: int
      sample: 1450
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    as_dict,
    load_endpoints,
    load_targets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import load_expected_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.convergence import Goal, converge
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import locate
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

ARGUMENTS = {
    "endpoints": {"type": "list", "elements": "dict", "required": True},
    "targets": {"type": "list", "elements": "dict", "required": True},
    "node": {"type": "str"},
    "run": {"type": "str", "required": True},
    "attempts": {"type": "int", "default": 3},
    "interval": {"type": "float", "default": 0.15},
    "timeout": {"type": "float", "default": 0.6},
    "transfer": {"type": "int", "default": 65536},
    "converge_on": {"type": "list", "elements": "dict", "default": []},
    "converge_timeout": {"type": "float", "default": 30},
}
SETTINGS = ("run", "attempts", "interval", "timeout", "transfer")


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        settings = ProbeSettings(**{name: module.params[name] for name in SETTINGS})
        targets = load_targets(module.params["targets"])
        goal = Goal(load_expected_cells(module.params["converge_on"], "converge_on"), module.params["converge_timeout"])
        node, local = locate(load_endpoints(module.params["endpoints"]), module.params["node"])
        with Namespaces() as namespaces:
            sources = [Source(one.name, namespace, one.addresses) for one, namespace in local]
            convergence = converge(sources, targets, goal, settings, namespaces)
            start = time.monotonic()
            cells = probe(sources, targets, settings, namespaces)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    found = {"convergence": convergence.as_dict(), "seconds": round(time.monotonic() - start, 3)}
    module.exit_json(changed=False, node=node, **found, cells=[as_dict(cell) for cell in cells])


if __name__ == "__main__":
    main()
