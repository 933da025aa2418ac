# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint, Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import ExpectationRule
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.traffic_policies import rule_traffic

ONE = Endpoint("node1", "node", ("10.0.0.1",), "node1")
TWO = Endpoint("node2", "node", ("10.0.0.2",), "node2")
CONTROLLER = Endpoint("controller", "controller", ())
A = Endpoint("default/a", "pod", ("10.244.1.5",), "node1")
B = Endpoint("default/b", "pod", ("10.244.2.6",), "node2")
INSIDE = Endpoint("shop/web:80", "service", ("10.96.0.7",), port=80, backend_nodes=("node1",))
DNS = Endpoint("kube-system/dns:dns", "dns", ("10.96.0.10",), port=53, backend_nodes=("node1",))
AT_ONE = Endpoint("shop/web:80@node1", "nodeport", ("10.0.0.1",), port=30080, via="node1")
AT_TWO = Endpoint("shop/web:80@node2", "nodeport", ("10.0.0.2",), port=30080, via="node2")
BALANCER = Endpoint("shop/web:80@192.0.2.7", "loadbalancer", ("192.0.2.7",), port=80)


def local(endpoint, *nodes):
    return replace(endpoint, traffic_policy="Local", local_nodes=nodes)


def outcome(source, target):
    ruling = rule_traffic(source, target)
    return ruling and (ruling.outcome, ruling.decided_by)


DROPPED, OPEN = ("blocked", "api"), ("any", "implementation")


@pytest.mark.parametrize("target", [INSIDE, DNS, AT_ONE, AT_TWO, BALANCER])
@pytest.mark.parametrize("source", [ONE, TWO, A, B])
def test_the_policy_cluster_decides_nothing(source, target):
    assert rule_traffic(source, target) is None


@pytest.mark.parametrize("target", [INSIDE, DNS])
@pytest.mark.parametrize(
    ("source", "nodes", "ruling"),
    [
        (ONE, ("node1",), None),
        (A, ("node1",), None),
        (TWO, ("node1",), DROPPED),
        (B, ("node1",), DROPPED),
        (B, ("node1", "node2"), None),
        # Endpoints without a node, of a Service without a selector, are local for no node.
        (A, (), DROPPED),
    ],
)
def test_a_cluster_ip_whose_internal_policy_is_local(source, target, nodes, ruling):
    assert outcome(source, local(target, *nodes)) == ruling


@pytest.mark.parametrize(
    ("source", "target", "ruling"),
    [
        (TWO, AT_ONE, None),
        (B, AT_ONE, None),
        (A, AT_ONE, None),
        (ONE, AT_TWO, DROPPED),
        (CONTROLLER, AT_TWO, DROPPED),
        (CONTROLLER, AT_ONE, None),
        # kube-proxy treats the node itself and pods as with Cluster, where it sees pods by their own addresses.
        (TWO, AT_TWO, OPEN),
        (B, AT_TWO, OPEN),
        (A, AT_TWO, OPEN),
    ],
)
def test_a_node_port_whose_external_policy_is_local(source, target, ruling):
    assert outcome(source, local(target, "node1")) == ruling


@pytest.mark.parametrize("source", [ONE, B])
def test_an_address_whose_answer_depends_on_a_load_balancer(source):
    assert outcome(source, replace(BALANCER, traffic_policy="external")) == OPEN


def judgement(cell_outcome, rules=()):
    target = local(INSIDE, "node1")
    (found,) = judge(
        [B, target],
        [Target(target.name, "service", "10.96.0.7", (Try("tcp", 80, "nothing"),))],
        [],
        [Cell(B.name, target.name, "tcp", "ipv4", 80, cell_outcome)],
        rules,
    )
    return found.verdict, found.message


def test_a_connection_that_a_policy_drops_is_judged_with_its_reason():
    because = "internalTrafficPolicy is Local, and the source's node has no endpoint"
    assert judgement("blocked") == ("passed", None)
    assert judgement("reachable") == ("failed", f"reachable, should be blocked: {because}")


def test_a_rule_of_the_user_overrides_a_traffic_policy():
    rules = [ExpectationRule(target="shop/*", outcome="reachable")]
    assert judgement("reachable", rules) == ("passed", None)
    assert judgement("blocked", rules) == ("failed", "blocked")
