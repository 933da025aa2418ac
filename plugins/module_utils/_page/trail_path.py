# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of followed packets through a drawing, with the place where they end. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spot:
    """The centre of a part of the drawing; C(bus) is the height of the wire between nodes, where the part has one."""

    x: float
    y: float
    bus: float | None


def trail_path(trail: Mapping[str, Any], places: Mapping[tuple[str, str], Spot], shift: float) -> dict[str, Any] | None:
    """Return the line of a trail and its end, None when no hop has a place.

    Args:
        trail: a trail of the report
        places: the places by node and link, of nodes and pods themselves with an empty link
        shift: how far to move the line, so that the lines of several trails stay apart
    """
    hops = trail.get("hops") or []
    broken = trail.get("broken_at")
    # Behind the break, hops are of answers. They took the way of the probes.
    seen = hops if broken is None else hops[: max(0, broken)]
    probes = [hop for hop in seen if hop.get("kind", "probe") == "probe"]
    start = places.get((str(trail["source"]), ""))
    points: list[Spot] = [start] if start else []
    for hop in probes:
        place = _place(hop, places)
        if place and (not points or place != points[-1]):
            points.append(place)
    if not points:
        return None
    corners = [(points[0].x, points[0].y)]
    for previous, place in zip(points, points[1:]):
        if previous.bus is not None and place.bus is not None:
            corners += [(previous.x, previous.bus), (place.x, place.bus)]
        else:
            corners.append((previous.x, place.y))
        corners.append((place.x, place.y))
    last = points[-1]
    target = places.get((str(trail["target"]), ""))
    if broken is not None and probes and probes[-1].get("direction") == "out" and last.bus is not None and target:
        # The node sent the packets, and no other saw them.
        corners += [(last.x, last.bus), ((last.x + target.x) / 2, last.bus)]
    moved = [(x + shift, y + shift) for x, y in corners]
    x, y = moved[-1]
    shape = "M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in moved)
    title = f"{trail['source']} → {trail['target']}, {trail['check']}: {trail.get('message', '')}"
    return {"shape": shape, "x": x, "y": y, "title": title, "bottom": y + 16, "broken": broken is not None}


def _place(hop: Mapping[str, Any], places: Mapping[tuple[str, str], Spot]) -> Spot | None:
    """Find the place of a hop: the pod, the link of a node, or for another link of a node none."""
    where, link = str(hop.get("place", "")), str(hop.get("link", ""))
    if where != hop.get("node", where):
        return places.get((where, ""))
    return places.get((where, link)) or (places.get((where, "")) if hop.get("link_kind") != "veth" else None)


__all__ = ["Spot", "trail_path"]
