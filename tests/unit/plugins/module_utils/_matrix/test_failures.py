# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import Group, group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge

TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}
REFUSED = {"outcome": "blocked", "reason": "refused", "succeeded": 0}
FLAPPING = {"outcome": "flapping", "reason": "timeout", "succeeded": 2}


def judge_all(lab, fault):
    return judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(fault), settings=NetworkSettings(50))


def sentences(lab, fault, limit=12):
    return [group.message for group in group_failures(judge_all(lab, fault), lab.endpoints, limit)]


def place(target):
    """The node that a packet to the target ends at; the Services of the network have one backend."""
    return (target.overlay_nodes or [target.node])[0]


def is_pod(target):
    """Whether the target is a pod, or one is behind it."""
    return target.kind == "pod" or bool(target.overlay_nodes)


def remote_pods(source, target):
    return source.kind == target.kind == "pod" and source.node != target.node


# The faults of the issue. Each is a function as Network.cells() takes it, written down from how packets travel.


def missing_route(source, target, check):
    """node1 has no route to the pods of node2, so its packets to them are lost, answers included."""
    request = is_pod(target) and (source.node, place(target)) == ("node1", "node2")
    answer = source.kind == "pod" and (source.node, place(target)) == ("node2", "node1")
    return TIMEOUT if request or answer else None


def masquerade(source, target, check):
    """Nodes put their own address in the place of the pod's."""
    if remote_pods(source, target) and check in ("tcp", "udp"):
        return {"seen": "10.100.198.201:4242"}
    return None


def one_direction(source, target, check):
    return TIMEOUT if remote_pods(source, target) and (source.node, target.node) == ("node1", "node2") else None


def udp_only(source, target, check):
    return TIMEOUT if remote_pods(source, target) and check in ("udp", "mtu") else None


def smaller_mtu(source, target, check):
    return {"mtu": 1400} if remote_pods(source, target) and check == "mtu" else None


def smaller_mtu_between_nodes(source, target, check):
    return {"mtu": 1400} if target.node and source.node != target.node and check == "mtu" else None


def dead_node(source, target, check):
    """The pods of node2 have lost their link."""
    lost = (source.kind == "pod" and source.node == "node2") or (is_pod(target) and place(target) == "node2")
    return TIMEOUT if lost else None


def dead_responder(source, target, check):
    return REFUSED if target.node == "node2" and check != "icmp" else None


def dead_responder_of_a_pod(source, target, check):
    return REFUSED if target.name == "default/node2-a" and check != "icmp" else None


def pod_without_route(source, target, check):
    return TIMEOUT if source.name == "default/node2-a" and remote_pods(source, target) else None


def wrong_interface(source, target, check):
    """Flannel's overlay leads nowhere: whatever goes to a pod of another node is lost."""
    return TIMEOUT if is_pod(target) and source.node != place(target) else None


