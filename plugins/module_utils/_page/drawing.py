# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of a network's parts in its drawing. No I/O, no Ansible.

A few nodes are cards with links and pods. Many nodes are small cards in a grid, those with bad cells first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import bad_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.network import (
    BadPair,
    Count,
    DrawnLink,
    DrawnNode,
    DrawnPod,
    Network,
    network_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.trail_path import Spot, trail_path

WIDTH = 1120
_LARGE = 8  # the most nodes that get a large card
_COLUMNS, _SIDE = 4, 20
_PODS = 8  # pods of a large card
_PAIRS = 16  # pairs of nodes whose failures are drawn
# The width of a letter of a small text, of what a card says, and of the name in a large card.
_LETTER, _WORD, _NAME = 6.3, 7.2, 8.2
_BOX, _POD, _TOP = 36, 34, 60  # the height of links and pods, and the room above a row of cards for its wire


def drawing(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the drawing of the network of a report: cards, wires and paths with their places."""
    network = network_of(report)
    trails = report.get("trails") or []
    return _large(network, trails) if len(network.nodes) <= _LARGE else _small(network, trails)


def shortened(text: str, width: float, end: bool = False, letter: float = _LETTER) -> str:
    """Shorten a text to a width in pixels. With C(end) its end is kept: pods of one Deployment differ there."""
    most = max(4, int(width / letter))
    if len(text) <= most:
        return text
    return f"…{text[1 - most :]}" if end else f"{text[: most - 1]}…"


def _large(network: Network, trails: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    columns = min(_COLUMNS, max(1, len(network.nodes)))
    gap = 64 if columns < _COLUMNS else 36
    width = min(340.0, (WIDTH - 2 * _SIDE - gap * (columns - 1)) / columns)
    left = (WIDTH - columns * width - (columns - 1) * gap) / 2
    tunnels = any(node.tunnels for node in network.nodes)
    boxes = any(node.bridges for node in network.nodes)
    nics = any(node.nics for node in network.nodes)
    cards: list[dict[str, Any]] = []
    places: dict[tuple[str, str], Spot] = {}
    wires, lines = [], []
    top = 24.0 if not network.outside else 64.0
    bottom = top
    for start in range(0, len(network.nodes), columns):
        row = network.nodes[start : start + columns]
        bus, card_top = top, top + _TOP
        made = [
            _card(node, left + place * (width + gap), card_top, width, (nics, tunnels, boxes), places, bus)
            for place, node in enumerate(row)
        ]
        high = max(card["h"] for card in made)
        for card in made:
            card["h"] = high
        cards += made
        right = left + columns * width + (columns - 1) * gap
        lines.append(
            {"x1": left - 8, "x2": right + 8, "y": bus, "label": "node network", "label_x": left - 6, "kind": "bus"}
        )
        if tunnels:
            heights = [box["y"] + _BOX / 2 for card in made for box in card["boxes"] if box["kind"] == "tunnel"]
            kinds = sorted({link.kind.upper() for node in network.nodes for link in node.tunnels})
            if heights:
                over = {"x1": left - 8, "x2": right + 8, "y": heights[0], "kind": "overlay"}
                lines.append({**over, "label": ", ".join(kinds), "label_x": left + width + 6})
        elif network.routed:
            heights = [box["y"] + _BOX / 2 for card in made for box in card["boxes"] if box["kind"] == "bridge"]
            if heights:
                over = {"x1": left - 8, "x2": right + 8, "y": heights[0], "kind": "routes"}
                lines.append({**over, "label": "routes", "label_x": left + width + 6})
        for card in made:
            wires += card.pop("wires")
        bottom = card_top + high
        top = bottom + 64
    paths = _pair_paths(network.pairs, {card["name"]: card for card in cards})
    paths += _trails(trails, places)
    deepest = max([bottom + 24, *(path["bottom"] for path in paths)])
    return {
        "mode": "large",
        "width": WIDTH,
        "height": round(deepest + 12),
        "cards": cards,
        "wires": wires,
        "lines": lines,
        "paths": paths,
        "pairs": len(network.pairs),
        "outside": _outside(network, left + columns * width + (columns - 1) * gap),
    }


def _outside(network: Network, right: float) -> dict[str, Any] | None:
    """Return the box for addresses outside of the cluster, above the right end of the wire."""
    if not network.outside:
        return None
    label = shortened(f"outside: {', '.join(network.outside)}", 400)
    width = max(220.0, len(label) * _LETTER + 24)
    return {"x": right - width, "y": 8, "w": width, "h": 34, "label": label}


def _card(
    node: DrawnNode,
    x: float,
    y: float,
    width: float,
    shown: tuple[bool, bool, bool],
    places: dict[tuple[str, str], Spot],
    bus: float,
) -> dict[str, Any]:
    """Draw a node with its links and pods. The places of all parts are added to C(places)."""
    boxes: list[dict[str, Any]] = []
    wires: list[dict[str, Any]] = []
    inner, centre, side = width - 24, x + width / 2, x + 17
    # NICs stand across the upper edge, so that their wires cross no text.
    head = y + 22.0 if shown[0] else y
    depth = head + 54
    if shown[0]:
        found = node.nics[:3]
        each = (inner - 8 * (len(found) - 1)) / max(1, len(found))
        for number, link in enumerate(found):
            box = _box(link, x + 12 + number * (each + 8), y - _BOX / 2, each, "nic")
            box["main"] = link.name in node.main
            boxes.append(box)
            middle = box["x"] + each / 2
            places[node.name, link.name] = Spot(box["x"] + 5, y, bus if box["main"] else None)
            wire = {"x1": middle, "y1": box["y"], "x2": middle, "y2": bus, "kind": "bus"}
            wires.append(wire if box["main"] else {**wire, "y2": box["y"] - 14, "kind": "loose"})
    else:
        wires.append({"x1": centre, "y1": y, "x2": centre, "y2": bus, "kind": "bus"})
    for number, (wanted, links, kind) in enumerate(
        ((shown[1], node.tunnels, "tunnel"), (shown[2], node.bridges, "bridge"))
    ):
        if not wanted:
            continue
        for link in links[:1]:
            boxes.append(_box(link, x + 12, depth, inner, kind))
        for link in links:
            places[node.name, link.name] = Spot(side, depth + _BOX / 2, None)
        if links and number and node.pods:
            wires.append({"x1": centre, "y1": depth + _BOX, "x2": centre, "y2": depth + _BOX + 12, "kind": "pod"})
        depth += _BOX + 12
    pods, depth = _pods(node.pods, x + 12, depth, inner, places)
    places[node.name, ""] = Spot(x + 10, head + 30, bus)
    facts = [f"NAT: pods leave as {', '.join(node.leaves_as)}"] if node.leaves_as else []
    facts += [f"NAT: nodes see pods as {', '.join(node.seen_as)}"] if node.seen_as else []
    broken = [f"no route to {subnet}" for subnet in node.unrouted[:4]]
    facts += broken
    facts += node.routes[:4] + ((f"and {len(node.routes) - 4} more routes",) if len(node.routes) > 4 else ())
    texts = [
        {
            "x": x + 12,
            "y": depth + 16 + 16 * number,
            "text": shortened(fact, inner),
            "full": fact,
            "bad": fact in broken,
        }
        for number, fact in enumerate(facts)
    ]
    # Name and words share a line, which begins beside the wire.
    room, full = width - 38, _says(node.count, node.within, node.missing)
    says = shortened(full, 0.7 * room - 2 * _WORD, letter=_WORD)
    under = [f"{'pods' if node.subnets else 'node'} {_networks(node)}", *node.roles]
    return {
        "name": node.name,
        "head": head,
        "title": shortened(node.name, room - (len(says) + 3) * _WORD, letter=_NAME),
        "x": x,
        "y": y,
        "w": width,
        "h": depth - y + 16 * len(texts) + 12,
        "under": shortened(", ".join(under), room),
        "state": "missing" if node.missing else node.count.state,
        "says": says,
        "full": node.missing or full,
        "boxes": boxes,
        "wires": wires,
        "pods": pods,
        "texts": texts,
    }


def _networks(node: DrawnNode) -> str:
    """Name the pod subnets of a node; its addresses, if it has none."""
    return ", ".join(node.subnets or node.addresses)


def _says(count: Count, within: int, missing: str, short: bool = False) -> str:
    if missing:
        return "took no part"
    if not count.bad:
        return f"{count.cells} passed" if count.cells else ""
    if short:
        return bad_words(count.verdicts)
    return bad_words(count.verdicts, f" of {count.cells}") + (f", {within} within" if within else "")


def _words(count: Count) -> str:
    return bad_words(count.verdicts, f" of {count.cells} cells") or f"{count.cells} cells passed"


def _box(link: DrawnLink, x: float, y: float, width: float, kind: str) -> dict[str, Any]:
    address = link.addresses[0] if link.addresses else ""
    more = f"{link.kind} MTU {link.mtu}" if kind != "nic" else f"MTU {link.mtu}"
    return {
        "kind": kind,
        "x": x,
        "y": y,
        "w": width,
        "h": _BOX,
        "name": shortened(f"{link.name} {more}" if link.mtu and width > 160 else link.name, width - 12),
        "address": shortened(address, width - 12),
        "full": f"{link.name}, {more}: {', '.join(link.addresses)}",
    }


def _pods(
    pods: Sequence[DrawnPod], x: float, y: float, width: float, places: dict[tuple[str, str], Spot]
) -> tuple[list[dict[str, Any]], float]:
    """Draw pods in two columns, and return them with the place below them."""
    each = (width - 8) / 2
    found = []
    for number, pod in enumerate(pods[:_PODS]):
        left, top = x + number % 2 * (each + 8), y + number // 2 * (_POD + 6)
        places[pod.name, ""] = Spot(left + 14, top + _POD / 2, None)
        found.append(
            {
                "x": left,
                "y": top,
                "w": each,
                "h": _POD,
                "name": shortened(pod.name.rpartition("/")[2], each - 36, end=True),
                "address": shortened(pod.address, each - 26),
                "full": f"{pod.name} {pod.address}: {_words(pod.count)}",
                "state": pod.count.state,
            }
        )
    depth = y + (len(found) + 1) // 2 * (_POD + 6)
    if len(pods) > _PODS:
        more = f"and {len(pods) - _PODS} more pods"
        found.append({"x": x, "y": depth, "w": width, "h": 18, "name": more, "full": more, "state": "more"})
        depth += 24
    return found, depth


def _pair_paths(pairs: Sequence[BadPair], cards: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Draw a line for each pair of nodes with bad cells, below large cards and between small ones."""
    found = []
    drawn = [pair for pair in pairs if pair.first in cards and pair.second in cards][:_PAIRS]
    for number, pair in enumerate(drawn):
        one, two = sorted((cards[pair.first], cards[pair.second]), key=lambda card: (card["y"], card["x"]))
        x1, x2 = (card["x"] + card["w"] / 2 for card in (one, two))
        if "pods" in one:
            y1, y2 = (card["y"] + card["h"] for card in (one, two))
            depth = max(y1, y2) + 36 + 24 * (number % 8) if y1 == y2 else (y1 + y2) / 2
            shape = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {depth:.0f} {x2:.0f} {depth:.0f} {x2:.0f} {y2:.0f}"
            middle = (y1 + 3 * depth + 3 * depth + y2) / 8
        else:
            y1, y2 = (card["y"] + card["h"] / 2 for card in (one, two))
            depth = middle = (y1 + y2) / 2
            shape = f"M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}"
        arrow = "⇄" if pair.there and pair.back else "→" if pair.there else "←"
        label = bad_words(pair.both) if "pods" in one else ""
        found.append(
            {
                "kind": "pair",
                "shape": shape,
                "title": f"{pair.first} {arrow} {pair.second}: {bad_words(pair.both, ' cells')}",
                "label": label,
                "x": (x1 + x2) / 2,
                "y": middle,
                "bottom": max(middle + 14, y1 + 8, y2 + 8),
            }
        )
    return found


def _trails(trails: Iterable[Mapping[str, Any]], places: Mapping[tuple[str, str], Spot]) -> list[dict[str, Any]]:
    """Draw the ways of packets with the place where they end."""
    found = []
    for number, trail in enumerate(trails):
        path = trail_path(trail, places, 5.0 * number)
        if path:
            found.append({**path, "kind": "trail"})
    return found


def _small(network: Network, trails: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    columns, width, height, gap = 7, 138.0, 66.0, 20.0
    order = sorted(network.nodes, key=lambda node: (not node.missing, -node.count.bad))
    cards: list[dict[str, Any]] = []
    places: dict[tuple[str, str], Spot] = {}
    for number, node in enumerate(order):
        x, y = 10 + number % columns * (width + gap), 10 + number // columns * (height + gap)
        places[node.name, ""] = Spot(x + width / 2, y + height / 2, None)
        for pod in node.pods:
            places[pod.name, ""] = places[node.name, ""]
        full = _says(node.count, 0, node.missing, short=True)
        count = f"{len(node.pods)} {'pod' if len(node.pods) == 1 else 'pods'}"
        what = ", ".join(node.roles) or _networks(node)
        room = width - 16
        cards.append(
            {
                "name": node.name,
                "title": shortened(node.name, room, end=True, letter=_NAME),
                "x": x,
                "y": y,
                "w": width,
                "h": height,
                "under": f"{shortened(what, room - _LETTER * (len(count) + 2))}, {count}" if what else count,
                "state": "missing" if node.missing else node.count.state,
                "says": shortened(full, room - 2 * _WORD, letter=_WORD),
                "full": node.missing or full,
            }
        )
    paths = _pair_paths(network.pairs, {card["name"]: card for card in cards}) + _trails(trails, places)
    rows = (len(order) + columns - 1) // columns
    return {
        "mode": "small",
        "width": WIDTH,
        "height": round(rows * (height + gap) + 10),
        "cards": cards,
        "wires": [],
        "lines": [],
        "paths": paths,
        "pairs": len(network.pairs),
        "outside": None,
    }


__all__ = ["drawing"]
