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
    assert percentile(list(range(1, count + 1)), share) == wanted
