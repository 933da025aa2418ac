# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the packets of a pair end, in a sentence. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import CARRIERS
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import NodeReport
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import Hop, PacketRoute


@dataclass(frozen=True)
class Break:
    """A break.

    Attributes:
        verdict: V(lost), V(rejected), V(refused), V(unanswered), V(answer lost), V(not sent), V(unknown) or
            V(wrong source)
        message: the sentence
        position: the break is before the hop with this index, there and back counted together
        places: names of nodes and pods where the cause is to be sought
        inside: whether the packets ended inside a node, where a rule may have dropped them
        toward: the address to which the packets went when they were last seen on a node; None when they were not
    """

    verdict: str
    message: str
    position: int
    places: tuple[str, ...]
    inside: bool = False
    toward: str | None = None


def find_break(pair: Pair, route: PacketRoute, reports: Mapping[str, NodeReport]) -> Break:
    """Find where the packets of a route end, none of which was answered."""
    found = _find_break(pair, route, reports)
    seen = [hop for hop in (*route.there, *route.back)[: found.position] if hop.sight.place in reports]
    last = seen[-1].sight if seen and found.verdict in ("lost", "answer lost", "rejected") else None
    # A packet that arrived inside another needs no route yet.
    routed = last and not (last.outer and last.direction == "in")
    return replace(found, toward=last.flow.target if last and routed else None)


def _find_break(pair: Pair, route: PacketRoute, reports: Mapping[str, NodeReport]) -> Break:
    """Find the break without the address to which the packets went."""
    here, there = pair.source, _nearest_end(pair, route)
    for verdict, what, hops, offset, start, end in (
        ("lost", "the packets", route.there, 0, here, there),
        ("answer lost", "the answers", route.back, len(route.there), there, here),
    ):
        loop = _loop(hops, start, end)
        if loop:
            message = f"{what} left {loop.node} by {loop.sight.link}{_own_remotes(loop, reports)}"
            message += f", came back to {loop.sight.link}, and never arrived on {end.node}"
            return Break(verdict, message, offset + len(hops), (loop.node,))
    if route.errors:
        return _rejection(pair, route, reports)
    if not route.arrived:
        return _lost("lost", "the packets", route.there, 0, (here, there), reports)
    if not route.replied:
        places = tuple(name for name in (there.name, there.node) if name)
        message = f"the packets arrived at {there.name}, and it did not answer"
        return Break("unanswered", message, len(route.there), places, inside=True)
    return _lost("answer lost", "the answers", route.back, len(route.there), (there, here), reports)


def _nearest_end(pair: Pair, route: PacketRoute) -> Endpoint:
    """Choose among the backends of a Service the one that packets reached, or whose node they reached."""
    places = {hop.sight.place for hop in (*route.there, *route.back)}
    for held in ("name", "node"):
        for end in pair.ends:
            if getattr(end, held) in places and getattr(end, held) != pair.source.node:
                return end
    return pair.ends[0]


def _rejection(pair: Pair, route: PacketRoute, reports: Mapping[str, NodeReport]) -> Break:
    """Say who answered with an error. The first sight of an error is the nearest to its origin."""
    first = min(route.errors, key=lambda hop: hop.sight.order)
    sight = first.sight
    who = _owner(sight.flow.source, pair, reports)
    by = f"{sight.flow.source} ({who})" if who else sight.flow.source
    text = f"{by} answers: {sight.detail}"
    if sight.mtu:
        text += f", the next link carries {sight.mtu} bytes"
    position = len(route.there)
    target = sight.flow.source in (pair.address, *(address for end in pair.ends for address in end.addresses))
    if target and route.arrived:
        return Break("refused", f"the packets arrived, and {text}", position, (_nearest_end(pair, route).name,))
    node = who if who and who in reports else first.node
    return Break("rejected", f"{_seen(route.there)}, and {text}", position, (node,), inside=True)


def _owner(address: str, pair: Pair, reports: Mapping[str, NodeReport]) -> str | None:
    """Name the endpoint of the pair, or the node, that has an address. None when several nodes or none have it."""
    for end in (*pair.ends, pair.source):
        if address in end.addresses:
            return end.name
    owners = [name for name, report in reports.items() if address in report.addresses]
    return owners[0] if len(owners) == 1 else None


def _seen(hops: Sequence[Hop]) -> str:
    """Say where packets were last."""
    if not hops:
        return "no link saw the packets"
    last = hops[-1].sight
    return f"the packets were last seen {_way(last.direction)} {last.link} of {last.place}"


def _way(direction: str) -> str:
    return "entering by" if direction == "in" else "leaving by"


