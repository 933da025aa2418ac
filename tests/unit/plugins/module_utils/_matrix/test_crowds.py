# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting the cells that passed gives what listing them gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import takewhile
from xml.etree import ElementTree

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix import crowds
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    ExpectationRule,
    NetworkSettings,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import (
    judge,
    judge_exceptions,
    sum_up,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.junit import junit_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import place_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    json_report,
    summarize,
    text_briefs,
    text_matrix,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import Rulebook

TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}
FLAPPING = {"outcome": "flapping", "reason": "timeout", "succeeded": 1}
UNSEEN = {"outcome": "not observed", "succeeded": 0}
RULES = [ExpectationRule(source="default/node1-*", target_kind="node", checks=("tcp",), outcome="blocked")]
POLICIES = [
    ExpectedCell("default/node1-a", "default/node2-b", 8080, "TCP", "ipv4", None, "left open", "implementation")
]


class Case:
    """A network of which some nodes sent a brief, some all of their cells, and some nothing."""

    def __init__(self, lab, fault, apart=(), silent=(), missing=None, sources=None, how=()):
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
                sent, brief = sum_up(judged, node, gone)
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
    monkeypatch.setattr(crowds, "_MOST_NAMES", 2)
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
