# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice of a node's address on the network that the nodes share. No I/O, no Ansible.

Links that lead to no other machine are left out, unless the user gives the full name of one. A second run finds the
links that the CNI made in the first one (cni0, flannel.1, vxlan.calico, cilium_host), and docker0 may exist before.
They must neither be chosen nor make the choice ambiguous. The kind of a link tells more than its name, because a bridge
may have any name. So these are left out:

* the loopback link, tunnels and other links without a wire: the kinds in _LOCAL_KINDS;
* a bridge whose ports are all veth, tap or dummy links: it joins pods, containers and virtual machines. br0 with a real
  NIC or a bond as a port stays, because it may well have the node's address;
* a veth link whose other end is on this node too. With the other end in another network namespace it stays: a container
  node's NICs look like that, and the host's end of a pod's pair has no global address.

Only the present state of the machine decides, so a second run makes the same choice.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_number,
    read_objects,
    read_optional_object,
    read_optional_text,
    read_text,
    read_texts,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

_FAMILIES = {"ipv4": ("inet", "IPv4"), "ipv6": ("inet6", "IPv6")}

# Kinds of links, as ip(8) shows them in info_kind.
_GRE_KINDS = frozenset(["erspan", "gre", "gretap", "ip6erspan", "ip6gre", "ip6gretap"])
_TUNNEL_KINDS = _GRE_KINDS | {"geneve", "ip6tnl", "ipip", "sit", "tun", "vti", "vti6", "vxlan", "wireguard", "xfrm"}
_LOCAL_KINDS = _TUNNEL_KINDS | {"dummy", "ifb", "vrf"}
_INSIDE_PORT_KINDS = frozenset(["dummy", "ifb", "tun", "veth"])

# Flags that forbid an address as a source, with the words for errors.
_ADDRESS_FAULTS = {
    "deprecated": "is deprecated",
    "dadfailed": "is another machine's address too (duplicate address detection failed)",
    "tentative": "is tentative (duplicate address detection still runs: try again)",
    "temporary": "is a temporary address",
}


@dataclass(frozen=True)
class Candidate:
    """A global address of a node.

    Attributes:
        address: IPv4 or IPv6
        prefix_length: in bits
        interface: name of the NIC
        mtu: of the NIC, in bytes
        names: name and alternative names of the NIC
        secondary: whether the NIC has this address in addition to another one
        fault: why the address cannot be used at all, None when it can
        local: why the NIC leads to no other machine, None when it may lead to one
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
        """The network of the address by its prefix length."""
        return ipaddress.ip_interface(f"{self.address}/{self.prefix_length}").network

    @property
    def left_out(self) -> str | None:
        """Why the address is not chosen without being asked for, None when it can be."""
        return self.fault or self.local or (f"{self.address} is a secondary address" if self.secondary else None)

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix_length} ({self.interface})"

    def as_node_address(self) -> dict[str, Any]:
        """The key node_address of the module's result."""
        return {
            "address": str(self.address),
            "prefix_length": self.prefix_length,
            "network": str(self.network),
            "interface": self.interface,
            "mtu": self.mtu,
            "family": f"ipv{self.address.version}",
        }

    def as_candidate(self) -> dict[str, Any]:
        """An element of the key candidates of the module's result."""
        return {**self.as_node_address(), "left_out": self.left_out}


@dataclass(frozen=True)
class Interface:
    """A NIC with its global addresses of one family, in the kernel's order. Alternative names follow its name."""

    names: tuple[str, ...]
    down: bool
    candidates: tuple[Candidate, ...]

    @property
    def name(self) -> str:
        """The name, without the alternative names."""
        return self.names[0]


