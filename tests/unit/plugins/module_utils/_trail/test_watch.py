# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A watch of this machine's own namespace, whose loopback link sees the probes, as root."""

from __future__ import annotations

import os
import time

import pytest
from descriptors import open_files

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail import watch as watch_module
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace, watch

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")

ENDPOINTS = [
    Endpoint("here", "node", ("127.0.0.1",), "here"),
    Endpoint("there", "node", ("127.0.0.2",), "there"),
    Endpoint("wide", "node", ("255.255.255.255",), "wide"),
]


HERE = WatchedPlace("here", "")


def run(*forms, seconds=1.2, place=HERE):
    pairs = load_pairs([{"source": "here", "check": "icmp", **form} for form in forms], ENDPOINTS)
    with Namespaces() as namespaces:
        return watch([place], pairs, f"watch{os.getpid()}", seconds, namespaces)


def test_probes_through_the_whole_watch():
    start = time.time()
    found = run({"target": "there"}, {"target": "there"})
    assert start <= found.began <= found.ended - 1.2 + 0.01
    assert found.ended <= time.time() + 0.01
    assert {one.pair for one in found.sent} == {0, 1}
    assert all(found.began <= one.at <= found.ended and one.error is None for one in found.sent)
    first = [one for one in found.sent if one.pair == 0]
    assert len(first) >= 2
    # They are spread over the watch: a busy machine sends late, and none sends early.
    assert first[-1].at >= found.began + 0.3  # seconds
    assert (found.lost, found.full) == (0, False)
    # The link sees each probe and each answer leave and arrive.
    for pair in (0, 1):
        sights = [one for one in found.sights if one.pair == pair]
        assert [(one.kind, one.direction) for one in sights] == [
            ("probe", "out"),
            ("probe", "in"),
            ("answer", "out"),
            ("answer", "in"),
        ]
        assert {one.numbers for one in sights} == {tuple(range(len(first)))}


def test_the_probes_of_a_pair_are_spread_over_the_watch():
    due = [moment for moment, *_rest in watch_module._times(1.2, [(None, None, None)])]
    assert due[-1] - due[0] > 0.2  # seconds
    assert due == sorted(due) and due[0] > 0 and due[-1] <= 1.2 - 0.5


def test_pairs_of_other_nodes_are_only_watched():
    assert run({"source": "there", "target": "here"}).sent == ()


def test_a_probe_that_the_kernel_refuses():
    found = run({"target": "wide", "check": "udp", "port": 9})
    assert {one.error for one in found.sent} == {"Permission denied"}


def test_a_machine_that_stands_still_sends_late_and_sees_the_answers(monkeypatch):
    times = watch_module._times

    def plan(*arguments):
        time.sleep(1.3)  # the watch has begun, and would have ended
        return times(*arguments)

    monkeypatch.setattr(watch_module, "_times", plan)
    found = run({"target": "there"})
    numbers = {one.number for one in found.sent}
    assert len(numbers) >= 2
    assert {one.numbers for one in found.sights if one.kind == "answer"} == {tuple(sorted(numbers))}
    assert found.ended - found.sent[-1].at > 0.5  # seconds
    assert found.ended - found.began < 10


def test_a_watch_ends_when_it_saw_too_many_packets(monkeypatch):
    monkeypatch.setattr(watch_module, "_MOST_PACKETS", 2)
    start = time.monotonic()
    found = run({"target": "there"}, seconds=30)
    assert found.full
    assert time.monotonic() - start < 20


def test_nothing_is_left_open_when_a_namespace_is_gone():
    before = open_files()
    with pytest.raises(ClusterError, match="cannot enter the network namespace /proc/none"):
        run(place=WatchedPlace("gone", "/proc/none"))
    assert open_files() == before
