# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All parts of the page of a report. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import (
    BAD_VERDICTS,
    bad_cells,
    headline,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.drawing import drawing
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_data import CHANGES, page_data
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.plots import convergence_plot, latency_plot

_PAIRS = 30  # failed pairs that are listed
_NONE = "\N{EN DASH}"  # the verdict of a run that does not have the cell
_ROWS = 100  # pairs that are listed of a kind of change


def page_parts(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of the page show beside the report itself."""
    return {
        "headline": {"text": headline(report["summary"]), "bad": bad_cells(report["summary"])},
        "data": page_data(report),
        "network": drawing(report),
        "failed": failed_pairs(report),
        "latency": latency_plot(report),
        "convergence": convergence_plot(report),
        "changes": changed_pairs(report.get("comparison") or {}),
        "decided": any(cell.get("expected", {}).get("decided_by") for cell in report["cells"]),
    }


def failed_pairs(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first pairs with bad cells, each with its checks and one message; and the number of all.

    Pairs that were not probed come last: their reason is a node, and no path.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    bad = [cell for cell in report["cells"] if cell["verdict"] in BAD_VERDICTS]
    for cell in sorted(bad, key=lambda cell: cell["verdict"] == "not probed"):
        pair = {
            "source": cell["source"],
            "target": cell["target"],
            "checks": [],
            "message": cell.get("message", ""),
        }
        one = found.setdefault((cell["source"], cell["target"]), pair)
        if cell["check"] not in one["checks"]:
            one["checks"].append(cell["check"])
    return {"pairs": list(found.values())[:_PAIRS], "count": len(found)}


def changed_pairs(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the kinds of changes that there are, each with the first pairs and their checks."""
    kinds = []
    for change in CHANGES:
        cells = comparison.get(change) or ()
        rows: dict[tuple[str, ...], list[str]] = {}
        for one in cells:
            checks = rows.setdefault(
                (one["source"], one["target"], one.get("before") or _NONE, one.get("after") or _NONE), []
            )
            if one["check"] not in checks:
                checks.append(one["check"])
        if cells:
            names = ("source", "target", "before", "after")
            first = [{**dict(zip(names, row)), "checks": checks} for row, checks in list(rows.items())[:_ROWS]]
            kinds.append({"change": change, "cells": len(cells), "pairs": len(rows), "rows": first})
    return kinds


__all__ = ["page_parts"]
