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
  - Picks the one address, and the NIC that has it, by which the nodes of a cluster reach one another.
  - On Vagrant machines, for one, the NIC with the default route has the same address on every machine. So neither the
    default route nor the order of the NICs tells which address is right.
  - Taken into account are addresses of global scope on a NIC that is up or whose state is unknown, unless they are
    deprecated, tentative, temporary or known to be used twice. A secondary address, or an IPv4 C(/32) beside a network
    that holds it on the same NIC, is taken only when O(network) leaves no other.
  - NICs that lead to no other machine are left out, so that the NICs of a CNI or a container engine neither make the
    choice ambiguous nor are chosen. These are the loopback link, tunnels (such as VXLAN, IPIP, WireGuard and TUN),
    dummy links, bridges without any port other than veth, tap and dummy links, and veth links with both ends on the
    node. When O(interface) is the full name of such a NIC it is taken all the same, for a cluster over WireGuard, say.
  - Errors name the collection's variables C(podnet_node_interface), for O(interface), and C(podnet_node_network), for
    O(network).
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The module only reads.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
requirements:
  - iproute2 4.14 or newer on the node
options:
  interface:
    description:
      - The NIC's name, or a regular expression in Python's syntax that matches the whole name.
      - Where both O(interface) and O(network) are given, both must hold. Where neither is, the node may have only one
        address that could be meant.
    type: str
  network:
    description:
      - A network in CIDR form that holds the address. It may be larger than the NIC's own network.
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

- name: Pick it by the NIC, which is called enp0s8 or eth1
  podnet.kubernetes.node_address:
    interface: enp0s8|eth1
  register: result
"""

RETURN = r"""
node_address:
  description: The address that was picked.
  returned: success
  type: dict
  contains:
    address:
      description: The address.
      returned: success
      type: str
      sample: 10.100.198.201
    prefix_length:
      description: The length of its prefix, in bits.
      returned: success
      type: int
      sample: 24
    network:
      description: The network that the address and the prefix length make, in CIDR form.
      returned: success
      type: str
      sample: 10.100.198.0/24
    interface:
      description: The name of the NIC that has it.
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
    - Those that O(interface) and O(network) rule out are among them, and so are those that are never chosen.
  returned: success
  type: list
  elements: dict
  contains:
    left_out:
      description: Why the address is not chosen by itself; V(null) where it can be.
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

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import (
    choose_address,
    parse_interfaces,
)

ARGUMENTS = {
    "interface": {"type": "str"},
    "network": {"type": "str"},
    "family": {"type": "str", "choices": ["ipv4", "ipv6"], "default": "ipv4"},
}


def read_addresses(module: AnsibleModule) -> str:
    """Return what ip(8) says about the NICs of this node and their addresses, as JSON.

    Raises:
        ClusterError: the program is missing, or fails.
    """
    program = module.get_bin_path("ip")
    if program is None:
        raise ClusterError("ip is not on this node: install the package iproute2 (Fedora and RHEL: iproute)")
    command = [program, "-details", "-json", "address", "show"]
    code, output, errors = module.run_command(command, environ_update={"LC_ALL": "C"})
    if code != 0:
        raise ClusterError(
            f"'{' '.join(command)}' ended with {code}: {errors.strip()}: iproute2 4.14 or newer is needed on this node"
        )
    return output


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
