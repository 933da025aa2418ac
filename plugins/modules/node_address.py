#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module node_address: the address and NIC of a node on the network that the nodes share."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_address
short_description: Pick the address of a node on the network that the nodes share
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Picks the one address, and its NIC, by which the nodes of a cluster reach one another.
  - Neither the default route nor the order of the NICs tells which address is right. On Vagrant machines, for example,
    the NIC with the default route has the same address on every machine.
  - The module considers addresses of global scope on a NIC whose state is up or unknown. It ignores addresses that are
    deprecated, tentative, temporary or known duplicates.
  - It takes a secondary address only when O(network) leaves no other. An IPv4 C(/32) is secondary when the same NIC has
    a network that holds it.
  - The module leaves out NICs that lead to no other machine, such as those of a CNI or a container engine. These are
    the loopback link, tunnels (such as VXLAN, IPIP, WireGuard and TUN), dummy links, bridges with only veth, tap and
    dummy ports, and veth links with both ends on the node.
  - When O(interface) is the full name of such a NIC, the module takes it all the same, for example for a cluster over
    WireGuard.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.read_only
  - podnet.kubernetes.attributes
requirements:
  - iproute2 4.14 or newer on the node
options:
  interface:
    description:
      - The NIC's name, or a regular expression in Python's syntax that matches the whole name.
      - With both O(interface) and O(network), the address must fit both. With neither, the node must have only one
        usable address.
    type: str
  network:
    description:
      - A network in CIDR form that holds the address. It may be larger than the network of the NIC.
      - Its address family must be O(family).
    type: str
  family:
    description: The address family.
    type: str
    choices: [ipv4, ipv6]
    default: ipv4
seealso:
  - plugin: podnet.kubernetes.shared_addresses
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Pick the address on the network that the nodes share
  podnet.kubernetes.node_address:
    network: 10.100.198.0/24
  register: result

- name: Pick the address by its NIC, enp0s8 or eth1
  podnet.kubernetes.node_address:
    interface: enp0s8|eth1
  register: result
"""

RETURN = r"""
node_address:
  description: The picked address.
  returned: success
  type: dict
  contains:
    address:
      description: The address.
      returned: success
      type: str
      sample: 10.100.198.201
    prefix_length:
      description: The prefix length, in bits.
      returned: success
      type: int
      sample: 24
    network:
      description: The network of the address, in CIDR form.
      returned: success
      type: str
      sample: 10.100.198.0/24
    interface:
      description: The name of the NIC that has the address.
      returned: success
      type: str
      sample: enp0s8
    mtu:
      description: The MTU of the NIC, in bytes.
      returned: success
      type: int
      sample: 1500
    family:
      description: The address family, V(ipv4) or V(ipv6).
      returned: success
      type: str
      sample: ipv4
candidates:
  description:
    - All addresses of global scope in the family, in the kernel's order, with the same keys as RV(node_address).
    - The list also has addresses that O(interface) and O(network) rule out, and addresses that are never chosen.
  returned: success
  type: list
  elements: dict
  contains:
    left_out:
      description: Why the module does not choose the address by itself. V(null) when it can.
      returned: success
      type: str
      sample: cni0 is a bridge without a port that leads to other machines
  sample:
    - address: 10.0.2.15
      prefix_length: 24
      network: 10.0.2.0/24
      interface: enp0s3
      mtu: 1500
      family: ipv4
      left_out: null
    - address: 10.100.198.201
      prefix_length: 24
      network: 10.100.198.0/24
      interface: enp0s8
      mtu: 1500
      family: ipv4
      left_out: null
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import (
    choose_address,
    parse_interfaces,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.programs import read_addresses

ARGUMENTS = {
    "interface": {"type": "str"},
    "network": {"type": "str"},
    "family": {"type": "str", "choices": ["ipv4", "ipv6"], "default": "ipv4"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    family = module.params["family"]
    try:
        interfaces = parse_interfaces(read_addresses(module), family)
        chosen = choose_address(interfaces, family, module.params["interface"], module.params["network"])
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False,
        node_address=chosen.as_node_address(),
        candidates=[one.as_candidate() for interface in interfaces for one in interface.candidates],
    )


if __name__ == "__main__":
    main()
