# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.percentiles import percentile


@pytest.mark.parametrize(
    ("count", "share", "wanted"),
    [(1, 0.5, 1), (1, 0.95, 1), (2, 0.5, 1), (20, 0.95, 19), (21, 0.95, 20), (100, 0.95, 95), (100, 0.5, 50)],
)
def test_percentiles_are_by_nearest_rank(count, share, wanted):
    assert percentile([(number, 1) for number in range(1, count + 1)], share) == wanted


def test_a_value_counts_as_often_as_it_occurs():
    counts = [(1.0, 90), (2.0, 5), (7.0, 5)]
    assert [percentile(counts, share) for share in (0.5, 0.9, 0.91, 0.95, 0.96)] == [1.0, 1.0, 2.0, 2.0, 7.0]
