# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_scope import FilterModule

connectivity_scope = FilterModule().filters()["connectivity_scope"]

ENDPOINTS = [
    {"name": f"n{row}", "kind": "node", "addresses": [f"10.0.0.{row}"], "node": f"n{row}"} for row in range(1, 5)
]


def node(name, **labels):
    return {"metadata": {"name": name, "labels": labels}}


def test_full():
    found = connectivity_scope(ENDPOINTS, "full")
    assert [one["name"] for one in found["endpoints"]] == ["n1", "n2", "n3", "n4"]
    assert (found["sources"], found["statement"]) == ({}, {})


def test_the_label_makes_the_zones():
    nodes = [node("n1", rack="a"), node("n2", rack="a"), node("n3", rack="b"), node("n4")]
    found = connectivity_scope(ENDPOINTS, "sample", nodes=nodes, sample_size=1, sample_seed="x", sample_label="rack")
    assert found["statement"]["zones"] == ["a", "b"]
    # n4 has no label, and is a zone of its own: one of the three others of each direction.
    assert "n4" in {source for name in ("n1", "n2") for source in found["sources"][name]}
    assert {"n1", "n2"} & set(found["sources"]["n4"])


def test_the_result_is_data_for_json():
    found = connectivity_scope(ENDPOINTS, "sample", sample_seed="x")
    assert all(isinstance(some, list) for some in found["sources"].values())


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (({}, "full"), {}, "endpoints is {}: give a list"),
        (([], "some"), {}, "scope is 'some': choose from full, node_pairs, sample"),
        (([], "sample"), {"sample_size": 0}, "sample_size is 0: it must be from 1 to 1000"),
        (([], "sample"), {"sample_seed": 7}, "sample_seed is 7: give a text, in quotes where it looks like something"),
        (([], "sample"), {"nodes": [{}]}, "nodes[0].metadata.name is None: give the name of the Node"),
    ],
)
def test_bad_input(arguments, options, message):
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(message)}"):
        connectivity_scope(*arguments, **options)
