# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting, by probing, until cells of one node show what policies say."""

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

_ATTEMPTS = 3  # of a cell in one round, all of which have to be right
_KEY = ("source", "target", "protocol", "port", "family", "allowed")


@dataclass(frozen=True)
class Goal:
    """What is waited for, and how long.

    Attributes:
        cells: what cells of any node should show
        timeout: seconds after which no round begins but the first
    """

    cells: Sequence[ExpectedCell]
    timeout: float = 30

    def __post_init__(self) -> None:
        """Raise InputError for a timeout that is out of its range."""
        check_range("converge_timeout", self.timeout)


@dataclass(frozen=True)
class Convergence:
    """How the cells became right.

    Attributes:
        cells: how many were polled
        rounds: how many rounds that took
        seconds: from the start to the first of the three right attempts of the cell that was the last to become right;
            to the end of the polling when some never did; None when there was none to poll
        wrong: those that were still wrong at the end
    """

    cells: int
    rounds: int
    seconds: float | None
    wrong: tuple[ExpectedCell, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form; of cells that are wrong what tells them apart and whether they are allowed."""
        wrong = [{name: getattr(cell, name) for name in _KEY} for cell in self.wrong]
        return {"cells": self.cells, "rounds": self.rounds, "seconds": self.seconds, "wrong": wrong}


def converge(
    sources: Iterable[Source],
    targets: Iterable[Target],
    goal: Goal,
    settings: ProbeSettings,
    namespaces: Namespaces,
) -> Convergence:
    """Poll cells, all at once, in rounds, until each was right in all attempts of one round, and return how it went.

    A cell that was right is not polled again. It is right too when no answer was to be expected, because silence then
    says nothing. A round takes what its attempts take, and no bytes are carried in it.

    Args:
        sources: all that are on this node
        targets: all
        goal: its cells with sources on other nodes are left out
        settings: of the probing; but a round has three attempts

    Raises:
        InputError: a cell of one of the sources is not probed, cells contradict one another, or as probe() does
    """
    waiting = _pairs(list(sources), targets, goal.cells)
    settings = replace(settings, attempts=_ATTEMPTS, transfer=0)
    cells, rounds = len(waiting), 0
    start = last = time.monotonic()
    while waiting and (not rounds or time.monotonic() < start + goal.timeout):
        rounds += 1
        polled = [(cell, replace(record, attempts=[])) for cell, record in waiting]
        # From new ports and with new ICMP identifiers: connection tracking knows the flows of the round before, and
        # those go on when a policy forbids new ones.
        make_attempts([record for _cell, record in polled], settings, namespaces)
        last = max([last, *(record.attempts[0].begun for cell, record in polled if _is_right(cell, record))])
        waiting = [pair for pair in polled if not _is_right(*pair)]
    seconds = (time.monotonic() if waiting else last) - start
    return Convergence(cells, rounds, round(seconds, 3) if cells else None, tuple(cell for cell, _record in waiting))


def _is_right(cell: ExpectedCell, record: Record) -> bool:
    """Return whether nothing that the attempts showed is against what the cell should show."""
    return record.outcome in (cell.outcome, "not observed")


def _pairs(
    sources: list[Source], targets: Iterable[Target], wanted: Iterable[ExpectedCell]
) -> list[tuple[ExpectedCell, Record]]:
    """Return the cells of these sources, each with its record. Raises InputError, as converge() does."""
    here = {source.name for source in sources}
    cells = {key: cell for key, cell in by_key(wanted, "converge_on").items() if key.source in here}
    records = {record.key: record for record in make_records(sources, targets)} if cells else {}
    for key in cells:
        if key not in records:
            raise InputError(f"converge_on has {key}, which targets has not: give cells of what is probed")
    return [(cell, records[key]) for key, cell in cells.items()]


__all__ = ["Convergence", "Goal", "converge"]
