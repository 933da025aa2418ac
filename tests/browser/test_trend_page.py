"""The page of the last runs, as a reader sees it."""

from __future__ import annotations


def test_bars_stand_side_by_side_and_a_failed_run_is_seen(open_page):
    page = open_page("trend")
    rects = page.locator("rect.bad")
    assert rects.count() == 24
    box = rects.first.bounding_box()
    assert box["width"] > 2
    assert box["height"] > 2
    assert page.locator("polyline").count() == 2


def test_a_phone_needs_no_scrolling_to_the_side(open_page):
    page = open_page("trend", viewport={"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_table_is_reached_by_the_keyboard(open_page):
    page = open_page("trend")
    seen = []
    for _press in range(3):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.className || document.activeElement.tagName"))
    assert "scroll" in seen
