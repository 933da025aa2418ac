# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of report.json, and the findings that a diagnosis adds to it. No I/O, no Ansible.

Version 2 may have findings. docs/report.md describes both versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

SCHEMA = "podnet.kubernetes/connectivity-report"
VERSION = 2
READABLE = (1, 2)
_LONG = ("endpoints", "listeners", "cells")


def with_findings(report: Any, findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a report with these findings in place of earlier ones, in the newest version.

    Raises:
        InputError: it is no report, or one of a newer version
    """
    if not isinstance(report, Mapping) or report.get("schema") != SCHEMA:
        raise InputError(f"it is no report.json of a verification: its schema is not {SCHEMA}")
    if report.get("version") not in READABLE:
        raise InputError(f"it has version {report.get('version')!r}, and this collection knows {READABLE[-1]} at most")
    # A reader finds the short parts above the long ones.
    short = {key: value for key, value in report.items() if key not in ("findings", *_LONG)}
    long = {key: report[key] for key in _LONG if key in report}
    return {**short, "version": VERSION, "findings": list(findings), **long}


__all__ = ["SCHEMA", "VERSION", "with_findings"]