def _lost(
    verdict: str,
    what: str,
    hops: Sequence[Hop],
    offset: int,
    ends: tuple[Endpoint, Endpoint],
    reports: Mapping[str, NodeReport],
) -> Break:
    """Say after which hop packets are missing, and where they never arrived."""
    start, end = ends
    position = offset + len(hops)
    if not hops:
        places = tuple(name for name in (start.name, start.node) if name)
        message = f"{what} never left {start.name}: its kernel took them, and no link sent them"
        return Break(verdict, f"{message} (no neighbour answers, or a rule drops them)", position, places, inside=True)
    last = _to_itself(hops, end, reports) or hops[-1]
    sight = last.sight
    final = end.node if sight.place != end.node else end.name
    if sight.place not in reports:  # in the pod where they begin
        message = f"{what} left {sight.place} by {sight.link}, and never arrived on {last.node}"
        return Break(verdict, message, position, (sight.place, last.node), inside=True)
    if sight.direction == "in":
        astray = last.node not in (start.node, end.node) and end.node
        note = f", although {end.name} is on {end.node}" if astray else ""
        return Break(verdict, f"{what} {_stuck(last, end)}{note}", position, (last.node,), inside=True)
    if last.is_tunnel and not sight.outer and not last.encrypts and not last.unread:
        message = f"{what} entered {sight.link} on {last.node}, and no link sent them on in a packet between nodes"
        return Break(verdict, message, position, (last.node,), inside=True)
    if end.node is None:
        message = f"{what} {_passed(last, reports)}, and no answer came back"
        return Break(verdict, message, position, (last.node,))
    if final not in reports and final == end.node:
        message = f"{what} {_passed(last, reports)}; {final} did not report, so nothing is known beyond"
        return Break("unknown", message, position, (last.node,))
    message = f"{what} {_passed(last, reports)}, and never arrived {'on' if final == end.node else 'at'} {final}"
    return Break(verdict, message, position, tuple(name for name in (last.node, final) if name), inside=True)


def _to_itself(hops: Sequence[Hop], end: Endpoint, reports: Mapping[str, NodeReport]) -> Hop | None:
    """Find the hop at which a node sent packets for another node to an address that it has itself."""
    for hop in hops:
        sight, report = hop.sight, reports.get(hop.node)
        if sight.outer and sight.direction == "out" and report and sight.outer.target in report.addresses:
            return hop if hop.node != end.node else None
    return None


def _loop(hops: Sequence[Hop], start: Endpoint, end: Endpoint) -> Hop | None:
    """Find a tunnel that packets leave by and come back from, on the node where they begin.

    The kernel takes a short way from a VXLAN link to itself, on which no other link sees the packets.
    """
    if start.node == end.node or any(hop.node == end.node for hop in hops):
        return None
    there = {hop.sight.link: hop for hop in hops if hop.is_tunnel and hop.sight.direction == "out"}
    back = [hop.sight.link for hop in hops if hop.is_tunnel and hop.sight.direction == "in" and hop.node == start.node]
    return next((there[link] for link in back if link in there), None)


def _own_remotes(hop: Hop, reports: Mapping[str, NodeReport]) -> str:
    """Say which address of its own a tunnel has as that of another node."""
    remotes = hop.link.own_remotes if hop.link else ()
    if not remotes:
        return ""
    owners = sorted(name for name, report in reports.items() if remotes[0] in report.addresses)
    return f" for {remotes[0]}, {_whose(owners)}"


def _whose(owners: Sequence[str]) -> str:
    """Say whose an address is that a node has itself."""
    return f"which is an address of {' and '.join(owners)}" if len(owners) > 1 else "its own address"


def _passed(hop: Hop, reports: Mapping[str, NodeReport]) -> str:
    """Say by which link packets left a node, and for which address, when another node must take them."""
    sight = hop.sight
    text = f"left {hop.node} by {sight.link}"
    if hop.is_port or hop.is_bridge:
        return text
    if hop.encrypts:
        return f"{text}, encrypted from there on"
    if hop.unread and not sight.outer:
        return f"{text}, in {hop.unread} from there on, which no capture looks into"
    target = sight.outer.target if sight.outer else sight.flow.target
    carried = f" in {CARRIERS[sight.outer.kind]}" if sight.outer else ""
    owners = sorted(name for name, report in reports.items() if target in report.addresses)
    note = f", {_whose(owners)}" if hop.node in owners and sight.outer else ""
    return f"{text}{carried} for {target}{note}"


def _stuck(hop: Hop, end: Endpoint) -> str:
    """Say by which link packets entered a node that did not send them on."""
    sight = hop.sight
    text = f"arrived on {hop.node} by {sight.link}"
    if sight.outer:
        port = f" at port {sight.outer.port}" if sight.outer.port else ""
        return f"{text} in {CARRIERS[sight.outer.kind]}{port}, and no link of the pod network took them out"
    if sight.other_mac and not hop.is_port:
        return f"{text}, in frames for another MAC address than {hop.link.mac if hop.link else 'its own'}"
    return f"{text}, and never left for {end.name}"


__all__ = ["Break", "find_break"]
