# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import (
    Run,
    add_run,
    latencies,
    quantiles,
    read_runs,
    run_of,
    runs_text,
    seconds_of,
)

TIME = "2026-11-28T18:00:12Z"
RUN = Run(TIME, "2026-11-28T18:00:00Z", 7, 2, 1)


@pytest.mark.parametrize(
    ("values", "median", "p95"),
    [([3.0], 3.0, 3.0), ([1.0, 2.0], 1.0, 2.0), ([float(n) for n in range(1, 101)], 50.0, 95.0)],
)
def test_quantiles(values, median, p95):
    assert quantiles([(value, 1) for value in values]) == {"median": median, "p95": p95}


def test_no_values_have_no_quantiles():
    assert quantiles([]) == {}


def test_latencies_are_in_order_and_cells_without_one_are_left_out():
    cells = [{"check": "tcp", "latency_ms": 2.0}, {"check": "tcp", "latency_ms": 1.0}, {"check": "udp"}]
    assert latencies({"cells": cells}, lambda cell: cell["check"]) == {"tcp": [(1.0, 1), (2.0, 1)]}


def report(**more):
    summary = {
        "cells": 10,
        "passed": 4,
        "failed": 1,
        "flapping": 1,
        "not_observed": 1,
        "not_judged": 1,
        "not_probed": 2,
    }
    return {"finished": TIME, "summary": summary, "cells": [{"latency_ms": 0.12345}, {}], **more}


def test_the_aggregate_of_a_report():
    assert run_of(report()) == Run(TIME, TIME, 4, 4, 2, None, None, 0.123, 0.123, 2, 1)
    changes = {"comparison": {"worse": [1, 2], "better": []}, "started": "2026-11-28T18:00:00Z"}
    run = run_of(report(**changes))
    assert (run.started, run.worse, run.better) == ("2026-11-28T18:00:00Z", 2, 0)


def test_cells_that_flap_or_were_not_probed_are_counted_apart():
    run = replace(RUN, bad=6, unprobed=2, flapping=3)
    assert (run.failed, run.counts) == (1, {"failed": 1, "flapping": 3, "not probed": 2})
    # An older version kept only their sum.
    assert (RUN.failed, RUN.counts) == (2, {"failed": 2, "flapping": 0, "not probed": 0})
    assert read_runs(runs_text([run])) == [run]


def test_runs_are_read_as_they_were_written():
    runs = [RUN, replace(RUN, started=TIME, worse=0, better=3, median=0.2, p95=1.5)]
    assert read_runs(runs_text(runs)) == runs
    assert json.loads(runs_text(runs).splitlines()[0]) == {
        "finished": TIME,
        "started": "2026-11-28T18:00:00Z",
        "passed": 7,
        "bad": 2,
        "other": 1,
    }


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "7",
        '{"finished": "x"}',
        json.dumps({**vars(RUN), "more": 1}),
        json.dumps({**vars(RUN), "passed": "<script>"}),
        json.dumps({**vars(RUN), "unprobed": 3}),
        json.dumps({**vars(RUN), "unprobed": 1, "flapping": 2}),
        json.dumps({**vars(RUN), "passed": -1}),
        json.dumps({**vars(RUN), "median": float("inf")}),
        json.dumps({**vars(RUN), "finished": "<b>"}),
        json.dumps({**vars(RUN), "finished": f"{TIME}\n"}),
        json.dumps({**vars(RUN), "started": None}),
        json.dumps({**vars(RUN), "passed": None}),
    ],
)
def test_lines_of_another_form_are_passed_over(line):
    assert read_runs(f"{line}\n{runs_text([RUN])}") == [RUN]


def test_the_oldest_runs_go():
    runs = [replace(RUN, started=f"2026-11-28T18:00:{number:02}Z") for number in range(5)]
    assert add_run(runs[:4], runs[4], most=3) == runs[2:]


def test_a_run_that_judges_again_replaces_itself():
    again = replace(RUN, passed=1)
    assert add_run([replace(RUN, started=TIME), RUN], again) == [replace(RUN, started=TIME), again]


def test_the_seconds_of_a_time():
    assert seconds_of("1970-01-02T00:00:01Z") == 86401
