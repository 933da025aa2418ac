"""Four questions that a page answers within ten seconds: on its first screen, or one click away under its own name."""

from __future__ import annotations

import pytest
from question_samples import lost

PAIR = "podnet-connectivity/node1-1 → podnet-connectivity/node3-1"
# The sample, the link with the name of the question, and the place and the words of the answer.
QUESTIONS = [
    ("failing", "Which pairs fail", "#failed .pairs li", PAIR),
    ("failing", "Where packets end", "#trails article p", "the packets arrived on node3 by enp0s8 in VXLAN"),
    ("failing", "Where packets end", "#trails .broken", "ends here"),
    ("failing", "What changed", "#changes p", "Compared with lab, 2026-02-28 10:00:00 UTC: 1 cell worse."),
    ("failing", "What changed", "#changes tr", "podnet-connectivity/node3-1 icmp passed failed"),
    ("crowded", "Which pairs fail", "#failed .pairs li", PAIR),
    ("crowded", "Where packets end", "#trails .broken", "ends here"),
    ("crowded", "What changed", "#changes tr", "podnet-connectivity/node3-1 icmp passed failed"),
    ("lost", "Which pairs fail", "#failed > ul li", "cells: not probed: node3 is not ready"),
    ("lost", "Which pairs fail", "#failed .pairs li", "node1 → node3 icmp, tcp: not probed: node3 is not ready"),
    ("lost", "Where packets end", "#trails p", "cells that were not probed have no packets"),
    ("lost", "What changed", "#changes p", "This run was compared with no other."),
    ("decided", "Which policy decided", "#chosen dd", "ingress: selected by shop/deny, and no rule allows it"),
    ("policies", "Which policy decided", "#chosen dd", "ingress: allowed by shop/web ingress[0]"),
    ("policies", "Which policy decided", "#policies mark", "podSelector:"),
]
# Whether the whole element, and not only its upper edge, is on the screen.
SEEN = """(all, words) => all.some(one => {
  const box = one.getBoundingClientRect();
  return one.innerText.replace(/\\s+/g, " ").includes(words) && one.checkVisibility()
    && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
})"""


def is_seen(page, place, words):
    """Whether the words are on the screen."""
    return page.locator(place).evaluate_all(SEEN, words)


@pytest.mark.parametrize(("name", "link", "place", "words"), QUESTIONS)
def test_the_answer_is_on_the_first_screen_or_one_click_away(open_page, name, link, place, words):
    page = open_page(name)
    # The question itself is on the first screen, in these words.
    asked = page.get_by_role("link", name=link, exact=True)
    box = asked.bounding_box()
    assert box["y"] + box["height"] <= 800
    if not is_seen(page, place, words):
        asked.click()
        assert is_seen(page, place, words), page.inner_text(place.partition(" ")[0])


def test_a_page_without_a_fault_asks_for_none(open_page):
    page = open_page("fine")
    links = page.get_by_role("navigation").get_by_role("link").all_inner_texts()
    assert links == ["What changed", "Network", "Matrix", "Latency"]


def test_the_head_tells_failed_cells_from_those_that_were_not_probed(open_page):
    page = open_page("lost")
    count = sum(cell["verdict"] == "not probed" for cell in lost()["cells"])
    every = len(lost()["cells"])
    head = " ".join(page.inner_text("header").split())
    assert f"✕ {count} of {every} cells not probed {every - count} passed" in head
    assert page.title() == f"lab: {count} of {every} cells not probed"
    assert "failed" not in head


def test_the_cells_that_were_not_probed_are_marked_by_their_cause(open_page):
    page = open_page("lost")
    page.get_by_role("button", name="cells that it explains").click()
    pairs = {(one["source"], one["target"]) for one in lost()["cells"] if one["verdict"] == "not probed"}
    assert page.inner_text("#count").endswith(f", {len(pairs)} fields marked")
