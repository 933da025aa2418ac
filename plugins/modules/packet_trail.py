#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module packet_trail: it sends marked packets and watches every link of a node for them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: packet_trail
short_description: Follow packets of pods through all links of a node
version_added: "0.1.0"
description:
  - Sends marked packets from the sources on this node, and watches all links of the node and of these pods, by packet
    sockets with filters in the kernel. It sees packets inside VXLAN, Geneve and IP in IP, too.
  - Run it on all nodes of the pairs in one task. P(podnet.kubernetes.packet_trails#filter) turns the results into
    trails.
  - Beside that, it compares the counters of the packet filter and of the kernel before and after, and reads what
    connection tracking holds of the pairs.
  - A packet carries its mark in its payload, or as its first TCP sequence number. The mark survives NAT and
    encapsulation.
  - The module only reads, and leaves nothing behind.
extends_documentation_fragment:
  - podnet.kubernetes.connectivity_node
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
    details: The module sends its packets in check mode too, because it changes nothing.
  diff_mode:
    support: none
    details: The module only reads.
  idempotent:
    support: full
options:
  endpoints:
    description: The endpoints of the cluster, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  pairs:
    description:
      - The pairs to follow, at most 256. Without any, the module returns at once.
      - Each is a cell that M(podnet.kubernetes.connectivity_probe) or M(podnet.kubernetes.connectivity_assert)
        returned, or a dict with a part of its fields.
      - They are C(source), C(target), C(check) and C(port). C(family) is optional, as is C(size), the bytes of a large
        packet that no router may fragment. The check C(mtu) without a size fills the link of the source. Other fields
        are ignored.
      - The answers of TCP and UDP need a server at the port. Of UDP, only the answers of
        M(podnet.kubernetes.connectivity_responder) are known.
    type: list
    elements: dict
    required: true
  run:
    description: Identifier of the run, the same as the option O(podnet.kubernetes.connectivity_responder#module:run).
    type: str
    required: true
  seconds:
    description:
      - How long to watch, in seconds. From V(1) to V(60).
      - It must be longer than Ansible takes to start the module on the slowest of the nodes.
    type: float
    default: 6
seealso:
  - module: podnet.kubernetes.connectivity_responder
  - plugin: podnet.kubernetes.packet_trails
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Follow the packets of the failed cells
  podnet.kubernetes.packet_trail:
    endpoints: "{{ endpoints }}"
    pairs: "{{ failed[:8] }}"
    run: "{{ run }}"
  register: trail

- name: Show where they ended
  ansible.builtin.debug:
    msg: "{{ trails | map(attribute='lines') }}"
  vars:
    results: "{{ ansible_play_hosts | map('extract', hostvars, 'trail') }}"
    trails: "{{ results | podnet.kubernetes.packet_trails(endpoints=endpoints, pairs=failed[:8]) }}"
  run_once: true
"""

RETURN = r"""
node:
  description: Name of this machine's Node object.
  returned: success
  type: str
  sample: node1
places:
  description: Names of the node and of its pods that the module watched.
  returned: success
  type: list
  elements: str
  sample: [node1, default/web-1]
began:
  description: When the watch began, by the clock of the node, in seconds since 1970.
  returned: success
  type: float
  sample: 1767225600.1
ended:
  description: When the watch ended, by the same clock.
  returned: success
  type: float
  sample: 1767225606.1
started:
  description: When the module began its work, by the same clock.
  returned: success
  type: float
  sample: 1767225599.8
finished:
  description: When the module ended its work, by the same clock.
  returned: success
  type: float
  sample: 1767225606.3
asked:
  description: When Ansible began the task for this node, by the clock of the controller.
  returned: success
  type: float
  sample: 1767225599.2
answered:
  description: When Ansible had the result, by the same clock.
  returned: success
  type: float
  sample: 1767225606.4
sent:
  description: The packets that the module sent, with their pair, number and time, and the error of the kernel.
  returned: success
  type: list
  elements: dict
  sample: [{"pair": 0, "number": 0, "at": 1767225600.2, "error": null}]
sights:
  description:
    - What each link saw of each pair, with the addresses of the packet and of the packet around it, and the numbers of
      the probes.
  returned: success
  type: list
  elements: dict
  sample:
    - place: node1
      link: enp0s8
      direction: out
      kind: probe
      pair: 0
      flow: {"source": "10.244.1.2", "target": "10.244.2.2", "source_port": null, "target_port": null}
      outer: {"kind": "vxlan", "source": "10.100.198.201", "target": "10.100.198.202", "port": 8472}
      numbers: [0, 1, 2]
      order: 3
      other_mac: false
links:
  description: The links of the node.
  returned: success
  type: list
  elements: dict
  sample:
    - name: cni0
      kind: bridge
      bridge: null
      mac: "ee:0f:43:89:0f:9e"
      mtu: 1450
      addresses: ["10.244.1.1"]
rules:
  description: The rules of the packet filter that counted packets meanwhile, those that deny or translate first.
  returned: success
  type: list
  elements: dict
  sample:
    - program: iptables
      table: filter
      chain: FORWARD
      text: -A FORWARD -s 10.244.1.0/24 -j DROP
      verdict: DROP
      packets: 22
counters:
  description: The kernel's counters of lost packets that moved meanwhile, on the node and in its pods.
  returned: success
  type: list
  elements: dict
  sample:
    - place: node1
      name: TcpExt.IPReversePathFilter
      meaning: "refused by rp_filter: the answer would take another link"
      packets: 22
flows:
  description: What connection tracking holds of the pairs.
  returned: success
  type: list
  elements: dict
  sample:
    - pair: 0
      flow: {"source": "10.244.1.2", "target": "10.244.2.2", "source_port": 40000, "target_port": 8080}
      answers: {"source": "10.244.2.2", "target": "10.100.198.201", "source_port": 8080, "target_port": 40000}
      replied: false
routes:
  description: The node's routes to the addresses of the pairs, by address.
  returned: success
  type: dict
  sample: {"10.244.2.2": "10.244.2.0/24 via 10.244.2.0 dev flannel.1"}
silent:
  description: Neighbours of the node and of its pods that did not answer, each with its place and link.
  returned: success
  type: list
  elements: str
  sample: ["node1: 192.168.56.12 on enp0s8"]
lost:
  description: Number of packets that the sockets of the module lost.
  returned: success
  type: int
  sample: 0
full:
  description: Whether the module saw more packets than it keeps.
  returned: success
  type: bool
  sample: false
problems:
  description: Sentences about pods that the module did not find.
  returned: success
  type: list
  elements: str
  sample: []
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import locate
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import check_run
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.follow import follow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair, load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace

ARGUMENTS = {
    "endpoints": {"type": "list", "elements": "dict", "required": True},
    "pairs": {"type": "list", "elements": "dict", "required": True},
    "node": {"type": "str"},
    "run": {"type": "str", "required": True},
    "seconds": {"type": "float", "default": 6},
}
_SECONDS = (1, 60)


@dataclass(frozen=True)
class Request:
    """The options of the module, checked."""

    endpoints: list[Endpoint]
    pairs: list[Pair]
    run: str
    seconds: float


def read_request(params: Mapping[str, Any]) -> Request:
    """Check the options. Raises InputError when one is wrong."""
    endpoints, seconds = load_endpoints(params["endpoints"]), params["seconds"]
    if not _SECONDS[0] <= seconds <= _SECONDS[1]:
        raise InputError(f"seconds is {seconds}: it must be from {_SECONDS[0]} to {_SECONDS[1]}")
    return Request(endpoints, load_pairs(params["pairs"], endpoints), check_run(params["run"]), seconds)


def find_places(
    endpoints: Sequence[Endpoint], pairs: Sequence[Pair], node: str | None
) -> tuple[str, list[WatchedPlace], list[str]]:
    """Find the node of this machine, its pods that a pair has, and sentences about pods that are not found.

    Raises:
        ClusterError: the node is not found, or this process does not run as root
    """
    nodes = [one for one in endpoints if one.kind == "node"]
    node, _found = locate(nodes, node)
    wanted = {one.name: one for pair in pairs for one in (pair.source, *pair.ends)}
    places, problems = [], []
    for pod in wanted.values():
        if pod.kind == "pod" and pod.node == node:
            try:
                places += [WatchedPlace(one.name, path) for one, path in locate([pod], node)[1]]
            except ClusterError as error:
                problems.append(str(error))
    return node, places, problems


def follow_packets(request: Request, node: str | None) -> dict[str, Any]:
    """Find the pods of this node, follow the packets, and return the values of the module.

    Raises:
        ClusterError: the node is not found, or the kernel refuses a namespace or a socket
    """
    node, pods, problems = find_places(request.endpoints, request.pairs, node)
    seconds = request.seconds if request.pairs else 0.0
    return follow(WatchedPlace(node, ""), pods, request.pairs, request.run, seconds, problems)


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = follow_packets(read_request(module.params), module.params["node"])
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
