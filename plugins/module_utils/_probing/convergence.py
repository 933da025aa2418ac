# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Poll the cells of one node until they show the results of the policies."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell, by_key
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import (
    Source,
    make_attempts,
    make_records,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings, check_range

_ATTEMPTS = 3  # for each cell in one round; all must be right
_KEY = ("source", "target", "protocol", "port", "family", "allowed")


@dataclass(frozen=True)
class Goal:
    """The cells to wait for.

    Attributes:
        cells: the expected cells, of all nodes
        timeout: seconds until the last round may begin; the first round always begins
    """

    cells: Sequence[ExpectedCell]
    timeout: float = 30

    def __post_init__(self) -> None:
        check_range("converge_timeout", self.timeout)


@dataclass(frozen=True)
class Convergence:
    """The result of the polling.

    Attributes:
        cells: number of polled cells
        rounds: number of rounds
        seconds: until the last cell became right, at its first right attempt; the whole polling when a cell stayed
        wrong;
            None without cells
        wrong: the cells that were still wrong at the end
    """

    cells: int
    rounds: int
    seconds: float | None
    wrong: tuple[ExpectedCell, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON form. A wrong cell has its key and whether it is allowed."""
        wrong = [{name: getattr(cell, name) for name in _KEY} for cell in self.wrong]
        return {"cells": self.cells, "rounds": self.rounds, "seconds": self.seconds, "wrong": wrong}


def converge(
    sources: Iterable[Source],
    targets: Iterable[Target],
    goal: Goal,
    settings: ProbeSettings,
    namespaces: Namespaces,
) -> Convergence:
    """Poll cells in rounds, all at once, until each is right in all attempts of one round.

    A round polls only cells that have not been right yet. A cell from which no answer can come is right, because its
    silence says nothing. A round transfers no bytes.

    Args:
        sources: all sources on this node
        targets: all targets
        goal: the cells; those with a source on another node are ignored
        settings: of the probing, but each round has three attempts

    Raises:
        InputError: a cell of a source here has no target, or two cells contradict each other
        ClusterError: as probe() does
    """
    waiting = _pairs(list(sources), targets, goal.cells)
    # A cell that changes during a round has answers and silence; the next round tells more than patience would.
    settings = replace(settings, attempts=_ATTEMPTS, transfer=0, patience=1)
    cells, rounds = len(waiting), 0
    start = last = time.monotonic()
    while waiting and (not rounds or time.monotonic() < start + goal.timeout):
        rounds += 1
        polled = [(cell, replace(record, attempts=[])) for cell, record in waiting]
        # Each round uses new ports and ICMP identifiers: connection tracking lets the flows of the last round pass,
        # even when a policy forbids new ones.
        make_attempts([record for _cell, record in polled], settings, namespaces)
        last = max([last, *(record.attempts[0].begun for cell, record in polled if _is_right(cell, record))])
        waiting = [pair for pair in polled if not _is_right(*pair)]
    seconds = (time.monotonic() if waiting else last) - start
    return Convergence(cells, rounds, round(seconds, 3) if cells else None, tuple(cell for cell, _record in waiting))


def _is_right(cell: ExpectedCell, record: Record) -> bool:
    """Whether the attempts agree with the expected cell."""
    return record.outcome in (cell.outcome, "not observed")


def _pairs(
    sources: list[Source], targets: Iterable[Target], wanted: Iterable[ExpectedCell]
) -> list[tuple[ExpectedCell, Record]]:
    """Pair the cells of these sources with their records. Raises InputError, as converge() does."""
    here = {source.name for source in sources}
    decided = (cell for cell in wanted if cell.allowed is not None)
    cells = {key: cell for key, cell in by_key(decided, "converge_on").items() if key.source in here}
    records = {record.key: record for record in make_records(sources, targets)} if cells else {}
    for key in cells:
        if key not in records:
            raise InputError(f"converge_on has {key}, which targets has not: give cells of these targets")
    return [(cell, records[key]) for key, cell in cells.items()]


__all__ = ["Goal", "converge"]