def one_cell(source, target, check):
    return TIMEOUT if (source.name, target.name, check) == ("default/node2-a", "default/node1-b", "udp") else None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        # From 3 sources to 2 pods with 4 checks, and from 2 pods to 3 targets.
        (
            missing_route,
            [
                "24 cells: node1 and its pods -> pods on node2, all checks: timeout",
                "24 cells: pods on node2 -> node1 and its pods, all checks: timeout",
            ],
        ),
        # Every pod to the 4 on other nodes, with the checks that see the source.
        (
            masquerade,
            [
                "48 cells: pods -> pods on other nodes, tcp and udp: source translated (such as default/node1-a -> "
                "default/node2-a, tcp: 10.244.0.2:40000 was seen as 10.100.198.201:4242)"
            ],
        ),
        (one_direction, ["16 cells: pods on node1 -> pods on node2, all checks: timeout"]),
        (udp_only, ["48 cells: pods -> pods on other nodes, udp and mtu: timeout"]),
        (smaller_mtu, ["24 cells: pods -> pods on other nodes, mtu: path MTU 1400, should be 1450"]),
        # 9 sources to the 6 targets on other nodes; of these 6 are from node to node.
        (
            smaller_mtu_between_nodes,
            [
                "54 cells: pods and nodes -> pods and nodes on other nodes, mtu: "
                "path MTU 1400, should be 1450 (48), path MTU 1400, should be 1500 (6)"
            ],
        ),
        # The 7 others to 2 pods, the 2 pods to 6 others, and to each other once.
        (
            dead_node,
            [
                "64 cells: pods and nodes -> pods on node2, all checks: timeout",
                "56 cells: pods on node2 -> pods and nodes, all checks: timeout",
            ],
        ),
        # 8 sources each, to three targets.
        (dead_responder, ["72 cells: pods and nodes -> node2 and its pods, tcp, udp and mtu: refused"]),
        (dead_responder_of_a_pod, ["24 cells: pods and nodes -> default/node2-a, tcp, udp and mtu: refused"]),
        (pod_without_route, ["16 cells: default/node2-a -> pods on other nodes, all checks: timeout"]),
        # 9 sources to the 4 pods on other nodes.
        (wrong_interface, ["144 cells: pods and nodes -> pods on other nodes, all checks: timeout"]),
        (one_cell, ["1 cell: default/node2-a -> default/node1-b, udp: timeout"]),
        (lambda *cell: TIMEOUT, ["288 cells: pods and nodes -> pods and nodes, all checks: timeout"]),
        (lambda *cell: None, []),
    ],
)
def test_a_fault_is_named(network, fault, expected):
    assert sentences(network(), fault) == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        # Beside the 144: to two of three Services with two checks from 9 sources, and DNS from the 6 on other nodes.
        (
            wrong_interface,
            ["186 cells: pods and nodes -> pods, Services and DNS on other nodes, all checks: timeout"],
        ),
        # The Service and DNS that end at node1, from two pods; the Service that ends at node2, from three sources.
        (
            missing_route,
            [
                "28 cells: pods on node2 -> node1 and its pods and demo/on-node1:80, all checks: timeout",
                "24 cells: node1 and its pods -> pods on node2, all checks: timeout",
                "6 cells: node1 and its pods -> demo/on-node2:80, tcp and udp: timeout",
                "2 cells: pods on node2 -> DNS, dns: timeout",
            ],
        ),
        # The pods of node2 with 7 other pods and nodes (56, and 8 to each other), 6 Service cells, DNS, 3 outside.
        (
            dead_node,
            [
                "84 cells: pods on node2 -> all targets, all checks: timeout",
                "56 cells: pods and nodes -> pods on node2, all checks: timeout",
                "14 cells: pods and nodes -> demo/on-node2:80, tcp and udp: timeout",
            ],
        ),
    ],
)
def test_a_fault_is_named_with_the_backends_of_services(network, fault, expected):
    assert sentences(network(services=True), fault) == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        # Two checks from each of 6 pods and 3 nodes, at the two nodes that have no pod behind the port.
        pytest.param(
            lambda source, target, check: TIMEOUT if target.via in ("node2", "node3") else None,
            ["36 cells: pods and nodes -> NodePorts with backends beyond the node of the port, tcp and udp: timeout"],
            id="nodes do not forward",
        ),
        pytest.param(
            lambda source, target, check: TIMEOUT if target.via else None,
            ["54 cells: pods and nodes -> NodePorts, tcp and udp: timeout"],
            id="nobody serves NodePorts",
        ),
        pytest.param(
            lambda source, target, check: TIMEOUT if target.via == "node2" else None,
            ["18 cells: pods and nodes -> demo/on-node1:80@node2, tcp and udp: timeout"],
            id="one node does not serve them",
        ),
    ],
)
def test_a_fault_of_node_ports_is_named(network, fault, expected):
    assert sentences(network(node_ports=True), fault) == expected


def test_flapping_is_listed_by_itself_and_hides_no_fault(network):
    def fault(source, target, check):
        if is_pod(target) and source.name == "default/node1-a" and source.node != target.node and check == "udp":
            return FLAPPING
        return wrong_interface(source, target, check)

    assert sentences(network(), fault) == [
        "140 cells: pods and nodes -> pods on other nodes, all checks: timeout",
        "4 cells: default/node1-a -> pods on node2 and node3, udp: flapping "
        "(such as default/node1-a -> default/node2-a, udp: 2 of 3 attempts succeeded)",
    ]


