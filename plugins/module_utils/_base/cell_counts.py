# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for numbers of bad cells, which tell a cell that failed from one that was not probed. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping

# The verdicts for which a verification fails, in the order in which they are told.
BAD_VERDICTS = ("failed", "flapping", "not probed")
# The verdicts of cells that have no right result.
OPEN_VERDICTS = ("not observed", "not judged")


def bad_cells(summary: Mapping[str, int]) -> int:
    """Return the number of cells for which a verification fails, from its counts by verdict."""
    return sum(_bad_counts(summary).values())


def headline(summary: Mapping[str, int]) -> str:
    """Say in a few words how a verification ended, such as V(24 of 186 cells failed, 4 flapping)."""
    return bad_words(_bad_counts(summary), f" of {summary['cells']} cells") or "No cell failed"


def bad_words(counts: Mapping[str, int], things: str = "") -> str:
    """Name the numbers that are not 0 by verdict; things follow the first number. Empty: no cell is bad."""
    first, *others = [verdict for verdict in BAD_VERDICTS if counts.get(verdict)] or [""]
    one = first and counts[first] == 1 and things == " cells"
    words = [f"{counts[first]}{' cell' if one else things} {first}"] if first else []
    return ", ".join([*words, *(f"{counts[verdict]} {verdict}" for verdict in others)])


def cells_words(failed: int, unprobed: int) -> str:
    """Name the cells that a diagnosis is about, such as V(28 failed cells)."""
    if not unprobed:
        return f"{failed} failed {'cell' if failed == 1 else 'cells'}"
    if not failed:
        return f"{unprobed} {'cell' if unprobed == 1 else 'cells'} not probed"
    return f"{failed} failed {'cell' if failed == 1 else 'cells'} and {unprobed} not probed"


def _bad_counts(summary: Mapping[str, int]) -> dict[str, int]:
    return {verdict: summary.get(verdict.replace(" ", "_")) or 0 for verdict in BAD_VERDICTS}


__all__ = ["BAD_VERDICTS", "OPEN_VERDICTS", "bad_cells", "bad_words", "cells_words", "headline"]
