# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which NIC flanneld is told to take, and which one it took. No I/O, no Ansible.

Read from flannel v0.28.10:

* main.go: --iface options are tried first, in order, then --iface-regex options; with neither, it is the NIC of the
  default route.
* LookupExtIface in pkg/ipmatch/match.go: --iface is an address if it parses as one, else a NIC's name. --iface-regex is
  tried on the addresses of all NICs, in the kernel's order, and on their names only when no address matches; Go's
  regexp finds it anywhere in the text. In dual-stack mode it must match an IPv4 and an IPv6 address of one NIC, or a
  name.
* GetInterfaceIP4Addrs in pkg/ip/iface.go: the addresses are the global and the link-local ones, as Go prints them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Address, parse_network, show
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import (
    AnnouncedNode,
    WrongAddress,
    parse_announced_node,
)

PUBLIC_ADDRESS_ANNOTATIONS = {
    4: "flannel.alpha.coreos.com/public-ip",
    6: "flannel.alpha.coreos.com/public-ipv6",
}

# Legal names may hold nearly anything; usual ones are these, with a VLAN's number after a dot. The kernel's IFNAMSIZ
# counts a closing zero byte in its 16.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[0-9]{1,4})?")
_NAME_LENGTH = 15

# One thing that an expression is made of: an escaped character, a set in brackets, or a single character.
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
# What Python's expressions have and Go's (RE2 syntax) do not: flanneld would end with "could not compile".
_PYTHON_ONLY = re.compile(r"\(\?(?:<?[=!]|P=|[(>#])|[*+?}]\+")


@dataclass(frozen=True)
class _Interface:
    """What flannel_interface says, taken apart: exactly one of the fields is set; network is an expression, too."""

    name: str | None = None
    address: Address | None = None
    expression: str | None = None

    @property
    def argument(self) -> str:
        """The argument for flanneld."""
        return f"--iface-regex={self.expression}" if self.expression else f"--iface={self.name or self.address}"

    def selects(self, address: Address, nic: str) -> bool:
        """Return whether a NIC with this address would be taken, if it were the only one."""
        if self.expression:
            return bool(re.search(self.expression, str(address)) or re.search(self.expression, nic))
        return nic == self.name or address == self.address


def interface_arguments(value: str | None) -> list[str]:
    """Return the arguments for flanneld that choose its NIC.

    Args:
        value: the variable flannel_interface: None for flanneld's own choice (the NIC with the default route), a NIC's
            name, an address, an IPv4 network in CIDR form, or else a regular expression that is found in an address or
            a name, in the syntax that Go and Python have in common

    Returns:
        No argument for None, else one: --iface for a name or an address, --iface-regex for a network or an expression.

    Raises:
        InputError: the value is none of these; the text names the variable and what would be right.
    """
    return [] if value is None else [_parse(value).argument]


def network_expression(text: str) -> str:
    """Return a regular expression, in RE2 syntax, for the dotted addresses of an IPv4 network, and for no other.

    flanneld tries expressions on its machine's addresses and NIC names only. So an octet that may have any value is
    written as one to three digits, which is easier to read in a manifest than the numbers from 0 to 255.

    Args:
        text: the network in CIDR form

    Raises:
        InputError: the end of a sentence that begins with the text: it is no network, or an IPv6 network.
    """
    network = parse_network(text)
    if network.version == 6:
        raise InputError(
            "is an IPv6 network, and an IPv6 address can be written in several ways, so no expression fits them all: "
            "give a NIC's name or a regular expression"
        )
    octets = []
    for first, last in zip(network.network_address.packed, network.broadcast_address.packed):
        if (first, last) == (0, 255):
            octets.append("[0-9]{1,3}")
        elif first == last:
            octets.append(str(first))
        else:
            octets.append(f"(?:{'|'.join(map(str, range(first, last + 1)))})")
    return rf"^{'[.]'.join(octets)}$"


def parse_flannel_node(name: str, annotations: Mapping[str, str], found: Mapping[str, Any]) -> AnnouncedNode:
    """Return the value object for a node, as parse_announced_node() does, with Flannel's annotation."""
    return parse_announced_node("Flannel", PUBLIC_ADDRESS_ANNOTATIONS, name, annotations, found)


def find_wrong_addresses(nodes: Iterable[AnnouncedNode], flannel_interface: str | None = None) -> list[WrongAddress]:
    """Return the nodes that Flannel announces with another address than the expected one, or not at all.

    Args:
        nodes: all nodes of the cluster; the remedy must fit every one of them, because flanneld's arguments are the
            same on all nodes
        flannel_interface: the variable's value, as for interface_arguments()

    Returns:
        The wrong ones, in the order of the input.

    Raises:
        InputError: flannel_interface has a value that can not be right.
    """
    nodes = list(nodes)
    current = None if flannel_interface is None else _parse(flannel_interface)
    wrong = [node for node in nodes if node.announced_address != node.expected]
    proposal = _propose(nodes)
    return [WrongAddress(node, _remedy(node, current, flannel_interface, proposal)) for node in wrong]


