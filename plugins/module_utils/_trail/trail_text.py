# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trail as text and as JSON: one line a hop, and the break between two hops. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import CARRIERS, Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import Hop
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import sight_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trails import Trail

_MARK, _UNKNOWN = "  XXX", "  ???"
_MOST_HOPS = 40  # lines of a trail; a loop of routes has many hops


def trail_lines(trail: Trail) -> list[str]:
    """Write a trail as lines: the sentence, the hops with the break, the evidence."""
    lines = [f"{trail.pair}: {trail.verdict}", f"  {trail.message}"]
    rows = [_row(hop) for hop in (*trail.route.there, *trail.route.back)][:_MOST_HOPS]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for number, row in enumerate(rows):
        if number == trail.broken_at:
            lines.append(_break_line(trail))
        cells = "  ".join(text.ljust(width) for text, width in zip(row, widths))
        lines.append(f"  {number + 1:>3} {cells}  {row[3]}, {row[4]} of {trail.sent}")
    if trail.broken_at is not None and trail.broken_at >= len(rows):
        lines.append(_break_line(trail))
    lines += [f"   -> {sentence}" for sentence in trail.evidence]
    return lines


def _break_line(trail: Trail) -> str:
    """The line between two hops that marks the break."""
    if trail.verdict == "unknown":
        return f"{_UNKNOWN} nothing is known beyond this hop"
    at_back = trail.broken_at is not None and trail.broken_at > len(trail.route.there)
    return f"{_MARK} the {'answers' if at_back else 'packets'} end here: {trail.verdict}"


def _row(hop: Hop) -> tuple[str, str, str, str, str]:
    """The columns of a hop."""
    sight = hop.sight
    kind = f" ({hop.link.kind})" if hop.link and hop.link.kind else ""
    arrow = "->" if sight.direction == "out" else "<-"
    what = "probe" if sight.kind == "probe" else "answer"
    text = f"{what} {show_flow(sight.flow)}"
    if sight.outer:
        outer = sight.outer
        text += f" in {CARRIERS[outer.kind]} {show_flow(Flow(outer.source, outer.target, None, outer.port))}"
    if sight.other_mac and not hop.is_port:
        text += ", for another MAC address"
    return sight.place, f"{arrow} {sight.link}{kind}", sight.direction, text, str(len(sight.numbers))


def show_flow(flow: Flow) -> str:
    """Write the addresses of a packet, with ports where it has any."""
    return f"{_show(flow.source, flow.source_port)} -> {_show(flow.target, flow.target_port)}"


def _show(address: str, port: int | None) -> str:
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def trail_as_dict(trail: Trail) -> dict[str, Any]:
    """Return the JSON form of a trail."""
    pair = trail.pair
    return {
        "source": pair.source.name,
        "target": pair.target.name,
        "check": pair.check,
        "family": pair.family,
        "port": pair.port,
        "size": pair.size,
        "verdict": trail.verdict,
        "message": trail.message,
        "sent": trail.sent,
        "answered": trail.answered,
        "source_change": asdict(trail.change) if trail.change else None,
        "broken_at": trail.broken_at,
        "hops": list(_hops((*trail.route.there, *trail.route.back))),
        "evidence": list(trail.evidence),
        "lines": trail_lines(trail),
    }


def _hops(hops: Sequence[Hop]) -> Iterator[dict[str, Any]]:
    """Yield the JSON forms of hops."""
    for hop in hops:
        form = {name: value for name, value in sight_as_dict(hop.sight).items() if name not in ("pair", "order")}
        yield {**form, "node": hop.node, "link_kind": hop.link.kind if hop.link else None}


__all__ = ["trail_as_dict"]
