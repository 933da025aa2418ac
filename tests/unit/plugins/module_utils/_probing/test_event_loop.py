# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import time
from functools import partial

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Loop
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pace import Cost, Pace


@pytest.fixture
def pair():
    """Makes two sockets that are connected with each other, and do not block."""
    made = []

    def make():
        made.extend(socket.socketpair())
        for one in made[-2:]:
            one.setblocking(False)
        return made[-2:]

    yield make
    for one in made:
        one.close()


def test_a_conversation_gets_what_comes_and_is_closed_at_its_end(pair):
    here, there = pair()
    got = []

    def steps():
        assert (yield time.monotonic() + 5)
        got.append(here.recv(10))

    loop = Loop(10)
    loop.add(here, steps())
    loop.at(0, lambda: there.send(b"hello"))
    loop.run()
    assert got == [b"hello"]
    assert here.fileno() == -1


def test_a_deadline_wakes_with_false_and_not_before(pair):
    here, _there = pair()
    woken = []

    def steps():
        for delay in (0.05, 0.02):
            end = time.monotonic() + delay
            woken.append(((yield end), time.monotonic() >= end))

    loop = Loop(10)
    loop.add(here, steps())
    loop.run()
    assert woken == [(False, True), (False, True)]


def test_data_that_came_while_the_process_stood_still_is_in_time(pair):
    slow, slow_peer = pair()
    here, there = pair()
    woken = []

    def stands_still():
        assert (yield time.monotonic() + 5)
        there.send(b"in time")
        time.sleep(0.4)

    def waits():
        woken.append((yield time.monotonic() + 0.3))

    loop = Loop(10)
    loop.add(slow, stands_still())
    loop.add(here, waits())
    slow_peer.send(b"go")
    loop.run()
    assert woken == [True]


def test_functions_are_called_in_the_order_of_their_times():
    called = []
    loop = Loop(10)
    now = time.monotonic()
    for name, due in (("third", now + 0.02), ("first", now), ("second", now), ("fourth", now + 0.03)):
        loop.at(due, lambda name=name: called.append(name))
    loop.run()
    assert called == ["first", "second", "third", "fourth"]


def test_no_more_sockets_are_open_than_the_limit(pair):
    loop = Loop(3)
    open_now, most = set(), []

    def steps(number, here, there):
        open_now.add(number)
        most.append(len(open_now))
        there.send(b"x")
        yield time.monotonic() + 5
        open_now.remove(number)

    for number in range(10):
        here, there = pair()
        loop.at(0, partial(loop.add, here, steps(number, here, there)))
    loop.run()
    assert len(most) == 10
    assert max(most) == 3


def test_sockets_that_are_kept_leave_room_for_others(pair):
    """Otherwise functions that such a socket waits for would never be called."""
    loop = Loop(1)
    called = []

    def listen():
        while len(called) < 3:
            yield time.monotonic() + 0.01

    for _number in range(3):
        here, _there = pair()
        loop.add(here, listen(), kept=True)
        loop.at(0, lambda: called.append(True))
    loop.run()
    assert len(called) == 3


def test_stopping_closes_what_is_open(pair):
    here, _there = pair()
    loop = Loop(10)

    def forever():
        while True:
            yield float("inf")

    loop.add(here, forever())
    loop.at(0, lambda: setattr(loop, "stopped", True))
    loop.run()
    assert here.fileno() == -1


def test_a_conversation_may_begin_another(pair):
    first, first_peer = pair()
    second, second_peer = pair()
    got = []
    loop = Loop(10)

    def inner():
        assert (yield time.monotonic() + 5)
        got.append(second.recv(10))

    def outer():
        assert (yield time.monotonic() + 5)
        loop.add(second, inner())
        second_peer.send(b"inner")

    loop.add(first, outer())
    first_peer.send(b"outer")
    loop.run()
    assert got == [b"inner"]


def test_a_deadline_that_was_put_off_does_not_wake(pair):
    here, there = pair()
    woken = []

    def steps():
        start = time.monotonic()
        woken.append((yield start + 0.03))
        here.recv(10)
        woken.append((yield start + 0.08))
        woken.append(time.monotonic() - start >= 0.08)

    loop = Loop(10)
    loop.add(here, steps())
    there.send(b"x")
    loop.run()
    assert woken == [True, False, True]


def test_who_arrived_in_time_is_read_before_time_is_up(pair):
    """The loop was busy beyond the deadline, but the packet had arrived in time."""
    here, there = pair()
    woken = []

    def steps():
        woken.append((yield time.monotonic() + 0.2))

    def keep_busy():
        there.send(b"x")
        end = time.monotonic() + 0.25
        while time.monotonic() < end:
            pass

    loop = Loop(10)
    loop.add(here, steps())
    loop.at(0, keep_busy)
    loop.run()
    assert woken == [True]


def test_a_function_waits_for_a_free_socket_past_its_time(pair):
    here, _there = pair()
    loop = Loop(1)
    called = []

    def steps():
        yield time.monotonic() + 0.05
        called.append("conversation")

    loop.add(here, steps())
    loop.at(0, lambda: called.append("function"))
    loop.run()
    assert called == ["conversation", "function"]


def test_an_error_ends_the_loop_and_closes_what_is_open(pair):
    here, _there = pair()
    closed = []

    def forever():
        try:
            yield float("inf")
        finally:
            closed.append(True)

    loop = Loop(10)
    loop.add(here, forever())
    loop.at(0, lambda: int("x"))
    with pytest.raises(ValueError, match="invalid literal"):
        loop.run()
    assert closed == [True]
    assert here.fileno() == -1


def test_a_stopped_loop_begins_nothing(pair):
    loop = Loop(10)
    called = []
    loop.at(0, lambda: setattr(loop, "stopped", True))
    loop.at(time.monotonic() + 60, lambda: called.append("later"))
    loop.run()
    assert called == []


def test_a_socket_that_connects_wakes_when_it_can_be_written(pair):
    here, _there = pair()
    woken = []

    def steps():
        woken.append((yield time.monotonic() + 5))

    loop = Loop(10)
    loop.add(here, steps(), writes=True)
    loop.run()
    assert woken == [True]


def test_nothing_to_do_ends_at_once():
    Loop(10).run()


def test_functions_with_a_cost_keep_to_the_pace():
    called = []
    loop = Loop(10, pace=Pace(100))
    for _number in range(31):
        loop.at(0, lambda: called.append(time.monotonic()), Cost(1, 0))
    loop.at(0, lambda: called.append(time.monotonic()))
    loop.run()
    # The last one costs nothing, and waits for those before it.
    assert called[-1] - called[0] >= 30 / 100 - 0.03
    assert len(called) == 32
