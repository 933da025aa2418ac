# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which address of a node, on which NIC, is the one on the network that the nodes share. No I/O, no Ansible.

A NIC that leads to no other machine is left out, unless it is named in full. A second run finds the NICs that the CNI
made on the first one (cni0, flannel.1, vxlan.calico, cilium_host), and docker0 may have been there all along: they must
not make the choice ambiguous, nor be the choice. What a NIC is tells more than what it is called, since a bridge may
have any name. So these are left out:

* tunnels and other links without a wire: the kinds in _LOCAL_KINDS, and the loopback link;
* a bridge all of whose ports are veth, tap or dummy links: it joins pods, containers and virtual machines. br0 with a
  real NIC or a bond as a port stays, for a node's address may well be on it;
* a veth link whose other end is on this node too. With the other end in another network namespace it stays: that is
  what a container node's NICs look like, and the host's end of a pod's pair has no global address.

The state of the machine decides, not its past, so a first and a second run give one answer.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

_FAMILIES = {"ipv4": ("inet", "IPv4"), "ipv6": ("inet6", "IPv6")}

# Kinds as ip(8) names them in info_kind.
_GRE_KINDS = frozenset(["erspan", "gre", "gretap", "ip6erspan", "ip6gre", "ip6gretap"])
_TUNNEL_KINDS = _GRE_KINDS | {"geneve", "ip6tnl", "ipip", "sit", "tun", "vti", "vti6", "vxlan", "wireguard", "xfrm"}
_LOCAL_KINDS = _TUNNEL_KINDS | {"dummy", "ifb", "vrf"}
_INSIDE_PORT_KINDS = frozenset(["dummy", "ifb", "tun", "veth"])

# Flags of an address that forbid its use as a source, with the words for an error.
_ADDRESS_FAULTS = {
    "deprecated": "is deprecated",
    "dadfailed": "is another machine's address too (duplicate address detection failed)",
    "tentative": "is tentative (duplicate address detection is under way: try again)",
    "temporary": "is a temporary address",
}


@dataclass(frozen=True)
class Candidate:
    """A global address of a node.

    Attributes:
        address: IPv4 or IPv6
        prefix_length: in bits
        interface: the NIC's name
        mtu: the NIC's, in bytes
        names: the NIC's name and its alternative names
        secondary: whether the address is an addition to another one on the same NIC
        fault: why the address can not be used at all; None when it can
        local: why the NIC leads to no other machine; None when it may lead to one
    """

    address: Address
    prefix_length: int
    interface: str
    mtu: int
    names: tuple[str, ...]
    secondary: bool
    fault: str | None
    local: str | None

    @property
    def network(self) -> Network:
        """The network that the address is in by its prefix length."""
        return ipaddress.ip_interface(f"{self.address}/{self.prefix_length}").network

    @property
    def left_out(self) -> str | None:
        """Why the address is not chosen by itself, None when it can be."""
        return self.fault or self.local or (f"{self.address} is a secondary address" if self.secondary else None)

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix_length} ({self.interface})"

    def as_node_address(self) -> dict[str, Any]:
        """Return what the module returns as node_address."""
        return {
            "address": str(self.address),
            "prefix_length": self.prefix_length,
            "network": str(self.network),
            "interface": self.interface,
            "mtu": self.mtu,
            "family": f"ipv{self.address.version}",
        }

    def as_candidate(self) -> dict[str, Any]:
        """Return what the module returns as an element of candidates."""
        return {**self.as_node_address(), "left_out": self.left_out}


@dataclass(frozen=True)
class Interface:
    """A NIC of a node with its global addresses of one family, in the kernel's order; names holds the name first."""

    names: tuple[str, ...]
    down: bool
    candidates: tuple[Candidate, ...]

    @property
    def name(self) -> str:
        """The name that the kernel lists first."""
        return self.names[0]


def parse_interfaces(text: str, family: str) -> list[Interface]:
    """Return the NICs in the output of "ip -details -json address show".

    Addresses that are not global in scope are dropped. The format is that of iproute2 4.14 and newer.

    Args:
        text: the output
        family: ipv4 or ipv6; only addresses of this family are taken

    Raises:
        InputError: the text is not such an output.
    """
    try:
        links = [link for link in json.loads(text) if link]
        kinds = {link["ifname"]: _kind(link) for link in links}
        ports: dict[str, list[str]] = {}
        for link in links:
            if "master" in link:
                ports.setdefault(link["master"], []).append(kinds[link["ifname"]])
        return [_interface(link, family, _local_reason(link, ports)) for link in links]
    except (AttributeError, KeyError, TypeError, ValueError, InputError) as error:
        raise ClusterError(
            "the output of 'ip -details -json address show' is not what iproute2 4.14 and newer write "
            f"({type(error).__name__}: {error}): {text[:200]!r}"
        ) from None


