# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice of a few pairs among many failed cells, so that each kind of failure has one. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint, as_dict

# A pair that can be followed has a source on a node; the order is that of the checks which tell most.
_CHECKS = ("icmp", "udp", "tcp", "mtu", "dns")
_PASSING = (("tcp", "too big"), ("mtu", None))  # check and reason of cells whose probes pass
_FIELDS = ("source", "target", "check", "family", "port")


def choose_pairs(cells: Iterable[Cell], endpoints: Sequence[Endpoint], most: int) -> list[dict[str, Any]]:
    """Choose pairs whose failures have as little in common as possible.

    A group of failures shares nodes, kinds of endpoints, a check or a family. So each next pair is the one that shows
    the most of these that no earlier pair shows. Endpoints of our own come first: nothing else sends packets there.

    Args:
        cells: that failed
        endpoints: of the matrix; cells of others, such as those of the controller, are left out
        most: number of pairs
    """
    named = {one.name: one for one in endpoints}
    left = [cell for cell in cells if _can_follow(cell, named)]
    if any(map(_loses_large_packets, left)):
        # Only large probes get lost there: those of TCP are small and pass, and so do those of a larger MTU than it
        # should be.
        left = [cell for cell in left if _loses_large_packets(cell) or (cell.check, cell.reason) not in _PASSING]
    left.sort(key=lambda cell: (not named[cell.target].own, not named[cell.source].own, _CHECKS.index(cell.check)))
    marks = {cell.key: _marks(cell, named[cell.source], named[cell.target]) for cell in left}
    shown: set[Hashable] = set()
    chosen: list[dict[str, Any]] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda cell: len(marks[cell.key] - shown))
        if chosen and not marks[best.key] - shown:
            break
        shown |= marks[best.key]
        left.remove(best)
        chosen.append({name: value for name, value in as_dict(best).items() if name in _FIELDS})
    return chosen


def _can_follow(cell: Cell, named: Mapping[str, Endpoint]) -> bool:
    """Whether packets of a cell can be followed."""
    source, target = named.get(cell.source), named.get(cell.target)
    return bool(source and target and source.kind in ("pod", "node") and source.address(cell.family))


def _loses_large_packets(cell: Cell) -> bool:
    """Whether large packets of a cell vanish on the way."""
    return cell.check == "mtu" and cell.outcome != "reachable"


def _marks(cell: Cell, source: Endpoint, target: Endpoint) -> set[Hashable]:
    """What a failure may have in common with others."""
    kinds = (source.kind, target.kind, source.node == target.node)
    nodes = {("from", source.node), ("to", target.node), ("nodes", source.node, target.node)}
    return {*nodes, kinds, ("check", cell.check), ("family", cell.family, *kinds)}


__all__ = ["choose_pairs"]
