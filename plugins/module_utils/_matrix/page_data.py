# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of report.json in few bytes, for the page that draws them. No I/O, no Ansible.

Most cells of a large matrix are alike. What cells have in common is written once, as a kind; a pair lists its kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import without_port

_COMMON = ("check", "family", "port", "verdict", "outcome", "reason", "detail", "message", "mtu", "translated")


def page_data(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page draws.

    C(endpoints) are C([name, kind, node]), those of a node side by side. C(kinds) are what cells have in common, and
    C(sets) are lists of kinds. C(pairs) are C([source, target, set, latency, …]) with a latency in ms for each kind.
    """
    used = {cell[end] for cell in report["cells"] for end in ("source", "target")}
    endpoints = [
        [one["name"], one["kind"], _node(one)]
        for one in sorted(report["endpoints"], key=lambda one: (_node(one) == "", _node(one), one["kind"] != "node"))
        if one["name"] in used
    ]
    numbers = {one[0]: number for number, one in enumerate(endpoints)}
    kinds: dict[tuple[tuple[str, Any], ...], int] = {}
    sets: dict[tuple[int, ...], int] = {}
    pairs: dict[tuple[int, int], tuple[list[int], list[float]]] = {}
    for cell in report["cells"]:
        kind = kinds.setdefault(_kind(cell), len(kinds))
        some, latencies = pairs.setdefault((numbers[cell["source"]], numbers[cell["target"]]), ([], []))
        some.append(kind)
        latencies.append(_short(cell.get("latency_ms")))
    return {
        "endpoints": endpoints,
        "pairs": [
            [*pair, sets.setdefault(tuple(some), len(sets)), *latencies] for pair, (some, latencies) in pairs.items()
        ],
        "kinds": [dict(kind) for kind in kinds],
        "sets": [list(some) for some in sets],
    }


def _node(endpoint: Mapping[str, Any]) -> str:
    """Return the node whose rows the endpoint stands with, empty for a target that no node has."""
    kind = endpoint["kind"]
    return str(endpoint.get("node") or endpoint["name"]) if kind in ("pod", "node", "controller") else ""


def _kind(cell: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return what this cell has in common with others. Ports of probing sockets differ, so they are left out."""
    common = {key: cell[key] for key in _COMMON if key in cell}
    if cell.get("seen") and cell.get("translated"):
        common["seen"] = without_port(cell["seen"])
    expected = {f"expected_{key}": str(value) for key, value in cell.get("expected", {}).items()}
    return tuple({**common, **expected}.items())


def _short(latency: float | None) -> float:
    """Round a latency to few digits. 0 stands for none."""
    if not latency:
        return 0
    return round(latency) if latency >= 10 else round(latency, 1)


__all__ = ["page_data"]
