# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.filter.policy_enforcement import FilterModule

policy_enforcement = FilterModule().filters()["policy_enforcement"]


def test_the_slowest_node_counts():
    pollings = [{"cells": 4, "rounds": 2, "seconds": seconds, "wrong": []} for seconds in (0.2, 1.203)]
    assert policy_enforcement(pollings, 30) == {
        "seconds": 1.203,
        "late": 0,
        "wrong": [],
        "polled": 8,
        "text": "enforced after 1.203 s",
    }


def test_a_variable_of_the_command_line_is_a_text():
    assert (
        policy_enforcement([{"cells": 1, "seconds": 7.5, "wrong": [{}]}], "7.5")["text"]
        == "1 not enforced within 7.5 s"
    )