def test_flapping_that_is_scattered(network):
    def fault(source, target, check):
        return FLAPPING if remote_pods(source, target) and source.name[-1] != target.name[-1] else None

    # Half of the 24 pairs, with 4 checks.
    assert sentences(network(), fault) == [
        "48 of 96 cells: pods -> pods on other nodes, all checks: flapping "
        "(such as default/node1-a -> default/node2-b, icmp: 2 of 3 attempts succeeded)"
    ]


def test_a_node_without_results(network):
    lab = network()
    cells = [cell for cell in lab.cells() if "node3" not in cell.source]
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, cells, settings=NetworkSettings(50))
    # Three sources on the node, with 8 targets each.
    assert group_failures(judgements, lab.endpoints) == [
        Group("96 cells: node3 and its pods -> pods and nodes, all checks: not probed: no result from node3", cells=96)
    ]


def test_two_faults_at_once(network):
    def fault(source, target, check):
        return dead_responder(source, target, check) or smaller_mtu(source, target, check)

    # Of the 24 cells of the smaller MTU, the 8 to the pods of node2 are refused already.
    assert sentences(network(), fault) == [
        "72 cells: pods and nodes -> node2 and its pods, tcp, udp and mtu: refused",
        "16 cells: pods -> pods on other nodes, mtu: path MTU 1400, should be 1450",
    ]


def test_cells_that_were_not_observed_neither_fail_nor_hide_a_fault(network):
    def fault(source, target, check):
        if check == "icmp":
            return {"outcome": "not observed", "succeeded": 0}
        return one_direction(source, target, check)

    assert sentences(network(), fault) == ["12 cells: pods on node1 -> pods on node2, all checks: timeout"]


def test_the_family_is_named_where_only_one_fails(network):
    lab = network(nodes=2, pods=1)
    judgements = judge_all(lab, lambda *cell: None)
    failing = judge_all(lab, lambda *cell: TIMEOUT)
    ipv6 = [replace(one, cell=replace(one.cell, family="ipv6")) for one in failing]
    # 4 sources with 3 targets
    assert group_failures([*judgements, *ipv6], lab.endpoints) == [
        Group("48 cells: pods and nodes -> pods and nodes, all checks, ipv6: timeout", 48)
    ]


def test_too_many_groups_are_cut(network):
    """Every node but the last one loses its packets to the next node, each with another fault."""
    lab = network(nodes=6, pods=1)
    order = {name: number for number, name in enumerate(lab.names)}

    def fault(source, target, check):
        if order[target.node] - order[source.node] != 1 or check == "mtu":
            return None
        return {**TIMEOUT, "reason": f"reason {source.node}"}

    # 5 pairs of nodes, with a pod and a node at both ends: 4 pairs, 3 checks.
    assert sentences(lab, fault, limit=3)[3:] == ["and 24 more cells"]
    assert len(sentences(lab, fault)) == 5


def test_many_names_are_not_all_listed(network):
    lab = network(nodes=1, pods=12)

    def fault(source, target, check):
        return REFUSED if target.kind == "pod" and target.name[-1] < "i" and check == "tcp" else None

    # 8 pods, from the 11 others and the node.
    assert sentences(lab, fault) == [
        "96 cells: pods and nodes -> default/node1-a, default/node1-b, default/node1-c, default/node1-d and 4 more, "
        "tcp: refused"
    ]


def sentences_of_policies(lab, say, fault=lambda *cell: None):
    """The sentences when policies say something of all pairs of pods: C(say) returns whether they allow it and why."""
    policy_cells = [
        ExpectedCell(one.name, other.name, None if protocol == "ICMP" else 8080, protocol, "ipv4", *say(one, other))
        for one in lab.pods
        for other in lab.pods
        for protocol in ("TCP", "UDP", "ICMP")
    ]
    judgements = judge(
        lab.endpoints, lab.targets, lab.listeners, lab.cells(fault), (), NetworkSettings(50), policy_cells
    )
    return [group.message for group in group_failures(judgements, lab.endpoints)]


