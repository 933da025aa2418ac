# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of report.json in few bytes, for the page that draws them. No I/O, no Ansible.

Most cells of a large matrix are alike. What cells have in common is written once, as a kind; a pair lists its kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import without_port

CHANGES = ("worse", "better", "new", "gone")
_COMMON = ("check", "family", "port", "verdict", "outcome", "reason", "detail", "message", "mtu", "translated")
_FEW = 5_000  # kinds with a text of their own; a page with more would be too large
_SOURCES = ("pod", "node", "controller")


def page_data(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page draws.

    C(endpoints) are C([name, kind, node, nodes]), those of a node side by side; C(nodes) are those that get packets.
    A NodePort has its node after them.
    C(kinds) are what cells have in common, and C(sets) are lists of kinds. C(pairs) are
    C([source, target, set, latency, …]) with a latency in ms for each kind. C(marks) are sets of cells to point at:
    C([label, scopes]) for the cells that a finding explains, C([label, null, cells]) for the changes since another run,
    with cells as C([source, target]).
    """
    used = {cell[end] for cell in report["cells"] for end in ("source", "target")}
    endpoints = [
        [one["name"], one["kind"], _node(one), _nodes(one), *([one["via"]] if one.get("via") else [])]
        for one in sorted(report["endpoints"], key=lambda one: (_node(one) == "", _node(one), one["kind"] != "node"))
        if one["name"] in used
    ]
    numbers = {one[0]: number for number, one in enumerate(endpoints)}
    kinds: dict[tuple[tuple[str, Any], ...], int] = {}
    sets: dict[tuple[int, ...], int] = {}
    pairs: dict[tuple[int, int], tuple[list[int], list[float]]] = {}
    for cell in report["cells"]:
        kind = kinds.setdefault(_kind(cell, len(kinds) < _FEW), len(kinds))
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
        "marks": [*_explained(report.get("findings") or []), *_changed(report.get("comparison") or {}, numbers)],
    }


def _explained(findings: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """Return a mark for each finding, in their order. The findings of older reports choose no cells."""
    return [[f"explained by {one['id']}", one.get("explains") or []] for one in findings]


def _changed(comparison: Mapping[str, Any], numbers: Mapping[str, int]) -> list[list[Any]]:
    """Return a mark for each kind of change that the matrix still has cells of."""
    marks: list[list[Any]] = []
    for change in CHANGES:
        cells = [
            [numbers[one["source"]], numbers[one["target"]]]
            for one in comparison.get(change) or []
            if one["source"] in numbers and one["target"] in numbers
        ]
        if cells:
            marks.append([f"{change} than before" if change in ("worse", "better") else change, None, cells])
    return marks


def _node(endpoint: Mapping[str, Any]) -> str:
    """Return the node whose rows the endpoint stands with, empty for a target that no node has."""
    return str(endpoint.get("node") or endpoint["name"]) if endpoint["kind"] in _SOURCES else ""


def _nodes(endpoint: Mapping[str, Any]) -> list[str]:
    """Return the nodes that get the packets to an endpoint, as the diagnosis counts them."""
    behind = endpoint.get("overlay_nodes") or endpoint.get("backend_nodes")
    return list(behind or [endpoint.get("node") or endpoint["name"]])


def _kind(cell: Mapping[str, Any], texts: bool) -> tuple[tuple[str, Any], ...]:
    """Return what this cell has in common with others. Ports of probing sockets differ, so they are left out."""
    common = {key: cell[key] for key in _COMMON if key in cell and (texts or key not in ("detail", "message"))}
    for socket in filter(None, (cell.get("own"), cell.get("seen"))):
        if "message" in common:
            common["message"] = common["message"].replace(socket, without_port(socket))
    if cell.get("seen") and cell.get("translated"):
        common["seen"] = without_port(cell["seen"])
    if cell.get("verdict") not in ("passed", None) and cell.get("attempts"):
        common["tries"] = f"{cell.get('succeeded', 0)} of {cell['attempts']} attempts succeeded"
    expected = {f"expected_{key}": str(value) for key, value in cell.get("expected", {}).items()}
    return tuple({**common, **expected}.items())


def _short(latency: float | None) -> float:
    """Round a latency to two digits, and larger ones to a whole number. 0 stands for none."""
    if not latency:
        return 0
    return round(latency) if latency >= 10 else float(f"{latency:.2g}")


__all__ = ["CHANGES", "page_data"]
