# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pod subnets of each node, which a node keeps. No I/O, no Ansible.

Kubernetes never changes Node.spec.podCIDRs once they are set (ValidateNodeUpdate of the API server). So the cluster
comes before the file, and both come before a pin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import (
    NamedNetwork,
    Network,
    find_conflicts,
    parse_network,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

# The subnets of each node, at most one of each address family.
Allocation = dict[str, tuple[Network, ...]]

# The remedy for a claim that overlaps another one, by the source of the claim. The user should change the source that
# comes first here. The source "" stands for the file, whose source is its path.
_REMEDIES = {
    "pins": "choose another pin",
    "reserved": "choose another reserved range, or release the node if it is gone for good",
    "": "release the node if it is gone for good; else move the file away, and the next run makes it anew "
    "from the cluster",
    "known": "two nodes of the cluster have the same addresses: delete one of them and let it join again",
}


@dataclass(frozen=True)
class Claim:
    """A range of addresses that is not free.

    Attributes:
        network: the range
        source: "known" for the cluster, "pins", "reserved", or the path of the file
        node: the node that has the range, None for a reserved range
    """

    network: Network
    source: str
    node: str | None = None

    def __str__(self) -> str:
        """The claim as errors show it, such as "10.22.1.0/24 of node1 (pins)"."""
        return f"{self.network} of {self.node} ({self.source})" if self.node else f"{self.network} ({self.source})"


@dataclass(frozen=True)
class Request:
    """The options of the module, checked as far as possible without the file.

    Attributes:
        networks: the networks of the pods, in the order of their use; none overlaps another
        lengths: prefix length of a new subnet in bits, for the IP versions 4 and 6
        nodes: names of the nodes, in the order in which they get their subnets; no name occurs twice
        claims: the subnets in the cluster, then the pins
        reserved: ranges in which no node gets a subnet
        release: names of the nodes that give their subnets back
        path: the file, as errors call it
    """

    networks: tuple[Network, ...]
    lengths: Mapping[int, int]
    nodes: tuple[str, ...]
    claims: tuple[Claim, ...]
    reserved: tuple[Claim, ...]
    release: frozenset[str]
    path: str

    @property
    def versions(self) -> tuple[int, ...]:
        """The IP versions of the networks, in their order."""
        return tuple(dict.fromkeys(network.version for network in self.networks))

    def where(self, version: int | None = None) -> str:
        """The networks, or those of one IP version, and their option, as errors show them."""
        some = [str(network) for network in self.networks if version in (None, network.version)]
        return f"{', '.join(some)} (networks)"


def parse_request(params: Mapping[str, Any]) -> Request:
    """Check the options of the module.

    Args:
        params: the options of subnet_allocation, as AnsibleModule has them

    Raises:
        InputError: an option is wrong, or two options contradict each other
    """
    networks = _parse_networks(params["networks"], params["avoid"])
    lengths = {4: params["prefix_lengths"]["ipv4"], 6: params["prefix_lengths"]["ipv6"]}
    nodes = tuple(params["nodes"])
    known = _parse_claims("known", params["known"])
    release = frozenset(params["release"])
    for network in networks:
        _check_length(network, lengths[network.version])
    _check_names(nodes, release, known)
    reserved = tuple(Claim(_parse("reserved", text), "reserved") for text in dict.fromkeys(params["reserved"]))
    claims = (*known, *_parse_claims("pins", params["pins"]))
    request = Request(networks, lengths, nodes, claims, reserved, release, params["path"])
    _check_families(request, known)
    return request


def allocate(request: Request, stored: Allocation) -> Allocation:
    """Give each node a subnet in each family in which it has none.

    A new subnet is the first free one: the lowest free address of the first network with a free subnet. A node that is
    not in the request keeps its subnets unless the request releases it. The pin of such a node keeps its subnet free.

    Args:
        request: the checked options
        stored: the subnets in the file

    Returns:
        The subnets of all nodes, also of those in the file alone. Each node's subnets follow the order of the families.

    Raises:
        InputError: claims contradict or overlap each other, lie outside the networks, or the networks are too small
    """
    claims = _settle(request, stored)
    _check_overlaps((*claims, *request.reserved))
    wanted = set(request.nodes)
    subnets: dict[str, dict[int, Network]] = {}
    for claim in claims:
        if claim.node and (claim.source != "pins" or claim.node in wanted):
            subnets.setdefault(claim.node, {})[claim.network.version] = claim.network
    taken = sorted(_bounds(claim.network) for claim in (*claims, *request.reserved))
    for version in request.versions:
        without = [node for node in request.nodes if version not in subnets.get(node, {})]
        free = list(islice(_free_subnets(request, version, taken), len(without)))
        if len(free) < len(without):
            have = sum(version in families for families in subnets.values())
            gone = sum(version in families for node, families in subnets.items() if node not in wanted)
            raise InputError(_too_few(request, version, have + len(free), have + len(without), gone))
        for node, subnet in zip(without, free):
            subnets.setdefault(node, {})[version] = subnet
    return {
        node: tuple(families[version] for version in request.versions if version in families)
        for node, families in subnets.items()
    }


def _parse(subject: str, text: Any) -> Network:
    """Parse a network. The sentence of an InputError begins with the subject."""
    try:
        return parse_network(text)
    except InputError as error:
        raise InputError(f"{subject} {show(text)} {error}") from None


def _parse_networks(texts: Iterable[str], avoid: Iterable[Mapping[str, Any]]) -> tuple[Network, ...]:
    """Parse the networks. No network may overlap another one or a network to avoid."""
    networks = tuple(dict.fromkeys(_parse("networks", text) for text in texts))
    if not networks:
        raise InputError("networks is empty: give a network, such as 10.22.0.0/16")
    own = [NamedNetwork("pod network", str(network), "value of networks") for network in networks]
    # One by one, because two networks to avoid may overlap each other.
    others = [NamedNetwork(one["name"], one["network"], one["variable"], one["where"]) for one in avoid]
    groups = [own, *([*own, other] for other in others)]
    sentences = dict.fromkeys(sentence for group in groups for sentence in find_conflicts(group))
    if sentences:
        raise InputError("; ".join(sentences))
    return networks


def _parse_claims(option: str, values: Mapping[str, Any]) -> tuple[Claim, ...]:
    """Parse an option that has a subnet, a list of subnets or nothing for each node."""
    claims: dict[tuple[str, int], Claim] = {}
    for node, value in values.items():
        texts = [value] if isinstance(value, str) and value else value or []
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InputError(f"{option} {node} is {value!r}: give a subnet, such as 10.22.1.0/24, or a list of them")
        for text in texts:
            claim = Claim(_parse(f"{option} {node}", text), option, node)
            if claims.setdefault((node, claim.network.version), claim) is not claim:
                raise InputError(
                    f"{option} {node} has two IPv{claim.network.version} subnets, {', '.join(texts)}: "
                    "give at most one of each address family"
                )
    return tuple(claims.values())


def _check_length(network: Network, length: int) -> None:
    """Refuse a prefix length that fits no subnet of the network."""
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise InputError(
            f"prefix_lengths ipv{network.version} is {length}, which fits no subnet of {network} (networks): "
            f"give {network.prefixlen} to {network.max_prefixlen}"
        )


def _check_names(nodes: tuple[str, ...], release: frozenset[str], known: Iterable[Claim]) -> None:
    """Refuse empty and repeated names, and the release of nodes that exist."""
    if "" in nodes:
        raise InputError("nodes has an empty name: give the names of the nodes in the cluster")
    twice = [node for node, number in Counter(nodes).items() if number > 1]
    if twice:
        raise InputError(f"nodes has {', '.join(twice)} more than once: give every node one name of its own")
    wanted = [node for node in nodes if node in release]
    if wanted:
        raise InputError(f"release names {', '.join(wanted)}, which nodes has too: remove it from one of them")
    for claim in known:
        if claim.node in release:
            raise InputError(f"release names {claim.node}, but the cluster has {claim}: delete the node there first")


def _check_families(request: Request, known: Iterable[Claim]) -> None:
    """Refuse a node that has subnets in the cluster, but not in all families."""
    families: dict[str | None, dict[int, Claim]] = {}
    for claim in known:
        families.setdefault(claim.node, {})[claim.network.version] = claim
    for node in request.nodes:
        missing = [version for version in request.versions if node in families and version not in families[node]]
        if missing:
            claim = next(iter(families[node].values()))
            raise InputError(
                f"the cluster has only {claim}, and Kubernetes never adds a subnet: delete {node} and let it join "
                f"again, or remove {request.where(missing[0])}"
            )


def _settle(request: Request, stored: Allocation) -> list[Claim]:
    """Find one claim for each node and family: that of the cluster, else that of the file, else the pin."""
    known = [claim for claim in request.claims if claim.source == "known"]
    pins = [claim for claim in request.claims if claim.source == "pins"]
    file = (
        Claim(network, request.path, node)
        for node, networks in stored.items()
        if node not in request.release
        for network in networks
    )
    settled: dict[tuple[str | None, int], Claim] = {}
    for claim in chain(known, file, pins):
        held = settled.setdefault((claim.node, claim.network.version), claim)
        if held is claim:
            _check_place(request, claim)
        elif held.network != claim.network:
            raise InputError(f"{claim} contradicts {held}, which the node has: {_contradiction(claim)}")
    return list(settled.values())


def _contradiction(claim: Claim) -> str:
    """The remedy for a claim that differs from the subnet of the node."""
    if claim.source == "pins":
        return "remove the pin, or pin the subnet that the node has"
    return "the cluster decides: move the file away, and the next run makes it anew from the cluster"


def _check_place(request: Request, claim: Claim) -> None:
    """Refuse a claim outside the networks, and a pin that has not the prefix length of new subnets."""
    network, length = claim.network, request.lengths[claim.network.version]
    if not any(network.network_address in one and network.prefixlen >= one.prefixlen for one in request.networks):
        of_file = "the file belongs to another cluster (remove it when that one is gone), or networks lacks a network"
        remedy = {
            "pins": "choose a pin inside",
            "known": "the pod network must hold the subnets of all nodes of the cluster",
        }.get(claim.source, f"{of_file} that it needs")
        raise InputError(f"{claim} is outside {request.where()}: {remedy}")
    if claim.source == "pins" and network.prefixlen != length:
        raise InputError(f"{claim} must have the prefix length {length} (prefix_lengths ipv{network.version})")


def _check_overlaps(claims: Iterable[Claim]) -> None:
    """Refuse two claims that overlap, unless both are reserved ranges.

    Two CIDR networks are disjoint, or one holds the other. So, in the order of first addresses and wide before narrow,
    the claims that hold the current one form a stack with at most one claim for each prefix length.
    """
    holders: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: (*_bounds(claim.network)[:2], claim.network.prefixlen)):
        while holders and claim.network.network_address not in holders[-1].network:
            holders.pop()
        for holder in holders:
            if claim.node or holder.node:
                raise InputError(_overlap(claim, holder))
        holders.append(claim)


