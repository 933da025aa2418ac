# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint, Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import Expectation, NetworkSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge, judge_cell

A = Endpoint("default/a", "pod", ("10.244.1.5", "fd00::5"), "node1")
ONE = Endpoint("node1", "node", ("10.100.198.201",), "node1")

OWN, OTHER = "10.244.1.5:4242", "10.100.198.201:4242"


def judged(expected, source=A, **found):
    """Verdict and message of a cell from the source to pod b."""
    cell = Cell(source.name, "default/b", "tcp", "ipv4", 8080, **found)
    judgement = judge_cell(cell, Expectation(**{"source": "any", "mtu": None, "because": "test", **expected}), source)
    return judgement.verdict, judgement.message


@pytest.mark.parametrize(
    ("found", "verdict", "message"),
    [
        ({"outcome": "reachable"}, "passed", None),
        ({"outcome": "blocked", "reason": "refused"}, "failed", "refused"),
        (
            {"outcome": "faulty", "reason": "wrong answer", "detail": "64 KiB: 12288 bytes arrived"},
            "failed",
            "wrong answer: 64 KiB: 12288 bytes arrived",
        ),
        ({"outcome": "blocked"}, "failed", "blocked"),
        (
            {"outcome": "flapping", "reason": "timeout", "attempts": 3, "succeeded": 2},
            "flapping",
            "flapping: 2 of 3 attempts succeeded",
        ),
        ({"outcome": "not observed", "reason": "timeout"}, "not observed", None),
    ],
)
def test_a_cell_that_should_be_reachable(found, verdict, message):
    assert judged({"outcome": "reachable"}, **found) == (verdict, message)


@pytest.mark.parametrize(
    ("found", "verdict", "message"),
    [
        ({"outcome": "blocked", "reason": "timeout"}, "passed", None),
        ({"outcome": "reachable"}, "failed", "reachable, should be blocked"),
        ({"outcome": "faulty", "reason": "wrong answer"}, "failed", "faulty, should be blocked"),
        ({"outcome": "flapping", "attempts": 3, "succeeded": 1}, "flapping", "flapping: 1 of 3 attempts succeeded"),
        ({"outcome": "not observed"}, "not observed", None),
    ],
)
def test_a_cell_that_should_be_blocked(found, verdict, message):
    assert judged({"outcome": "blocked"}, **found) == (verdict, message)


def test_a_failure_of_the_dns_names_the_place_that_has_the_domain():
    origin = "ConfigMap kube-system/kubelet-config"
    dns = Endpoint(
        "kube-system/dns:dns", "dns", ("10.96.0.10",), port=53, question="a.b.", answer="1.2.3.4", origin=origin
    )
    target = Target(dns.name, "dns", "10.96.0.10", (Try("dns", 53, "dns"),))
    cell = Cell(A.name, dns.name, "dns", "ipv4", 53, "faulty", "wrong answer", "a.b. is rcode 3, should be 1.2.3.4")
    (judgement,) = judge([A, dns], [target], [], [cell])
    assert judgement.message == (f"wrong answer: a.b. is rcode 3, should be 1.2.3.4; domain of the question: {origin}")
    (judgement,) = judge([A, dns], [target], [], [replace(cell, outcome="blocked", reason="timeout", detail=None)])
    assert judgement.message == f"timeout: domain of the question: {origin}"


BECAUSE = "ingress: selected by shop/deny-all, and no rule allows it"


@pytest.mark.parametrize(
    ("outcome", "found", "verdict", "message"),
    [
        ("blocked", {"outcome": "blocked", "reason": "timeout"}, "passed", None),
        ("blocked", {"outcome": "reachable"}, "failed", f"reachable, should be blocked: {BECAUSE}"),
        (
            "blocked",
            {"outcome": "faulty", "reason": "wrong answer", "detail": "x"},
            "failed",
            f"faulty, should be blocked: {BECAUSE}",
        ),
        ("reachable", {"outcome": "reachable"}, "passed", None),
        (
            "reachable",
            {"outcome": "blocked", "reason": "timeout"},
            "failed",
            f"timeout: should be reachable: {BECAUSE}",
        ),
        (
            "reachable",
            {"outcome": "blocked", "reason": "timeout", "detail": "connected, and no answer came"},
            "failed",
            f"timeout: connected, and no answer came; should be reachable: {BECAUSE}",
        ),
        (
            "reachable",
            {"outcome": "reachable", "own": OWN, "seen": OTHER},
            "failed",
            f"source translated: {OWN} was seen as {OTHER}",
        ),
        ("reachable", {"outcome": "not observed"}, "not observed", None),
        (
            "blocked",
            {"outcome": "flapping", "attempts": 3, "succeeded": 1},
            "flapping",
            "flapping: 1 of 3 attempts succeeded",
        ),
    ],
)
def test_a_cell_that_policies_decide_names_the_reason(outcome, found, verdict, message):
    expected = {"outcome": outcome, "source": "own", "because": BECAUSE, "decided_by": "api"}
    assert judged(expected, **found) == (verdict, message)


