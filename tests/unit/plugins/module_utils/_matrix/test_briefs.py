# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from itertools import takewhile
from xml.etree import ElementTree

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import (
    MOST_FULL,
    Brief,
    is_brief,
    load_briefs,
    tally_cells,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, as_dict, load_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import compare_reports
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    ExpectationRule,
    NetworkSettings,
    matrix,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge, sum_up
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.junit import junit_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    json_report,
    json_text,
    summarize,
    text_matrix,
    text_summary,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_shape import check_whole_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_views import report_views

# What may be different in a cell.
TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}
ANSWERS = (
    TIMEOUT,
    {"outcome": "blocked", "reason": "refused", "succeeded": 0},
    {"outcome": "faulty", "reason": "wrong answer", "detail": "default/node1-a answered"},
    {"outcome": "flapping", "reason": "timeout", "succeeded": 2},
    {"outcome": "not observed", "succeeded": 0},
    {"own": "10.244.0.2:40000", "seen": "10.100.198.200:40000"},
    {"mtu": 1400},
)
RULES = (
    ExpectationRule(source="default/node1-*", outcome="blocked"),
    ExpectationRule(target_kind="node", checks=("tcp",), outcome="blocked"),
    ExpectationRule(target="203.0.113.1", source_address="own"),
)


def decided(allowed, source, target, protocol):
    port = None if protocol == "ICMP" else 8080
    decides = "implementation" if allowed is None else "api"
    return ExpectedCell(source, target, port, protocol, "ipv4", allowed, "a policy", decides)


POLICY_CELLS = tuple(
    decided(allowed, "default/node1-a", f"default/{node}-b", protocol)
    for node, allowed in (("node1", False), ("node2", None), ("node3", True))
    for protocol in ("TCP", "UDP", "ICMP")
)


def without(endpoints, node):
    """The endpoints when a node takes no part."""
    return [replace(one, missing=f"{node} is gone") if one.node == node else one for one in endpoints]


def send(kind, data):
    """Take data through JSON, as from a node to the controller."""
    return kind(json.loads(json.dumps([as_dict(one) for one in data])))


def report_by_exception(lab, endpoints, cells, *rules):
    """The cells and briefs that the nodes send."""
    gone = {one.name for one in endpoints if one.missing}
    targets = [target for target in lab.targets if target.name not in gone]
    shown, briefs = [], []
    for node in {one.node for one in endpoints if one.node and not one.missing}:
        sources = {one.name for one in endpoints if one.node == node}
        own = [cell for cell in cells if cell.source in sources]
        judgements = judge(endpoints, targets, lab.listeners, own, *rules, sources=sources)
        found, brief = sum_up(judgements, node, sorted(gone))
        shown += found
        briefs.append(brief)
    return send(load_cells, shown), send(load_briefs, briefs)


def essence(judgements):
    return [(one.cell.key, one.expected, one.verdict, one.message) for one in judgements]


def drawn(endpoints, judgements):
    """The matrix, without the source addresses below it, which are details."""
    return list(takewhile(lambda line: not line.startswith("seen "), text_matrix(endpoints, judgements)))


@given(st.data())
@settings(max_examples=20, deadline=None, phases=[Phase.generate])
def test_both_details_have_the_same_verdicts_groups_and_matrix(network, data):
    lab = network(nodes=3, services=True, node_ports=True)
    cells = lab.cells()
    answers = data.draw(st.dictionaries(st.integers(0, len(cells) - 1), st.sampled_from(ANSWERS), max_size=20))
    broken = data.draw(st.sampled_from([None, "default/node2-a", "node3"]))  # all cells to it time out
    missing = data.draw(st.sampled_from([None, "node2"]))
    rules = data.draw(st.lists(st.sampled_from(RULES), unique=True))
    policy_cells = data.draw(st.sampled_from([(), POLICY_CELLS]))
    endpoints = without(lab.endpoints, missing)
    gone = {one.name for one in endpoints if one.missing}
    cells = [
        replace(cell, **answers.get(number, TIMEOUT if cell.target == broken else {}))
        for number, cell in enumerate(cells)
        if not {cell.source, cell.target} & gone
    ]
    how = rules, NetworkSettings(50), policy_cells
    full = judge(endpoints, lab.targets, lab.listeners, cells, *how)
    shown, briefs = report_by_exception(lab, endpoints, cells, *how)
    brief = judge(endpoints, lab.targets, lab.listeners, shown, *how, briefs)
    assert essence(brief) == essence(full)
    assert summarize(brief) == summarize(full)
    groups = group_failures(full, endpoints)
    assert group_failures(brief, endpoints) == groups
    assert drawn(endpoints, brief) == drawn(endpoints, full)
    assert {one.cell.key for one in brief if not one.is_brief} == {
        one.cell.key for one in full if one.verdict != "passed"
    }
    assert sum(one.cells for one in briefs) == summarize(full)["passed"]


