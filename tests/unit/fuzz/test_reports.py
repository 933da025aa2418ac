# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports, what was gathered for a diagnosis, and bundles: files that another version or a stranger wrote."""

from __future__ import annotations

import io
import json

import page_samples
import pytest
from diagnosis_world import World, across
from fuzzing import any_bytes, any_json, changed, few, fewer, holds
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.action.diagnosis_report import add_findings, bundle_of
from ansible_collections.podnet.kubernetes.plugins.filter.diagnosis import FilterModule
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.archive import pack, unpack
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import (
    FILES,
    BundleParts,
    pack_bundle,
    unpack_bundle,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import NOT_JUDGED
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import (
    account_of,
    compare_reports,
    text_comparison,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_shape import check_whole_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import (
    check_report,
    with_findings,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import Run, read_runs, runs_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_history import keep_report, read_report
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_views import report_views
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.trend_page import trend_text

diagnosis = FilterModule().filters()["diagnosis"]
FAILING = page_samples.explained()
ALLOCATION = {"allocation": {"node1": ["10.244.1.0/24"]}}
WORLD = World()
WORLD.fail(across("node2"))


def use_report(report):
    """Compare a report with a good one, both ways."""
    checked = check_report(report)
    account_of(checked)
    for before, after in ((checked, FAILING), (FAILING, checked)):
        text_comparison(compare_reports(before, after))


def use_views(report):
    """Add findings to a report, and write what is made from it."""
    report = with_findings(report, [])
    if "summary" in report:
        check_whole_report(report)
    return report_views(report, page_parts(report)) if "summary" in report else {}


def test_the_samples_are_good():
    use_report(FAILING)
    assert set(use_views(FAILING)) == {"html", "openmetrics", "markdown"}
    assert holds(diagnosis, WORLD.nodes, objects=WORLD.objects, report=WORLD.report())["failed_cells"]


@few
@given(report=changed(FAILING))
def test_a_report_to_compare_with(report):
    holds(use_report, report)


@fewer
@given(report=changed(page_samples.failing()))
def test_a_report_whose_page_is_written_anew(report):
    holds(use_views, report)


@fewer
@given(report=changed(FAILING), text=any_json({"schema": "podnet.kubernetes/connectivity-report"}))
def test_the_file_of_a_report(report, text, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "reports" / "report.json"
    path.parent.mkdir(exist_ok=True)
    for content in (json.dumps(report), text):
        path.write_text(content, errors="replace")
        holds(read_report, path)
        holds(add_findings, path, [])
        holds(keep_report, path.parent, None, 2)


@pytest.mark.parametrize("part", ["nodes", "objects", "report"])
@fewer
@given(data=st.data())
def test_what_a_diagnosis_judges(part, data):
    gathered = {"nodes": WORLD.nodes, "objects": WORLD.objects, "report": WORLD.report()}
    gathered[part] = data.draw(changed(gathered[part]))
    found = holds(diagnosis, gathered["nodes"], objects=gathered["objects"], report=gathered["report"])
    assert isinstance(found, Exception) or not any(NOT_JUDGED in one for one in found["not_looked_at"])


def packed(parts):
    return io.BytesIO(pack_bundle(parts, chosen([]), {"redacted": False}))


PARTS = BundleParts(nodes=WORLD.nodes, objects=WORLD.objects, report=WORLD.report())
BUNDLE = packed(PARTS).getvalue()


@few
@given(data=any_bytes(BUNDLE))
def test_an_archive(data):
    holds(unpack_bundle, io.BytesIO(data), chosen([]))


@few
@given(text=any_json({"schema": "podnet.kubernetes/bundle", "version": 1, "node_network": None, "not_looked_at": {}}))
def test_a_bundle_whose_archive_is_good(text):
    files = unpack(io.BytesIO(BUNDLE), FILES)
    files["bundle.json"] = text.encode(errors="replace")
    holds(unpack_bundle, io.BytesIO(pack(files)), chosen([]))


@pytest.mark.parametrize("part", ["nodes", "objects", "report", "allocation"])
@fewer
@given(data=st.data())
def test_what_goes_into_a_bundle(part, data):
    parts = {"nodes": WORLD.nodes, "objects": WORLD.objects, "report": WORLD.report()}
    parts["allocation"] = ALLOCATION
    parts[part] = data.draw(changed(parts[part]))
    holds(bundle_of, {**parts, "node_network": None, "not_looked_at": {}}, True)


TIMES = st.datetimes().map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))
COUNTS = st.integers(0, 10**6)


@few
@given(runs=st.lists(st.builds(Run, TIMES, TIMES, COUNTS, COUNTS, COUNTS, COUNTS), max_size=4))
def test_runs_come_back_as_they_were(runs):
    assert read_runs(runs_text(runs)) == runs


@fewer
@given(text=any_json({"finished": "2026-01-01T00:00:00Z", "started": "x", "passed": 1, "bad": 0, "other": 0}))
def test_lines_of_a_trend(text):
    holds(trend_text, "lab", holds(read_runs, text))
