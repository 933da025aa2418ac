# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt, Record, add_up
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"reachable"}, "reachable"),
        ({"blocked"}, "blocked"),
        ({"reachable", "blocked"}, "flapping"),
        ({"faulty", "reachable"}, "faulty"),
        ({"faulty", "reachable", "blocked"}, "faulty"),
        ({"not observed"}, "not observed"),
        ({"not observed", "reachable"}, "reachable"),
        ({"not observed", "blocked"}, "blocked"),
        ({"not observed", "reachable", "blocked"}, "flapping"),
    ],
)
def test_what_attempts_add_up_to(outcomes, expected):
    assert add_up(outcomes) == expected


def record(*attempts):
    return Record("a", "", Target("b", "pod", "10.0.0.2", ()), Try("tcp", 80, "podnet"), list(attempts))


def good(begun, ended, **more):
    return Attempt(begun, ended, "reachable", None, **more)


SETTINGS = ProbeSettings("run", attempts=3, interval=0.2, timeout=1.0, patience=4)


@pytest.mark.parametrize(
    ("others", "gives_up"),
    [
        ([], 11.0),
        ([Attempt(10.2), Attempt(10.4)], 11.4),  # all wait as long as the last one
        ([Attempt(10.2), Attempt(13.5)], 14.0),  # but not longer than with an answer
        ([Attempt(10.2, 10.3)], 14.0),
    ],
)
def test_an_attempt_waits_longer_when_its_cell_has_an_answer(others, gives_up):
    first = Attempt(10.0)
    assert record(first, *others).gives_up(first, SETTINGS) == gives_up


def test_a_cell_of_attempts_that_succeeded():
    cell = record(
        good(10.0, 10.004, own="x:1", seen="x:1"), good(10.2, 10.201, own="x:2", seen="y:2", answered_by="b")
    ).summarise(9.9)
    assert (cell.outcome, cell.attempts, cell.succeeded, cell.reason) == ("reachable", 2, 2, None)
    assert cell.latency_ms == pytest.approx(2.5)
    assert cell.first_success_ms == pytest.approx(104)
    # Of the last one: own and seen belong together.
    assert (cell.own, cell.seen, cell.answered_by, cell.translated) == ("x:2", "y:2", "b", True)


def test_a_cell_of_attempts_that_failed():
    cell = record(Attempt(1.0), Attempt(1.2)).summarise(1.0)
    assert (cell.outcome, cell.reason, cell.succeeded, cell.latency_ms, cell.own) == (
        "blocked",
        "timeout",
        0,
        None,
        None,
    )


def test_a_flapping_cell_says_why_one_failed():
    refused = Attempt(1.0)
    refused.fail(OSError(errno.ECONNREFUSED, "Connection refused"))
    cell = record(good(0.8, 0.9), refused, good(1.2, 1.3)).summarise(0.8)
    assert (cell.outcome, cell.reason, cell.succeeded, cell.attempts) == ("flapping", "refused", 2, 3)


@pytest.mark.parametrize(
    ("number", "reason", "detail"),
    [
        (errno.ECONNREFUSED, "refused", None),
        (errno.ECONNRESET, "refused", "text"),
        (errno.ETIMEDOUT, "timeout", "text"),
        (errno.EHOSTUNREACH, "unreachable", "text"),
        (errno.ENETUNREACH, "unreachable", "text"),
        (errno.EPERM, "unreachable", "text"),
        (errno.EMSGSIZE, "too big", "text"),
    ],
)
def test_the_kernel_s_errors(number, reason, detail):
    attempt = good(1.0, 1.1)
    attempt.fail(OSError(number, "text"))
    assert (attempt.outcome, attempt.reason, attempt.detail, attempt.ended) == ("blocked", reason, detail, None)


def test_a_wrong_answer_is_faulty_whatever_came_before():
    attempt = Attempt(1.0)
    attempt.answer("b", "x:1")
    attempt.reject("c answered, not b")
    cell = record(good(0.5, 0.6), attempt).summarise(0.5)
    assert (cell.outcome, cell.reason, cell.detail, cell.succeeded) == (
        "faulty",
        "wrong answer",
        "c answered, not b",
        1,
    )


def test_a_lost_part_makes_an_attempt_blocked():
    attempt = good(1.0, 1.1)
    attempt.lose()
    assert record(attempt, good(1.2, 1.3)).summarise(1.0).outcome == "flapping"


def test_an_attempt_that_is_never_right():
    """The answer is not from a responder, so it says nothing about the source."""
    attempt = Attempt(1.0, own="x:1")
    attempt.reject("the answer is not from a responder of this run")
    cell = record(attempt).summarise(1.0)
    assert (cell.outcome, cell.succeeded, cell.latency_ms, cell.first_success_ms) == ("faulty", 0, None, None)
    assert (cell.own, cell.seen, cell.answered_by, cell.translated) == (None, None, None, None)


def test_an_answer_takes_back_what_was_wrong_before():
    attempt = Attempt(1.0)
    attempt.reject("half")
    attempt.answer("b", "x:1")
    assert (attempt.outcome, attempt.reason, attempt.detail) == ("reachable", None, None)
    assert attempt.ended is not None


def test_what_the_first_failure_says_is_told():
    first, second = Attempt(1.0), Attempt(1.1)
    first.reject("half of it", "too big")
    second.reject("something else")
    cell = record(good(0.9, 0.95), first, second).summarise(0.9)
    assert (cell.reason, cell.detail) == ("too big", "half of it")


def test_a_cell_takes_check_port_and_family_from_its_record():
    six = Record("a", "", Target("b", "pod", "fd00::2", ()), Try("mtu", 4000, "podnet"), [good(1.0, 1.1)], mtu=1450)
    cell = six.summarise(1.0)
    assert (cell.source, cell.target, cell.check, cell.family, cell.port, cell.mtu) == (
        "a",
        "b",
        "mtu",
        "ipv6",
        4000,
        1450,
    )
