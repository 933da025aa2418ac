# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' own parsers read the text: that of OpenMetrics, and that of the older format of node_exporter."""

from __future__ import annotations

import pytest
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.openmetrics import openmetrics_text

PARSERS = {
    "openmetrics": openmetrics_parser.text_string_to_metric_families,
    "older": parser.text_string_to_metric_families,
}

CELL = {"check": "tcp", "family": "ipv4", "verdict": "passed"}
REPORT = {
    "name": "lab",
    "started": "1970-01-01T00:00:01Z",
    "finished": "1970-01-01T00:00:05Z",
    "summary": {"cells": 4, "passed": 2, "failed": 1, "flapping": 0, "not_observed": 0, "not_probed": 1},
    "cells": [
        {**CELL, "latency_ms": 0.5, "first_success_ms": 10.0},
        {**CELL, "latency_ms": 1.5, "first_success_ms": 250.0},
        {**CELL, "verdict": "failed"},
        {**CELL, "check": "icmp", "family": "ipv6", "verdict": "not probed"},
    ],
}


@pytest.fixture(params=PARSERS)
def read(request):
    """A function that writes a report and reads it: the value of each sample by its name and labels."""

    def run(report):
        found = {}
        for family in PARSERS[request.param](openmetrics_text(report)):
            assert (family.type, bool(family.documentation)) == ("gauge", True)
            for sample in family.samples:
                assert sample.timestamp is None
                name = sample.name.removeprefix("podnet_connectivity_")
                others = sorted(set(sample.labels.items()) - {("report", report["name"])})
                found[(name, *others)] = sample.value
                assert sample.labels["report"] == report["name"]
        return found

    return run


def cells(**labels):
    return ("cells", *sorted(labels.items()))


def test_the_samples(read):
    found = read(REPORT)
    assert found[cells(check="tcp", family="ipv4", verdict="passed")] == 2
    assert found[cells(check="tcp", family="ipv4", verdict="failed")] == 1
    assert found[cells(check="tcp", family="ipv4", verdict="flapping")] == 0
    assert found[cells(check="icmp", family="ipv6", verdict="not_probed")] == 1
    assert sum(value for key, value in found.items() if key[0] == "cells") == 4
    assert found["latency_seconds", ("check", "tcp"), ("quantile", "0.5")] == 0.0005
    assert found["latency_seconds", ("check", "tcp"), ("quantile", "0.95")] == 0.0015
    assert found["converged_seconds",] == 0.25
    assert found["nodes_left", ("reason", "missing")] == 0
    assert (found["started_timestamp_seconds",], found["finished_timestamp_seconds",]) == (1, 5)
    assert found["success",] == 0
    absent = {"pairs", "changed_cells", "findings", "enforced_seconds"}
    assert not absent.intersection(key[0] for key in found)


def test_a_good_run(read):
    assert read({**REPORT, "summary": {"cells": 2, "passed": 2}, "cells": REPORT["cells"][:2]})["success",] == 1


def test_parts_that_are_not_always_there(read):
    found = read(
        {
            **REPORT,
            "comparison": {"better": [], "worse": [1, 2], "new": [3], "gone": []},
            "findings": [{"severity": "error"}, {"severity": "error"}],
            "missing_nodes": [{"name": "node2", "reason": "not ready"}],
            "enforced_after_seconds": 0.004,
            "scope": {"name": "sample", "pairs": 40, "all_pairs": 99},
        }
    )
    assert found["pairs", ("scope", "sample"), ("state", "probed")] == 40
    assert found["pairs", ("scope", "sample"), ("state", "left_out")] == 59
    assert found["changed_cells", ("change", "worse")] == 2
    assert found["changed_cells", ("change", "gone")] == 0
    assert found["findings", ("severity", "error")] == 2
    assert found["findings", ("severity", "warning")] == 0
    assert found["nodes_left", ("reason", "missing")] == 1
    assert found["enforced_seconds",] == 0.004


def test_labels_are_escaped(read):
    name = 'a"b\\c\nd{}'
    assert read({**REPORT, "name": name})["success",] == 0


def test_the_test_sees_a_text_that_is_none():
    for read_text in PARSERS.values():
        with pytest.raises(ValueError, match=r"."):
            list(read_text(openmetrics_text(REPORT).replace('report="lab"', 'report="l"ab"')))


def test_the_text_ends_as_openmetrics_asks():
    text = openmetrics_text(REPORT)
    assert text.endswith("# EOF\n")
    assert "\n\n" not in text