@pytest.mark.parametrize(
    ("expected", "own", "seen", "message"),
    [
        ("own", OWN, OWN, None),
        ("own", OWN, OTHER, f"source translated: {OWN} was seen as {OTHER}"),
        ("own", OWN, "10.244.1.5:4243", f"source translated: {OWN} was seen as 10.244.1.5:4243"),
        ("own", OWN, None, None),
        ("own", "[fd00::5]:4242", "[fd00::5]:4242", None),
        ("own", OTHER, OTHER, "source is not the pod's address: 10.100.198.201, not 10.244.1.5 or fd00::5"),
        ("translated", OWN, OTHER, None),
        ("translated", OWN, OWN, f"source not translated: {OWN} was seen"),
        ("translated", OWN, None, None),
        ("any", OWN, OTHER, None),
        ("any", OWN, OWN, None),
    ],
)
def test_the_source_address(expected, own, seen, message):
    found = {"outcome": "reachable", "own": own, "seen": seen}
    assert judged({"outcome": "reachable", "source": expected}, **found) == ("failed" if message else "passed", message)


def test_a_node_may_use_an_address_that_the_cluster_does_not_list():
    found = {"outcome": "reachable", "own": "192.0.2.1:4242", "seen": "192.0.2.1:4242"}
    assert judged({"outcome": "reachable", "source": "own"}, ONE, **found) == ("passed", None)


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        ("10.100.198.200:28731", None),
        ("10.100.198.250:4242", "source translated: 10.100.198.200:4242 was seen as 10.100.198.250:4242"),
        ("10.100.198.20:4242", "source translated: 10.100.198.200:4242 was seen as 10.100.198.20:4242"),
    ],
)
def test_a_node_may_lose_a_port_to_a_pod_that_it_masquerades(seen, message):
    found = {"outcome": "reachable", "own": "10.100.198.200:4242", "seen": seen}
    wanted = ("failed" if message else "passed", message)
    assert judged({"outcome": "reachable", "source": "own"}, ONE, **found) == wanted


@pytest.mark.parametrize(
    ("mtu", "found", "message"),
    [
        (1450, {"outcome": "reachable", "mtu": 1450}, None),
        (1450, {"outcome": "reachable", "mtu": 1400}, "path MTU 1400, should be 1450"),
        (1450, {"outcome": "reachable", "mtu": 1500}, "path MTU 1500, should be 1450"),
        (None, {"outcome": "reachable", "mtu": 1400}, None),
        (1450, {"outcome": "reachable"}, "path MTU not found, should be 1450"),
        (1450, {"outcome": "blocked", "reason": "timeout"}, "timeout"),
        (1450, {"outcome": "faulty", "reason": "too big", "mtu": 1400}, "path MTU 1400, should be 1450: too big"),
        (1450, {"outcome": "faulty", "reason": "too big", "mtu": 1450}, "too big"),
    ],
)
def test_the_path_mtu(mtu, found, message):
    assert judged({"outcome": "reachable", "mtu": mtu}, **found) == ("failed" if message else "passed", message)


def judge_all(network, cells=None, overhead=50):
    cells = network.cells() if cells is None else cells
    return judge(network.endpoints, network.targets, network.listeners, cells, (), NetworkSettings(overhead))


@pytest.mark.parametrize("services", [False, True])
def test_all_is_well(network, services):
    lab = network(services=services)
    # 9 sources with 8 targets of 4 checks; with three Services of two, a question of one, three checks outside.
    assert Counter(one.verdict for one in judge_all(lab)) == {"passed": 288 + (9 * (3 * 2 + 1 + 3) if services else 0)}


def test_a_wrong_overhead_is_seen_in_every_cell_between_pods(network):
    faults = Counter(one.message for one in judge_all(network(), overhead=70))
    assert faults == {None: 288 - 6 * 5, "path MTU 1450, should be 1430": 6 * 5}


def test_a_cell_that_is_missing_was_not_probed(network):
    lab = network()
    missing = [one for one in lab.cells() if one.source == "default/node2-a" and one.check == "udp"]
    judgements = judge_all(lab, [one for one in lab.cells() if one not in missing])
    failed = [one for one in judgements if one.verdict != "passed"]
    assert {(one.verdict, one.message) for one in failed} == {("not probed", "not probed: no result from node2")}
    assert [(one.cell.source, one.cell.target) for one in failed] == [(one.source, one.target) for one in missing]
    assert {(one.cell.outcome, one.cell.attempts) for one in failed} == {("not observed", 0)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda cells: [*cells, cells[0]],
            "cells has default/node1-a -> default/node1-b, icmp, ipv4 twice: give the cells of one run",
        ),
        (
            lambda cells: [replace(cells[1], port=9), *cells],
            "cells has default/node1-a -> default/node1-b, tcp 9, ipv4, which is not in the matrix: ",
        ),
    ],
)
def test_cells_that_do_not_fit_are_an_error(network, change, message):
    lab = network()
    with pytest.raises(InputError, match="cells has") as error:
        judge_all(lab, change(lab.cells()))
    assert str(error.value).startswith(message)
