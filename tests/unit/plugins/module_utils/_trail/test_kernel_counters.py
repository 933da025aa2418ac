# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.kernel_counters import (
    Moved,
    moved_counters,
    read_counters,
)

# The columns of proc_net_dev(5), after the name: bytes packets errs drop fifo frame compressed multicast, and the same
# for what was sent with colls and carrier.
DEV = """Inter-|   Receive                                                |  Transmit
 face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
    lo:  100       1    0    0    0     0          0         0   100       1    0    0    0     0       0          0
flannel.1: 5000   50    1    2    0     0          0         0  6000      60    3    {drop}   0     0       0          0
"""
SNMP = """Ip: Forwarding DefaultTTL InReceives InHdrErrors OutNoRoutes
Ip: 1 64 1000 0 {routes}
Udp: InDatagrams NoPorts
Udp: 10 2
"""
NETSTAT = """TcpExt: SyncookiesSent IPReversePathFilter
TcpExt: 0 {filtered}
IpExt: InNoRoutes InTruncatedPkts
IpExt: 5 0
"""
SNMP6 = "Ip6InReceives                   \t100\nIp6InNoRoutes                   \t{routes}\nUdp6NoPorts\t0\n"


def files(drop=4, routes=0, filtered=0):
    return {
        "dev": DEV.format(drop=drop),
        "snmp": SNMP.format(routes=routes),
        "netstat": NETSTAT.format(filtered=filtered),
        "snmp6": SNMP6.format(routes=routes),
    }


def test_counters_are_found_by_their_names():
    found = read_counters(files(drop=4, routes=7, filtered=9))
    assert {name: count for (name, _meaning), count in found.items() if name[0] in "IUT"} == {
        "Ip.InHdrErrors": 0,
        "Ip.OutNoRoutes": 7,
        "Udp.NoPorts": 2,
        "TcpExt.IPReversePathFilter": 9,
        "IpExt.InNoRoutes": 5,
        "Ip6InNoRoutes": 7,
        "Udp6NoPorts": 0,
    }
    assert {meaning: count for (name, meaning), count in found.items() if name == "flannel.1"} == {
        "received with errors": 1,
        "received and dropped": 2,
        "to send, with errors": 3,
        "to send and dropped": 4,
    }


def test_only_what_moved_is_listed():
    found = moved_counters("node1", files(drop=4), files(drop=10, filtered=3))
    assert found == [
        Moved("node1", "TcpExt.IPReversePathFilter", "refused by rp_filter: the answer would take another link", 3),
        Moved("node1", "flannel.1", "to send and dropped", 6),
    ]


def test_what_the_queue_of_a_link_drops():
    before, after = (
        json.dumps([{"kind": "netem", "dev": "eth0", "drops": drops}, {"kind": "fq_codel", "dev": "eth0", "drops": 1}])
        for drops in (5, 9)
    )
    assert moved_counters("node1", {"qdisc": before}, {"qdisc": after}) == [
        Moved("node1", "eth0", "to send, and dropped in the queue of the link", 4)
    ]


def test_a_link_that_came_meanwhile_is_not_listed():
    assert moved_counters("node1", {**files(), "dev": ""}, files()) == []


def test_files_that_are_not_there():
    assert read_counters({}) == {}
    assert moved_counters("node1", {}, {"dev": "garbage\n", "snmp": "Ip: x\n", "netstat": "", "qdisc": "x"}) == []
