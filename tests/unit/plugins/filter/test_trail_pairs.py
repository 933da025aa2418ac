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
    nodes = ["node1", "node2"]
    assert trail_pairs([CELL, CELL, tcp], endpoints=ENDPOINTS) == [
        {"source": "a", "target": "b", "check": "icmp", "family": "ipv4", "nodes": nodes},
        {"source": "a", "target": "b", "check": "tcp", "family": "ipv4", "port": 80, "nodes": nodes},
    ]
    assert len(trail_pairs([CELL, tcp], endpoints=ENDPOINTS, most=1)) == 1


def test_cells_of_a_report():
    reported = {**CELL, "translated": False, "verdict": "failed", "message": "timeout", "expected": {"outcome": "any"}}
    assert trail_pairs([reported], endpoints=ENDPOINTS) == trail_pairs([CELL], endpoints=ENDPOINTS)


def test_the_nodes_of_a_pair_are_those_of_all_backends():
    backends = [{**ENDPOINTS[1], "name": f"b{n}", "node": f"node{n}", "addresses": [f"10.244.{n}.3"]} for n in (2, 3)]
    service = {"name": "s:80", "kind": "service", "addresses": ["10.96.0.9"], "port": 80, "backends": ["b2", "b3"]}
    cell = {**CELL, "target": "s:80", "check": "tcp", "port": 80}
    (pair,) = trail_pairs([cell], endpoints=[ENDPOINTS[0], *backends, service])
    assert pair["nodes"] == ["node1", "node2", "node3"]


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
