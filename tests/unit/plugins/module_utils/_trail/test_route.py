# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packets of tests/trail_reports.py, in the order of its way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trail_reports import ENDPOINTS, N1, PAIR, WAY, A, B, answers, probes, reports, sight

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import Change, PacketRoute, source_change

ALL = frozenset({0, 1, 2, 3})


def route(sights, numbers=ALL, pair=PAIR):
    return PacketRoute.of(pair, reports(sights), numbers)


def places(hops):
    return [(hop.sight.place, hop.sight.link, hop.sight.direction, hop.sight.outer) for hop in hops]


@pytest.mark.parametrize("shuffled", [False, True])
def test_hops_are_in_order_there_and_back(shuffled):
    sights = [*probes(), *answers()]
    found = route(sights[::-1] if shuffled else sights)
    assert places(found.there) == [*WAY]
    assert [(place, link) for place, link, _way, _outer in places(found.back)] == [one[:2] for one in reversed(WAY)]
    assert (found.arrived, found.replied, found.answered, found.errors) == (ALL, ALL, ALL, ())


def test_only_the_probes_that_count():
    found = route([*probes(), *answers(numbers=(0, 1))], {1, 2})
    assert {hop.sight.numbers for hop in found.there} == {(1, 2)}
    assert {hop.sight.numbers for hop in found.back} == {(1,)}
    assert (found.arrived, found.answered) == ({1, 2}, {1})
    assert route(probes(), {9}).there == ()


def test_what_a_link_is():
    by_link = {hop.sight.link: hop for hop in route(probes()).there if hop.sight.place == "node1"}
    assert [name for name, hop in by_link.items() if hop.is_port] == ["veth1"]
    assert [name for name, hop in by_link.items() if hop.is_bridge] == ["cni0"]
    assert [name for name, hop in by_link.items() if hop.is_tunnel] == ["flannel.1"]


def test_a_packet_to_a_node_arrives_when_the_node_has_its_address():
    pair = load_pairs([{"source": "a", "target": "node2", "check": "icmp"}], ENDPOINTS)[0]
    flow = Flow(A, "192.0.2.2")
    inside = sight("node2", "enp0s8", outer=WAY[5][3], flow=flow)
    assert route([inside], pair=pair).arrived == frozenset()
    assert route([replace(inside, outer=None)], pair=pair).arrived == ALL
    assert route([replace(inside, outer=None, direction="out")], pair=pair).arrived == frozenset()
    elsewhere = sight("node1", "cni0", flow=flow)
    assert route([elsewhere], pair=pair).arrived == frozenset()


def test_an_answer_arrives_at_a_node_behind_its_own_address():
    pair = load_pairs([{"source": "node1", "target": "b", "check": "icmp"}], ENDPOINTS)[0]
    back = sight("node1", "enp0s8", kind="answer", flow=Flow(B, N1))
    assert route([back], pair=pair).answered == ALL
    assert route([replace(back, flow=Flow(B, "203.0.113.9"))], pair=pair).answered == frozenset()


def test_errors_are_no_hops():
    found = route([sight("node1", "cni0", "out", kind="error", detail="no route")])
    assert (found.there, found.back, len(found.errors)) == ((), (), 1)


def test_a_changed_source_address():
    changed = [
        replace(one, flow=Flow("10.244.1.0", B)) if order > 2 else one for order, one in enumerate(probes())
    ]  # fmt: skip
    assert source_change(route(changed)) == Change(A, "10.244.1.0", "node1")
    assert str(source_change(route(changed))) == f"node1 changed the source {A} to 10.244.1.0"
    assert source_change(route(probes())) is None
    assert source_change(PacketRoute.empty(PAIR)) is None


def test_a_changed_port_is_no_changed_source():
    ported = [replace(one, flow=Flow(A, B, 4000 + order, 80)) for order, one in enumerate(probes())]
    assert source_change(route(ported)) is None