def choose_address(
    interfaces: Sequence[Interface], family: str, interface: str | None = None, network: str | None = None
) -> Candidate:
    """Return the one address that fits what is asked for.

    A secondary address counts only when the network leaves no other.

    Args:
        interfaces: the node's NICs, with their addresses of the family
        family: ipv4 or ipv6
        interface: a NIC's name, or a regular expression that matches the whole of it; None for any
        network: a network in CIDR form that holds the address; None for any

    Raises:
        InputError: bad input, no address or several; the text names the variables podnet_node_interface and
            podnet_node_network, the addresses that the node has, and what would be right.
    """
    wanted_network = None if network is None else _parse_wanted_network(network, family)
    matches = _interface_matcher(interfaces, interface)
    asked = [one for one in interfaces if matches(one)]
    pool = [
        candidate
        for one in asked
        for candidate in one.candidates
        if wanted_network is None or candidate.address in wanted_network
    ]
    usable = [one for one in pool if one.fault is None and (one.local is None or interface in one.names)]
    chosen = [one for one in usable if not one.secondary] or (usable if network is not None else [])
    if len(chosen) == 1:
        return chosen[0]
    question = " and ".join(
        f"{variable} {show(value)}"
        for variable, value in (("podnet_node_interface", interface), ("podnet_node_network", network))
        if value is not None
    )
    if chosen:
        raise InputError(_several(chosen, question))
    raise InputError(_none(interfaces, asked, pool, family, interface, question))


@dataclass(frozen=True)
class SharedAddress:
    """An address that several nodes have, which should be one node's own; holders are pairs of node and NIC."""

    address: Address
    holders: tuple[tuple[str, str], ...]

    @property
    def message(self) -> str:
        """The sentence that says so and names the variables that mend it."""
        both = "both" if len(self.holders) == 2 else "all"
        nics = {nic for _node, nic in self.holders}
        if len(nics) == 1:
            subject = f"{_join(node for node, _nic in self.holders)} {both} have {self.address} on {nics.pop()}"
        else:
            subject = f"{_join(f'{node} ({nic})' for node, nic in self.holders)} {both} have {self.address}"
        return f"{subject}: set podnet_node_interface or podnet_node_network so that each node gets its own address"

    def as_dict(self) -> dict[str, Any]:
        """Return what the filter returns as an element."""
        return {
            "address": str(self.address),
            "nodes": [node for node, _nic in self.holders],
            "interfaces": dict(self.holders),
            "message": self.message,
        }


def find_shared_addresses(addresses: Mapping[str, tuple[str, str]]) -> list[SharedAddress]:
    """Return the addresses that more than one node has, IPv4 before IPv6, in the order of their numbers.

    Args:
        addresses: each node's address and the name of the NIC that has it

    Raises:
        InputError: a text is not an address.
    """
    holders: dict[Address, list[tuple[str, str]]] = {}
    for node, (text, nic) in sorted(addresses.items()):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise InputError(f"the address of {node} is {text!r}, which is not an IPv4 or IPv6 address") from None
        holders.setdefault(address, []).append((node, nic))
    return [
        SharedAddress(address, tuple(holders[address]))
        for address in sorted(holders, key=lambda one: (one.version, int(one)))
        if len(holders[address]) > 1
    ]


def _kind(link: Mapping[str, Any]) -> str:
    """Return the kind of a link, empty for a piece of hardware."""
    return str(link.get("linkinfo", {}).get("info_kind", ""))


def _local_reason(link: Mapping[str, Any], ports: Mapping[str, Sequence[str]]) -> str | None:
    """Return why a link leads to no other machine, None when it may lead to one."""
    name, kind = link["ifname"], _kind(link)
    if "LOOPBACK" in link["flags"]:
        return f"{name} is the loopback link"
    if kind in _LOCAL_KINDS:
        return f"{name} is a {kind} link"
    if kind == "bridge" and _INSIDE_PORT_KINDS.issuperset(ports.get(name, ())):
        return f"{name} is a bridge without a port that leads to other machines"
    # ip(8) gives the other end's name in "link" when it is in this namespace, else its number in "link_index".
    if kind == "veth" and "link" in link:
        return f"{name} is a veth link with both ends on this node"
    return None


def _interface(link: Mapping[str, Any], family: str, local: str | None) -> Interface:
    """Return the NIC that an element of ip's output describes."""
    name = link["ifname"]
    names = (name, *link.get("altnames", ()))
    down = "UP" not in link["flags"] or link["operstate"] not in ("UP", "UNKNOWN")
    found = [
        (ipaddress.ip_interface(f"{entry['local']}/{entry['prefixlen']}"), entry)
        for entry in link["addr_info"]
        if entry.get("family") == _FAMILIES[family][0] and entry.get("scope") == "global"
    ]
    candidates = []
    for own, entry in found:
        faults = [words for flag, words in _ADDRESS_FAULTS.items() if entry.get(flag)]
        # A virtual address (kube-vip, keepalived) often comes as a /32 beside the node's own: the kernel does not
        # call it secondary, because its network is another one. IPv6 hosts may have a /128 of their own by DHCPv6.
        virtual = own.version == 4 and own.network.prefixlen == 32
        virtual = virtual and any(own.ip in other.network for other, _entry in found if other.network.prefixlen < 32)
        candidates.append(
            Candidate(
                address=own.ip,
                prefix_length=own.network.prefixlen,
                interface=name,
                mtu=int(link["mtu"]),
                names=names,
                secondary=bool(entry.get("secondary")) or virtual,
                fault=f"{name} is down" if down else f"{own.ip} {faults[0]}" if faults else None,
                local=local,
            )
        )
    return Interface(names, down, tuple(candidates))


