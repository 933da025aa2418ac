# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting the cells that passed gives what listing them gives."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import takewhile
from xml.etree import ElementTree

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix import briefs, crowds
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import (
    MOST_FULL,
    load_briefs,
    most_listed,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    ExpectationRule,
    NetworkSettings,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import (
    choose_fairly,
    judge,
    judge_exceptions,
    sum_up,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.junit import junit_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import place_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    json_report,
    json_text,
    summarize,
    summarize_all,
    text_matrix,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_shape import check_whole_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import Rulebook
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.without_detail import text_briefs
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_views import report_views

TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}
FLAPPING = {"outcome": "flapping", "reason": "timeout", "succeeded": 1}
UNSEEN = {"outcome": "not observed", "succeeded": 0}
RULES = [ExpectationRule(source="default/node1-*", target_kind="node", checks=("tcp",), outcome="blocked")]
POLICIES = [
    ExpectedCell("default/node1-a", "default/node2-b", 8080, "TCP", "ipv4", None, "left open", "implementation")
]


class Case:
    """A network of which some nodes sent a brief, some all of their cells, and some nothing."""

    def __init__(self, lab, fault, apart=(), silent=(), missing=None, sources=None, how=(), most=None):
        self.lab, self.rules, self.policies = lab, *(how or ((), ()))
        self.endpoints = [
            replace(one, missing=f"{missing} is gone") if missing and one.node == missing else one
            for one in lab.endpoints
        ]
        self.targets = [replace(one, sources=(sources or {}).get(one.name, ())) for one in lab.targets]
        gone = sorted(one.name for one in self.endpoints if one.missing)
        probed = [one for one in self.targets if one.name not in gone]
        listed = {one.name: one.sources for one in self.targets}
        cells = [
            one
            for one in lab.cells(fault)
            if not {one.source, one.target} & {*gone} and one.source in (listed[one.target] or [one.source])
        ]
        self.cells, self.briefs = [], []
        for node in lab.names:
            names = {one.name for one in self.endpoints if one.node == node and not one.missing}
            own = [cell for cell in cells if cell.source in names]
            if node in apart:
                self.cells += own
            elif names and node not in silent:
                given = (self.rules, NetworkSettings(50), self.policies)
                judged = judge(self.endpoints, probed, lab.listeners, own, *given, sources=names)
                sent, brief = sum_up(judged, node, gone, self.endpoints, most, "seed")
                self.cells += sent
                self.briefs.append(brief)

    def listed(self):
        given = (self.rules, NetworkSettings(50), self.policies, self.briefs)
        return judge(self.endpoints, self.targets, self.lab.listeners, self.cells, *given, idle_rules=True)

    def counted(self):
        book = Rulebook(self.lab.listeners, self.rules, NetworkSettings(50), self.policies)
        return judge_exceptions(self.endpoints, self.targets, book, self.cells, self.briefs)


def check_alike(case, groups=True):
    """Everything that is made of the judgements is the same."""
    every, (judgements, crowd), endpoints = case.listed(), case.counted(), case.endpoints
    assert judgements == [one for one in every if not one.is_brief]
    by_name = {one.name: one for one in endpoints}
    places = Counter(crowd.focus.widen(place_of(one.cell, by_name)) for one in every if one.is_brief)
    assert crowd.places == places
    assert summarize(judgements, crowd.cells) == summarize(every)
    assert text_briefs(judgements, crowd) == text_briefs(every)
    found = group_failures(judgements, endpoints, crowd=crowd)
    if groups:
        assert found == group_failures(every, endpoints)
    given = (NetworkSettings(50), None, 0.0, (), (), (), case.briefs)
    reports = [
        json_report("lab", endpoints, case.lab.listeners, some, found, *given, how)
        for some, how in ((judgements, crowd), (every, crowds.Crowd()))
    ]
    assert reports[0] == reports[1]
    assert suites_of(junit_text("lab", judgements, crowd=crowd)) == suites_of(junit_text("lab", every))
    return judgements, crowd, every


def suites_of(text):
    return {suite.get("name"): ElementTree.tostring(suite) for suite in ElementTree.fromstring(text)}


def drawn(endpoints, *judged):
    """The matrix, without the source addresses below it, which are details."""
    return list(takewhile(lambda line: not line.startswith("seen "), text_matrix(endpoints, *judged)))


@given(st.data())
@settings(max_examples=25, deadline=None, phases=[Phase.generate])
def test_a_crowd_counts_what_judgements_list(network, data):
    lab = network(nodes=3, services=True, node_ports=True)
    lab.endpoints.append(Endpoint("controller", "controller", ()))
    names = [one.name for one in lab.endpoints]
    broken = data.draw(
        st.dictionaries(st.tuples(*[st.sampled_from(names)] * 2), st.sampled_from([TIMEOUT, FLAPPING, UNSEEN]))
    )
    sources = data.draw(
        st.dictionaries(st.sampled_from(names), st.lists(st.sampled_from(names), min_size=1, unique=True))
    )
    apart, silent, missing = (data.draw(st.sampled_from([None, *lab.names])) for _number in range(3))
    rules, policies = data.draw(st.sampled_from([[], RULES])), data.draw(st.sampled_from([[], POLICIES]))
    listed = {target: tuple(some) for target, some in sources.items()}
    case = Case(
        lab,
        lambda source, target, check: broken.get((source.name, target.name)),
        {apart} - {missing},
        {silent} - {apart},
        missing,
        listed,
        (rules, policies if not sources else []),
    )
    check_alike(case)


def test_the_matrix_of_many_targets_is_the_same(network):
    lab = network(nodes=10, pods=2, services=True, node_ports=True)
    case = Case(
        lab, lambda source, target, check: TIMEOUT if (source.node, target.node) == ("node3", "node7") else None
    )
    judgements, crowd, every = check_alike(case)
    assert crowd.cells > 20 * len(judgements) > 0
    assert drawn(case.endpoints, judgements, crowd) == drawn(case.endpoints, every)


def test_names_where_nothing_failed_are_left_out(network, monkeypatch):
    monkeypatch.setattr(crowds, "MOST_NAMES", 2)
    case = Case(
        network(nodes=4), lambda source, target, check: TIMEOUT if target.name == "node2" else None, apart=["node2"]
    )
    judgements, crowd, every = check_alike(case, groups=False)
    assert {place.target_node for place in crowd.places} == {"node2", ""}
    assert {place.source_node for place in crowd.places} == {""}  # three nodes failed, more than two
    found = [one.message for one in group_failures(judgements, case.endpoints, crowd=crowd)]
    assert (
        found
        == [one.message for one in group_failures(every, case.endpoints)]
        == ["44 cells: pods and nodes -> node2, all checks: timeout"]
    )


def test_a_fault_between_two_of_many_nodes_keeps_its_sentence(network):
    def fault(source, target, check):
        return TIMEOUT if (source.node, target.node) == ("node5", "node52") else None

    case = Case(network(nodes=52, pods=1), fault)
    _judgements, crowd, _every = check_alike(case)
    assert len(crowd.places) < 200


def test_wrong_counts_and_cells_are_refused(network):
    case = Case(network(nodes=2), lambda *_cell: None)
    good = case.briefs
    case.briefs = [good[0]]
    judgements, _crowd = case.counted()
    assert {one.message for one in judgements} == {f"not probed: no result from {good[1].node}"}
    case.briefs = good
    case.cells = [replace(one, target="nobody") for one in case.lab.cells()[:1]]
    with pytest.raises(
        InputError, match=r"^cells has default/node1-a -> nobody, icmp, ipv4, which is not in the matrix"
    ):
        case.counted()
    case.cells = case.lab.cells()[:1]
    with pytest.raises(InputError, match=r"^briefs: node1 counts \d+ cells that passed, and the matrix has \d+ that"):
        case.counted()
    case.cells = case.lab.cells()[:1] * 2
    with pytest.raises(InputError, match="twice"):
        case.counted()


BAD = ("failed", "flapping")


def check_schema(report, request):
    """The report is as its schema says."""
    path = request.config.rootpath / "roles/connectivity/files/connectivity-report-2.schema.json"
    Draft202012Validator(json.loads(path.read_text())).validate(json.loads(json_text(report)))


def node_pairs(judgements, endpoints):
    """The pairs of nodes that cells fail between."""
    nodes = {one.name: one.node or one.name for one in endpoints}
    return {(nodes[one.cell.source], nodes[one.cell.target]) for one in judgements if one.verdict in BAD}


def counts_of(text):
    """The counts of each testsuite."""
    names = ("tests", "failures", "errors", "skipped")
    suites = ElementTree.fromstring(text).iter("testsuite")
    return {suite.get("name"): [suite.get(name) for name in names] for suite in suites}


def reported(case, judgements, crowd):
    groups = group_failures(judgements, case.endpoints, crowd=crowd)
    given = (groups, NetworkSettings(50), None, 0.0, (), (), (), case.briefs, crowd)
    return json_report("lab", case.endpoints, case.lab.listeners, judgements, *given)


@given(st.data())
@settings(max_examples=25, deadline=None, phases=[Phase.generate])
def test_unlisted_cells_are_counted(network, data):
    """A node that lists a few of its failed cells tells the same numbers as one that lists all."""
    lab = network(nodes=3, services=True)
    names = [one.name for one in lab.endpoints]
    broken = data.draw(
        st.dictionaries(st.tuples(*[st.sampled_from(names)] * 2), st.sampled_from([TIMEOUT, FLAPPING, UNSEEN]))
    )
    given = (lab, lambda source, target, check: broken.get((source.name, target.name)))
    how = data.draw(st.sampled_from([(), (RULES, POLICIES)]))
    whole, some = Case(*given, how=how), Case(*given, how=how, most=data.draw(st.integers(0, 12)))
    (every, full), (listed, crowd) = whole.counted(), some.counted()
    assert summarize_all(listed, crowd) == summarize_all(every, full)
    assert sum(crowd.unlisted.values()) == len(every) - len(listed)
    assert node_pairs(listed, some.endpoints) == node_pairs(every, whole.endpoints)
    reports = reported(whole, every, full), reported(some, listed, crowd)
    assert reports[0].get("passed_without_detail") == reports[1].get("passed_without_detail")
    bad = sum(one.verdict in BAD for one in every)
    assert sum(group["cells"] for group in reports[1]["groups"]) == bad
    texts = (junit_text("lab", every, crowd=full), junit_text("lab", listed, crowd=crowd))
    assert counts_of(texts[0]) == counts_of(texts[1])
    assert drawn(whole.endpoints, every, full) == drawn(some.endpoints, listed, crowd)
    check_whole_report(reports[1])
    assert load_briefs(json.loads(json.dumps([as_dict(one) for one in some.briefs]))) == some.briefs


def test_a_node_without_a_network_is_named_although_its_cells_are_not_listed(network, monkeypatch):
    """In a cluster of few nodes, and of many: there, places name no target."""
    lab = network(nodes=4, pods=2)

    def cut_off(source, target, check):
        return TIMEOUT if source.node == "node1" and target.node != "node1" else None

    for many in (50, 3):
        monkeypatch.setattr(crowds, "MOST_NAMES", many)
        case = Case(lab, cut_off, most=5)
        listed, crowd = case.counted()
        first, *others = group_failures(listed, case.endpoints, crowd=crowd)
        assert first.message == "5 cells: node1 and its pods -> pods and nodes on other nodes, all checks: timeout"
        assert [one.message.partition(" failed too")[1] for one in others] == [" failed too"]


def test_the_report_and_its_views_say_that_cells_are_not_listed(network, request):
    fault = (network(nodes=3), lambda source, target, check: TIMEOUT if check == "tcp" else None)
    case, failed = Case(*fault, most=1), len(Case(*fault).cells)
    listed, crowd = case.counted()
    report = reported(case, listed, crowd)
    number = report["not_listed"]["cells"]
    assert report["summary"]["failed"] == failed == len(listed) + number > len(listed) > 0
    assert report["not_listed"]["tallies"] == [{"check": "tcp", "family": "ipv4", "verdict": "failed", "cells": number}]
    check_schema(report, request)
    sentence = f"{number} of the cells that did not pass are not listed: their nodes only counted them"
    assert sentence in text_briefs(listed, crowd)
    views = report_views(report, page_parts(report))
    assert sentence in views["markdown"]
    assert f'podnet_connectivity_cells_not_listed{{report="lab"}} {number}' in views["openmetrics"]
    assert f'check="tcp",family="ipv4",verdict="failed"}} {failed}' in views["openmetrics"]
    assert f"<b>{number}</b> of the cells that did not pass are not listed" in views["html"]


def test_cells_are_chosen_in_turn_by_the_seed(network, monkeypatch):
    case = Case(network(nodes=4, pods=3), lambda source, target, check: TIMEOUT if check == "tcp" else UNSEEN)
    judgements = [one for one in case.listed() if one.cell.source == "default/node1-a"]
    by_name = {one.name: one for one in case.endpoints}
    targets = [by_name[one.cell.target].node or one.cell.target for one in judgements]

    def chosen(most, seed="a"):
        return Counter(targets[position] for position in choose_fairly(judgements, by_name, most, seed))

    assert chosen(0) == {"node1": 1, "node2": 1, "node3": 1, "node4": 1}
    with monkeypatch.context() as patch:
        patch.setattr("ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements.MOST_FAR_NODES", 2)
        assert sorted(chosen(0).values()) == [1, 1]
    assert chosen(8) == {"node1": 2, "node2": 2, "node3": 2, "node4": 2}
    assert choose_fairly(judgements, by_name, 8, "a") == choose_fairly(judgements, by_name, 8, "a")
    assert choose_fairly(judgements, by_name, 8, "a") != choose_fairly(judgements, by_name, 8, "b")
    # Cells that cannot be observed come after all that failed.
    failed = {number for number, one in enumerate(judgements) if one.verdict == "failed"}
    assert choose_fairly(judgements, by_name, len(failed), "a") == failed


@pytest.mark.parametrize(("full", "share"), [(MOST_FULL, None), (10, 50_000 // 3)])
def test_only_nodes_of_a_large_matrix_leave_failed_cells_out(network, monkeypatch, full, share):
    monkeypatch.setattr(briefs, "MOST_FULL", full)
    lab = network(nodes=3)
    assert most_listed(lab.endpoints, lab.targets) == share


def test_a_place_of_another_form_is_refused():
    with pytest.raises(InputError, match=r"^unlisted has the place \['pod'\]: give source_kind, source_node"):
        load_briefs([{"node": "node1", "unlisted": [{"place": ["pod"], "verdict": "failed", "cells": 1}]}])
