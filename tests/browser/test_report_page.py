"""The page of a verification, as a reader uses it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_samples import HOSTILE, SCOPES, explained, failing, hostile

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope, load_failed_cells

# Milliseconds that the script takes to filter; the best of a few, because a busy machine says nothing about the page.
FILTER = """values => Math.min(...values.map(value => {
  const select = document.getElementById("check"), start = performance.now();
  select.value = value;
  select.dispatchEvent(new Event("change", {bubbles: true}));
  return performance.now() - start;
}))"""
SCROLL = """async () => {
  const view = document.getElementById("view"), times = [];
  for (let step = 0; step < 20; step++) {
    view.scrollTop += 90; view.scrollLeft += 40;
    const start = performance.now();
    await new Promise(requestAnimationFrame);
    await new Promise(resolve => setTimeout(resolve));
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[10];
}"""


def text(page, selector):
    """The text of an element in one line."""
    return " ".join(page.inner_text(selector).split())


@pytest.mark.parametrize("name", ["failing", "lost", "many_nodes", "hostile", "policies", "hostile_policies", "trend"])
def test_axe_finds_no_fault(open_page, name):
    page = open_page(name)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    # The other colours change nothing but the contrast.
    for scheme, options in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=options)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


def test_the_first_failure_is_shown_at_once(open_page):
    page = open_page("failing")
    assert text(page, ".verdict") == "✕ 32 of 162 cells failed"
    assert "podnet-connectivity/node1-1 → podnet-connectivity/node3-1" in text(page, "#chosen")
    assert "seen timeout, 0 of 3 attempts succeeded" in text(page, "#chosen")
    assert "because pods reach one another without NAT" in text(page, "#chosen")


def test_next_failed_is_offered_where_a_failed_cell_is_shown(open_page):
    page = open_page("failing")
    assert page.is_enabled("#next")
    page.select_option("#verdict", "passed")
    assert page.is_disabled("#next")
    page.click("#clear")
    page.wait_for_selector("#next:enabled")
    # Here no cell failed, because those that did not pass were not probed.
    assert open_page("lost").is_disabled("#next")


def test_filters_choose_cells(open_page):
    page = open_page("failing")
    cells = failing()["cells"]
    count = len(cells)
    for chosen, wanted in (
        ({"check": "icmp"}, sum(1 for one in cells if one["check"] == "icmp")),
        ({"verdict": "failed"}, 32),
        ({"verdict": "failed", "node": "node1"}, 16),
        ({"node": "node1", "namespace": "podnet-connectivity"}, None),
    ):
        page.click("#clear")
        page.wait_for_function("count => document.getElementById('count').value === `${count} cells`", arg=count)
        for name, value in chosen.items():
            page.select_option(f"#{name}", value)
        if wanted is None:
            wanted = sum(
                1
                for one in cells
                if any("node1" in one[end] for end in ("source", "target"))
                and any("/" in one[end] for end in ("source", "target"))
            )
        assert text(page, "#count") == f"{wanted} cells", chosen


def test_a_finding_marks_its_cells(open_page):
    page = open_page("failing")
    page.click("#causes button")
    # Four pods of other nodes to two of node3.
    assert text(page, "#count") == "162 cells, 8 fields marked"
    page.select_option("#mark", label="worse than before")
    assert text(page, "#count") == "162 cells, 1 fields marked"


def test_the_page_and_the_diagnosis_agree_which_cells_a_finding_explains(open_page):
    page = open_page("explained")
    failed = load_failed_cells(explained())
    sets = ("sources", "targets", "kinds", "checks", "source_kinds", "source_names", "families")
    for number, form in enumerate(SCOPES):
        scope = Scope(**{name: frozenset(value) if name in sets else value for name, value in form.items()})
        wanted = {(cell.source, cell.target) for cell in failed if scope.covers(cell)}
        page.select_option("#mark", str(number))
        assert text(page, "#count").endswith(f", {len(wanted)} fields marked"), form


def test_keys_move_through_the_matrix(open_page):
    page = open_page("failing")
    page.focus("#view")
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    assert text(page, "#chosen h3").startswith("node1 → node1")
    page.keyboard.press("ArrowRight")
    assert text(page, "#chosen h3") == "node1 → podnet-connectivity/node1-1"
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert text(page, "#chosen h3") == "podnet-connectivity/node1-1 → 203.0.113.1"
    page.keyboard.press("Enter")
    assert text(page, "#chosen h3") == "node1 → 203.0.113.1"
    assert "6 passed" in text(page, "#chosen")
    page.keyboard.press("Enter")
    assert text(page, "#chosen h3") == "node1 → 203.0.113.1"
    assert "tried icmp ipv4" in text(page, "#chosen")


def test_one_row_a_node_counts_the_cells(open_page):
    page = open_page("failing")
    page.check("#collapse")
    page.click("#next")
    assert text(page, "#chosen h3") == "node1 → node3"
    assert "10 passed" in text(page, "#chosen")
    assert "8 failed" in text(page, "#chosen")
    assert "podnet-connectivity/node1-1 → podnet-connectivity/node3-1" in text(page, "#chosen")


def test_the_node_that_fails_most_comes_first(open_page):
    page = open_page("failing")
    page.select_option("#order", "failed")
    page.focus("#view")
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    assert text(page, "#chosen h3") == "podnet-connectivity/node3-1 → podnet-connectivity/node3-1"


def test_a_click_keeps_the_cell_under_the_pointer(open_page):
    page = open_page("failing")
    page.select_option("#verdict", "failed")
    box = page.locator("#view").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] - 30)
    before = text(page, "#chosen h3")
    page.focus("#view")
    page.keyboard.press("End")
    chosen = text(page, "#chosen h3")
    assert chosen != before
    page.mouse.move(box["x"] + 5, box["y"] + 60)
    assert text(page, "#chosen h3") == chosen


def test_the_keyboard_reaches_everything(open_page):
    page = open_page("failing")
    controls = "a, button:enabled, select, input, summary, [tabindex='0']"
    count = "all => [...document.querySelectorAll(all)].filter(one => one.checkVisibility()).length"
    wanted = page.evaluate(count, controls)
    reached = set()
    for _step in range(wanted + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(reached - {page.evaluate("[...document.querySelectorAll('*')].indexOf(document.body)")}) >= wanted


def test_a_node_of_the_drawing_leads_to_its_cells(open_page):
    page = open_page("failing")
    page.focus("svg a[data-node=node3]")
    page.keyboard.press("Enter")
    assert page.input_value("#node") == "node3"
    assert page.evaluate("document.activeElement.id") == "node"


def test_a_trail_leads_to_its_cell(open_page):
    page = open_page("failing")
    assert page.locator("svg.network .end").count() == 1
    assert "✕ ends here" in text(page, "#trails .broken")
    page.click("#trails button")
    assert text(page, "#chosen h3") == "podnet-connectivity/node1-1 → podnet-connectivity/node3-1"


def test_a_phone_scrolls_parts_and_not_the_page(open_page):
    for name in ("failing", "many_nodes"):
        page = open_page(name, viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        page.locator("#view").tap(position={"x": 250, "y": 100})
        assert page.locator("#chosen h3").count() == 1


def test_print_has_no_controls_and_names_the_pairs_that_fail(open_page):
    page = open_page("failing", color_scheme="dark")
    pairs = page.locator(".pairs li").all_inner_texts()
    page.emulate_media(media="print")
    assert not page.is_visible("#filters")
    assert not page.is_visible("#trails button")
    assert page.locator(".pairs li").all_inner_texts() == pairs
    assert all(" → " in one for one in pairs) and pairs
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(page.pdf()) > 10_000


def test_hostile_texts_stay_text(open_page):
    page = open_page("hostile")
    page.select_option("#mark", "0")
    page.focus("#view")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.locator("img").count() == 0
    assert page.title().startswith(f"{HOSTILE}:")
    assert hostile()["endpoints"][0]["name"] in page.inner_text("#chosen")


PAINTS = "performance.getEntriesByName('first-contentful-paint')"


def test_300_endpoints_are_fast(open_page):
    paints = []
    for _try in range(8):
        page = open_page("large")
        # A busy browser notes its first paint only after the page has loaded.
        page.wait_for_function(f"{PAINTS}.length")
        paints.append(page.evaluate(f"{PAINTS}[0].startTime"))
        if paints[-1] < 1500:
            break
    assert min(paints) < 1500
    assert text(page, "#count") == f"{300 * 299 * 4} cells"
    assert any(page.evaluate(FILTER, ["icmp", "udp", "", "tcp", "mtu", ""]) < 100 for _try in range(5))
    assert any(page.evaluate(SCROLL) < 50 for _try in range(5))
