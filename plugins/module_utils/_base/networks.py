# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks in CIDR form, and overlaps between them. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Union

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def parse_network(text: str) -> Network:
    """Parse an IPv4 or IPv6 network in CIDR form.

    This is stricter than Python's ip_network(), because kubeadm and the CNI plugins are stricter (Go's net.ParseCIDR).
    A prefix length is required, and a netmask in its place or an IPv6 zone is refused.

    Args:
        text: an address and a prefix length, such as 10.244.0.0/16 or fd00:10:244::/56

    Raises:
        InputError: the text is no network, or has host bits set. The message continues a sentence that begins with the
            text, such as "has host bits set: the network is 10.244.0.0/16".
    """
    address, slash, length = text.partition("/")
    exact = _read(text, strict=True)
    network = exact or _read(text, strict=False)
    if network is None or not slash or length != str(network.prefixlen) or "%" in address:
        raise InputError("is not a network in CIDR form, such as 10.244.0.0/16 or fd00:10:244::/56")
    if exact is None:
        raise InputError(f"has host bits set: the network is {network}")
    return network


def _read(text: str, strict: bool) -> Network | None:
    """Return the network as Python reads it, or None. One family is tried: ip_network() tries both, which is slower."""
    family = ipaddress.IPv6Network if ":" in text else ipaddress.IPv4Network
    try:
        return family(text, strict=strict)
    except ValueError:
        return None


# Addresses that no host on a network can have (RFC 6890), or that mean something else on each link.
_SPECIAL: tuple[tuple[str, Network], ...] = (
    ("addresses that mean no host", ipaddress.IPv4Network("0.0.0.0/8")),
    ("loopback addresses", ipaddress.IPv4Network("127.0.0.0/8")),
    ("link-local addresses", ipaddress.IPv4Network("169.254.0.0/16")),
    ("multicast addresses", ipaddress.IPv4Network("224.0.0.0/4")),
    ("the broadcast address", ipaddress.IPv4Network("255.255.255.255/32")),
    ("addresses with a meaning of their own, such as loopback and mapped IPv4", ipaddress.IPv6Network("::/8")),
    ("link-local addresses", ipaddress.IPv6Network("fe80::/10")),
    ("multicast addresses", ipaddress.IPv6Network("ff00::/8")),
)


@dataclass(frozen=True)
class NamedNetwork:
    """A network, or an IPv4 and an IPv6 network, with its purpose and its origin.

    Attributes:
        name: the purpose, such as "pod network"
        network: one network in CIDR form, or two with a comma between them, as Kubernetes writes a dual-stack pair
        variable: the variable that sets it; None: a node has it, and no variable sets it
        where: the place where it was found, such as "node2, enp0s8"
    """

    name: str
    network: str
    variable: str | None = None
    where: str | None = None

    def describe(self, network: object) -> str:
        """Return the name, one network of the entry, and in parentheses the variable and the place."""
        details = ", ".join(detail for detail in (self.variable, self.where) if detail)
        return f"{self.name} {network} ({details})" if details else f"{self.name} {network}"


@dataclass(frozen=True)
class _Part:
    """One network of an entry; position is its place in the input and decides the order of the sentences."""

    position: int
    entry: NamedNetwork
    network: Network


def find_conflicts(entries: Iterable[NamedNetwork]) -> list[str]:
    """Describe every entry that is no network, and every pair of networks that overlap.

    Entries with the same name and network count once, however many nodes report them. Networks of different address
    families never overlap. Two networks without a variable are not reported, because the user can change neither.

    Args:
        entries: the networks of a cluster, in the order in which errors should name them

    Returns:
        A sentence for each problem: first bad entries, then overlaps, both in the order of the input. The sentence of
        an overlap names a variable to change. Empty when there is no problem.
    """
    first_seen: dict[tuple[str, str], NamedNetwork] = {}
    for entry in entries:
        first_seen.setdefault((entry.name, entry.network), entry)
    sentences: list[str] = []
    parts: dict[tuple[str, Network], _Part] = {}
    for entry in first_seen.values():
        try:
            for network in _networks_of(entry):
                parts.setdefault((entry.name, network), _Part(len(parts), entry, network))
        except InputError as error:
            sentences.append(str(error))
    for one, other in sorted(_overlaps(parts.values()), key=lambda pair: (pair[0].position, pair[1].position)):
        if one.entry.variable or other.entry.variable:
            sentences.append(_overlap_sentence(one, other))
    return sentences


