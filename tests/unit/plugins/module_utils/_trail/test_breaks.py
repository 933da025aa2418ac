# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets that end somewhere on the way of tests/trail_reports.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trail_reports import ENDPOINTS, NUMBERS, PAIR, A, B, answers, links, probes, reports, sight

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.breaks import find_break
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow, Outer
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import PacketRoute


def found(sights, pair=PAIR, known=None, **changes):
    them = known or reports(sights, **changes)
    return find_break(pair, PacketRoute.of(pair, them, NUMBERS), them)


@pytest.mark.parametrize(
    ("count", "message", "places"),
    [
        (
            0,
            "the packets never left a: its kernel took them, and no link sent them "
            "(no neighbour answers, or a rule drops them)",
            ("a", "node1"),
        ),
        (1, "the packets left a by eth0, and never arrived on node1", ("a", "node1")),
        (2, "the packets arrived on node1 by veth1, and never left for b", ("node1",)),
        (3, "the packets arrived on node1 by cni0, and never left for b", ("node1",)),
        (
            4,
            "the packets entered flannel.1 on node1, and no link sent them on in a packet between nodes",
            ("node1",),
        ),
        (
            5,
            "the packets left node1 by enp0s8 in VXLAN for 192.0.2.2, and never arrived on node2",
            ("node1", "node2"),
        ),
        (
            6,
            "the packets arrived on node2 by enp0s8 in VXLAN at port 8472, "
            "and no link of the pod network took them out",
            ("node2",),
        ),
        (7, "the packets arrived on node2 by flannel.1, and never left for b", ("node2",)),
        (8, "the packets left node2 by cni0, and never arrived at b", ("node2", "b")),
        (9, "the packets left node2 by veth1, and never arrived at b", ("node2", "b")),
    ],
)
def test_packets_lost_after_so_many_hops(count, message, places):
    one = found(probes(count))
    assert (one.verdict, one.message, one.position, one.places) == ("lost", message, count, places)


def test_a_target_that_does_not_answer():
    one = found(probes())
    assert (one.verdict, one.message, one.position) == (
        "unanswered",
        "the packets arrived at b, and it did not answer",
        10,
    )
    assert one.places == ("b", "node2")


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "the answers left b by eth0, and never arrived on node2"),
        (3, "the answers arrived on node2 by cni0, and never left for a"),
        (5, "the answers left node2 by enp0s8 in VXLAN for 192.0.2.1, and never arrived on node1"),
        (9, "the answers left node1 by veth1, and never arrived at a"),
    ],
)
def test_a_lost_answer(count, message):
    one = found([*probes(), *answers(count)])
    assert (one.verdict, one.message, one.position) == ("answer lost", message, 10 + count)


@pytest.mark.parametrize(
    ("sights", "toward"),
    [
        (probes(0), None),
        (probes(1), None),
        (probes(3), B),
        (probes(6), None),
        (probes(), None),
        ([*probes(), *answers(3)], A),
    ],
)
def test_the_address_to_which_packets_went_when_a_node_last_saw_them(sights, toward):
    assert found(sights).toward == toward


def test_the_wrong_nic():
    sights = [*probes(4), sight("node1", "enp0s3", "out", Outer("vxlan", "10.0.2.15", "10.0.2.2", 8472), order=4)]
    message = "the packets left node1 by enp0s3 in VXLAN for 10.0.2.2, and never arrived on node2"
    assert found(sights).message == message


def test_the_address_that_all_nodes_have():
    outer = Outer("vxlan", "10.0.2.15", "10.0.2.15", 8472)
    sights = [*probes(4), sight("node1", "lo", "out", outer, order=4), sight("node1", "lo", "in", outer, order=5)]
    one = found(sights)
    assert one.message == (
        "the packets left node1 by lo in VXLAN for 10.0.2.15, which is an address of node1 and node2, "
        "and never arrived on node2"
    )


def test_a_tunnel_that_sends_packets_back_to_itself():
    looping = tuple(replace(one, own_remotes=("10.0.2.15",)) if one.name == "flannel.1" else one for one in links(1))
    expired = sight("node1", "cni0", "out", kind="error", flow=Flow("10.244.1.1", A), detail="time to live exceeded")
    sights = [*probes(4), sight("node1", "flannel.1", "in", order=4), expired]
    one = found(sights, node1={"links": looping})
    # The error is only what comes of it.
    assert (one.verdict, one.position, one.places) == ("lost", 5, ("node1",))
    assert one.message == (
        "the packets left node1 by flannel.1 for 10.0.2.15, which is an address of node1 and node2, "
        "came back to flannel.1, and never arrived on node2"
    )


def test_a_tunnel_that_encrypts():
    hidden = tuple(replace(one, kind="wireguard") if one.name == "flannel.1" else one for one in links(1))
    message = "the packets left node1 by flannel.1, encrypted from there on, and never arrived on node2"
    assert found(probes(4), node1={"links": hidden}).message == message


