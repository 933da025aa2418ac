# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.trail_pairs import FilterModule

trail_pairs = FilterModule().filters()["trail_pairs"]
ENDPOINTS = [
    {"name": name, "kind": "pod", "addresses": [f"10.244.{n}.2"], "node": f"node{n}"} for n, name in enumerate("ab", 1)
]
CELL = {"source": "a", "target": "b", "check": "icmp", "family": "ipv4", "outcome": "blocked", "reason": "timeout"}


def test_pairs_of_failed_cells():
    tcp = {**CELL, "check": "tcp", "port": 80}
    assert trail_pairs([CELL, CELL, tcp], endpoints=ENDPOINTS) == [
        {"source": "a", "target": "b", "check": "icmp", "family": "ipv4"},
        {"source": "a", "target": "b", "check": "tcp", "family": "ipv4", "port": 80},
    ]
    assert len(trail_pairs([CELL, tcp], endpoints=ENDPOINTS, most=1)) == 1


@pytest.mark.parametrize(
    ("cells", "most", "sentence"),
    [
        ([CELL], 0, "most is 0: give a number from 1 to 256"),
        ([CELL], "6", "most is '6': give a number from 1 to 256"),
        ("x", 6, "the input is 'x': give a list"),
        ([{"source": "a"}], 6, "cell {'port': None, 'source': 'a'} has no target"),
    ],
)
def test_wrong_input(cells, most, sentence):
    with pytest.raises(AnsibleFilterError) as error:
        trail_pairs(cells, endpoints=ENDPOINTS, most=most)
    assert str(error.value) == sentence
