# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The NIC in flanneld's arguments, and the NIC that flanneld chose. No I/O, no Ansible.

Source: flannel v0.28.10.

* main.go: flanneld tries --iface options first, in their order, then --iface-regex options. With neither, it takes the
  NIC of the default route.
* LookupExtIface in pkg/ipmatch/match.go: --iface is an address if it parses as one, else the name of a NIC. flanneld
  tries --iface-regex on the addresses of all NICs, in the kernel's order, and on their names only when no address
  matches. Go's regexp may match any part of the text. In dual-stack mode the expression must match an IPv4 and an IPv6
  address of one NIC, or a name.
* GetInterfaceIP4Addrs in pkg/ip/iface.go: these are the global and the link-local addresses, as Go prints them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import (
    AnnouncedNode,
    WrongAddress,
    parse_announced_node,
)

PUBLIC_ADDRESS_ANNOTATIONS = {
    4: "flannel.alpha.coreos.com/public-ip",
    6: "flannel.alpha.coreos.com/public-ipv6",
}

# Linux allows nearly any character in a name. Usual names have these, and perhaps a dot and the number of a VLAN. The
# kernel's IFNAMSIZ is 16 bytes with the closing zero byte.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[0-9]{1,4})?")
_NAME_LENGTH = 15

# A token of an expression: an escaped character, a set in brackets, or a single character.
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
# Constructs that Python has and Go (RE2 syntax) lacks: flanneld would exit with "could not compile".
_PYTHON_ONLY = re.compile(r"\(\?(?:<?[=!]|P=|[(>#])|[*+?}]\+")


@dataclass(frozen=True)
class _Choice:
    """The parsed flannel_interface. Exactly one field is set. A network becomes an expression."""

    name: str | None = None
    address: Address | None = None
    expression: str | None = None

    @property
    def argument(self) -> str:
        """The argument of flanneld."""
        return f"--iface-regex={self.expression}" if self.expression else f"--iface={self.name or self.address}"

    def selects(self, address: Address, nic: str) -> bool:
        """Whether flanneld would take a NIC with this address if the node had no other NIC."""
        if self.expression:
            return bool(re.search(self.expression, str(address)) or re.search(self.expression, nic))
        return nic == self.name or address == self.address


def interface_arguments(value: Any) -> list[str]:
    """Make the arguments of flanneld that choose its NIC.

    Args:
        value: flannel_interface. None leaves the choice to flanneld, which takes the NIC with the default route. Other
            values are the name of a NIC, an address, an IPv4 network in CIDR form, or a regular expression for a part
            of an address or of a name, in the syntax that Go and Python share

    Returns:
        No argument for None, else one: --iface for a name or an address, --iface-regex for a network or an expression.

    Raises:
        InputError: the value is none of these
    """
    if value is not None and not isinstance(value, str):
        raise InputError(
            f"flannel_interface is {value!r}: give the name of a NIC, an address, a network or a regular expression"
        )
    return [] if value is None else [_parse(value).argument]


def ipv4_part(value: str) -> str:
    """The IPv4 network of a pair with a comma between, such as podnet_node_network may be; other texts as they are."""
    parts = [part.strip() for part in value.split(",")]
    if all("/" in part for part in parts) and sorted(":" in part for part in parts) == [False, True]:
        return min(parts, key=lambda part: ":" in part)
    return value


def selects(value: str, address: str, nic: str) -> bool:
    """Whether flanneld with this flannel_interface would take a NIC with this address if the node had no other.

    Raises:
        InputError: the value is wrong
    """
    return _parse(value).selects(ipaddress.ip_address(address), nic)


