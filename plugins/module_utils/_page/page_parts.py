# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All parts of the page of a report. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.drawing import drawing
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.network import BAD
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_data import CHANGES, page_data
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.plots import convergence_plot, latency_plot

_PAIRS = 30  # failed pairs that are listed


def page_parts(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of the page show beside the report itself."""
    return {
        "data": page_data(report),
        "network": drawing(report),
        "failed": failed_pairs(report),
        "latency": latency_plot(report),
        "convergence": convergence_plot(report),
        "changes": CHANGES,
    }


def failed_pairs(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first pairs with failed cells, each with its checks and one message; and the number of all."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for cell in report["cells"]:
        if cell["verdict"] in BAD:
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


__all__ = ["page_parts"]
