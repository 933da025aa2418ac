# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that shows the last runs of a verification: one HTML file of text, style and SVG, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import bad_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import Run

TREND = "trend.html"
_TEMPLATE = Path(__file__).resolve().parent / "trend.html.j2"
_HEIGHT = 100  # of a chart, in units of its SVG; a run is one unit wide


def trend_text(name: str, runs: Sequence[Run]) -> str:
    """Return the page of the runs of a report, the oldest first."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    highest = max([0.0, *(one.p95 for one in runs if one.p95 is not None)])
    lines = {kind: latency_line(runs, kind, highest) for kind in ("median", "p95")}
    shown = {"bars": [bars(one) for one in runs], "words": [words(one) for one in runs]}
    return template.render(name=name, runs=runs, **shown, highest=highest, lines=lines, height=_HEIGHT)


def words(run: Run) -> str:
    """Count the cells of a run."""
    return f"{run.passed} passed, {bad_words(run.counts) or '0 failed'}, {run.other} others"


def bars(run: Run) -> list[tuple[str, float, float]]:
    """Return the parts of a run's bar from above: the kind, the place and the height.

    One failed cell of thousands keeps a height that a reader sees.
    """
    unprobed = run.unprobed or 0
    counts = {"bad": run.bad - unprobed, "unprobed": unprobed, "other": run.other, "passed": run.passed}
    seen = {kind: max(3.0, _HEIGHT * count / sum(counts.values())) for kind, count in counts.items() if count}
    scale = _HEIGHT / sum(seen.values()) if seen else 1
    parts, place = [], 0.0
    for kind, height in seen.items():
        parts.append((kind, round(place, 2), round(height * scale, 2)))
        place += height * scale
    return parts


def latency_line(runs: Sequence[Run], kind: str, highest: float) -> str:
    """Return the points of a line in SVG; runs without a latency have none."""
    points: list[Any] = [
        f"{number + 0.5:g},{_HEIGHT - _HEIGHT * value / highest:.1f}"
        for number, run in enumerate(runs)
        if (value := getattr(run, kind)) is not None and highest
    ]
    return " ".join(points)


__all__ = ["TREND", "trend_text"]
