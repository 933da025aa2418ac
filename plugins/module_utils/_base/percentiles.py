# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Percentiles of numbers. No I/O, no Ansible."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


def percentile(counts: Sequence[tuple[float, int]], share: float) -> float:
    """Return the smallest value that at least this share of all values does not exceed (nearest rank).

    C(counts) are the values in order, each with the number of times that it occurs.
    """
    ranks = list(accumulate(number for _value, number in counts))
    return counts[bisect_left(ranks, max(1, math.ceil(share * ranks[-1])))][0]


__all__ = ["percentile"]
