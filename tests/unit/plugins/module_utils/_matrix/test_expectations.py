# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CellKey,
    Endpoint,
    Target,
    Try,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    Expectation,
    NetworkSettings,
    default_expectation,
    load_rules,
    matrix,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge

A = Endpoint("default/a", "pod", ("10.244.1.5", "fd00::5"), "node1")
B = Endpoint("default/b", "pod", ("10.244.2.6",), "node2")
ONE = Endpoint("node1", "node", ("10.100.198.201",), "node1")
TWO = Endpoint("node2", "node", ("10.100.198.202",), "node2")
SERVICE = Endpoint("demo/web:80", "service", ("10.96.0.7",), port=80)
DNS = Endpoint("kube-system/kube-dns:dns", "dns", ("10.96.0.10",), port=53)
AT_ONE = Endpoint("demo/web:80@node1", "nodeport", ("10.100.198.201",), port=30080, via="node1")
CONTROLLER = Endpoint("controller", "controller", ())
OUTSIDE = Endpoint("203.0.113.1", "outside", ("203.0.113.1",))

MTUS = {("default/a", "ipv4"): 1400, ("default/b", "ipv4"): 1450, ("node1", "ipv4"): 1500, ("node2", "ipv4"): 9000}


@pytest.mark.parametrize(
    ("source", "target", "seen"),
    [
        (A, B, "own"),
        (ONE, TWO, "own"),
        (ONE, B, "any"),
        (A, SERVICE, "any"),
        (ONE, SERVICE, "any"),
        (A, DNS, "any"),
        (ONE, DNS, "any"),
        (A, OUTSIDE, "translated"),
        (ONE, OUTSIDE, "any"),
        (CONTROLLER, AT_ONE, "any"),
    ],
)
@pytest.mark.parametrize("setting", ["own", "any"])
def test_the_source_that_is_expected_by_default(source, target, seen, setting):
    expected = default_expectation(source, target, "tcp", "ipv4", {}, NetworkSettings(pod_to_node_source=setting))
    assert (expected.outcome, expected.source, expected.mtu) == ("reachable", seen, None)
    assert expected.because


@pytest.mark.parametrize("setting", ["own", "any"])
def test_the_source_of_pods_at_nodes_is_a_setting(setting):
    expected = default_expectation(A, TWO, "tcp", "ipv4", {}, NetworkSettings(pod_to_node_source=setting))
    assert expected.source == setting
    assert expected.because == f"pod_to_node_source is {setting}"


@pytest.mark.parametrize(
    ("source", "target", "overhead", "mtu"),
    [
        pytest.param(A, B, None, 1400, id="pods, their own NICs"),
        pytest.param(A, B, 50, 1450, id="pods, the smaller of 1500 and 9000, less 50"),
        pytest.param(A, B, 0, 1500, id="pods without encapsulation, which is not None"),
        pytest.param(A, TWO, 50, 1400, id="the overhead is for pods alone: to a node"),
        pytest.param(ONE, B, 50, 1450, id="the overhead is for pods alone: from a node"),
        pytest.param(ONE, TWO, 50, 1500, id="nodes"),
        pytest.param(A, SERVICE, None, None, id="one NIC is not known"),
        pytest.param(replace(A, node=None), B, 50, None, id="a node is not known"),
    ],
)
def test_the_path_mtu_that_is_expected(source, target, overhead, mtu):
    assert default_expectation(source, target, "mtu", "ipv4", MTUS, NetworkSettings(overhead)).mtu == mtu
    assert default_expectation(source, target, "mtu", "ipv6", MTUS, NetworkSettings(overhead)).mtu is None
    assert default_expectation(source, target, "udp", "ipv4", MTUS, NetworkSettings(overhead)).mtu is None


@pytest.mark.parametrize(
    ("pods", "near", "away"),
    [
        # The role flannel and Calico: pods have room for the larger headers, of IPv6.
        pytest.param(1430, (1430, 1430), (1430, 1430), id="one MTU for both families"),
        # Flannel by itself: pods have room for those of IPv4, and the link of IPv6 is smaller.
        pytest.param(1450, (1450, 1450), (1450, 1430), id="the MTU of IPv4"),
        pytest.param(1400, (1450, 1430), (1450, 1430), id="too small for no reason"),
        pytest.param(1500, (1450, 1430), (1450, 1430), id="too large"),
        pytest.param(None, (1450, 1430), (1450, 1430), id="not known"),
    ],
)
def test_the_families_lose_different_numbers_of_bytes(pods, near, away):
    """Two pods of one node, and pods of two nodes, each in IPv4 and in IPv6."""
    beside = replace(A, name="default/c")
    mtus = {(node, family): 1500 for node in (A.node, B.node) for family in FAMILIES}
    for one in (A, B, beside) if pods else ():
        mtus |= {(one.name, family): pods for family in FAMILIES}
    settings = NetworkSettings(50, overhead_ipv6=70)
    found = [
        tuple(default_expectation(A, target, "mtu", family, mtus, settings).mtu for family in FAMILIES)
        for target in (beside, B)
    ]
    assert found == [near, away]


