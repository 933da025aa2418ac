# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pace import Cost, Pace, cost_of


@pytest.mark.parametrize(
    ("check", "transfer", "cost"),
    [
        ("icmp", 0, Cost(1, 0)),
        ("udp", 0, Cost(1, 1)),
        ("dns", 0, Cost(1, 1)),
        ("mtu", 0, Cost(6, 1)),  # a small and a large datagram in each of three attempts
        ("tcp", 0, Cost(6, 1)),
        ("tcp", 65536, Cost(6 + 2 * 55, 1)),
    ],
)
def test_what_an_attempt_sends(check, transfer, cost):
    assert cost_of(check, 3, transfer) == cost


def test_every_check_has_a_cost():
    assert all(cost_of(check, 1, 0).packets for check in CHECKS)


def begin(pace, cost, number, now=100.0):
    """The times of so many beginnings, each as soon as the pace allows it."""
    times = []
    for _beginning in range(number):
        now = max(now, pace.ready)
        pace.spend(now, cost)
        times.append(now)
    return times


@pytest.mark.parametrize(("rates", "cost"), [((50, 0), Cost(5, 1)), ((0, 10), Cost(5, 1)), ((50, 10), Cost(5, 1))])
def test_attempts_keep_to_the_rate_that_is_reached_first(rates, cost):
    times = begin(Pace(*rates), cost, 31)
    # Ten a second, and the first of them may be late by the slack.
    assert times[-1] - times[0] == pytest.approx(3, abs=0.03)
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= 11


def test_the_lower_rate_counts():
    assert begin(Pace(1000, 2), Cost(1, 1), 3)[-1] == pytest.approx(101, abs=0.03)
    assert begin(Pace(1000, 2), Cost(1, 0), 3)[-1] == pytest.approx(100, abs=0.03)


def test_without_rates_nothing_waits():
    assert begin(Pace(), Cost(1000, 1000), 5) == [100.0] * 5


def test_a_pause_allows_no_burst():
    pace = Pace(10)
    begin(pace, Cost(1, 0), 5, now=100.0)
    times = begin(pace, Cost(1, 0), 11, now=200.0)
    assert times[-1] - times[0] == pytest.approx(1, abs=0.03)
