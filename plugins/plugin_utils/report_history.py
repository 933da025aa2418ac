# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and keeps the reports of earlier runs on the controller.

A run may judge its cells twice. So a report in the place of the new one may be the run's own: its begin is the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import check_report
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_files import write_files

PREVIOUS = "previous"
REPORT = "report.json"
EARLIER = "earlier"


def read_report(path: Path) -> Mapping[str, Any]:
    """Read a report of either version.

    Raises:
        InputError: the file cannot be read, or is no such report
    """
    try:
        return check_report(parse_json(path.read_bytes()))
    except OSError as error:
        raise InputError(
            f"report {path}: it cannot be read: {error.strerror}: give the path of a report.json, or {PREVIOUS}"
        ) from None
    except InputError as error:
        raise InputError(f"report {path}: {error}") from None


def find_earlier(compare_with: str, directory: Path | None, started: str | None = None) -> Mapping[str, Any] | None:
    """Return the report to compare with; None when there is no previous one.

    Args:
        compare_with: the path of a report, or V(previous)
        directory: of the reports of this name; None: nothing is kept
        started: begin of this run, as in its report; None: the run has written no report yet

    Raises:
        InputError: a report cannot be read
    """
    if compare_with != PREVIOUS:
        return read_report(Path(compare_with).expanduser())
    for path in (directory / REPORT, *reversed(kept_reports(directory))) if directory else ():
        if path.is_file():
            report = read_report(path)
            if started is None or report.get("started") != started:
                return report
    return None


def kept_reports(directory: Path) -> list[Path]:
    """Return the reports that are kept, the oldest first: their names are their times."""
    return sorted((directory / EARLIER).glob("*.json"))


def keep_report(directory: Path, started: str | None, most: int) -> None:
    """Keep the report of an earlier run before a new one takes its place, and remove the oldest ones above the number.

    Raises:
        InputError: a file cannot be written or removed
    """
    current = directory / REPORT
    try:
        report = read_report(current)
    except InputError:
        return  # there is none, or it is no report: a new one takes its place as ever
    if most and (started is None or report.get("started") != started):
        stamp = re.sub(r"[^0-9A-Za-z-]", "", str(report.get("finished"))) or "unknown"
        write_files(directory / EARLIER, {f"{stamp}.json": current.read_bytes()})
    try:
        for old in kept_reports(directory)[: -most or None]:
            old.unlink(missing_ok=True)  # another run may remove it at the same time
    except OSError as error:
        raise InputError(f"report {error.filename}: it cannot be removed: {error.strerror}: remove it") from None


__all__ = ["PREVIOUS", "REPORT", "find_earlier", "keep_report", "read_report"]