def test_the_matrix_is_every_source_and_every_target_but_itself():
    targets = [
        Target("default/a", "pod", "10.244.1.5", (Try("icmp"), Try("tcp", 80), Try("tcp", 81))),
        Target("default/a", "pod", "fd00::5", (Try("icmp"),)),
        Target("demo/web:80", "service", "10.96.0.7", (Try("tcp", 80),)),
    ]
    assert list(matrix([A, B, SERVICE], targets)) == [
        CellKey("default/a", "demo/web:80", "tcp", "ipv4", 80),
        CellKey("default/b", "default/a", "icmp", "ipv4", None),
        CellKey("default/b", "default/a", "tcp", "ipv4", 80),
        CellKey("default/b", "default/a", "tcp", "ipv4", 81),
        CellKey("default/b", "demo/web:80", "tcp", "ipv4", 80),
    ]


def judge_all(network, cells=None, rules=(), overhead=50, policy_cells=()):
    cells = network.cells() if cells is None else cells
    return judge(
        network.endpoints,
        network.targets,
        network.listeners,
        cells,
        load_rules(rules),
        NetworkSettings(overhead),
        policy_cells,
    )


def test_a_target_that_is_no_endpoint_is_an_error(network):
    lab = network()
    lab.targets.append(Target("default/x", "pod", "10.244.9.9", (Try("icmp"),)))
    with pytest.raises(InputError, match=r"^targets has default/x, which is not in endpoints: give "):
        judge_all(lab)


@pytest.mark.parametrize(
    ("rules", "blocked"),
    [
        pytest.param([{"target": "default/node2-?", "outcome": "blocked"}], 2 * 8 * 4, id="pattern of targets"),
        pytest.param([{"source": "node3", "outcome": "blocked"}], 8 * 4, id="name of a source"),
        pytest.param([{"source_kind": "pod", "target_kind": "node", "outcome": "blocked"}], 6 * 3 * 4, id="kinds"),
        pytest.param([{"checks": ["udp", "mtu"], "outcome": "blocked"}], 9 * 8 * 2, id="checks"),
        pytest.param([{"families": ["ipv4"], "outcome": "blocked"}], 288, id="families"),
        pytest.param(
            [{"outcome": "blocked"}, {"checks": ["tcp"], "outcome": "reachable"}], 9 * 8 * 3, id="the last one wins"
        ),
        pytest.param(
            [{"checks": ["tcp"], "outcome": "reachable"}, {"outcome": "blocked"}], 288, id="the last one, indeed"
        ),
        pytest.param(
            [{"outcome": "blocked"}, {"checks": ["tcp"], "source_address": "any"}],
            288,
            id="what the last one does not set is the one before's",
        ),
    ],
)
def test_expectations_by_hand(network, rules, blocked):
    judgements = judge_all(network(), rules=rules)
    assert Counter(one.message for one in judgements) == Counter(
        {None: 288 - blocked, "reachable, should be blocked": blocked}
        if blocked < 288
        else {judgements[0].message: 288}
    )
    assert all(one.expected.outcome == "blocked" for one in judgements if one.message)
    assert {one.expected.because for one in judgements if one.message} <= {"expectations[0]", "expectations[1]"}


def test_an_expectation_of_the_source_address_leaves_the_rest(network):
    rules = [{"source_kind": "pod", "target_kind": "pod", "source_address": "translated"}]
    judgements = judge_all(network(), rules=rules)
    # 30 pairs of pods, tcp and udp
    assert Counter(one.fault for one in judgements) == {None: 288 - 60, "source not translated": 60}
    assert {one.expected.mtu for one in judgements if one.cell.check == "mtu" and one.fault} == set()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            {"source": "defualt/*", "outcome": "blocked"},
            r"expectations\[1\] matches no cell: \{'source': 'defualt/\*', 'target': '\*', 'outcome': 'blocked'\}; "
            r"the names are default/node1-a, .*, node3$",
        ),
        ({"source_kind": "pod", "target_kind": "dns", "outcome": "blocked"}, r"expectations\[1\] matches no cell"),
        ({"families": ["ipv6"], "outcome": "blocked"}, r"expectations\[1\] matches no cell"),
        ({"source": "node1", "target": "node1", "outcome": "blocked"}, r"expectations\[1\] matches no cell"),
        (
            {"target": "node1"},
            r"expectations\[1\] \{'target': 'node1'\} sets nothing: give it outcome or source_address",
        ),
    ],
)
def test_an_expectation_that_does_nothing_is_an_error(network, rule, message):
    with pytest.raises(InputError, match=message):
        judge_all(network(), rules=[{"outcome": "reachable"}, rule])


