# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of report.json, and the findings that a diagnosis adds to it. No I/O, no Ansible.

Version 2 may have findings, trails and a comparison. docs/report.md describes both versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

SCHEMA = "podnet.kubernetes/connectivity-report"
VERSION = 2
READABLE = (1, 2)
_LONG = ("nodes", "passed_without_detail", "endpoints", "listeners", "cells", "computed")


def check_report(report: Any) -> Mapping[str, Any]:
    """Return a report of a version that this collection reads.

    Raises:
        InputError: it is no report, or one of a newer version
    """
    if not isinstance(report, Mapping) or report.get("schema") != SCHEMA:
        raise InputError(f"it is no report.json of a verification: its schema is not {SCHEMA}")
    if report.get("version") not in READABLE:
        raise InputError(f"it has version {report.get('version')!r}, and this collection knows {READABLE[-1]} at most")
    return report


def with_findings(report: Any, findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a report with these findings in place of earlier ones, in the newest version.

    Raises:
        InputError: it is no report, or one of a newer version
    """
    return with_short_parts(check_report(report), findings=list(findings))


def with_short_parts(report: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    """Return a report with these parts in place of earlier ones, in the newest version and above the long parts."""
    short = {key: value for key, value in report.items() if key not in (*parts, *_LONG)}
    long = {key: report[key] for key in _LONG if key in report}
    return {**short, "version": VERSION, **parts, **long}


__all__ = ["SCHEMA", "VERSION", "check_report", "with_findings", "with_short_parts"]
