# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel refuses packets that arrive by one link while the answer would leave by another (strict rp_filter)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import whole_number
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found, named
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import OVER_PODS, Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    OVERLAY_LINKS,
    FoundRoute,
    NodeFacts,
    as_network,
)

_KEY = "net.ipv4.conf.{}.rp_filter"
_KNOWN = ("flannel", "calico", "bridge")
_PAIRS = 8000  # of nodes to look at: a thousand nodes have a million
_CROWD = 50  # routes of a link to single nodes' pods
_OVERLAYS = frozenset(name for names in OVERLAY_LINKS.values() for name in names)


class _Refusal(NamedTuple):
    """A node refuses packets of a source, because they arrive by another link than the way back."""

    source: str
    address: str
    link: str
    back: FoundRoute


class _End(NamedTuple):
    """An address, and how the usual routes to it read; empty: it has none of its own."""

    address: str
    usual: frozenset[str]


class _Ways:
    """The ways of nodes to addresses. Among a thousand routes, the usual ones to pods are found at once."""

    def __init__(self) -> None:
        self._few: dict[str, NodeFacts] = {}

    def find(self, node: NodeFacts, end: _End) -> FoundRoute | None:
        """Find the route that a node's packets to an address take."""
        if not end.usual:
            return self._with_few_routes(node).route_to(end.address)
        for group in node.routes or ():
            if group.table == "main" and not end.usual.isdisjoint(group.routes):
                destination, _space, gateway = next(iter(end.usual & group.routes)).partition(" ")
                return FoundRoute(as_network(destination), gateway, group.device, group.kind)
        return node.route_to(end.address)

    def _with_few_routes(self, node: NodeFacts) -> NodeFacts:
        """A node without the routes of links that lead to many nodes' pods, which are no routes to nodes."""
        if node.name not in self._few:
            few = tuple(group for group in node.routes or () if len(group.routes) < _CROWD)
            self._few[node.name] = replace(node, routes=few)
        return self._few[node.name]


def find(gathered: Gathered) -> Iterator[Found]:
    ways = _Ways()
    for position, node in enumerate(gathered.nodes):
        strict = {link.name for link in node.links or () if _is_strict(node, link.name)}
        # Rules can choose another table for the way back. Which one they choose is not known here.
        if strict and node.routes is not None and node.data.get("routing_rules", []) == []:
            by_link: dict[str, list[_Refusal]] = defaultdict(list)
            for one in _refusals(gathered, ways, position, strict):
                by_link[one.link].append(one)
            for link, refusals in sorted(by_link.items()):
                yield _found(node, link, refusals)


def _is_strict(node: NodeFacts, link: str) -> bool:
    """Whether the kernel is strict on a link: the larger of two settings counts. 2 is loose."""
    return max(_value(node, "all"), _value(node, link)) == 1


def _value(node: NodeFacts, name: str) -> int:
    value = node.sysctl(_setting(name)) or "0"
    return whole_number(value) or 0


def _setting(link: str) -> str:
    return _KEY.format(link.replace(".", "/"))


def _refusals(gathered: Gathered, ways: _Ways, position: int, strict: set[str]) -> Iterator[_Refusal]:
    """Yield what a node refuses: packets of other nodes' pods, and of the other nodes themselves."""
    node = gathered.nodes[position]
    for other in _peers(gathered.nodes, position):
        # The pods of other networks may have addresses that podCIDR does not say.
        for kind in (_pods_of, _address_of) if node.network in _KNOWN else (_address_of,):
            source, target = kind(gathered, other), kind(gathered, node)
            if source and target:
                link = _arrives_by(node, other, ways.find(other, target), target.address)
                back = ways.find(node, source) if link in strict else None
                # Without a way back, another finding speaks. Flannel needs a route of its own to each node's pods.
                is_lost = back and kind is _pods_of and node.network == "flannel" and back.network.prefixlen == 0
                if link and back and back.device and back.kind == "unicast" and back.device != link and not is_lost:
                    yield _Refusal(other.name, source.address, link, back)
                    break


def _pods_of(gathered: Gathered, node: NodeFacts) -> _End | None:
    address, subnet = gathered.pod_address(node.name), ipv4(gathered.pod_subnets.get(node.name, ()))
    hops = (str(subnet).partition("/")[0], *gathered.internal.get(node.name, ()))
    return _End(address, frozenset(f"{subnet} {hop}" for hop in hops)) if address and subnet else None


def _address_of(gathered: Gathered, node: NodeFacts) -> _End | None:
    address = ipv4(gathered.internal.get(node.name, ()))
    return _End(address, frozenset()) if address else None


def _peers(nodes: Sequence[NodeFacts], position: int) -> Iterator[NodeFacts]:
    """Yield the nodes that come after a node, and after the last one the first."""
    for distance in range(1, min(_PAIRS // len(nodes) + 2, len(nodes))):
        other = nodes[(position + distance) % len(nodes)]
        if other.routes is not None:
            yield other


def _arrives_by(node: NodeFacts, sender: NodeFacts, route: FoundRoute | None, target: str) -> str | None:
    """Name the link by which packets of a sender arrive; None: that is not known, such as behind a router."""
    if route is None or route.kind != "unicast" or sender.data.get("routing_rules", []) != []:
        return None
    if route.device in _OVERLAYS:
        return route.device if node.link(route.device) else None
    holder = node.link_with(route.gateway or target)
    return holder.name if holder else None


def _found(node: NodeFacts, link: str, refusals: list[_Refusal]) -> Found:
    names = frozenset(one.source for one in refusals)
    keys = [_setting(name) for name in ("all", link) if _value(node, name) == 1]
    drops = (node.data.get("counters") or {}).get("TcpExt.IPReversePathFilter")
    key = _setting(link)
    return Found(
        (node.name,),
        f"{node.name} refuses packets of {named(names)} that arrive by {link}, because its way back to them is another "
        "(strict rp_filter)",
        (
            *_ways(refusals),
            *(f"{one} is 1: {node.sysctl_source(one, '1')}" for one in keys),
            *((f"the kernel has refused {drops} packets for this reason",) if drops else ()),
        ),
        f"give {node.name} a route back by {link}, or set {key}=2 in a file of /etc/sysctl.d and run `sysctl --system`",
        (
            Scope(frozenset((node.name,)), names, OVER_PODS, across=True),
            Scope(names, frozenset((node.name,)), OVER_PODS, across=True),
        ),
    )


def _ways(refusals: Iterable[_Refusal]) -> Iterator[str]:
    for one in sorted(refusals)[:3]:
        yield f"{one.address} of {one.source} arrives by {one.link}, and the way back is {one.back}"


CAUSE = Cause(
    id="reverse_path",
    severity="error",
    layer="machine",
    title="Strict rp_filter refuses packets with another way back",
    cause=(
        "A node has two links, and packets between two nodes take one of them there and the other one back. With "
        "net.ipv4.conf.*.rp_filter=1 the kernel drops what arrives by another link than the one that leads back."
    ),
    evidence="The link, the way back, the setting with the file that sets it, and how many packets the kernel refused.",
    remedy="Make both ways take one link, or set `net.ipv4.conf.LINK.rp_filter=2`, which wins against `all` with 1.",
    harmless=(
        "rp_filter is 1, and both ways take one link. The larger of the settings for all links and for one link is 2. "
        "Rules that choose a routing table are there: they may know another way back."
    ),
    find=find,
)