def _parse_wanted_network(text: str, family: str) -> Network:
    """Return the network that podnet_node_network names; a InputError is a whole sentence."""
    try:
        network = parse_network(text)
    except InputError as error:
        raise InputError(f"podnet_node_network {show(text)} {error}") from None
    if f"ipv{network.version}" != family:
        raise InputError(
            f"podnet_node_network {text} is an IPv{network.version} network, but the family asked for is {family}: "
            f"give an {_FAMILIES[family][1]} network, or ask for the family ipv{network.version}"
        )
    return network


def _interface_matcher(interfaces: Iterable[Interface], text: str | None) -> Callable[[Interface], bool]:
    """Return what tells whether a NIC is asked for. A name in full goes before the expression that it also is."""
    if text is None:
        return lambda interface: True
    if any(text in interface.names for interface in interfaces):
        return lambda interface: text in interface.names
    try:
        expression = re.compile(text)
    except re.error as error:
        raise InputError(
            f"podnet_node_interface {text!r} is neither a NIC of this node nor a regular expression ({error}): set it "
            "to "
            f"the name of a NIC ({_names(interfaces)}) or to an expression that matches the whole name"
        ) from None
    if not text:
        raise InputError(
            f"podnet_node_interface is empty: set it to the name of a NIC ({_names(interfaces)}), or do not set it at "
            "all"
        )
    return lambda interface: any(expression.fullmatch(name) for name in interface.names)


def _several(chosen: Sequence[Candidate], question: str) -> str:
    """Return the sentence for more than one address."""
    addresses = _join(str(one) for one in chosen)
    nics = list(dict.fromkeys(one.interface for one in chosen))
    networks = list(dict.fromkeys(str(one.network) for one in chosen))
    if len(nics) == 1:
        single = f"{chosen[0].address}/{chosen[0].address.max_prefixlen}"
        remedy = f"set podnet_node_network to a network that holds only one of them, such as {single}"
    else:
        remedy = f"set podnet_node_interface to {_join(nics, ' or ')}"
        if len(networks) == len(chosen):
            remedy += f", or podnet_node_network to {_join(networks, ' or ')}"
        remedy += ", whichever the nodes share"
    if question:
        return f"{question}: more than one address of this node fits, {addresses}: {remedy}"
    return f"this node has more than one address that could be the one the nodes share, {addresses}: {remedy}"


def _none(
    interfaces: Sequence[Interface],
    asked: Sequence[Interface],
    pool: Sequence[Candidate],
    family: str,
    interface: str | None,
    question: str,
) -> str:
    """Return the sentence for no address at all: why what was asked for does not fit, and what would."""
    kind = _FAMILIES[family][1]
    reasons = [f"{one} is left out because {one.left_out}" for one in pool]
    if not asked:
        names = _names(interfaces)
        reasons.append(f"its NICs with an address are {names}" if names else "it has no NIC with an address")
    elif interface is not None and not pool:
        for one in asked:
            addresses = _join(f"{own.address}/{own.prefix_length}" for own in one.candidates)
            state = "is down and has" if one.down else "has"
            reasons.append(f"{one.name} {state} {addresses or f'no global {kind} address'}")
    fitting = [candidate for one in interfaces for candidate in one.candidates if candidate.left_out is None]
    if fitting:
        remedy = "set podnet_node_interface or podnet_node_network to fit one of " + ", ".join(map(str, fitting))
    else:
        remedy = f"give the node an {kind} address on the network that the nodes share"
    problem = f"{question}: no usable {kind} address of this node fits" if question else f"no usable {kind} address"
    return f"{problem}{' (' + '; '.join(reasons) + ')' if reasons else ''}: {remedy}"


def _names(interfaces: Iterable[Interface]) -> str:
    """Return the names of the NICs with an address, as a list in a sentence; a pod's veth link has none."""
    return ", ".join(interface.name for interface in interfaces if interface.candidates)


def _join(parts: Iterable[str], last: str = " and ") -> str:
    """Return the parts as a list in a sentence: "a, b and c"."""
    *rest, final = [*parts] or [""]
    return f"{', '.join(rest)}{last}{final}" if rest else final


__all__ = [
    "Candidate",
    "Interface",
    "SharedAddress",
    "choose_address",
    "find_shared_addresses",
    "parse_interfaces",
]
