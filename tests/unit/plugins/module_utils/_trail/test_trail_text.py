# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from trail_reports import PAIR, answers, probes, reports, sight

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import Rule
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trail_text import (
    show_flow,
    trail_as_dict,
    trail_lines,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trails import find_trails

DROP = Rule("iptables", "filter", "FORWARD", "-A FORWARD -j DROP", "DROP", 4)


def trail(sights, **changes):
    return find_trails([PAIR], reports(sights, **changes))[0]


def test_a_trail_reads_like_a_route_and_its_break_is_marked():
    assert trail_lines(trail(probes(3), node1={"rules": (DROP,)})) == [
        "a -> b, icmp, ipv4: lost",
        "  the packets arrived on node1 by cni0, and never left for b",
        "    1 a      -> eth0           out  probe 10.244.1.2 -> 10.244.2.2, 4 of 4",
        "    2 node1  <- veth1 (veth)   in   probe 10.244.1.2 -> 10.244.2.2, 4 of 4",
        "    3 node1  <- cni0 (bridge)  in   probe 10.244.1.2 -> 10.244.2.2, 4 of 4",
        "  XXX the packets end here: lost",
        "   -> node1: iptables, table filter, chain FORWARD: -A FORWARD -j DROP counted 4 packets",
    ]


def test_a_trail_without_a_break_has_no_mark():
    lines = trail_lines(trail([*probes(), *answers()]))
    assert len(lines) == 2 + 20
    assert not any("XXX" in line for line in lines)
    assert lines[6] == (
        "    5 node1  -> enp0s8             out  "
        "probe 10.244.1.2 -> 10.244.2.2 in VXLAN 192.0.2.1 -> 192.0.2.2:8472, 4 of 4"
    )


def test_the_mark_is_between_the_hops_when_some_packets_went_on():
    lines = trail_lines(trail([*probes(3), *probes(numbers=(0,))[3:], *answers(numbers=(0,))]))
    assert lines[4].endswith("4 of 4")
    assert lines[5] == "  XXX the packets end here: flapping"
    assert lines[6].endswith("1 of 4")


def test_a_break_on_the_way_back_is_one_of_the_answers():
    lines = trail_lines(trail([*probes(), *answers(3)]))
    assert lines[-1] == "  XXX the answers end here: answer lost"


def test_a_node_that_did_not_report_is_marked_otherwise():
    them = reports(probes(5))
    del them["node2"]
    lines = trail_lines(find_trails([PAIR], them)[0])
    assert lines[-1] == "  ??? nothing is known beyond this hop"


def test_a_frame_for_another_address_shows():
    lines = trail_lines(trail([*probes(6), sight("node2", "flannel.1", order=6, other_mac=True)]))
    assert lines[8].endswith("for another MAC address, 4 of 4")


def test_a_loop_of_routes_has_a_few_lines():
    loop = [sight("node1", f"eth{number}", "out", order=number) for number in range(200)]
    assert len(trail_lines(trail(loop))) <= 2 + 40 + 1


def test_addresses_with_ports():
    assert show_flow(Flow("10.0.0.1", "10.0.0.2", 4000, 80)) == "10.0.0.1:4000 -> 10.0.0.2:80"
    assert show_flow(Flow("fd::1", "fd::2", 4000, 80)) == "[fd::1]:4000 -> [fd::2]:80"
    assert show_flow(Flow("fd::1", "fd::2")) == "fd::1 -> fd::2"


def test_the_json_form():
    form = trail_as_dict(trail(probes(5)))
    assert json.loads(json.dumps(form)) == form
    last = form["hops"][-1]
    lines = form.pop("lines")
    hops = form.pop("hops")
    assert form == {
        "source": "a",
        "target": "b",
        "check": "icmp",
        "family": "ipv4",
        "port": None,
        "size": 0,
        "verdict": "lost",
        "message": "the packets left node1 by enp0s8 in VXLAN for 192.0.2.2, and never arrived on node2",
        "sent": 4,
        "answered": 0,
        "source_change": None,
        "broken_at": 5,
        "evidence": [],
    }
    assert len(hops) == 5
    assert len(lines) == 2 + 5 + 1
    assert (last["node"], last["link"], last["link_kind"], last["numbers"]) == ("node1", "enp0s8", None, [0, 1, 2, 3])
    assert last["outer"] == {"kind": "vxlan", "source": "192.0.2.1", "target": "192.0.2.2", "port": 8472}
