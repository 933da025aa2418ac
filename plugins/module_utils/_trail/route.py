# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The route of a pair's packets: the hops that probes and answers were seen at, in order. No I/O.

The order needs no clock. A node has one socket for all its links, and the kernel queues the packets in the order in
which the links see them. The order of pods and nodes is known: source pod, its node, other nodes, target's node,
target pod.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import Link
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import (
    CARRIERS,
    GENEVE_PORT,
    VXLAN_PORTS,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import NodeReport
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import Sight


@dataclass(frozen=True)
class Hop:
    """A link that saw packets of a pair.

    Attributes:
        sight: what it saw
        node: the report's node, on which the place is
        link: of a node; None for the link of a pod
    """

    sight: Sight
    node: str
    link: Link | None

    @property
    def is_port(self) -> bool:
        """Whether the link is the port of a bridge."""
        return bool(self.link and self.link.bridge)

    @property
    def is_tunnel(self) -> bool:
        """Whether the link packs packets into others."""
        return bool(self.link and self.link.kind in ("vxlan", "geneve", "ipip", "sit", "ip6tnl", "gre", "wireguard"))

    @property
    def encrypts(self) -> bool:
        """Whether no other link can see what packets the link packs."""
        return bool(self.link and self.link.kind == "wireguard")

    @property
    def unread(self) -> str:
        """The packets in which the link packs others, when captures do not look into them; empty otherwise."""
        kind, port = (self.link.kind, self.link.port) if self.link else (None, None)
        if kind == "gre":
            return "GRE"
        read = {"vxlan": VXLAN_PORTS, "geneve": (GENEVE_PORT,)}.get(kind or "", ())
        return f"{CARRIERS[kind or '']} at port {port}" if read and port and port not in read else ""

    @property
    def is_bridge(self) -> bool:
        """Whether the link is a bridge."""
        return bool(self.link and self.link.kind in ("bridge", "openvswitch"))


@dataclass(frozen=True)
class Change:
    """A change of the source address.

    Attributes:
        old, new: addresses
        place: name of the node or pod that first saw the new one
    """

    old: str
    new: str
    place: str

    def __str__(self) -> str:
        return f"{self.place} changed the source {self.old} to {self.new}"


@dataclass(frozen=True)
class PacketRoute:
    """The hops of a pair, those of errors too.

    Attributes:
        pair: the pair
        there, back: hops of probes and of answers, in order
        errors: sights of errors about probes
        arrived: numbers of the probes that the target saw
        replied: numbers of the probes whose answer left the target
        answered: numbers of the probes whose answer the source saw
    """

    pair: Pair
    there: tuple[Hop, ...] = ()
    back: tuple[Hop, ...] = ()
    errors: tuple[Hop, ...] = ()
    arrived: frozenset[int] = frozenset()
    replied: frozenset[int] = frozenset()
    answered: frozenset[int] = frozenset()

    @classmethod
    def empty(cls, pair: Pair) -> PacketRoute:
        """Return the route of packets that were seen nowhere."""
        return cls(pair)

    @classmethod
    def of(cls, pair: Pair, reports: Mapping[str, NodeReport], numbers: Iterable[int]) -> PacketRoute:
        """Return the route of these probes."""
        wanted = set(numbers)
        hops = [hop for hop in _hops(pair, reports) if wanted & {*hop.sight.numbers}]
        hops = [
            replace(hop, sight=replace(hop.sight, numbers=tuple(sorted(wanted & {*hop.sight.numbers})))) for hop in hops
        ]
        ranks = _ranks(pair)
        probes, answers = ([hop for hop in hops if hop.sight.kind == kind] for kind in ("probe", "answer"))
        own = {name: report.addresses for name, report in reports.items()}
        return cls(
            pair,
            tuple(sorted(probes, key=lambda hop: (ranks.get(hop.sight.place, _MIDDLE), hop.node, hop.sight.order))),
            tuple(sorted(answers, key=lambda hop: (-ranks.get(hop.sight.place, _MIDDLE), hop.node, hop.sight.order))),
            tuple(hop for hop in hops if hop.sight.kind == "error"),
            _numbers(hop for hop in probes for end in pair.ends if _enters(hop, end, own)),
            _numbers(hop for hop in answers for end in pair.ends if _leaves(hop, end)),
            _numbers(hop for hop in answers if _enters(hop, pair.source, own)),
        )


_MIDDLE = 2  # the rank of nodes that are neither the source's nor the target's


def _ranks(pair: Pair) -> dict[str, int]:
    """Order the places of a pair: the pod of the source is first, the pod of the target last."""
    ranks = {end.node or "": 3 for end in pair.ends}
    ranks[pair.source.node or ""] = 1
    for end in pair.ends:
        if end.kind == "pod":
            ranks[end.name] = 4
    if pair.source.kind == "pod":
        ranks[pair.source.name] = 0
    return ranks


def _hops(pair: Pair, reports: Mapping[str, NodeReport]) -> Iterator[Hop]:
    """Yield what all places saw of a pair. A pod that is neither source nor target may be watched for another pair."""
    for report in reports.values():
        for sight in report.sights:
            if sight.pair == pair.number:
                yield Hop(sight, report.node, report.link(sight.link) if sight.place == report.node else None)


def _enters(hop: Hop, endpoint: Endpoint, own: Mapping[str, frozenset[str]]) -> bool:
    """Whether a packet arrives at an endpoint."""
    sight = hop.sight
    if sight.place != endpoint.name or sight.direction != "in" or sight.outer:
        return False
    return endpoint.kind == "pod" or sight.flow.target in own.get(endpoint.name, ())


def _leaves(hop: Hop, endpoint: Endpoint) -> bool:
    """Whether a packet leaves an endpoint."""
    return hop.sight.place == endpoint.name and hop.sight.direction == "out"


def _numbers(hops: Iterable[Hop]) -> frozenset[int]:
    return frozenset(number for hop in hops for number in hop.sight.numbers)


def source_change(route: PacketRoute) -> Change | None:
    """Find the first change of the source address of the probes; None when there is none."""
    if not route.there:
        return None
    old = route.there[0].sight.flow.source
    for hop in route.there:
        if hop.sight.flow.source != old:
            return Change(old, hop.sight.flow.source, hop.node)
    return None


__all__ = ["Change", "Hop", "PacketRoute", "source_change"]