def _overlap(*pair: Claim) -> str:
    """The sentence for two claims that overlap. The claim that the user should change comes first."""
    order = list(_REMEDIES)
    sources = {claim: claim.source if claim.source in _REMEDIES else "" for claim in pair}
    one, other = sorted(pair, key=lambda claim: (order.index(sources[claim]), str(claim)))
    return f"{one} overlaps {other}: {_REMEDIES[sources[one]]}"


def _bounds(network: Network) -> tuple[int, int, int]:
    """The IP version, the first address and the address after the last one, as numbers."""
    first = int(network.network_address)
    # broadcast_address is slower: it makes two more address objects.
    return network.version, first, first + (1 << (network.max_prefixlen - network.prefixlen))


def _free_subnets(request: Request, version: int, taken: list[tuple[int, int, int]]) -> Iterator[Network]:
    """Yield the free subnets, by the order of the networks and then of the addresses.

    Args:
        request: the checked options
        version: the IP version
        taken: the bounds of all claims, sorted
    """
    for network in request.networks:
        if network.version != version:
            continue
        length = request.lengths[version]
        size = 1 << (network.max_prefixlen - length)
        _version, position, end = _bounds(network)
        ranges = [(first, after) for other, first, after in taken if other == version]
        for first, after in [*ranges, (end, end)]:
            while position + size <= min(first, end):
                yield type(network)((position, length))
                position += size
            position = max(position, -(-after // size) * size)  # the next possible first address


def _too_few(request: Request, version: int, room: int, wanted: int, gone: int) -> str:
    """The sentence for networks that are too small. Some of the nodes may be gone."""
    kept = f", {gone} of them for nodes that are gone" if gone else ""
    return (
        f"{request.where(version)} has room for {room} nodes with subnets of length {request.lengths[version]}, beside "
        f"reserved ranges and pins of other nodes, but {wanted} nodes need one{kept}: add a network, release nodes "
        f"that are gone, or choose a longer prefix length (prefix_lengths ipv{version})"
    )


__all__ = ["Allocation", "allocate", "parse_request"]