def test_policies_that_are_not_enforced(network):
    def say(source, target):
        return False, "ingress: selected by shop/deny-all, and no rule allows it"

    # 6 pods, 5 others each, 4 checks
    assert sentences_of_policies(network(), say) == [
        "120 cells: pods -> pods, all checks: reachable, should be blocked: "
        "ingress: selected by shop/deny-all, and no rule allows it"
    ]


def test_open_cells_with_one_reason_are_one_group(network):
    def say(source, target):
        if target.name not in ("default/node1-a", "default/node2-b"):
            return True, "ingress: no policy selects it"
        return False, f"ingress: selected by shop/{target.name[-1]}-policy, and no rule allows it"

    # 5 other pods, 4 checks; groups of one size have no order
    assert sorted(sentences_of_policies(network(), say)) == [
        "20 cells: pods -> default/node1-a, all checks: reachable, should be blocked: "
        "ingress: selected by shop/a-policy, and no rule allows it",
        "20 cells: pods -> default/node2-b, all checks: reachable, should be blocked: "
        "ingress: selected by shop/b-policy, and no rule allows it",
    ]


def test_closed_cells_with_one_fault_are_one_group_with_their_reasons(network):
    def say(source, target):
        return True, f"ingress: allowed by shop/{target.name[-1]}-policy ingress[0]"

    assert sentences_of_policies(network(), say, one_direction) == [
        "16 cells: pods on node1 -> pods on node2, all checks: timeout "
        "(such as default/node1-a -> default/node2-a, icmp: should be reachable: "
        "ingress: allowed by shop/a-policy ingress[0]; "
        "default/node1-a -> default/node2-b, icmp: should be reachable: "
        "ingress: allowed by shop/b-policy ingress[0])"
    ]


def test_one_cell_against_the_policies(network):
    def say(source, target):
        return True, "ingress: no policy selects it"

    assert sentences_of_policies(network(), say, one_cell) == [
        "1 cell: default/node2-a -> default/node1-b, udp: timeout: should be reachable: ingress: no policy selects it"
    ]


@given(data=st.data())
def test_every_failure_is_in_one_group(network, data):
    lab = network(nodes=2, pods=2)
    outcomes = st.sampled_from([None, None, TIMEOUT, REFUSED, FLAPPING, {"mtu": 1300}])
    cells = lab.cells()
    found = data.draw(st.lists(outcomes, min_size=len(cells), max_size=len(cells)))
    remaining = iter(found)
    judgements = judge_all(lab, lambda *cell: next(remaining))
    groups = group_failures(judgements, lab.endpoints, limit=data.draw(st.integers(1, 12)))
    assert sum(group.cells for group in groups) == sum(one.verdict in ("failed", "flapping") for one in judgements)
    assert all(group.cells for group in groups)


def test_faults_that_differ_are_not_one(network):
    def fault(source, target, check):
        return {"tcp": REFUSED, "udp": TIMEOUT}.get(check) if target.node == "node2" else None

    assert sentences(network(), fault) == [
        "24 cells: pods and nodes -> node2 and its pods, tcp: refused",
        "24 cells: pods and nodes -> node2 and its pods, udp: timeout",
    ]


def test_thousands_of_scattered_failures_are_one_sentence(network):
    """Where two in five of 39,600 cells fail by chance: to compare each with each would take minutes, not seconds."""
    lab = network(nodes=4, pods=24)
    chance = Random(1)
    judgements = judge_all(lab, lambda *cell: TIMEOUT if chance.random() < 0.4 else None)
    failed = sum(one.verdict == "failed" for one in judgements)
    assert group_failures(judgements, lab.endpoints) == [
        Group(f"{failed} of {len(judgements)} cells: pods and nodes -> pods and nodes, all checks: timeout", failed)
    ]
