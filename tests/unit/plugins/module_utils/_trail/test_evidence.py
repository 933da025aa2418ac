# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from trail_reports import PAIR, A, B, probes, reports

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.breaks import Break
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.conntrack import Tracked
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.evidence import find_evidence
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.kernel_counters import Moved
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import Change
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import Rule

LOST = 10
DROP = Rule("iptables", "filter", "FORWARD", "-A FORWARD -j DROP", "DROP", 10)
SILENT = Rule("nft", "inet guard", "forward", "drop", "DROP", None)
OTHER = Rule("iptables", "filter", "FORWARD", "-A FORWARD -j ACCEPT", "ACCEPT", 10)
MASQUERADE = Rule("iptables", "nat", "POSTROUTING", "-A POSTROUTING -j MASQUERADE", "MASQUERADE", 1)
FILTERED = Moved("node1", "TcpExt.IPReversePathFilter", "refused by rp_filter", 10)
INSIDE = Break("lost", "", 3, ("node1",), inside=True)


def evidence(found=INSIDE, change=None, lost=LOST, **fields):
    """The evidence when both nodes have the fields."""
    return find_evidence(PAIR, found, change, reports(probes(3), node1=fields, node2=fields), lost)


def test_a_rule_that_dropped_the_packets_on_the_node_of_the_break():
    assert evidence(rules=(DROP, OTHER, MASQUERADE)) == (
        "node1: iptables, table filter, chain FORWARD: -A FORWARD -j DROP counted 10 packets",
    )


def test_a_rule_that_counted_too_few_explains_nothing():
    assert evidence(rules=(DROP,), lost=20) != ()
    assert evidence(rules=(DROP,), lost=21) == ()


def test_a_rule_without_a_counter_counts_only_without_a_better_one():
    text = "node1: nft, table inet guard, chain forward: drop (it has no counter)"
    assert evidence(rules=(SILENT,)) == (text,)
    assert text not in evidence(rules=(DROP, SILENT))
    outside = Break("unknown", "", 3, ("node1",))
    assert evidence(outside, rules=(SILENT,)) == ()


def test_counters_of_the_kernel_in_the_places_of_the_break():
    pod = Moved("a", "Ip.OutNoRoutes", "no route to send on", 10)
    few = Moved("node1", "eth0", "to send and dropped", 4)
    text = "node1: TcpExt.IPReversePathFilter counted 10 packets: refused by rp_filter"
    assert evidence(counters=(FILTERED, pod, few)) == (text,)
    assert evidence(Break("lost", "", 0, ("a", "node1")), counters=(FILTERED, pod)) == (
        text,
        "a: Ip.OutNoRoutes counted 10 packets: no route to send on",
    )


def test_the_route_of_the_node_of_the_break():
    routes = {B: "default via 10.0.2.2 dev enp0s3"}
    found = replace(INSIDE, toward=B)
    assert evidence(found, routes=routes) == (f"node1: its route to {B} is default via 10.0.2.2 dev enp0s3",)
    assert evidence(found, routes={A: "none"}) == ()
    assert evidence(INSIDE, routes=routes) == ()


def test_neighbours_that_do_not_answer():
    silent = ("node1: 192.0.2.9 on enp0s8", "a: 10.244.1.1 on eth0")
    assert evidence(silent=silent) == ("node1: no neighbour answers for 192.0.2.9 on enp0s8",)


def test_the_rule_and_the_flow_behind_a_changed_source():
    change = Change(A, "10.244.1.0", "node1")
    flow = Tracked(0, Flow(A, B), Flow(B, "10.244.1.0"), True)
    other = Tracked(0, Flow(A, B), Flow(B, A), True)
    found = Break("wrong source", "", 0, ("node1",))
    assert evidence(found, change, rules=(DROP, MASQUERADE), flows=(other, flow)) == (
        "node1: iptables, table nat, chain POSTROUTING: -A POSTROUTING -j MASQUERADE counted 1 packets",
        f"node1: connection tracking expects the answers to {A} at 10.244.1.0",
    )


def test_what_a_node_could_not_see():
    assert evidence(lost=LOST, full=True, problems=("pod b: none",)) == (
        "node1: too many packets to keep them all: hops may be missing",
        "node1: pod b: none",
        "node2: too many packets to keep them all: hops may be missing",
        "node2: pod b: none",
    )


def test_evidence_is_short():
    rules = tuple(
        Rule("iptables", "filter", "FORWARD", f"-A FORWARD -d 10.{n}.0.0/16 -j DROP", "DROP", 9) for n in range(30)
    )
    assert len(evidence(rules=rules)) == 8