def slow(source, target, check):
    """node2's pods answer late, and node1 does not reach node3."""
    if (source.name, target.name) == ("node1", "node3"):
        return TIMEOUT
    return {"latency_ms": 20.04 if source.node == "node2" else 0.101, "first_success_ms": 31.0}


@pytest.fixture
def lab(network):
    return network(nodes=3)


@pytest.fixture
def reports(lab):
    """The judgements and the JSON report of a run with all cells, and of one with failures alone."""
    made = []
    for cells, briefs in ((lab.cells(slow), []), report_by_exception(lab, lab.endpoints, lab.cells(slow))):
        judgements = judge(lab.endpoints, lab.targets, lab.listeners, cells, briefs=briefs)
        groups = group_failures(judgements, lab.endpoints)
        network_settings = NetworkSettings()
        report = json_report(
            "lab", lab.endpoints, lab.listeners, judgements, groups, network_settings, 1.0, 2.0, briefs=briefs
        )
        made.append((judgements, json.loads(json_text(report))))
    return made


def test_the_report_has_failures_in_detail_and_counts_the_rest(reports, lab, request):
    (_full, whole), (_brief, report) = reports
    schema = request.config.rootpath / "roles/connectivity/files/connectivity-report-2.schema.json"
    Draft202012Validator(json.loads(schema.read_text())).validate(report)
    check_whole_report(report)
    assert report["summary"] == whole["summary"]
    assert report["groups"] == whole["groups"]
    assert report["cells"] == [cell for cell in whole["cells"] if cell["verdict"] == "failed"] != []
    counted = report["passed_without_detail"]
    assert counted["cells"] == whole["summary"]["passed"]
    assert counted["cells"] == sum(tally["cells"] for tally in counted["tallies"])
    # 9 endpoints, 4 checks: as a source and as a target of 8 others.
    assert counted["by_endpoint"]["default/node2-a"] == 2 * 8 * 4
    assert counted["by_endpoint"]["node1"] == 2 * 8 * 4 - 4
    # Three endpoints on the node, each with the six elsewhere in both directions and the two others here.
    assert counted["by_node"]["node2"] == 4 * (3 * 6 * 2 + 3 * 2)
    tcp = next(one for one in counted["tallies"] if (one["node"], one["check"]) == ("node2", "tcp"))
    assert (tcp["cells"], tcp["latency_ms"], tcp["first_success_ms"]) == (24, [[20.0, 24]], [[31.0, 24]])


def test_the_views_say_how_many_cells_have_no_detail_and_show_the_same_numbers(reports):
    (_full, whole), (_brief, report) = reports
    number = report["passed_without_detail"]["cells"]
    full, brief = (report_views(one, page_parts(one)) for one in (whole, report))
    assert f"{number} of the cells that passed have no detail" in brief["markdown"]
    assert f"<b>{number}</b> of the cells that passed have no detail" in brief["html"]
    assert "have no detail" not in full["markdown"] + full["html"]
    metrics = [set(one["openmetrics"].splitlines()) for one in (full, brief)]
    different = sorted(line.partition("{")[0] for line in metrics[0] ^ metrics[1])
    assert different == [
        *["podnet_connectivity_cells_without_detail"] * 2,
        *["podnet_connectivity_latency_seconds"] * 16,
    ]
    # Two digits are left of 0.101 and of 20.04 ms.
    assert 'podnet_connectivity_latency_seconds{report="lab",check="tcp",quantile="0.95"} 0.02' in metrics[1]
    assert 'podnet_connectivity_latency_seconds{report="lab",check="tcp",quantile="0.5"} 0.0001' in metrics[1]


def test_the_page_counts_cells_of_nodes_and_pods_and_draws_latencies(reports):
    (_full, whole), (_brief, report) = reports
    full, brief = page_parts(whole), page_parts(report)
    assert brief["network"] == full["network"]
    assert (brief["headline"], brief["failed"]) == (full["headline"], full["failed"])
    assert brief["convergence"] == full["convergence"]
    assert [(row["source"], row["target"], row["median"], row["cells"]) for row in brief["latency"]["rows"]] == [
        ("node2", "all", 20.0, 96),
        ("node1", "all", 0.1, 92),
        ("node3", "all", 0.1, 96),
    ]


