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
  - Gives every node one subnet of each address family that occurs in O(networks), and records the subnets in a file.
  - A node keeps its subnets. New nodes, another order of nodes, a new network, more reserved ranges or other
    O(prefix_lengths) never change them. A node that is missing in O(nodes) keeps its subnets until O(release) names it.
  - A new subnet is the first free one. The module goes through the networks in their order, from the lowest address up.
  - Kubernetes never changes C(Node.spec.podCIDRs) once they are set. So the module copies O(known) into the file, and
    fails when the file says something else. It also makes a lost file anew from O(known).
  - The module runs on the controller, once for all nodes. Parallel runs wait for each other by a lock on a second file,
    O(path) with C(.lock) after its name. That file stays and is no change. A killed run leaves the old file or the new
    one.
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
      - The networks of the pods in CIDR form, one or more of each address family.
      - They must hold every subnet that a node has.
    type: list
    elements: str
    required: true
  prefix_lengths:
    description: The prefix length of a new subnet in bits, for each address family.
    type: dict
    default: {}
    suboptions:
      ipv4:
        description: Prefix length of an IPv4 subnet.
        type: int
        default: 24
      ipv6:
        description: Prefix length of an IPv6 subnet.
        type: int
        default: 64
  nodes:
    description: The names of the nodes, in the order in which they get their subnets.
    type: list
    elements: str
    required: true
  pins:
    description:
      - Fixed subnets for certain nodes. Each key is the name of a node. Each value is a subnet, or a list with one
        subnet of each address family.
      - Without a pin in a family, a node gets the first free subnet.
      - The pin of a node that is not in O(nodes) keeps the subnet free for that node.
      - A pin that differs from a subnet of the node is an error.
    type: dict
    default: {}
  reserved:
    description:
      - Ranges in CIDR form. No node gets a subnet in them.
      - A range that overlaps the subnet of a node is an error.
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
        description: The variable that sets the network. Omit it for a network that no variable sets.
        type: str
      where:
        description: The place of the network, such as V(node2, enp0s8).
        type: str
  known:
    description:
      - The subnets in the cluster. Each key is the name of a node, each value the list C(Node.spec.podCIDRs).
      - The value of a node without subnets may be empty or missing.
      - A node with subnets must have one of each address family that occurs in O(networks).
    type: dict
    default: {}
  release:
    description:
      - The names of nodes that give their subnets back, so that other nodes can get these.
      - The nodes must be neither in O(nodes) nor in O(known). The module ignores a name that is not in the file.
    type: list
    elements: str
    default: []
  path:
    description:
      - The file with the subnets. Only its owner can read it. The module creates a missing directory.
      - The module refuses, and never changes, a file that it did not write or that belongs to other networks.
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

- name: Give every node an IPv6 subnet too, and release the subnets of a node that is gone for good
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
    - The subnets of every node in O(nodes), in CIDR form. Each key is the name of a node, each value a list.
    - It also has the nodes that O(known) has subnets of. So a run on a part of the nodes sees those of all.
    - The list has one subnet of each address family, in the order of the families in O(networks).
  returned: success
  type: dict
  sample:
    master: [10.22.1.0/24, "fd00:10:22::/64"]
    node1: [10.22.2.0/24, "fd00:10:22:1::/64"]
kept:
  description: The same for the nodes that are in the file alone, such as those that left the cluster.
  returned: success
  type: dict
  sample:
    node2: [10.22.3.0/24]
"""

from collections.abc import Iterable
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.allocation_file import (
    as_texts,
    update_allocation,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import (
    Allocation,
    allocate,
    parse_request,
)

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


def result_of(path: str, nodes: Iterable[str], before: Allocation, after: Allocation) -> dict[str, Any]:
    """The values that the module returns."""
    old, new = as_texts(before), as_texts(after)
    allocation = {node: new[node] for node in nodes if node in new}
    return {
        "changed": before != after,
        "allocation": allocation,
        "kept": {node: subnets for node, subnets in new.items() if node not in allocation},
        "diff": {"before": old, "after": new, "before_header": path, "after_header": path},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    path = module.params["path"]
    try:
        request = parse_request(module.params)
        before, after = update_allocation(path, lambda stored: allocate(request, stored), write=not module.check_mode)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    nodes = dict.fromkeys([*request.nodes, *module.params["known"]])
    module.exit_json(**result_of(path, nodes, before, after))


if __name__ == "__main__":
    main()
