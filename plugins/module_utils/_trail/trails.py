# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trail of each pair: the hops of its packets in order, where they end, and why. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.breaks import Break, find_break
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.clocks import surely_watched
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.evidence import find_evidence
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import NodeReport
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import (
    Change,
    Hop,
    PacketRoute,
    source_change,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import Sight

VERDICTS = (
    "passed",
    "wrong source",
    "flapping",
    "not sent",
    "lost",
    "rejected",
    "refused",
    "unanswered",
    "answer lost",
    "unknown",
)


@dataclass(frozen=True)
class Trail:
    """The trail of a pair.

    Attributes:
        pair: the pair
        verdict: one of VERDICTS
        message: a sentence: where the packets were last, and where they never arrived
        route: the hops, of probes and answers
        broken_at: the break is before the hop with this index, there and back counted together; None without a break
        sent, answered: number of probes that count, and of those that were answered
        change: how the source address changed on the way; None when it did not
        evidence: sentences about rules, counters and flows that explain the break
    """

    pair: Pair
    verdict: str
    message: str
    route: PacketRoute
    broken_at: int | None = None
    sent: int = 0
    answered: int = 0
    change: Change | None = None
    evidence: tuple[str, ...] = ()


def find_trails(pairs: Iterable[Pair], reports: Mapping[str, NodeReport]) -> list[Trail]:
    """Find the trail of each pair.

    Args:
        pairs: as the nodes were given them
        reports: of the nodes that answered, by name
    """
    return [_find_trail(pair, reports) for pair in pairs]


def _find_trail(pair: Pair, reports: Mapping[str, NodeReport]) -> Trail:
    """Find the trail of a pair."""
    source = reports.get(pair.source.node or "")
    if source is None or pair.source.name not in source.places:
        why = "; ".join(source.problems) if source else f"{pair.source.node} did not report"
        return Trail(pair, "unknown", f"nothing was sent from {pair.source.name}: {why}", PacketRoute.empty(pair))
    mine = [one for one in source.sent if one.pair == pair.number]
    errors = sorted({one.error for one in mine if one.error})
    numbers = {one.number for one in mine if one.error is None}
    if not numbers:
        why = ", ".join(errors) or "its watch was too short"
        message = f"the packets never left {pair.source.name}: its kernel says: {why}"
        found = Break("not sent", message, 0, (pair.source.name, source.node))
        evidence = find_evidence(pair, found, None, reports, len(mine))
        return Trail(pair, found.verdict, message, PacketRoute.empty(pair), 0, len(mine), 0, None, evidence)
    counted = {one.number for one in mine if one.number in numbers and _all_watched(one.at, pair, source, reports)}
    answered = PacketRoute.of(pair, reports, numbers).answered
    if not counted and answered != numbers:
        blind = ", ".join(sorted(pair.nodes - {source.node})) or source.node
        return Trail(pair, "unknown", f"{blind} did not watch at the same time: watch longer", PacketRoute.empty(pair))
    return _judge(pair, counted or numbers, reports)


def _all_watched(at: float, pair: Pair, source: NodeReport, reports: Mapping[str, NodeReport]) -> bool:
    """Whether all nodes of the pair that report were surely watching when a probe was sent."""
    windows = [reports[node].window for node in pair.nodes if node in reports]
    return all(surely_watched(at, source.window, window) for window in windows)


def _judge(pair: Pair, numbers: set[int], reports: Mapping[str, NodeReport]) -> Trail:
    """Judge the probes that count."""
    route = PacketRoute.of(pair, reports, numbers)
    change = source_change(route)
    lost = numbers - route.answered
    if not lost:
        if change and pair.source.kind == "pod" and pair.target.kind == "pod":
            text = f"passed with a wrong source: {change}"
            found = Break("wrong source", text, 0, (change.place,))
            evidence = find_evidence(pair, found, change, reports, len(numbers))
            return Trail(pair, found.verdict, text, route, None, len(numbers), len(numbers), change, evidence)
        return Trail(pair, "passed", "passed", route, None, len(numbers), len(numbers), change)
    ended = PacketRoute.of(pair, reports, lost)
    found = find_break(pair, ended, reports)
    evidence = find_evidence(pair, found, change, reports, len(lost))
    verdict, message = found.verdict, found.message
    if route.answered:
        verdict, message = "flapping", f"{len(lost)} of {len(numbers)} probes: {message}"
    if change:
        message += f"; {change}"
    answered = len(numbers) - len(lost)
    broken_at = _position(found.position, ended, route)
    return Trail(pair, verdict, message, route, broken_at, len(numbers), answered, change, evidence)


def _position(position: int, ended: PacketRoute, route: PacketRoute) -> int:
    """Find the place of a break among the hops of all packets; those that did not end have more hops."""
    before = [_kind(hop) for hop in (*ended.there, *ended.back)][:position]
    hops = [_kind(hop) for hop in (*route.there, *route.back)]
    return hops.index(before[-1]) + 1 if before else 0


def _kind(hop: Hop) -> Sight:
    """What makes a hop the same, whichever packets it saw."""
    return replace(hop.sight, numbers=())


__all__ = ["Trail", "find_trails"]
