# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.tallies import (
    counted_cells,
    each_time,
    tallies_of,
)

CELL = {"check": "tcp", "latency_ms": 0.5}
TALLY = {"check": "icmp", "latency_ms": [[0.1, 3], [0.2, 4]]}
COUNTED = {"cells": [CELL, {"check": "udp"}], "passed_without_detail": {"cells": 7, "tallies": [TALLY]}}


def test_times_of_cells_and_of_those_that_were_counted():
    assert list(each_time(COUNTED, "latency_ms")) == [(CELL, 0.5, 1), (TALLY, 0.1, 3), (TALLY, 0.2, 4)]
    assert list(each_time(COUNTED, "first_success_ms")) == []


def test_the_numbers_of_a_report_with_and_without_counted_cells():
    assert (counted_cells(COUNTED), tallies_of(COUNTED)) == (7, [TALLY])
    assert (counted_cells({"cells": []}), tallies_of({"cells": []})) == (0, [])
