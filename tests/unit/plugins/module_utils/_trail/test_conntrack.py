# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.conntrack import Tracked, tracked_flows
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs

ENDPOINTS = [
    Endpoint("a", "pod", ("10.244.1.2", "fd00::1"), "node1"),
    Endpoint("b", "pod", ("10.244.2.2", "fd00::2"), "node2"),
]
PAIR = {"source": "a", "target": "b"}
# As /proc/net/nf_conntrack has them.
UDP = (
    "ipv4     2 udp      17 29 src=10.244.1.2 dst=10.244.2.2 sport=40000 dport=8080 [UNREPLIED] "
    "src=10.244.2.2 dst=192.0.2.1 sport=8080 dport=40000 mark=0 zone=0 use=2\n"
)
TCP = (
    "ipv4     2 tcp      6 86399 ESTABLISHED src=10.244.1.2 dst=10.244.2.2 sport=40001 dport=80 "
    "src=10.244.2.2 dst=10.244.1.2 sport=80 dport=40001 [ASSURED] mark=0 zone=0 use=2\n"
)
FD1, FD2 = (f"fd00:0000:0000:0000:0000:0000:0000:000{number}" for number in (1, 2))
ICMP6 = (
    f"ipv6     10 icmpv6   58 29 src={FD1} dst={FD2} type=128 code=0 id=7 "
    f"src={FD2} dst={FD1} type=129 code=0 id=7 mark=0 zone=0 use=2\n"
)


def pairs(*forms):
    return load_pairs([{**PAIR, **form} for form in forms], ENDPOINTS)


def test_the_flows_of_pairs():
    found = tracked_flows(
        [UDP, TCP, ICMP6],
        pairs(
            {"check": "udp", "port": 8080}, {"check": "tcp", "port": 80}, {"check": "icmp", "family": "ipv6"}
        ),
    )  # fmt: skip
    masqueraded = Flow("10.244.2.2", "192.0.2.1", 8080, 40000)
    assert found == [
        Tracked(0, Flow("10.244.1.2", "10.244.2.2", 40000, 8080), masqueraded, False),
        Tracked(
            1, Flow("10.244.1.2", "10.244.2.2", 40001, 80), Flow("10.244.2.2", "10.244.1.2", 80, 40001), True
        ),
        Tracked(2, Flow("fd00::1", "fd00::2"), Flow("fd00::2", "fd00::1"), True),
    ]  # fmt: skip


def test_the_flows_of_ipv6_as_conntrack_shows_them():
    line = ICMP6.replace(FD1, "fd00::1").replace(FD2, "fd00::2")
    (found,) = tracked_flows([line], pairs({"check": "icmp", "family": "ipv6"}))
    assert found.flow == Flow("fd00::1", "fd00::2")


def test_other_flows_do_not_count():
    other_port, other_protocol = pairs({"check": "udp", "port": 53}, {"check": "tcp", "port": 8080})
    assert tracked_flows([UDP, TCP.replace("dport=80 ", "dport=8081 ")], [other_port, other_protocol]) == []
    assert tracked_flows([UDP.replace("src=10.244.1.2", "src=10.244.1.9")], pairs({"check": "udp", "port": 8080})) == []


def test_lines_of_another_form_are_no_error():
    assert tracked_flows(["", "dst=10.244.2.2 \n", UDP.partition(" [")[0]], pairs({"check": "udp", "port": 8080})) == []


def test_a_pair_has_few_flows():
    assert len(tracked_flows([UDP] * 50, pairs({"check": "udp", "port": 8080}))) == 4
