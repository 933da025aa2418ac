# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from page_samples import failing, many_nodes, pods, report

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.drawing import WIDTH, drawing, shortened


def overlap(one, two):
    """Whether two rectangles share a place."""
    return (
        one["x"] < two["x"] + two["w"]
        and two["x"] < one["x"] + one["w"]
        and one["y"] < two["y"] + two["h"]
        and two["y"] < one["y"] + one["h"]
    )


@pytest.mark.parametrize("given", [failing(), many_nodes(50), *(report(pods(count, 12), []) for count in range(1, 12))])
def test_no_parts_lie_on_one_another_or_beyond_the_edge(given):
    found = drawing(given)
    cards = found["cards"]
    for group in (cards, *(card.get("pods", []) for card in cards), *(card.get("boxes", []) for card in cards)):
        assert not any(overlap(a, b) for n, a in enumerate(group) for b in group[:n])
        for part in group:
            assert 0 <= part["x"] <= part["x"] + part["w"] <= WIDTH
            assert 0 <= part["y"] <= part["y"] + part["h"] <= found["height"]


@pytest.mark.parametrize("count", [1, 3, 4, 12])
def test_the_texts_of_a_card_stay_beside_each_other_and_within_it(count):
    given = report(pods(count, 2), [])
    given["nodes"] = [
        {"name": f"node{number}", "roles": ["control-plane", "etcd", "master"], "subnets": ["10.244.1.0/24"]}
        for number in range(1, count + 1)
    ]
    ends = {"source": "podnet-connectivity/node1-1", "target": "podnet-connectivity/node1-2", "check": "tcp"}
    given["cells"] = [
        {**ends, "verdict": verdict}
        for verdict, times in {"failed": 147, "flapping": 12, "not probed": 24}.items()
        for _one in range(times)
    ]
    found = drawing(given)
    card = found["cards"][0]
    assert card["full"].startswith("147") and "24 not probed" in card["full"]
    # The letters of the texts that share a line, in pixels: 14 and 12 px bold, and 11 px.
    name, says, under = (pixels * len(card[text]) for text, pixels in (("title", 8), ("says", 7), ("under", 6)))
    if found["mode"] == "large":
        assert 26 + name + 14 + says + 12 <= card["w"]
        assert 26 + under <= card["w"]
    else:
        assert max(8 + name, 8 + 14 + says, 8 + under) <= card["w"]


@pytest.mark.parametrize("count", [1, 2, 9])
def test_the_addresses_outside_fit_their_box(count):
    outside = [{"name": f"2001:db8:113::{number}", "kind": "outside"} for number in range(1, count + 1)]
    box = drawing(report([*pods(3, 2), *outside], []))["outside"]
    assert box["label"].startswith("outside: 2001:db8:113::1")
    assert 6 * len(box["label"]) < box["w"]  # a letter of this size is 6 pixels wide
    assert box["x"] >= 0
    assert box["x"] + box["w"] <= WIDTH


def test_many_nodes_are_small_and_those_with_failures_come_first():
    found = drawing(many_nodes(50))
    assert found["mode"] == "small"
    assert [card["name"] for card in found["cards"][:2]] == ["node7", "node31"]
    assert [path["title"] for path in found["paths"]] == ["node31 ⇄ node7: 8 cells failed"]


def test_the_trail_ends_at_the_last_link_that_saw_the_packets():
    found = drawing(failing())
    (trail,) = [path for path in found["paths"] if path["kind"] == "trail"]
    box = next(box for box in found["cards"][2]["boxes"] if box["full"].startswith("enp0s8"))
    assert box["x"] <= trail["x"] <= box["x"] + box["w"]
    assert box["y"] <= trail["y"] <= box["y"] + box["h"]
    assert trail["broken"]


def test_packets_that_left_a_node_and_reached_none_end_on_the_wire():
    given = failing()
    trail = given["trails"][0]
    trail.update(hops=trail["hops"][:5], broken_at=5)
    found = drawing(given)
    (drawn,) = [path for path in found["paths"] if path["kind"] == "trail"]
    first, last = found["cards"][0], found["cards"][2]
    assert first["x"] + first["w"] < drawn["x"] < last["x"]
    assert drawn["y"] == found["lines"][0]["y"]


def test_a_trail_without_any_known_place_is_not_drawn():
    given = failing()
    given["trails"][0].update(source="gone/pod", hops=[])
    assert [path["kind"] for path in drawing(given)["paths"]] == ["pair", "pair"]


@pytest.mark.parametrize(
    ("text", "end", "wanted"),
    [("abc", False, "abc"), ("abcdefghijkl", False, "abcdefgh…"), ("abcdefghijkl", True, "…efghijkl")],
)
def test_texts_fit_their_place(text, end, wanted):
    assert shortened(text, 60, end) == wanted
