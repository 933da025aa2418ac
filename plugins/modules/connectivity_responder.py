#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module connectivity_responder: it answers probes in the network namespaces of a node's pods."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connectivity_responder
short_description: Answer probes from inside the pods of a node, for a limited time
version_added: "0.1.0"
description:
  - Starts one process on the node. The process listens on TCP and UDP ports in the network namespaces of the node and
    of the pods on it. It answers with the source address and port that it saw.
  - The module needs no agent, no image and no program in the pods. It finds the network namespace of a pod by the UID
    in the cgroups of processes and by the addresses of the pod.
  - The process answers only M(podnet.kubernetes.connectivity_probe) with the same O(run). It ends after O(seconds),
    even when the controller is gone. The module first ends a process of an earlier run.
  - The module removes what it makes, so it never reports a change.
extends_documentation_fragment:
  - podnet.kubernetes.connectivity_node
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: partial
    details: In check mode the module starts and ends nothing. It looks for the pods, so that the errors are the same.
  diff_mode:
    support: none
    details: There is no change to show.
  idempotent:
    support: full
    details: A second run starts new responders, and reports no change.
options:
  state:
    description:
      - V(started) starts responders, and ends those of an earlier run.
      - V(absent) ends the responders, and waits until they are gone.
    type: str
    choices: [absent, started]
    default: started
  endpoints:
    description:
      - The endpoints of the cluster, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
      - The module uses the node itself and the pods on it. Required to start.
    type: list
    elements: dict
  run:
    description: Identifier of the run, of letters and digits. Required to start.
    type: str
  ports:
    description: Ports to listen on in pods of the verification. An empty list chooses a free port.
    type: list
    elements: int
    default: []
  other_ports:
    description:
      - Ports to listen on in all other pods. An empty list chooses a free, high port.
      - When the pod itself uses a port, the module reports it with RV(listeners[].answers=nothing).
    type: list
    elements: int
    default: []
  seconds:
    description: Seconds until the process ends by itself. From V(0) to V(86400).
    type: int
    default: 120
seealso:
  - module: podnet.kubernetes.connectivity_probe
"""

EXAMPLES = r"""
- name: Answer probes in the pods of the node
  podnet.kubernetes.connectivity_responder:
    endpoints: "{{ endpoints }}"
    run: "{{ run }}"
  register: responder

- name: Stop answering
  podnet.kubernetes.connectivity_responder:
    state: absent
"""

RETURN = r"""
node:
  description: Name of this machine's Node object.
  returned: when O(state=started), and the machine is a node
  type: str
  sample: node1
listeners:
  description: The ports of the node and its pods for probes.
  returned: when O(state=started)
  type: list
  elements: dict
  contains:
    endpoint:
      description: Name of the endpoint.
      type: str
      sample: default/web-1
    address:
      description: The address that has the port.
      type: str
      sample: 10.244.1.2
    protocol:
      description: V(tcp) or V(udp).
      type: str
      sample: tcp
    port:
      description: The port.
      type: int
      sample: 41234
    answers:
      description: V(podnet) for a responder, V(nothing) when the pod itself uses the port.
      type: str
      sample: podnet
    mtu:
      description: MTU in bytes of the NIC that has the address. Missing when the module does not find that NIC.
      type: int
      sample: 1450
overhead:
  description: Bytes that tunnels take from IPv4 packets of pods, by the links of the node.
  returned: when O(state=started)
  type: int
  sample: 50
overhead_ipv6:
  description: Bytes that tunnels take from IPv6 packets of pods.
  returned: when O(state=started)
  type: int
  sample: 70
network:
  description: The links and routes of the node, for the drawing of a report. Parts that cannot be read are missing.
  returned: when O(state=started), not in check mode
  type: dict
  contains:
    links:
      description: The links but those to pods, each with C(name), C(kind), C(mtu) in bytes and C(addresses).
      type: list
      elements: dict
      sample: [{name: cni0, kind: bridge, mtu: 1450, addresses: [10.244.1.1/24]}]
    routes:
      description: The routes to networks that have a gateway, as ip(8) writes them.
      type: list
      elements: str
      sample: ["10.244.2.0/24 via 10.244.2.0 dev flannel.1"]
conntrack:
  description:
    - How full the table of connection tracking is. V(null) where the node tracks no connection or sets no limit.
  returned: when O(state=started), not in check mode
  type: dict
  contains:
    used:
      description: The number of entries, nf_conntrack_count.
      type: int
      sample: 4100
    most:
      description: The most that the table takes, nf_conntrack_max.
      type: int
      sample: 65536
left_out:
  description:
    - Why this machine takes no part. It is none of the nodes, by name and addresses. The module started nothing.
    - The other values are missing then.
  returned: when O(state=started), and the machine is no node
  type: str
  sample: "this machine, bastion, is none of the nodes master, node1 by its name or its addresses"
running:
  description: Whether responders ran. V(false) after V(started) means that they died.
  returned: when O(state=absent)
  type: bool
  sample: true
"""


from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import repeat_options
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node_network import read_node_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import as_dict, load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.flow_table import read_flow_table
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import link_overheads
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import NoNodeError, locate
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.responder import (
    Place,
    bind,
    check_ports,
    start,
    stop,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import check_range
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import check_run

ARGUMENTS = {
    "state": {"type": "str", "choices": ["absent", "started"], "default": "started"},
    "endpoints": {"type": "list", "elements": "dict"},
    "node": {"type": "str"},
    "run": {"type": "str"},
    "ports": {"type": "list", "elements": "int", "default": []},
    "other_ports": {"type": "list", "elements": "int", "default": []},
    "seconds": {"type": "int", "default": 120},
}


def start_responders(module: AnsibleModule) -> dict[str, object]:
    """Start responders in the node's namespaces, and return the values of the module.

    Raises:
        InputError: an option is wrong
        ClusterError: the node or a pod is not found, or the kernel refuses a namespace or a socket
    """
    parameters = module.params
    run = check_run(parameters["run"])
    own, other = (check_ports(name, parameters[name]) for name in ("ports", "other_ports"))
    check_range("seconds", parameters["seconds"])
    try:
        node, local = locate(load_endpoints(parameters["endpoints"]), parameters["node"])
    except NoNodeError as error:
        module.warn(f"{error}. The machine is left out.")
        return {"left_out": str(error)}
    places = [
        Place(one.name, namespace, one.addresses, (own if one.own else other) if one.kind == "pod" else ())
        for one, namespace in local
    ]
    if module.check_mode:
        return {"node": node, "listeners": []}
    stop()
    with Namespaces() as namespaces:
        bound = bind(places, namespaces)
    start(bound, run, parameters["seconds"])
    overheads = link_overheads()
    return {
        "node": node,
        "listeners": [as_dict(one.listener) for one in bound],
        "overhead": overheads["ipv4"],
        "overhead_ipv6": overheads["ipv6"],
        "network": read_node_network(Reader(timeout=2)),
        "conntrack": read_flow_table(),
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec=ARGUMENTS,
        required_if=[("state", "started", ("endpoints", "run"))],
        supports_check_mode=True,
    )
    try:
        if module.params["state"] == "started":
            result = start_responders(module)
        else:
            result = {"running": False if module.check_mode else stop()}
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result, invocation=repeat_options(module.params))


if __name__ == "__main__":
    main()
