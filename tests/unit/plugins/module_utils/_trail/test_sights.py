# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail import sights as sights_module
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import Mark
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow, Outer, Packet
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import (
    Sight,
    Sightings,
    load_sights,
    sight_as_dict,
)

HOST, OTHERHOST, OUTGOING = 0, 3, 4  # packet(7)


def probe(number=0, port=None, pair=0, **more):
    return Packet(Mark(pair, number), "probe", Flow("10.1.0.1", "10.2.0.1", port, port), **more)


def test_packets_of_one_kind_are_one_sight():
    seen = Sightings()
    for number in (2, 0, 0, 1):  # a retransmission counts once
        seen.add("node1", "cni0", HOST, probe(number, 4000 + number))
    (sight,) = seen.sights()
    # TCP opens each connection from another port: the first one is shown.
    assert (sight.numbers, sight.order, sight.flow) == ((0, 1, 2), 0, Flow("10.1.0.1", "10.2.0.1", 4002, 4002))


def test_the_order_is_that_of_the_first_packets_of_a_place():
    seen = Sightings()
    for link in ("veth1", "cni0", "veth1", "eth0"):
        seen.add("node1", link, HOST, probe())
    seen.add("pod", "eth0", OUTGOING, probe())
    assert [(one.place, one.link, one.order) for one in seen.sights()] == [
        ("node1", "veth1", 0),
        ("node1", "cni0", 1),
        ("node1", "eth0", 3),
        ("pod", "eth0", 0),
    ]


def test_what_tells_sights_apart():
    seen = Sightings()
    outer = Outer("vxlan", "192.0.2.1", "192.0.2.2", 8472)
    changed = Packet(Mark(0, 0), "probe", Flow("192.0.2.1", "10.2.0.1"))
    answer = Packet(Mark(0, 0), "answer", Flow("10.2.0.1", "10.1.0.1"))
    for packet_type, packet in [
        (HOST, probe()),
        (OUTGOING, probe()),
        (OTHERHOST, probe()),
        (HOST, probe(pair=1)),
        (HOST, probe(outer=outer)),
        (HOST, changed),
        (HOST, answer),
        (HOST, probe(detail="host unreachable")),
    ]:
        seen.add("node1", "eth0", packet_type, packet)
    found = seen.sights()
    assert len(found) == 8
    assert [(one.direction, one.other_mac) for one in found[:3]] == [("in", False), ("out", False), ("in", True)]


def test_a_loop_of_routes_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(sights_module, "MOST_SIGHTS", 3)
    seen = Sightings()
    for pair in range(5):
        seen.add("node1", "eth0", HOST, probe(pair=pair))
        assert seen.full is (pair >= 3)
    seen.add("node1", "eth0", HOST, probe(number=9, pair=0))  # a known sight still counts
    assert [one.numbers for one in seen.sights()] == [(0, 9), (0,), (0,)]


def test_the_json_form_is_read_again():
    outer = Outer("vxlan", "192.0.2.1", "192.0.2.2", 8472)
    flow = Flow("10.1.0.1", "10.2.0.1", 4000, 80)
    some = [
        Sight("node1", "eth0", "out", "probe", 0, flow, outer, (0, 1), 3),
        Sight("pod", "eth0", "in", "error", 0, Flow("10.1.0.9", "10.1.0.1"), None, (0,), 4, True, "too big", 1400),
    ]
    assert load_sights(json.loads(json.dumps([sight_as_dict(one) for one in some]))) == some