def parse_interfaces(text: str, family: str) -> list[Interface]:
    """Read the NICs in the output of "ip -details -json address show", with their addresses of global scope.

    Args:
        text: the output, in the format of iproute2 4.14 and newer
        family: ipv4 or ipv6, the family of the addresses

    Raises:
        ClusterError: the text has another format
    """
    try:
        links = [link for link in parse_json_objects(text) if link]
        kinds = {read_text(link, "ifname"): _kind(link) for link in links}
        ports: dict[str, list[str]] = {}
        for link in links:
            if "master" in link:
                ports.setdefault(read_text(link, "master"), []).append(kinds[link["ifname"]])
        return [_interface(link, family, _local_reason(link, ports)) for link in links]
    except InputError as error:
        raise ClusterError(
            "the output of 'ip -details -json address show' is not what iproute2 4.14 and newer write "
            f"({error}): {text[:200]!r}"
        ) from None


def choose_address(
    interfaces: Sequence[Interface], family: str, interface: str | None = None, network: str | None = None
) -> Candidate:
    """Choose the one address that fits the options. A secondary address counts only when the network leaves no other.

    Args:
        interfaces: the node's NICs, with their addresses of the family
        family: ipv4 or ipv6
        interface: the name of a NIC, or a regular expression that matches the whole name; None for any NIC
        network: a network in CIDR form that holds the address; None for any network

    Raises:
        InputError: an option is wrong, or no address or several fit; the sentence names the options, the addresses of
        the
            node and values that would be right
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
        f"{option} {show(value)}"
        for option, value in (("interface", interface), ("network", network))
        if value is not None
    )
    if chosen:
        raise InputError(_several(chosen, question))
    raise InputError(_none(interfaces, asked, pool, family, interface, question))


def _kind(link: Mapping[str, Any]) -> str:
    """The kind of a link, empty for hardware. Raises InputError."""
    return read_optional_text(read_optional_object(link, "linkinfo"), "info_kind") or ""


def _local_reason(link: Mapping[str, Any], ports: Mapping[str, Sequence[str]]) -> str | None:
    """Say why a link leads to no other machine, None when it may lead to one. Raises InputError."""
    name, kind = read_text(link, "ifname"), _kind(link)
    if "LOOPBACK" in read_texts(link, "flags"):
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
    """Read an element of the output of ip. Raises InputError."""
    name, mtu = read_text(link, "ifname"), read_number(link, "mtu")
    names = (name, *read_texts(link, "altnames"))
    down = "UP" not in read_texts(link, "flags") or read_text(link, "operstate") not in ("UP", "UNKNOWN")
    found = [
        (_parse_own(entry), entry)
        for entry in read_objects(link, "addr_info")
        if entry.get("family") == _FAMILIES[family][0] and entry.get("scope") == "global"
    ]
    candidates = []
    for own, entry in found:
        faults = [words for flag, words in _ADDRESS_FAULTS.items() if entry.get(flag)]
        # A virtual address (kube-vip, keepalived) is often a /32 beside the node's own address. Its network differs, so
        # the kernel does not call it secondary. IPv6 hosts may have a /128 of their own from DHCPv6.
        virtual = own.version == 4 and own.network.prefixlen == 32
        virtual = virtual and any(own.ip in other.network for other, _entry in found if other.network.prefixlen < 32)
        candidates.append(
            Candidate(
                address=own.ip,
                prefix_length=own.network.prefixlen,
                interface=name,
                mtu=mtu,
                names=names,
                secondary=bool(entry.get("secondary")) or virtual,
                fault=f"{name} is down" if down else f"{own.ip} {faults[0]}" if faults else None,
                local=local,
            )
        )
    return Interface(names, down, tuple(candidates))


def _parse_own(entry: Mapping[str, Any]) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface:
    """Read an address and its prefix length. Raises InputError."""
    text = f"{read_text(entry, 'local')}/{read_number(entry, 'prefixlen')}"
    try:
        return ipaddress.ip_interface(text)
    except ValueError:
        raise InputError(f"local and prefixlen are {text}, not an address") from None


def _parse_wanted_network(text: str, family: str) -> Network:
    """Parse the option network. Raises InputError."""
    try:
        network = parse_network(text)
    except InputError as error:
        raise InputError(f"network {show(text)} {error}") from None
    if f"ipv{network.version}" != family:
        raise InputError(
            f"network {text} is an IPv{network.version} network, but family is {family}: give an "
            f"{_FAMILIES[family][1]} network, or the family ipv{network.version}"
        )
    return network


def _interface_matcher(interfaces: Iterable[Interface], text: str | None) -> Callable[[Interface], bool]:
    """Make the test whether a NIC fits the option interface. A full name counts before an expression."""
    if text is None:
        return lambda interface: True
    if any(text in interface.names for interface in interfaces):
        return lambda interface: text in interface.names
    try:
        expression = re.compile(text)
    except re.error as error:
        raise InputError(
            f"interface {text!r} is neither a NIC of this node nor a regular expression ({error}): give the name of a "
            f"NIC ({_names(interfaces)}) or an expression that matches the whole name"
        ) from None
    if not text:
        raise InputError(f"interface is empty: give the name of a NIC ({_names(interfaces)}), or leave it out")
    return lambda interface: any(expression.fullmatch(name) for name in interface.names)


def _several(chosen: Sequence[Candidate], question: str) -> str:
    """The sentence for more than one address."""
    addresses = join_words(str(one) for one in chosen)
    nics = list(dict.fromkeys(one.interface for one in chosen))
    networks = list(dict.fromkeys(str(one.network) for one in chosen))
    if len(nics) == 1:
        single = f"{chosen[0].address}/{chosen[0].address.max_prefixlen}"
        remedy = f"set network to a network that holds only one of them, such as {single}"
    else:
        remedy = f"set interface to {join_words(nics, ' or ')}"
        if len(networks) == len(chosen):
            remedy += f", or network to {join_words(networks, ' or ')}"
        remedy += ", whichever the nodes share"
    if question:
        return f"{question}: more than one address of this node fits, {addresses}: {remedy}"
    return f"this node has more than one address on a network that the nodes may share, {addresses}: {remedy}"


def _none(
    interfaces: Sequence[Interface],
    asked: Sequence[Interface],
    pool: Sequence[Candidate],
    family: str,
    interface: str | None,
    question: str,
) -> str:
    """The sentence for no address: why no address fits, and which options would."""
    kind = _FAMILIES[family][1]
    reasons = [f"{one} is left out because {one.left_out}" for one in pool]
    if not asked:
        names = _names(interfaces)
        reasons.append(f"its NICs with an address are {names}" if names else "it has no NIC with an address")
    elif interface is not None and not pool:
        for one in asked:
            addresses = join_words(f"{own.address}/{own.prefix_length}" for own in one.candidates)
            state = "is down and has" if one.down else "has"
            reasons.append(f"{one.name} {state} {addresses or f'no global {kind} address'}")
    fitting = [candidate for one in interfaces for candidate in one.candidates if candidate.left_out is None]
    if fitting:
        remedy = "set interface or network to fit one of " + ", ".join(map(str, fitting))
    else:
        remedy = f"give the node an {kind} address on the network that the nodes share"
    problem = f"{question}: no usable {kind} address of this node fits" if question else f"no usable {kind} address"
    return f"{problem}{' (' + '; '.join(reasons) + ')' if reasons else ''}: {remedy}"


def _names(interfaces: Iterable[Interface]) -> str:
    """The names of the NICs with an address, as a list in a sentence. The veth link of a pod has no address."""
    return ", ".join(interface.name for interface in interfaces if interface.candidates)


def join_words(parts: Iterable[str], last: str = " and ") -> str:
    """Join parts to a list in a sentence: "a, b and c"."""
    *rest, final = [*parts] or [""]
    return f"{', '.join(rest)}{last}{final}" if rest else final


__all__ = [
    "Candidate",
    "Interface",
    "choose_address",
    "join_words",
    "parse_interfaces",
]
