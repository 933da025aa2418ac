#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module subnet_allocation: a pod subnet for every node, which it keeps."""

from __future__ import annotations

DOCUMENTATION = r"""
module: subnet_allocation
short_description: Give every node of a cluster its pod subnets
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Gives every node one subnet of each address family that occurs in O(networks), and records it in a file.
  - A node keeps its subnets. To add nodes, to name them in another order, to add a network, to reserve more or to
    change O(prefix_lengths) changes nothing for those that have theirs. The subnets of a node that is no longer in
    O(nodes) are kept for it until O(release) names it.
  - A new subnet is the first free one. The networks are gone through in their order, each from its lowest address.
  - Kubernetes never changes C(Node.spec.podCIDRs) once they are set. So the module takes O(known) over into the file,
    and fails when the file says something else. A file that was lost is made anew from it.
  - It runs on the controller, once for all nodes. Runs at the same time wait for one another, by a lock on a second
    file, with C(.lock) after its name, which stays and is no change. A run that is killed leaves the old file or the
    new one.
  - Errors name the collection's variable C(podnet_pod_network), for O(networks).
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
options:
  networks:
    description:
      - The networks that subnets are taken from, in CIDR form, one or more of each address family.
      - They must hold every subnet that a node has.
    type: list
    elements: str
    required: true
  prefix_lengths:
    description: The length of the prefix of a new subnet, in bits, by address family.
    type: dict
    default: {}
    suboptions:
      ipv4:
        description: That of an IPv4 subnet.
        type: int
        default: 24
      ipv6:
        description: That of an IPv6 subnet.
        type: int
        default: 64
  nodes:
    description: The names of the nodes, in the order in which they get their subnets.
    type: list
    elements: str
    required: true
  pins:
    description:
      - Subnets that certain nodes are to get, as a dictionary from the name of the node to its subnet, or to a list
        with one subnet of each address family.
      - In a family without a pin the node gets the first free subnet.
      - The pin of a node that is not in O(nodes) yet holds the subnet free for it.
      - A pin that is not what the node has already is an error.
    type: dict
    default: {}
  reserved:
    description:
      - Ranges in CIDR form of which no node gets a subnet.
      - One that overlaps what a node has is an error.
    type: list
    elements: str
    default: []
  avoid:
    description: Networks that O(networks) must not overlap, such as those of the nodes and of the Services.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the network is for, such as V(node network).
        type: str
        required: true
      network:
        description: A network in CIDR form, or an IPv4 and an IPv6 network with a comma between them.
        type: str
        required: true
      variable:
        description: The variable that sets the network. Left out where it is found and not set.
        type: str
      where:
        description: Where the network was found, such as V(node2, enp0s8).
        type: str
  known:
    description:
      - What the cluster has, as a dictionary from the name of the node to the list C(Node.spec.podCIDRs).
      - The value of a node that has none may be empty or missing.
      - A node that has some must have one of each address family that occurs in O(networks).
    type: dict
    default: {}
  release:
    description:
      - The names of nodes whose subnets are given back, so that other nodes can get them.
      - They must be neither in O(nodes) nor in O(known). One that the file does not know is no error.
    type: list
    elements: str
    default: []
  path:
    description:
      - The file. Its directory is made when it is missing. It is for its owner only.
      - A file that is not one of this module, or was made for other networks, is refused and left as it is.
    type: path
    required: true
seealso:
  - module: podnet.kubernetes.node_address
"""

EXAMPLES = r"""
- name: Give every node its pod subnet
  podnet.kubernetes.subnet_allocation:
    networks: [10.22.0.0/16]
    reserved: [10.22.0.0/24]
    nodes: [master, node1, node2]
    avoid:
      - name: node network
        network: 10.100.198.0/24
        variable: podnet_node_network
    path: "{{ podnet_output_dir }}/subnets.json"
  delegate_to: localhost
  run_once: true
  register: result
# result.allocation:
#   master: [10.22.1.0/24]
#   node1: [10.22.2.0/24]
#   node2: [10.22.3.0/24]

- name: Give them an IPv6 subnet too, and take back that of a node that is gone for good
  podnet.kubernetes.subnet_allocation:
    networks: [10.22.0.0/16, "fd00:10:22::/56"]
    reserved: [10.22.0.0/24]
    nodes: [master, node1]
    pins:
      node1: fd00:10:22:42::/64
    release: [node2]
    path: "{{ podnet_output_dir }}/subnets.json"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
allocation:
  description:
    - The subnets of every node in O(nodes), in CIDR form, as a dictionary from the name of the node to the list.
    - The list has one subnet of each address family, in the order in which the families occur in O(networks).
  returned: success
  type: dict
  sample:
    master: [10.22.1.0/24, "fd00:10:22::/64"]
    node1: [10.22.2.0/24, "fd00:10:22:1::/64"]
kept:
  description: The same for the nodes that are in the file, and not in O(nodes).
  returned: success
  type: dict
  sample:
    node2: [10.22.3.0/24]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.allocation_file import (
    as_texts,
    update_allocation,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import allocate, parse_request

ARGUMENTS = {
    "networks": {"type": "list", "elements": "str", "required": True},
    "prefix_lengths": {
        "type": "dict",
        "default": {},
        "options": {"ipv4": {"type": "int", "default": 24}, "ipv6": {"type": "int", "default": 64}},
    },
    "nodes": {"type": "list", "elements": "str", "required": True},
    "pins": {"type": "dict", "default": {}},
    "reserved": {"type": "list", "elements": "str", "default": []},
    "avoid": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "network": {"type": "str", "required": True},
            "variable": {"type": "str"},
            "where": {"type": "str"},
        },
    },
    "known": {"type": "dict", "default": {}},
    "release": {"type": "list", "elements": "str", "default": []},
    "path": {"type": "path", "required": True},
}


def main() -> None:
    """Give every node its subnets."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    path = module.params["path"]
    try:
        request = parse_request(module.params)
        before, after = update_allocation(path, lambda stored: allocate(request, stored), write=not module.check_mode)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    old, new = as_texts(before), as_texts(after)
    allocation = {node: new[node] for node in request.nodes}
    module.exit_json(
        changed=before != after,
        allocation=allocation,
        kept={node: subnets for node, subnets in new.items() if node not in allocation},
        diff={"before": old, "after": new, "before_header": path, "after_header": path},
    )


if __name__ == "__main__":
    main()
