# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node reports in place of cells that passed: counts, and how their times are distributed. No I/O, no Ansible.

A node that judged its cells sends the others with all fields. So each cell that it does not send has passed. Where too
many did not, it sends some of them and counts the rest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Cell,
    Endpoint,
    Target,
    load_form,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import CellPlace

DETAILS = ("auto", "full", "failures")
# Cells of a matrix that V(auto) still reports in full. Of a larger one, the controller only counts what briefs count.
MOST_FULL = 50_000
# Cells that did not pass and that nodes list together: each its share, but one for each of 200 nodes that they fail to.
MOST_LISTED = 50_000
MOST_FAR_NODES = 200
# Nodes, and endpoints, whose names tell failures apart in each direction.
MOST_NAMES = 50

_Times = tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Tally:
    """Cells of one node that passed, and have the same check, family and outcome.

    Attributes:
        node: name of the node, or of the controller
        check, family, outcome: of the cells
        cells: their number
        translated: number of the cells whose target saw another address or port than the source's own
        latency_ms, first_success_ms: times of the cells to two digits, in order, each with the number of its cells
    """

    node: str
    check: str
    family: str
    outcome: str
    cells: int
    translated: int = 0
    latency_ms: _Times = ()
    first_success_ms: _Times = ()


@dataclass(frozen=True)
class Unlisted:
    """Cells of one source that did not pass, and that the node does not send, because they are too many.

    Attributes:
        place: of the cells, without the target, and without its node in a cluster of many nodes
        verdict: of the cells
        cells: their number
    """

    place: CellPlace
    verdict: str
    cells: int


@dataclass(frozen=True)
class Brief:
    """The cells of a node that it only counts.

    Attributes:
        node: name of the node, or of the controller
        missing: names of endpoints that the node left out, because they were missing when it began
        tallies: of the cells that passed
        unlisted: the others
        unlisted_targets: the number of the others at each target
    """

    node: str
    missing: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    unlisted_targets: tuple[tuple[str, int], ...] = ()

    @property
    def cells(self) -> int:
        """The number of cells that passed."""
        return sum(tally.cells for tally in self.tallies)


def tally_cells(node: str, passed: Iterable[Cell], missing: Collection[str] = ()) -> Brief:
    """Return the brief of a node from its cells that passed."""
    alike: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in passed:
        alike[cell.check, cell.family, cell.outcome].append(cell)
    tallies = tuple(
        Tally(
            node,
            *kind,
            cells=len(some),
            translated=sum(1 for cell in some if cell.translated),
            latency_ms=_count_times(cell.latency_ms for cell in some),
            first_success_ms=_count_times(cell.first_success_ms for cell in some),
        )
        for kind, some in alike.items()
    )
    return Brief(node, tuple(missing), tallies)


def _count_times(times: Iterable[float | None]) -> _Times:
    return tuple(sorted(Counter(float(f"{time:.2g}") for time in times if time is not None).items()))


def load_briefs(data: Iterable[Mapping[str, Any]]) -> list[Brief]:
    """Load briefs from their JSON forms. Raises InputError when a field is unknown or missing."""
    return [
        load_form(
            Brief,
            one,
            missing=tuple(one.get("missing", ())),
            tallies=tuple(map(_load_tally, one.get("tallies", ()))),
            unlisted=tuple(map(_load_unlisted, one.get("unlisted", ()))),
            unlisted_targets=tuple((name, number) for name, number in one.get("unlisted_targets", ())),
        )
        for one in data
    ]


def _load_unlisted(data: Mapping[str, Any]) -> Unlisted:
    place = data.get("place", ())
    if len(place) != len(CellPlace._fields):
        raise InputError(f"unlisted has the place {place!r}: give {', '.join(CellPlace._fields)}")
    return load_form(Unlisted, data, place=CellPlace(*place))


def _load_tally(data: Mapping[str, Any]) -> Tally:
    times = {name: tuple(map(tuple, data.get(name, ()))) for name in ("latency_ms", "first_success_ms")}
    return load_form(Tally, data, **times)


def is_brief(detail: str, endpoints: Iterable[Endpoint], targets: Iterable[Target]) -> bool:
    """Whether nodes report only the cells that did not pass. All nodes of a run decide alike.

    Args:
        detail: one of DETAILS
        endpoints, targets: of the whole matrix
    """
    return detail == "failures" or (detail == "auto" and most_cells(endpoints, targets) > MOST_FULL)


def most_listed(endpoints: Iterable[Endpoint], targets: Iterable[Target]) -> int | None:
    """Return how many cells that did not pass a node may send; None for any number, in a small matrix."""
    endpoints = list(endpoints)
    if most_cells(endpoints, targets) <= MOST_FULL:
        return None
    return MOST_LISTED // max(1, sum(1 for one in endpoints if one.kind == "node"))


def most_cells(endpoints: Iterable[Endpoint], targets: Iterable[Target]) -> int:
    """Return the number of cells as if each endpoint probed also itself, without listing them."""
    tries: Counter[tuple[str, str]] = Counter()
    listed = 0
    for target in targets:
        if target.sources:
            listed += len(target.sources) * len(target.tries)
        elif target.address:  # else the target is missing
            tries[target.kind, family_of(target.address)] += len(target.tries)
    return listed + sum(
        number
        for source in endpoints
        for (kind, family), number in tries.items()
        if family in source.families and source.probes(kind)
    )


__all__ = [
    "DETAILS",
    "MOST_FAR_NODES",
    "MOST_FULL",
    "MOST_NAMES",
    "Brief",
    "Unlisted",
    "is_brief",
    "load_briefs",
    "most_cells",
    "most_listed",
    "tally_cells",
]