BECAUSE = "ingress: selected by shop/deny-all, and no rule allows it"


def said(protocol="TCP", allowed=False, port=8080, **more):
    """A cell that policies decide, from pod a to pod b of node1 in the network."""
    cell = {"source": "default/node1-a", "target": "default/node1-b", "family": "ipv4", "because": BECAUSE, **more}
    return ExpectedCell(protocol=protocol, allowed=allowed, port=None if protocol == "ICMP" else port, **cell)


def expected_by(network, *policy_cells, rules=()):
    """The expectations that policies and rules change, by check; all are of cells from pod a to pod b of node1."""
    plain = judge_all(network)
    judgements = judge_all(network, rules=rules, policy_cells=policy_cells)
    changed = [one for one, before in zip(judgements, plain) if one.expected != before.expected]
    assert {one.cell.key[:2] for one in changed} <= {("default/node1-a", "default/node1-b")}
    return {one.cell.check: one.expected for one in changed}


@pytest.mark.parametrize(
    ("protocol", "checks"),
    [
        pytest.param("TCP", {"tcp"}, id="TCP"),
        pytest.param("UDP", {"udp", "mtu"}, id="the path MTU is found with UDP"),
        pytest.param("ICMP", {"icmp"}, id="ICMP"),
    ],
)
@pytest.mark.parametrize(("allowed", "outcome"), [(True, "reachable"), (False, "blocked")])
def test_policies_say_the_outcome(network, protocol, checks, allowed, outcome):
    expected = expected_by(network(nodes=1), said(protocol, allowed))
    assert set(expected) == checks
    for check, one in expected.items():
        mtu = 1450 if check == "mtu" else None
        assert one == Expectation(outcome, "own", mtu, BECAUSE, "api")


def test_the_reason_says_that_the_api_leaves_a_cell_open(network):
    (one,) = expected_by(network(nodes=1), said("ICMP", decided_by="implementation")).values()
    assert (one.because, one.decided_by) == (f"{BECAUSE} (left open by the API)", "implementation")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(said("SCTP"), id="SCTP"),
        pytest.param(said(target="default/node1-a"), id="a pod and itself"),
        pytest.param(said(target="kube-system/coredns"), id="another pod"),
        pytest.param(said(port=81), id="another port"),
        pytest.param(said(family="ipv6"), id="another family"),
    ],
)
def test_cells_of_policies_that_are_not_in_the_matrix(network, other):
    lab = network(nodes=1)
    assert set(expected_by(lab, said(), other)) == {"tcp"}
    # One at least is, or they are of something else.
    with pytest.raises(InputError, match=r"^policy_cells matches no cell: .* is the first of 2, and none is in the"):
        judge_all(lab, policy_cells=[other, other])


def test_cells_of_policies_that_contradict_one_another(network):
    message = "policy_cells has default/node1-a -> default/node1-b, tcp 8080, ipv4 both allowed and denied: "
    with pytest.raises(InputError, match=f"^{message}"):
        judge_all(network(nodes=1), policy_cells=[said(), said(allowed=True)])


THE_CELL = {"source": "default/node1-a", "target": "default/node1-b", "checks": ["tcp"]}


def test_a_rule_that_sets_the_outcome_wins_over_policies(network):
    (one,) = expected_by(network(nodes=1), said(), rules=[{**THE_CELL, "outcome": "reachable"}]).values()
    assert (one.outcome, one.because, one.decided_by) == ("reachable", "expectations[0]", None)


def test_a_rule_about_the_source_address_leaves_policies_the_outcome(network):
    (one,) = expected_by(network(nodes=1), said(), rules=[{**THE_CELL, "source_address": "any"}]).values()
    assert (one.outcome, one.source, one.because, one.decided_by) == ("blocked", "any", BECAUSE, "api")


def test_the_controller_is_a_source_for_node_ports_alone():
    targets = [Target(one.name, one.kind, one.addresses[0], (Try("tcp", 80, "nothing"),)) for one in (B, AT_ONE, DNS)]
    keys = [key for key in matrix([B, AT_ONE, DNS, CONTROLLER], targets) if key.source == "controller"]
    assert keys == [CellKey("controller", AT_ONE.name, "tcp", "ipv4", 80)]
