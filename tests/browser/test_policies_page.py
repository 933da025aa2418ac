"""The page of a proof of policies, as a reader uses it."""

from __future__ import annotations

from page_samples import HOSTILE


def text(page, selector):
    """The text of an element in one line."""
    return " ".join(page.inner_text(selector).split())


def marked(page):
    """The marked lines of the policies."""
    return [line.strip("▶ \n") for line in page.locator("#policies mark").all_inner_texts()]


def test_the_last_step_and_the_cell_that_it_opened_are_shown_at_once(open_page):
    page = open_page("policies")
    assert text(page, "#shown") == "2 of 2: web"
    assert text(page, "#chosen h3") == "shop/web → shop/db"
    assert "this step opened it" in text(page, "#chosen")
    assert "decided by the API's rules" in text(page, "#chosen")


def test_the_rule_that_decided_is_marked(open_page):
    page = open_page("policies")
    assert marked(page) == ["- from:", "- podSelector:", "matchLabels:", "app: web"]
    page.focus("#view")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert text(page, "#chosen h3") == "shop/db → shop/web"
    assert marked(page) == ["podSelector: {}"]


def test_steps_are_chosen_by_click_and_by_slider(open_page):
    page = open_page("policies")
    page.click("[data-step='0']")
    assert text(page, "#shown") == "1 of 2: deny-all"
    assert page.get_attribute("[data-step='0']", "aria-pressed") == "true"
    assert page.locator("#policies h3").all_inner_texts() == ["shop/deny"]
    assert "0 opened, 2 closed" in text(page, "[data-step='0']")
    page.focus("#step")
    page.keyboard.press("ArrowRight")
    assert text(page, "#shown") == "2 of 2: web"
    assert page.locator("#policies h3").all_inner_texts() == ["shop/deny", "shop/web"]


def test_print_has_the_steps_and_all_lines_of_the_policies(open_page):
    page = open_page("policies")
    page.emulate_media(media="print")
    assert "0 opened, 2 closed" in text(page, "[data-step='0']")
    assert not page.is_visible("#step")
    assert page.evaluate("getComputedStyle(document.querySelector('#policies')).maxHeight") == "none"


def test_a_phone_scrolls_parts_and_not_the_page(open_page):
    page = open_page("policies", viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_hostile_names_stay_text(open_page):
    page = open_page("hostile_policies")
    assert page.locator("img").count() == 0
    assert f"shop/{HOSTILE}web" in page.inner_text("#chosen")
    assert page.title().startswith(f"{HOSTILE}proof")
