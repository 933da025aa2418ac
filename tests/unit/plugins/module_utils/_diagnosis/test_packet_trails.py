# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_trails import load_trails

LOST = {"source": "a", "target": "b", "verdict": "lost", "lines": ["a -> b, icmp, ipv4: lost", "  on node1", "  1 hop"]}
PASSED = {**LOST, "verdict": "passed", "lines": ["a -> c, icmp, ipv4: passed", "  passed", "  1 hop"]}


def test_a_report_without_trails_has_none():
    assert load_trails(None) == load_trails({"cells": []}) == ()


def test_a_trail_that_ends_is_shown_with_its_hops():
    lost, passed = load_trails({"trails": [LOST, PASSED]})
    assert lost.shown == tuple(LOST["lines"])
    assert passed.shown == ("a -> c, icmp, ipv4: passed",)
    assert (lost.data, passed.data) == (LOST, PASSED)


@pytest.mark.parametrize("trails", [3, ["lost"], [{"verdict": "lost"}], [{**LOST, "lines": None}]])
def test_other_data_is_refused(trails):
    with pytest.raises(InputError, match="report has trails"):
        load_trails({"trails": trails})
