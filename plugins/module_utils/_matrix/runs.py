# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of each run for a trend: its time, its counts and its latencies. No I/O, no Ansible."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import bad_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.percentiles import percentile
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.tallies import each_time

MOST_RUNS = 200
QUANTILES = {"median": 0.5, "p95": 0.95}
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True)
class Run:
    """The aggregate of one report.

    Attributes:
        finished: the time of its end, as the report has it
        started: of its begin, or of its end when the report has no other; it tells runs apart
        passed, bad, other: number of cells that passed; that failed, are flapping or were not probed; and of all others
        worse, better: number of cells, compared with the run before; None: nothing was compared
        median, p95: latency in ms; None: no cell has one
        unprobed, flapping: number of these among the bad cells; None: an older version wrote the run
    """

    finished: str
    started: str
    passed: int
    bad: int
    other: int
    worse: int | None = None
    better: int | None = None
    median: float | None = None
    p95: float | None = None
    unprobed: int | None = None
    flapping: int | None = None

    @property
    def failed(self) -> int:
        """The number of cells that failed; in a run of an older version, with those that are flapping."""
        return self.bad - (self.flapping or 0) - (self.unprobed or 0)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of bad cells by verdict."""
        return {"failed": self.failed, "flapping": self.flapping or 0, "not probed": self.unprobed or 0}


def run_of(report: Mapping[str, Any]) -> Run:
    """Return the aggregate of a report that this collection wrote."""
    counts = report["summary"]
    bad = bad_cells(counts)
    changes = report.get("comparison")
    latency = quantiles(latencies(report, lambda _cell: "all").get("all", []))
    return Run(
        report["finished"],
        report.get("started", report["finished"]),
        counts["passed"],
        bad,
        counts["cells"] - counts["passed"] - bad,
        worse=len(changes["worse"]) if changes else None,
        better=len(changes["better"]) if changes else None,
        median=round(latency["median"], 3) if latency else None,
        p95=round(latency["p95"], 3) if latency else None,
        unprobed=counts.get("not_probed", 0),
        flapping=counts.get("flapping", 0),
    )


def latencies(report: Mapping[str, Any], key: Any) -> dict[Any, list[tuple[float, int]]]:
    """Return the latencies in ms by a key of cells and tallies, each list in order with numbers of cells."""
    found: dict[Any, Counter[float]] = defaultdict(Counter)
    for one, time, number in each_time(report, "latency_ms"):
        found[key(one)][time] += number
    return {name: sorted(some.items()) for name, some in found.items()}


def quantiles(values: Sequence[tuple[float, int]]) -> dict[str, float]:
    """Return median and 95th percentile of latencies(): the least value that so many cells do not exceed."""
    return {name: percentile(values, share) for name, share in QUANTILES.items()} if values else {}


def read_runs(text: str) -> list[Run]:
    """Read the runs that add_run() wrote, and pass over lines of another form: a trend is no reason to fail."""
    runs = []
    for line in text.splitlines():
        try:
            runs.append(_run(parse_json(line)))
        except InputError:
            continue
    return runs


def _run(data: Any) -> Run:
    """Return the run with this JSON form. Raises InputError for another form."""
    names = [field.name for field in fields(Run)]
    if not isinstance(data, Mapping) or not set(names[:5]) <= set(data) <= set(names):
        raise InputError(f"a run has {', '.join(names)}")
    if not all(isinstance(data[name], str) and _TIME.fullmatch(data[name]) for name in names[:2]):
        raise InputError("its times are none")
    numbers = [data[name] for name in names[2:] if name in names[:5] or data.get(name) is not None]
    if not all(isinstance(number, (int, float)) and 0 <= number < math.inf for number in numbers):
        raise InputError("its numbers are none")
    run = Run(**data)
    if run.failed < 0:
        raise InputError("more cells were flapping or not probed than were bad")
    return run


def add_run(runs: Iterable[Run], run: Run, most: int = MOST_RUNS) -> list[Run]:
    """Return the newest runs with this one at the end. A run that judges its cells again replaces itself."""
    return [*(one for one in runs if one.started != run.started), run][-most:]


def runs_text(runs: Iterable[Run]) -> str:
    """Write the runs as lines of JSON."""
    return "".join(
        f"{json.dumps({name: value for name, value in asdict(run).items() if value is not None})}\n" for run in runs
    )


def seconds_of(time: str) -> float:
    """Return the seconds since the epoch of a time as reports have it."""
    return datetime.strptime(time, TIME_FORMAT).replace(tzinfo=timezone.utc).timestamp()


__all__ = [
    "QUANTILES",
    "TIME_FORMAT",
    "Run",
    "add_run",
    "latencies",
    "quantiles",
    "read_runs",
    "run_of",
    "runs_text",
    "seconds_of",
]
