# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the causes in what was gathered, and ranks them. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    LAYERS,
    SEVERITIES,
    Cause,
    Found,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.effects import EFFECTS, causes_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import CellsByNode, FailedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_trails import PacketTrail

NOT_JUDGED = "the finding could not be looked for"
# What code raises that meets a value of another kind.
_ODD_DATA = (ArithmeticError, AttributeError, InputError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class Ranked:
    """A finding, with the number of bad cells that it explains; C(unprobed) of them were not probed.

    C(may_follow_from) has the ids of findings before it that may be its cause.
    """

    id: str
    severity: str
    layer: str
    found: Found
    cells: int
    unprobed: int = 0
    may_follow_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """The findings, the first of which explains most; the bad cells that none explains; and what was not seen.

    C(failed) and C(unprobed) count the bad cells. The trails show where packets of a few failed cells ended.
    """

    findings: tuple[Ranked, ...]
    failed: int
    unexplained: tuple[FailedCell, ...]
    unread: tuple[str, ...]
    trails: tuple[PacketTrail, ...] = ()
    unprobed: int = 0


def judge(gathered: Gathered, causes: Iterable[Cause]) -> Diagnosis:
    """Find the causes, and rank them: causes before effects, then by explained cells, by severity, and by layer."""
    ranked = []
    explained: set[int] = set()
    cells_by_node = CellsByNode(gathered.failed)
    unread = list(gathered.unread)
    for cause in causes:
        for found in _find(cause, gathered, unread):
            numbers = cells_by_node.covered(found.explains)
            explained |= numbers
            cells = [gathered.failed[number] for number in numbers]
            severity, layer = found.severity or cause.severity, found.layer or cause.layer
            ranked.append(Ranked(cause.id, severity, layer, found, len(cells), _unprobed(cells)))
    unexplained = tuple(cell for number, cell in enumerate(gathered.failed) if number not in explained)
    unprobed = _unprobed(gathered.failed)
    failed = len(gathered.failed) - unprobed
    return Diagnosis(_ordered(ranked), failed, unexplained, tuple(unread), gathered.trails, unprobed)


def _find(cause: Cause, gathered: Gathered, unread: list[str]) -> list[Found]:
    """Find a cause. Data that nobody has thought of costs this cause alone."""
    try:
        return list(cause.find(gathered))
    except _ODD_DATA as error:
        reason = " ".join(f"{type(error).__name__}: {str(error)[:80]}".split())
        unread.append(f"{cause.id}: {NOT_JUDGED} ({reason}); please report it as a fault of podnet.kubernetes")
        return []


def _unprobed(cells: Iterable[FailedCell]) -> int:
    return sum(not cell.probed for cell in cells)


def _ordered(found: list[Ranked]) -> tuple[Ranked, ...]:
    """Sort findings. A cause takes the place of its best effect, and the effect comes after it."""
    above = causes_of([(one.id, one.found.nodes, one.layer) for one in found])
    best = [_rank(one) for one in found]
    depth = [0] * len(found)
    # No way leads back from an effect to its cause, so there are no more rounds than findings know effects.
    for _round in EFFECTS:
        before = best.copy(), depth.copy()
        for number, some in enumerate(above):
            for cause in some:
                best[cause] = min(best[cause], best[number])
                depth[number] = max(depth[number], depth[cause] + 1)
        if before == (best, depth):
            break
    order = sorted(range(len(found)), key=lambda number: (best[number], depth[number], _rank(found[number])))
    ids = [tuple(dict.fromkeys(found[cause].id for cause in some)) for some in above]
    return tuple(replace(found[number], may_follow_from=ids[number]) for number in order)


def _rank(one: Ranked) -> tuple[int, int, int, str, tuple[str, ...]]:
    return -one.cells, SEVERITIES.index(one.severity), LAYERS.index(one.layer), one.id, one.found.nodes


__all__ = ["Diagnosis", "Ranked", "judge"]