def test_junit_has_one_testcase_for_the_cells_without_detail(reports):
    (full, _whole), (brief, _report) = reports
    whole, short = (ElementTree.fromstring(junit_text("lab", some)) for some in (full, brief))
    assert short.attrib == whole.attrib
    assert [suite.attrib for suite in short] == [suite.attrib for suite in whole]
    names = [case.get("name") for case in short.iterfind("testsuite[@name='tcp.ipv4']/testcase")]
    assert names == ["node1 -> node3:8080", "71 cells without detail"]


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0), (1, 1), (0, 0)])
def test_runs_of_different_details_are_compared(reports, before, after):
    earlier, later = reports[before][1], reports[after][1]
    comparison = compare_reports(earlier, later)
    assert {kind: comparison[kind] for kind in ("better", "worse", "new", "gone")} == {
        kind: [] for kind in ("better", "worse", "new", "gone")
    }


def test_a_cell_that_another_run_only_counted_is_better_or_worse(reports, lab):
    brief = reports[1][1]
    cells, briefs = report_by_exception(lab, lab.endpoints, lab.cells())
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, cells, briefs=briefs)
    healthy = json_report(
        "lab", lab.endpoints, lab.listeners, judgements, [], NetworkSettings(), 1.0, 2.0, briefs=briefs
    )
    assert healthy["cells"] == []
    for earlier, later, kind in ((brief, healthy, "better"), (healthy, brief, "worse")):
        comparison = compare_reports(earlier, later)
        found = {name: len(comparison[name]) for name in ("better", "worse", "new", "gone") if comparison[name]}
        assert found == {kind: 4}


def test_a_sample_says_nothing_about_cells_that_it_does_not_list(reports):
    (_full, whole), (_brief, brief) = reports
    comparison = compare_reports({**brief, "scope": {"name": "sample"}}, whole)
    assert len(comparison["new"]) == brief["passed_without_detail"]["cells"]


def test_a_count_that_does_not_fit_the_matrix_is_refused(lab):
    cells, briefs = report_by_exception(lab, lab.endpoints, lab.cells(slow))
    with pytest.raises(InputError) as caught:
        judge(lab.endpoints, lab.targets, lab.listeners, cells[1:], briefs=briefs)
    assert str(caught.value) == (
        "briefs: node1 counts 92 cells that passed, and the matrix has 93 that it did not send: give endpoints, "
        "targets, cells and briefs of one run"
    )


def test_a_node_without_a_brief_sent_nothing(lab):
    cells, briefs = report_by_exception(lab, lab.endpoints, lab.cells())
    some = [one for one in briefs if one.node != "node2"]
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, cells, briefs=some)
    assert summarize(judgements)["not_probed"] == 3 * 8 * 4
    assert text_summary(summarize(judgements), group_failures(judgements, lab.endpoints))[0] == (
        "288 cells: 192 passed, 96 not probed"
    )


def test_times_keep_two_digits_and_translations_are_counted():
    alike = ("a", "b", "tcp", "ipv4", 80, "reachable")
    cells = [
        Cell(*alike, latency_ms=0.1234, first_success_ms=104.0, own="10.0.0.1:5", seen="10.0.0.1:5"),
        Cell(*alike, latency_ms=0.1188, first_success_ms=96.0, own="10.0.0.1:5", seen="10.0.0.9:5"),
        Cell(*alike[:-1], "blocked"),
    ]
    reachable, blocked = tally_cells("node1", cells).tallies
    assert (reachable.cells, reachable.translated, reachable.latency_ms) == (2, 1, ((0.12, 2),))
    assert reachable.first_success_ms == ((96.0, 1), (100.0, 1))
    assert (blocked.outcome, blocked.cells, blocked.latency_ms) == ("blocked", 1, ())


def test_auto_depends_on_the_number_of_cells(network):
    small, large = network(nodes=3, pods=1, services=True, node_ports=True), network(nodes=10, pods=11)
    assert not is_brief("auto", small.endpoints, small.targets)
    # 120 endpoints and 4 checks: 57,120 cells.
    assert len(list(matrix(large.endpoints, large.targets))) > MOST_FULL
    assert is_brief("auto", large.endpoints, large.targets)
    assert not is_brief("full", large.endpoints, large.targets)
    assert is_brief("failures", small.endpoints, small.targets)


def test_auto_counts_the_cells_of_a_sample(network):
    large = network(nodes=10, pods=11)
    sampled = [replace(one, sources=("node1", "node2")) for one in large.targets]
    assert not is_brief("auto", large.endpoints, sampled)
    # Each of these sources has 120 targets with 4 checks.
    many = [replace(one, sources=tuple(source.name for source in large.endpoints)) for one in large.targets]
    assert is_brief("auto", large.endpoints, many)


def test_a_brief_of_another_form_is_refused():
    assert load_briefs([{"node": "node1"}]) == [Brief("node1")]
    with pytest.raises(InputError, match="brief has no field cells: it has missing, node, tallies"):
        load_briefs([{"node": "node1", "cells": 3}])
    with pytest.raises(InputError, match=r"tally .* has no node"):
        load_briefs([{"node": "node1", "tallies": [{"check": "tcp"}]}])
