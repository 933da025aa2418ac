# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of a report, also those that nodes only counted. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def each_time(report: Mapping[str, Any], field: str) -> Iterator[tuple[Mapping[str, Any], float, int]]:
    """Yield every time of a report, with the cell or the tally that has it, and the number of cells that have it.

    Args:
        report: the report
        field: V(latency_ms) or V(first_success_ms)
    """
    for cell in report["cells"]:
        if cell.get(field) is not None:
            yield cell, cell[field], 1
    for tally in tallies_of(report):
        for time, number in tally.get(field, ()):
            yield tally, time, number


def counted_cells(report: Mapping[str, Any]) -> int:
    """Return the number of cells without detail in a report."""
    number: int = (report.get("passed_without_detail") or {}).get("cells", 0)
    return number


def unlisted_cells(report: Mapping[str, Any]) -> int:
    """Return the number of cells that did not pass and that a report does not list."""
    number: int = (report.get("not_listed") or {}).get("cells", 0)
    return number


def tallies_of(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tallies of a report; none when all of its cells have details."""
    tallies: list[Mapping[str, Any]] = (report.get("passed_without_detail") or {}).get("tallies", [])
    return tallies


__all__ = ["counted_cells", "each_time", "tallies_of", "unlisted_cells"]
