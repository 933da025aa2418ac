# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plots of a page: latency between nodes, and the time until cells first succeeded. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.percentiles import percentile
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.tallies import each_time, tallies_of

_ROWS = 24  # pairs of nodes in the plot, those with the highest latencies
_POINTS = 60
_WIDTH, _HEIGHT = 600, 160


def latency_plot(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return median and 95th percentile of the latency for each pair of nodes, the highest first.

    Answers of the DNS and of targets without a node are left out. Cells without detail have V(all) as target.
    C(pairs) counts all pairs of nodes, of which C(rows) has a few; C(share) values are percent of C(most), the highest
    value.
    """
    nodes = {one["name"]: one.get("node") or one["name"] for one in report["endpoints"] if one["kind"] in _WITH_NODE}
    values: dict[tuple[str, str], Counter[float]] = defaultdict(Counter)
    for cell in report["cells"]:
        if cell.get("latency_ms") and cell["check"] != "dns" and cell["source"] in nodes and cell["target"] in nodes:
            values[nodes[cell["source"]], nodes[cell["target"]]][cell["latency_ms"]] += 1
    for tally in tallies_of(report):
        if tally["check"] != "dns":
            for time, number in tally.get("latency_ms", ()):
                values[tally["node"], "all"][time] += number
    rows: list[dict[str, Any]] = []
    for (source, target), some in values.items():
        ordered = sorted(some.items())
        median, high = percentile(ordered, 0.5), percentile(ordered, 0.95)
        rows.append({"source": source, "target": target, "median": median, "p95": high, "cells": sum(some.values())})
    rows.sort(key=lambda row: (-row["p95"], row["source"], row["target"]))
    most = rows[0]["p95"] if rows else 0
    for row in rows[:_ROWS]:
        row.update(median_share=_share(row["median"], most), p95_share=_share(row["p95"], most))
    return {"rows": rows[:_ROWS], "pairs": len(rows), "most": most}


_WITH_NODE = ("pod", "node")


def convergence_plot(report: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the curve of cells that had succeeded for the first time, over the time since the probes began.

    None when no cell has such a time.
    """
    counts: Counter[float] = Counter()
    for _one, time, number in each_time(report, "first_success_ms"):
        counts[time] += number
    times = sorted(counts.items())
    if not times:
        return None
    last, total = times[-1][0] or 1, sum(counts.values())
    curve = list(zip(sorted(counts), accumulate(number for _time, number in times)))
    points = [*curve[: -1 : max(1, len(curve) // _POINTS)], curve[-1]]
    corners = [(time / last * _WIDTH, _HEIGHT - number / total * _HEIGHT) for time, number in points]
    line = f"M0 {_HEIGHT}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in corners)
    return {
        "line": line,
        "cells": total,
        "median": percentile(times, 0.5),
        "p95": percentile(times, 0.95),
        "last": times[-1][0],
        "width": _WIDTH,
        "height": _HEIGHT,
    }


def _share(value: float, most: float) -> float:
    return round(100 * value / most, 1) if most else 0


__all__ = ["convergence_plot", "latency_plot"]
