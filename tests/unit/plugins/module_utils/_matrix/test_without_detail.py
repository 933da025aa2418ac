# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import Crowd
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import CellPlace
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.without_detail import not_listed, text_briefs

TCP = CellPlace("pod", "n1", "a", "pod", "n2", "", "other", "tcp", "ipv4")
ELSEWHERE = TCP._replace(target_node="n3")
ICMP = TCP._replace(check="icmp")
UNLISTED = Counter({(TCP, "failed"): 2, (ELSEWHERE, "failed"): 3, (TCP, "flapping"): 1, (ICMP, "not observed"): 4})


def test_unlisted_cells_by_check_family_and_verdict():
    found = not_listed(Crowd(unlisted=UNLISTED, unlisted_by_node=Counter(n1=10)))
    rows = {(one["check"], one["family"], one["verdict"]): one["cells"] for one in found["not_listed"]["tallies"]}
    assert rows == {
        ("icmp", "ipv4", "not observed"): 4,
        ("tcp", "ipv4", "failed"): 5,
        ("tcp", "ipv4", "flapping"): 1,
    }
    assert (found["not_listed"]["cells"], found["not_listed"]["by_node"]) == (10, {"n1": 10})


def test_a_report_that_lists_all_says_nothing():
    assert not_listed(Crowd()) == {}
    assert text_briefs([], Crowd()) == []


@pytest.mark.parametrize(
    ("crowd", "words"),
    [
        (Crowd(places=Counter({TCP: 7})), ["7 of the cells that passed have no detail"]),
        (Crowd(unlisted=UNLISTED), ["10 of the cells that did not pass are not listed"]),
        (
            Crowd(places=Counter({TCP: 7}), unlisted=UNLISTED),
            ["7 of the cells that passed have no detail", "10 of the cells that did not pass are not listed"],
        ),
    ],
)
def test_a_sentence_for_each_sort(crowd, words):
    assert [line.partition(": ")[0] for line in text_briefs([], crowd)] == words
