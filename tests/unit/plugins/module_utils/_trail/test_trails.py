# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole trails of the packets of tests/trail_reports.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trail_reports import ENDPOINTS, PAIR, A, B, answers, probes, reports

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.clocks import Window
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import Rule
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trails import VERDICTS, find_trails
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import Sent

EVERYTHING = [*probes(), *answers()]
# node2 watches an hour later, by the clock of the controller.
LATE = {"window": Window(4600, 4606, 4599.8, 4606.2, 4598.8, 4607.2)}


def trail(sights, pair=PAIR, **changes):
    (found,) = find_trails([pair], reports(sights, **changes))
    assert found.verdict in VERDICTS
    return found


def test_packets_that_pass():
    found = trail(EVERYTHING)
    assert (found.verdict, found.message, found.broken_at, found.sent, found.answered) == (
        "passed",
        "passed",
        None,
        4,
        4,
    )
    assert (len(found.route.there), len(found.route.back), found.evidence, found.change) == (10, 10, (), None)


def test_packets_that_end():
    found = trail(probes(3))
    assert (found.verdict, found.broken_at, found.sent, found.answered) == ("lost", 3, 4, 0)


def test_some_packets_that_end():
    found = trail([*probes(3), *(replace(one, numbers=(1, 3)) for one in [*probes()[3:], *answers()])])
    assert (found.verdict, found.broken_at, found.sent, found.answered) == ("flapping", 3, 4, 2)
    assert found.message == "2 of 4 probes: the packets arrived on node1 by cni0, and never left for b"
    assert len(found.route.there) == 10  # the hops of the others are shown too


def test_a_wrong_source_between_pods():
    changed = [replace(one, flow=Flow("10.244.1.0", B)) if order > 2 else one for order, one in enumerate(probes())]
    rule = Rule("iptables", "nat", "POSTROUTING", "-A POSTROUTING -j MASQUERADE", "MASQUERADE", 1)
    found = trail([*changed, *answers()], node1={"rules": (rule,)})
    assert (found.verdict, found.broken_at, found.change.new) == ("wrong source", None, "10.244.1.0")
    assert found.message == f"passed with a wrong source: node1 changed the source {A} to 10.244.1.0"
    assert "MASQUERADE" in found.evidence[0]
    lost = trail(changed[:5])
    assert lost.verdict == "lost"
    assert lost.message.endswith(f"; node1 changed the source {A} to 10.244.1.0")


def test_a_changed_source_towards_a_node_is_usual():
    pair = load_pairs([{"source": "a", "target": "node2", "check": "icmp"}], ENDPOINTS)[0]
    changed = [replace(one, flow=Flow("192.0.2.1", "192.0.2.2"), outer=None) for one in probes(6)[4:]]
    there = [*(replace(one, flow=Flow(A, "192.0.2.2")) for one in probes(3)), *changed]
    back = [replace(one, flow=Flow("192.0.2.2", A)) for one in answers()[-1:]]
    found = trail([*there, *back], pair=pair)
    assert (found.verdict, found.change.new) == ("passed", "192.0.2.1")


def test_packets_that_the_kernel_refused_to_send():
    sent = tuple(Sent(0, number, 1001, "Network is unreachable") for number in range(3))
    found = trail([], node1={"sent": sent})
    assert (found.verdict, found.message, found.sent) == (
        "not sent",
        "the packets never left a: its kernel says: Network is unreachable",
        3,
    )


def test_a_node_that_watched_at_another_time_proves_nothing():
    found = trail(probes(5), node2=LATE)
    assert (found.verdict, found.message) == ("unknown", "node2 did not watch at the same time: watch longer")
    # An answer proves that all is well, whoever watched.
    assert trail([*probes(5), *answers()[-5:]], node2=LATE).verdict == "passed"


def test_clocks_that_differ_do_not_matter():
    """node2's clock is a day ahead; the controller asked both nodes at the same time."""
    found = trail(probes(5), node2={"window": Window(87400, 87406, 87399.8, 87406.2, 998.8, 1007.2)})
    assert (found.verdict, found.sent) == ("lost", 4)


def test_only_probes_count_that_both_nodes_surely_watched():
    sent = tuple(Sent(0, number, 1000 + number * 1.2) for number in range(4))
    found = trail(probes(5), node1={"sent": sent})
    # The clocks may differ by two seconds, which Ansible needed around the watch of six.
    assert found.sent == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sent": ()}, "the packets never left a: its kernel says: its watch was too short"),
        (
            {"places": ("node1",), "problems": ("pod a: no process",)},
            "nothing was sent from a: pod a: no process",
        ),
    ],
)
def test_a_source_that_sent_nothing(change, message):
    assert trail([], node1=change).message == message


def test_a_source_whose_node_did_not_report():
    them = reports(probes(5))
    del them["node1"]
    (found,) = find_trails([PAIR], them)
    assert (found.verdict, found.message) == ("unknown", "nothing was sent from a: node1 did not report")


def test_a_target_whose_node_did_not_report():
    them = reports(probes(5))
    del them["node2"]
    (found,) = find_trails([PAIR], them)
    assert (found.verdict, found.sent) == ("unknown", 4)
    assert "node2 did not report" in found.message