def _networks_of(entry: NamedNetwork) -> list[Network]:
    """Parse the networks of an entry. The message of an InputError is a whole sentence."""
    networks: list[Network] = []
    for text in entry.network.split(","):
        try:
            network = parse_network(text)
        except InputError as error:
            raise InputError(f"{entry.describe(show(text))} {error}") from None
        # kubeadm's rule for podSubnet and serviceSubnet: at most one network of each address family.
        if any(network.version == other.version for other in networks):
            raise InputError(
                f"{entry.describe(entry.network)} has two IPv{network.version} networks: give one network, "
                "or an IPv4 network and an IPv6 network with a comma between them"
            )
        networks.append(network)
    return networks


def _overlaps(parts: Iterable[_Part]) -> Iterator[tuple[_Part, _Part]]:
    """Yield every pair of networks that overlap, in the order of the input.

    Two CIDR networks are disjoint, or one holds the other. After sorting by first address, wide networks before narrow
    ones, the networks that hold the current one form a stack. So the work is a sort and the pairs themselves.
    """
    holders: list[_Part] = []
    for part in sorted(parts, key=lambda part: (part.network.version, int(part.network[0]), part.network.prefixlen)):
        while holders and not _holds(holders[-1].network, part.network):
            holders.pop()
        for holder in holders:
            yield (holder, part) if holder.position < part.position else (part, holder)
        holders.append(part)


def _holds(outer: Network, inner: Network) -> bool:
    """Whether the outer network has the first address of the inner one."""
    return inner.network_address in outer


def _overlap_sentence(one: _Part, other: _Part) -> str:
    """Describe two networks that overlap. At least one of them has a variable."""
    if not one.entry.variable:
        one, other = other, one
    variables = dict.fromkeys(part.entry.variable for part in (one, other) if part.entry.variable)
    return (
        f"{one.entry.describe(one.network)} overlaps the {other.entry.describe(other.network)}: "
        f"choose another {' or '.join(variables)}"
    )


def find_special(entries: Iterable[NamedNetwork]) -> list[str]:
    """Describe every network with addresses that no host can have. The user can change only those with a variable.

    Entries that are no networks are left to find_conflicts().
    """
    sentences: dict[str, None] = {}
    for entry in entries:
        for network in _networks_or_none(entry) if entry.variable else []:
            meaning = next((meaning for meaning, special in _SPECIAL if network.overlaps(special)), None)
            if meaning:
                sentences[f"{entry.describe(network)} has {meaning}: choose another {entry.variable}"] = None
    return list(sentences)


def _networks_or_none(entry: NamedNetwork) -> list[Network]:
    try:
        return _networks_of(entry)
    except InputError:
        return []


_FORMS = {"ipv4": re.compile(r"[0-9.]+/[0-9]+"), "ipv6": re.compile(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/[0-9]+")}


def network_families(value: object) -> list[str]:
    """Name the family of each of the networks that have commas between them: ipv4, ipv6, or none where it is neither.

    The characters decide: find_conflicts() says what is wrong with a network of the right family.

    Raises:
        InputError: the value is no text
    """
    if not isinstance(value, str):
        raise InputError(f"the network is {value!r}: give a text, such as 10.244.0.0/16")
    return [_family(text.strip()) for text in value.split(",")]


def _family(text: str) -> str:
    return next((family for family, form in _FORMS.items() if form.fullmatch(text)), "none")


__all__ = ["NamedNetwork", "Network", "find_conflicts", "find_special", "network_families", "parse_network"]
