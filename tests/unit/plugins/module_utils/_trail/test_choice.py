# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.choice import choose_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs


def cell(source, target, check="icmp", family="ipv4", port=None):
    return Cell(source, target, check, family, port, "blocked", "timeout")


def endpoints(nodes=3, pods=2):
    found = []
    for n in range(1, nodes + 1):
        found += [
            Endpoint(f"own/n{n}-{pod}", "pod", (f"10.{n}.0.{pod}", f"fd00::{n}:{pod}"), f"n{n}", own=True)
            for pod in range(1, pods + 1)
        ]
        found.append(Endpoint(f"n{n}", "node", (f"192.0.2.{n}",), f"n{n}"))
    return [*found, Endpoint("own/svc:80", "service", ("10.96.0.9",), port=80)]


def across(first, second, named, check="icmp"):
    """All cells from pods of one node to pods of another."""
    return [
        cell(a.name, b.name, check)
        for a in named
        for b in named
        if a.kind == b.kind == "pod" and (a.node, b.node) == (first, second)
    ]


def test_one_pair_for_one_kind_of_failure():
    named = endpoints()
    chosen = choose_pairs(across("n1", "n2", named), named, 6)
    assert chosen == [{"source": "own/n1-1", "target": "own/n2-1", "check": "icmp", "family": "ipv4"}]


def test_each_pair_of_nodes_and_each_check_has_one():
    named = endpoints()
    failed = [*across("n1", "n2", named), *across("n3", "n2", named), *across("n3", "n2", named, "tcp")]
    chosen = choose_pairs(failed, named, 6)
    assert {(one["source"][4:6], one["target"][4:6]) for one in chosen} == {("n1", "n2"), ("n3", "n2")}
    assert {one["check"] for one in chosen} == {"icmp", "tcp"}
    assert len(chosen) <= 3


def test_kinds_and_families_have_one_each():
    named = endpoints()
    failed = [
        *across("n1", "n2", named),
        cell("own/n1-1", "n2"),
        cell("n1", "own/n2-1"),
        cell("own/n1-1", "own/n1-2"),
        cell("own/n1-1", "own/svc:80", "tcp", port=80),
        cell("own/n1-1", "own/n2-1", family="ipv6"),
    ]
    chosen = choose_pairs(failed, named, 10)
    assert len(chosen) == 6
    assert {one["family"] for one in chosen} == {"ipv4", "ipv6"}
    assert {"source": "own/n1-1", "target": "own/svc:80", "check": "tcp", "family": "ipv4", "port": 80} in chosen


def test_no_more_than_wanted_and_the_pairs_can_be_followed():
    named = endpoints(nodes=8)
    failed = [one for a in range(1, 9) for b in range(1, 9) if a != b for one in across(f"n{a}", f"n{b}", named)]
    chosen = choose_pairs(failed, named, 4)
    assert len(chosen) == 4
    assert len({one["source"][4:6] for one in chosen}) == len({one["target"][4:6] for one in chosen}) == 4
    assert len(load_pairs(chosen, named)) == 4


def test_cells_that_cannot_be_followed_are_left_out():
    named = endpoints()
    assert choose_pairs([cell("controller", "n1"), cell("own/svc:80", "n1"), cell("n1", "gone")], named, 6) == []
    assert choose_pairs([cell("n1", "own/n2-1", family="ipv6")], named, 6) == []
    assert choose_pairs([], named, 6) == []


def test_endpoints_of_our_own_come_first():
    named = [
        *endpoints(),
        Endpoint("shop/web", "pod", ("10.1.0.9",), "n1"),
        Endpoint("shop/db", "pod", ("10.2.0.9",), "n2"),
    ]
    (chosen,) = choose_pairs([cell("shop/web", "shop/db"), cell("own/n1-1", "own/n2-1")], named, 6)
    assert chosen["source"] == "own/n1-1"


def test_many_failures_take_a_moment():
    named = endpoints(nodes=40)
    failed = [cell(a.name, b.name) for a in named for b in named if a.kind == b.kind == "pod" and a is not b]
    assert len(failed) > 6000
    start = time.process_time()
    assert len(choose_pairs(failed, named, 6)) == 6
    assert time.process_time() - start < 2


def test_large_packets_are_followed_where_they_get_lost():
    """TCP connects and stops with its first full segment: its small probes would pass."""
    named = endpoints()
    tcp = Cell("own/n1-1", "own/n2-1", "tcp", "ipv4", 8080, "faulty", "too big")
    larger = Cell("own/n2-1", "own/n1-1", "mtu", "ipv4", 8080, "reachable", mtu=1450)
    hole = Cell("own/n1-2", "own/n2-1", "mtu", "ipv4", 8080, "faulty", "too big", mtu=1350)
    chosen = choose_pairs([tcp, larger, hole], named, 6)
    assert [(one["source"], one["check"]) for one in chosen] == [("own/n1-2", "mtu")]
    assert [one["check"] for one in choose_pairs([tcp], named, 6)] == ["tcp"]
