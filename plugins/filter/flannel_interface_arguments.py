# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_interface_arguments: it makes the arguments of flanneld that choose its NIC."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_interface_arguments
short_description: Make the arguments of flanneld that choose its NIC
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Turns the name of a NIC, an address, a network or a regular expression into an argument of flanneld. With it
    flanneld finds the NIC whose address it announces to the other nodes.
  - Text that looks like a network or an address must be one. Otherwise a mistyped value would become an expression that
    never matches.
notes:
  - flanneld has the same arguments on all nodes. When the names of the NICs differ, give a network.
  - flanneld tries an expression on the addresses of all NICs first, and on their names only when no address matches.
    The expression may match any part, unlike one for O(podnet.kubernetes.node_address#module:interface).
  - In dual-stack mode an expression must match an IPv4 and an IPv6 address of one NIC, or its name. So give a name
    there, not a network.
options:
  _input:
    description:
      - The value of C(flannel_interface), as errors call it.
      - V(null) leaves the choice to flanneld, which takes the NIC with the default route.
      - The name of a NIC in the usual form (letters, digits, C(_), C(-), perhaps a dot and the number of a VLAN; at
        most 15 characters).
      - An IPv4 or IPv6 address.
      - An IPv4 network in CIDR form.
      - Anything else is a regular expression, in the syntax that Go and Python share.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the arguments
  ansible.builtin.debug:
    msg: "{{ item | podnet.kubernetes.flannel_interface_arguments }}"
  loop:
    - enp0s8  # ['--iface=enp0s8']
    - 10.100.198.0/24  # ['--iface-regex=^10[.]100[.]198[.][0-9]{1,3}$']
    - ^(enp0s8|eth1)$  # ['--iface-regex=^(enp0s8|eth1)$']
"""

RETURN = r"""
_value:
  description: The arguments, at most one.
  type: list
  elements: str
"""


from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel import interface_arguments
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def flannel_interface_arguments(value: str | None) -> list[str]:
    return interface_arguments(value)


FilterModule = filter_module(flannel_interface_arguments)