def _remedy(node: AnnouncedNode, current: _Interface | None, value: str | None, proposal: str) -> str:
    """Return what to do about a node."""
    if node.announced is None:
        return f"see whether the pod kube-flannel on {node.name} runs, and what it logs"
    if current is None or value is None:
        return f"set flannel_interface to {proposal}"
    announced, nic = node.announced_address, node.announced_interface
    taken_too = announced is not None and nic is not None and current.selects(announced, nic)
    if current.selects(node.expected, node.interface) and not taken_too:
        return (
            f"flannel_interface is {show(value)}, which is right, so flanneld was not started with it: run the role "
            f"flannel again, and see what the pod kube-flannel on {node.name} logs"
        )
    return f"flannel_interface is {show(value)}, set it to {proposal}"


def _propose(nodes: list[AnnouncedNode]) -> str:
    """Return a value of flannel_interface that fits all nodes: the simplest of a name, a network and an expression."""
    own_nics = {node.interface for node in nodes}
    # A name takes the NIC's first address, a network the first one in it: of no use where that is the wrong one.
    if len(own_nics) == 1 and all(node.only_address_on_nic for node in nodes) and _is_name(nodes[0].interface):
        return nodes[0].interface
    networks = {node.network for node in nodes}
    if len(networks) == 1 and all(node.expected.version == 4 and node.only_address_in_network for node in nodes):
        return networks.pop()
    addresses = sorted((node.expected for node in nodes), key=lambda address: (address.version, int(address)))
    return f"^({'|'.join(str(address).replace('.', '[.]') for address in addresses)})$"


def _parse(value: str) -> _Interface:
    """Return what a value of flannel_interface means."""
    if not value or value != value.strip():
        raise InputError(
            f"flannel_interface {value!r} is empty or has space around it: give a NIC's name, an address, an IPv4 "
            "network in CIDR form or a regular expression, or do not set it"
        )
    # No regular expression of use looks like a network, and a mistyped network must not pass for one.
    if re.fullmatch(r"[0-9A-Fa-f.:]+/.*", value):
        try:
            return _Interface(expression=network_expression(value))
        except InputError as error:
            raise InputError(f"flannel_interface {show(value)} {error}") from None
    try:
        return _Interface(address=ipaddress.ip_address(value))
    except ValueError:
        pass
    if re.fullmatch(r"[0-9.]+", value):
        raise InputError(
            f"flannel_interface {value} is not an IPv4 address: give a whole address, a network in CIDR form such as "
            "10.100.198.0/24, or a regular expression such as ^10[.]100[.]198[.]"
        )
    if _NAME.fullmatch(value):
        if not _is_name(value):
            raise InputError(
                f"flannel_interface {value} is longer than the {_NAME_LENGTH} characters that a NIC's name can have: "
                "give the name as 'ip link' shows it"
            )
        return _Interface(name=value)
    return _Interface(expression=_checked_expression(value))


def _is_name(text: str) -> bool:
    """Return whether a text is a NIC's name of the usual form."""
    return bool(_NAME.fullmatch(text)) and len(text) <= _NAME_LENGTH


def _checked_expression(text: str) -> str:
    """Return the text if it is a regular expression for Go and for Python."""
    problem = _python_only(text)
    if problem is None:
        try:
            re.compile(text)
        except re.error as error:
            problem = str(error)
    if problem is not None:
        raise InputError(
            f"flannel_interface {text!r} is neither a NIC's name, an address nor a network, and flanneld can not use "
            f"it as a regular expression: {problem}"
        )
    return text


def _python_only(text: str) -> str | None:
    """Return what in an expression Go does not know, or knows as something else; None when there is nothing."""
    tokens: list[str] = _TOKEN.findall(text)
    for token in tokens:
        if re.fullmatch(r"\\[1-9Z]", token):
            return f"Go's regular expressions have no {token}"
        if token.startswith("[") and "[:" in token:
            return f"{token} means one thing to Go and another to Python"
    found = _PYTHON_ONLY.search("".join(token if len(token) == 1 else "x" for token in tokens))
    return None if found is None else f"Go's regular expressions have no {found.group()}"


__all__ = [
    "PUBLIC_ADDRESS_ANNOTATIONS",
    "find_wrong_addresses",
    "interface_arguments",
    "network_expression",
    "parse_flannel_node",
]
