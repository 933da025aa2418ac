# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for four times as many hosts take about four times as long, and not sixteen times."""

from __future__ import annotations

import gc
import time

import planning
import pytest

FEW, MANY = 500, 2000
# Linear is 4, quadratic 16. The clock counts this process alone, but the caches of the machine are shared.
MOST = 9


def processor_time(work):
    """The shortest of three tries, which other processes disturbed least."""
    times = []
    for _try in range(3):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def growth(prepare):
    few, many = prepare(FEW), prepare(MANY)
    return processor_time(many) / processor_time(few)


@pytest.mark.parametrize("name", planning.PLANS)
def test_a_plan_is_linear(name):
    assert growth(planning.PLANS[name]) < MOST


def test_a_quadratic_plan_is_found():
    assert growth(lambda hosts: lambda: sum(left < right for left in range(hosts) for right in range(hosts))) > MOST