@pytest.mark.parametrize(
    ("link", "packets"),
    [
        ({"port": 8473}, "VXLAN at port 8473"),
        ({"kind": "geneve", "port": 6082}, "Geneve at port 6082"),
        ({"kind": "gre"}, "GRE"),
    ],
)
def test_a_tunnel_whose_packets_no_capture_looks_into(link, packets):
    """They may have left the node, so nobody can say that they stayed there."""
    unread = tuple(replace(one, **link) if one.name == "flannel.1" else one for one in links(1))
    message = (
        f"the packets left node1 by flannel.1, in {packets} from there on, which no capture looks into, "
        "and never arrived on node2"
    )
    one = found(probes(4), node1={"links": unread})
    assert (one.message, one.places) == (message, ("node1", "node2"))


def test_frames_for_another_mac_address():
    sights = [*probes(6), sight("node2", "flannel.1", order=6, other_mac=True)]
    one = found(sights)
    assert one.message == (
        "the packets arrived on node2 by flannel.1, in frames for another MAC address than ee:00:00:00:00:02"
    )


def test_at_the_port_of_a_bridge_frames_are_for_the_bridge():
    sights = [*probes(1), sight("node1", "veth1", order=1, other_mac=True)]
    assert found(sights).message == "the packets arrived on node1 by veth1, and never left for b"


def test_an_error_of_a_router_on_the_way():
    error = sight("node1", "cni0", "out", kind="error", flow=Flow("10.244.1.1", A), detail="no route", order=9)
    later = replace(error, place="a", link="eth0", direction="in", order=0)
    one = found([*probes(3), error, later])
    assert (one.verdict, one.places) == ("rejected", ("node1",))
    assert one.message == (
        "the packets were last seen entering by cni0 of node1, and 10.244.1.1 (node1) answers: no route"
    )


def test_an_error_of_an_unknown_router_with_its_mtu():
    error = sight("node1", "enp0s8", kind="error", flow=Flow("203.0.113.1", A), detail="fragmentation needed", mtu=1400)
    one = found([*probes(5), error])
    assert one.message.endswith(
        "leaving by enp0s8 of node1, and 203.0.113.1 answers: fragmentation needed, the next link carries 1400 bytes"
    )


def test_a_target_that_refuses():
    error = sight("b", "eth0", "out", kind="error", flow=Flow(B, A), detail="connection refused")
    one = found([*probes(), error])
    assert (one.verdict, one.message) == ("refused", f"the packets arrived, and {B} (b) answers: connection refused")
    # Someone else said so with the target's address: the target never saw the packets.
    assert found([*probes(5), replace(error, place="node1")]).verdict == "rejected"


def test_a_node_that_did_not_report():
    them = reports(probes(5))
    del them["node2"]
    one = found((), known=them)
    assert (one.verdict, one.message) == (
        "unknown",
        "the packets left node1 by enp0s8 in VXLAN for 192.0.2.2; node2 did not report, so nothing is known beyond",
    )


def test_pods_of_one_node():
    endpoints = [*ENDPOINTS, Endpoint("a2", "pod", ("10.244.1.3",), "node1")]
    pair = load_pairs([{"source": "a", "target": "a2", "check": "icmp"}], endpoints)[0]
    one = found(probes(2), pair=pair)
    assert one.message == "the packets arrived on node1 by veth1, and never left for a2"
    out = sight("node1", "veth1", "out", order=2)
    assert found([*probes(2), out], pair=pair).message == "the packets left node1 by veth1, and never arrived at a2"


def test_packets_that_another_node_gets():
    """Its route to the pods of node2 leads to node3, which has no route for them."""
    them = reports(probes(3))
    astray = sight("node3", "enp0s8", order=0)
    them["node3"] = replace(them["node2"], node="node3", places=("node3",), sights=(astray,))
    out = sight("node1", "enp0s8", "out", order=9)
    them["node1"] = replace(them["node1"], sights=(*them["node1"].sights, out))
    one = found((), known=them)
    assert one.message == "the packets arrived on node3 by enp0s8, and never left for b, although b is on node2"
    assert one.places == ("node3",)


def test_a_target_outside_the_cluster():
    endpoints = [*ENDPOINTS, Endpoint("203.0.113.1", "outside", ("203.0.113.1",))]
    pair = load_pairs([{"source": "a", "target": "203.0.113.1", "check": "icmp"}], endpoints)[0]
    out = sight("node1", "enp0s3", "out", flow=Flow("10.0.2.15", "203.0.113.1"), order=3)
    one = found([*probes(3), out], pair=pair)
    assert (one.verdict, one.message) == (
        "lost",
        "the packets left node1 by enp0s3 for 203.0.113.1, and no answer came back",
    )
    assert found(probes(3), pair=pair).message.endswith("by cni0, and never left for 203.0.113.1")


def test_a_service_breaks_where_its_backend_is():
    endpoints = [
        *ENDPOINTS,
        Endpoint("c", "pod", ("10.244.3.2",), "node3"),
        Endpoint("svc:80", "service", ("10.96.0.7",), port=80, backends=("c", "b")),
    ]
    pair = load_pairs([{"source": "a", "target": "svc:80", "check": "tcp", "port": 80}], endpoints)[0]
    assert found(probes(9), pair=pair).message == "the packets left node2 by veth1, and never arrived at b"
