# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as OpenMetrics text, for the textfile collector of Prometheus' node_exporter. No I/O, no Ansible.

The text has gauges alone and no timestamps, so it is Prometheus' older text format too, which node_exporter reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.tallies import (
    counted_cells,
    each_time,
    tallies_of,
    unlisted_cells,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import KINDS_OF_CHANGE
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import VERDICTS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import (
    QUANTILES,
    latencies,
    quantiles,
    run_of,
    seconds_of,
)

_Samples = Iterator[tuple[dict[str, str], float]]


def openmetrics_text(report: Mapping[str, Any]) -> str:
    """Write a report that this collection made as OpenMetrics. Every sample has the label C(report)."""
    families = [
        ("cells", "Cells of the last verification by check, family and verdict.", _cells(report)),
        ("cells_without_detail", "Cells that passed and that their nodes only counted.", _counted(report)),
        ("cells_not_listed", "Cells that did not pass and that their nodes only counted.", _unlisted(report)),
        ("pairs", "Pairs of endpoints that a scope smaller than full probed or left out.", _pairs(report)),
        ("latency_seconds", "Latency of cells that were reachable, by check and quantile.", _latency(report)),
        ("converged_seconds", "Time from the start of the probing until the last cell was reachable.", _last(report)),
        ("enforced_seconds", "Time until the network enforced a change of policies.", _enforced(report)),
        ("changed_cells", "Cells that differ from the verification before.", _changed(report)),
        ("findings", "Causes that the diagnosis found, by severity.", _findings(report)),
        ("nodes_left", "Nodes that took no part, by reason.", _nodes(report)),
        ("success", "1 when no cell failed, was flapping or was not probed.", _success(report)),
        ("started_timestamp_seconds", "Begin of the last verification.", _time(report, "started")),
        ("finished_timestamp_seconds", "End of the last verification.", _time(report, "finished")),
    ]
    lines = [line for name, text, samples in families for line in _family(report["name"], name, text, samples)]
    return "\n".join([*lines, "# EOF", ""])


def _family(report: str, name: str, text: str, samples: _Samples) -> list[str]:
    """Write a metric with its samples; nothing when there are none."""
    full = f"podnet_connectivity_{name}"
    lines = [f"{full}{{{_labels({'report': report, **labels})}}} {value:.15g}" for labels, value in samples]
    return [f"# TYPE {full} gauge", f"# HELP {full} {text}", *lines] if lines else []


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _cells(report: Mapping[str, Any]) -> _Samples:
    """Yield the counts, also those that are 0: a series that ends looks like a run that did not happen."""
    counts = Counter((cell["check"], cell["family"], cell["verdict"]) for cell in report["cells"])
    for tally in tallies_of(report):
        counts[tally["check"], tally["family"], "passed"] += tally["cells"]
    for tally in (report.get("not_listed") or {}).get("tallies", ()):
        counts[tally["check"], tally["family"], tally["verdict"]] += tally["cells"]
    kinds = sorted({key[:2] for key in counts}, key=lambda kind: (CHECKS.index(kind[0]), kind[1]))
    for check, family in kinds:
        for verdict in VERDICTS:
            labels = {"check": check, "family": family, "verdict": verdict.replace(" ", "_")}
            yield labels, counts[check, family, verdict]


def _counted(report: Mapping[str, Any]) -> _Samples:
    yield {}, counted_cells(report)


def _unlisted(report: Mapping[str, Any]) -> _Samples:
    yield {}, unlisted_cells(report)


def _pairs(report: Mapping[str, Any]) -> _Samples:
    if "scope" in report:
        scope = report["scope"]
        yield {"scope": scope["name"], "state": "probed"}, scope["pairs"]
        yield {"scope": scope["name"], "state": "left_out"}, scope["all_pairs"] - scope["pairs"]


def _latency(report: Mapping[str, Any]) -> _Samples:
    found = latencies(report, lambda cell: cell["check"])
    for check in sorted(found, key=CHECKS.index):
        for name, value in quantiles(found[check]).items():
            yield {"check": check, "quantile": f"{QUANTILES[name]:g}"}, value / 1000


def _last(report: Mapping[str, Any]) -> _Samples:
    times = [time for _cell, time, _number in each_time(report, "first_success_ms")]
    if times:
        yield {}, max(times) / 1000


def _enforced(report: Mapping[str, Any]) -> _Samples:
    if report.get("enforced_after_seconds") is not None:
        yield {}, report["enforced_after_seconds"]


def _changed(report: Mapping[str, Any]) -> _Samples:
    if "comparison" in report:
        yield from (({"change": kind}, len(report["comparison"][kind])) for kind in KINDS_OF_CHANGE)


def _findings(report: Mapping[str, Any]) -> _Samples:
    if "findings" in report:
        counts = Counter(one["severity"] for one in report["findings"])
        yield from (({"severity": severity}, counts[severity]) for severity in ("error", "warning"))


def _nodes(report: Mapping[str, Any]) -> _Samples:
    for reason in ("missing", "excluded"):
        yield {"reason": reason}, len(report.get(f"{reason}_nodes", []))


def _success(report: Mapping[str, Any]) -> _Samples:
    yield {}, float(run_of(report).bad == 0)


def _time(report: Mapping[str, Any], key: str) -> _Samples:
    if key in report:
        yield {}, seconds_of(report[key])


__all__ = ["openmetrics_text"]