def network_expression(text: str) -> str:
    """Make a regular expression, in RE2 syntax, that matches exactly the dotted addresses of an IPv4 network.

    flanneld tries expressions only on the addresses and names of its NICs. So one to three digits stand for an octet of
    any value, which is easier to read in a manifest than the numbers from 0 to 255.

    Args:
        text: the network in CIDR form

    Raises:
        InputError: the end of a sentence that begins with the text, which is no network or an IPv6 network
    """
    network = parse_network(text)
    if network.version == 6:
        raise InputError(
            "is an IPv6 network, and no expression fits all spellings of its addresses: give the name of a NIC or a "
            "regular expression"
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
    """Read a node as parse_announced_node() does, with Flannel's annotation."""
    return parse_announced_node("Flannel", PUBLIC_ADDRESS_ANNOTATIONS, name, annotations, found)


def find_wrong_addresses(nodes: Iterable[AnnouncedNode], flannel_interface: str | None = None) -> list[WrongAddress]:
    """Find the nodes for which Flannel announces a wrong address or none.

    Args:
        nodes: all nodes of the cluster: one remedy must fit all of them, because flanneld has the same arguments on all
        flannel_interface: as for interface_arguments()

    Returns:
        The nodes with a wrong address, in the order of the input.

    Raises:
        InputError: flannel_interface is wrong
    """
    nodes = list(nodes)
    current = None if flannel_interface is None else _parse(flannel_interface)
    wrong = [node for node in nodes if node.announced_address != node.expected]
    proposal = _propose(nodes)
    return [WrongAddress(node, _remedy(node, current, flannel_interface, proposal)) for node in wrong]


def _remedy(node: AnnouncedNode, current: _Choice | None, value: str | None, proposal: str) -> str:
    """The remedy for a node with a wrong address."""
    if node.announced is None:
        return f"check that the pod kube-flannel on {node.name} runs, and read its log"
    if current is None or value is None:
        return f"set flannel_interface to {proposal}"
    announced, nic = node.announced_address, node.announced_interface
    taken_too = announced is not None and nic is not None and current.selects(announced, nic)
    if current.selects(node.expected, node.interface) and not taken_too:
        return (
            f"flannel_interface is {show(value)}, which is right, but flanneld runs with another value: run the role "
            f"flannel again, and read the log of the pod kube-flannel on {node.name}"
        )
    return f"flannel_interface is {show(value)}, set it to {proposal}"


def _propose(nodes: list[AnnouncedNode]) -> str:
    """The simplest value of flannel_interface that fits all nodes: a name, else a network, else an expression."""
    own_nics = {node.interface for node in nodes}
    # flanneld takes the first address of a NIC or in a network, so propose these only when they have no other.
    if len(own_nics) == 1 and all(node.only_address_on_nic for node in nodes) and _is_name(nodes[0].interface):
        return nodes[0].interface
    networks = {node.network for node in nodes}
    if len(networks) == 1 and all(node.expected.version == 4 and node.only_address_in_network for node in nodes):
        return networks.pop()
    addresses = sorted((node.expected for node in nodes), key=lambda address: (address.version, int(address)))
    return f"^({'|'.join(str(address).replace('.', '[.]') for address in addresses)})$"


def _parse(value: str) -> _Choice:
    """Parse a value of flannel_interface. Raises InputError."""
    if not value or value != value.strip():
        raise InputError(
            f"flannel_interface {value!r} is empty or has space around it: give the name of a NIC, an address, an IPv4 "
            "network in CIDR form or a regular expression, or leave it out"
        )
    value = ipv4_part(value)
    # No useful regular expression looks like a network, so this is a network, perhaps a mistyped one.
    if re.fullmatch(r"[0-9A-Fa-f.:]+/.*", value):
        try:
            return _Choice(expression=network_expression(value))
        except InputError as error:
            raise InputError(f"flannel_interface {show(value)} {error}") from None
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        address = None
    if address is not None:
        return _Choice(address=address)
    if re.fullmatch(r"[0-9.]+", value):
        raise InputError(
            f"flannel_interface {value} is not an IPv4 address: give a whole address, a network in CIDR form such as "
            "10.100.198.0/24, or a regular expression such as ^10[.]100[.]198[.]"
        )
    if _NAME.fullmatch(value):
        if not _is_name(value):
            raise InputError(
                f"flannel_interface {value} is longer than the {_NAME_LENGTH} characters of a NIC's name: give the "
                "name that 'ip link' shows"
            )
        return _Choice(name=value)
    return _Choice(expression=_checked_expression(value))


def _is_name(text: str) -> bool:
    """Whether a text is a usual name of a NIC."""
    return bool(_NAME.fullmatch(text)) and len(text) <= _NAME_LENGTH


def _checked_expression(text: str) -> str:
    """Check that the text is a regular expression for both Go and Python. Raises InputError."""
    problem = _python_only(text)
    if problem is None:
        try:
            re.compile(text)
        except re.error as error:
            problem = str(error)
    if problem is not None:
        raise InputError(
            f"flannel_interface {text!r} is no NIC's name, no address and no network, and flanneld cannot use it as a "
            f"regular expression: {problem}"
        )
    return text


def _python_only(text: str) -> str | None:
    """Say which part of an expression Go lacks or reads differently, None when Go reads all of it as Python does."""
    tokens: list[str] = _TOKEN.findall(text)
    for token in tokens:
        if re.fullmatch(r"\\[1-9Z]", token):
            return f"Go's regular expressions have no {token}"
        if token.startswith("[") and "[:" in token:
            return f"Go and Python read {token} differently"
    found = _PYTHON_ONLY.search("".join(token if len(token) == 1 else "x" for token in tokens))
    return None if found is None else f"Go's regular expressions have no {found.group()}"


__all__ = ["find_wrong_addresses", "interface_arguments", "ipv4_part", "parse_flannel_node", "selects"]
