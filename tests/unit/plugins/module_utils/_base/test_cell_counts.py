# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import (
    bad_cells,
    bad_words,
    cells_words,
    headline,
)


@pytest.mark.parametrize(
    ("counts", "bad", "words"),
    [
        ({"failed": 0, "flapping": 0}, 0, "No cell failed"),
        ({"failed": 0, "flapping": 0, "not_observed": 9, "not_judged": 2}, 0, "No cell failed"),
        ({"failed": 28, "flapping": 0}, 28, "28 of 441 cells failed"),
        ({"failed": 24, "flapping": 4}, 28, "24 of 441 cells failed, 4 flapping"),
        ({"failed": 0, "flapping": 4}, 4, "4 of 441 cells flapping"),
        ({"failed": 0, "flapping": 0, "not_probed": 249}, 249, "249 of 441 cells not probed"),
        ({"failed": 2, "flapping": 1, "not_probed": 75}, 78, "2 of 441 cells failed, 1 flapping, 75 not probed"),
    ],
)
def test_a_failed_cell_is_told_from_one_that_was_not_probed(counts, bad, words):
    summary = {"cells": 441, "passed": 441 - bad, **counts}
    assert (bad_cells(summary), headline(summary)) == (bad, words)


def test_a_report_without_counts_of_later_versions_is_read():
    assert headline({"cells": 3, "passed": 2, "failed": 1}) == "1 of 3 cells failed"


def test_numbers_without_a_whole():
    assert bad_words({"failed": 8}, " cells") == "8 cells failed"
    assert bad_words({"flapping": 1}, " cells") == "1 cell flapping"
    assert bad_words({"failed": 8, "not probed": 2}) == "8 failed, 2 not probed"
    assert bad_words({"failed": 0}) == ""


@pytest.mark.parametrize(
    ("failed", "unprobed", "words"),
    [
        (0, 0, "0 failed cells"),
        (1, 0, "1 failed cell"),
        (28, 0, "28 failed cells"),
        (0, 1, "1 cell not probed"),
        (0, 75, "75 cells not probed"),
        (1, 75, "1 failed cell and 75 not probed"),
    ],
)
def test_the_cells_of_a_diagnosis(failed, unprobed, words):
    assert cells_words(failed, unprobed) == words
