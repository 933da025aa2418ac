# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import Run
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.trend_page import bars, latency_line, trend_text

TIME = "2026-11-28T18:00:12Z"


def runs(number, **more):
    return [
        Run(f"2026-11-28T{hour % 24:02}:00:12Z", TIME, 100, hour % 2, 3, 0, 1, 0.5, 2.0, **more)
        for hour in range(number)
    ]


def charts(text):
    return [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_each_run_has_a_bar_and_a_row():
    text = trend_text("lab", runs(200))
    cells, latency = charts(text)
    assert cells.get("viewBox") == "0 0 200 100"
    groups = cells.findall("g")
    assert len(groups) == 200
    assert groups[1].find("title").text == "2026-11-28T01:00:12Z: 100 passed, 1 failed, 3 others"
    assert [one.get("class") for one in groups[1].findall("rect")] == ["bad", "other", "passed"]
    assert {one.get("x") for one in groups[7].findall("rect")} == {"7"}
    assert [len(one.get("points").split()) for one in latency.findall("polyline")] == [200, 200]
    assert text.count("<tr") == 201
    assert "100 of the runs had failed cells" in text
    assert len(text) < 200_000


def test_cells_that_were_not_probed_are_not_called_failed():
    lost = Run(TIME, TIME, 192, 249, 0, unprobed=249)
    text = trend_text("lab", [*runs(3), lost])
    assert "192 passed, 249 not probed, 0 others" in text
    assert "1 of the runs had failed cells, 0 flapping ones, 1 cells that were not probed" in text
    assert [kind for kind, _place, _size in bars(lost)] == ["unprobed", "passed"]


def test_the_newest_run_stands_first():
    rows = re.findall(r'<th scope="row">([^<]*)', trend_text("lab", runs(3)))
    assert rows == [f"2026-11-28T0{hour}:00:12Z" for hour in (2, 1, 0)]


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [((100, 0, 0), ["passed"]), ((99_999, 1, 0), ["bad", "passed"]), ((0, 5, 5), ["bad", "other"]), ((0, 0, 0), [])],
)
def test_a_bar(counts, kinds):
    found = bars(Run(TIME, TIME, *counts))
    assert [kind for kind, _place, _size in found] == kinds
    if found:
        assert found[0][1] == 0
        assert sum(size for _kind, _place, size in found) == pytest.approx(100, abs=0.1)
        assert min(size for _kind, _place, size in found) > 2


def test_the_line_of_latencies():
    some = [Run(TIME, TIME, 1, 0, 0, median=value) for value in (0.0, None, 4.0)]
    assert latency_line(some, "median", 4.0) == "0.5,100.0 2.5,0.0"
    assert latency_line(some, "median", 0.0) == ""


def test_runs_without_latencies_have_one_chart():
    assert len(charts(trend_text("lab", [Run(TIME, TIME, 1, 0, 0)]))) == 1


def test_no_runs():
    assert "There are no runs yet." in trend_text("lab", [])


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_names_are_escaped():
    text = trend_text("<script>alert(1)</script>", [Run('"><img src=x>', TIME, 1, 0, 0)])
    assert "script" not in {tag for tag, _attributes in Elements(text).found}
    assert "img" not in {tag for tag, _attributes in Elements(text).found}
    assert "&lt;script&gt;" in text


def test_the_page_needs_nothing_else():
    elements = Elements(trend_text("lab", runs(3))).found
    assert not {"script", "img", "link", "iframe"}.intersection(tag for tag, _attributes in elements)
    assert [one["href"] for tag, one in elements if "href" in one] == ["index.html"]
    assert not [one for _tag, one in elements if "src" in one or any(name.startswith("on") for name in one)]
    assert "url(" not in trend_text("lab", runs(3))


def test_a_reader_without_eyes_has_names():
    elements = Elements(trend_text("lab", runs(3))).found
    assert all(one.get("role") == "img" and one.get("aria-label") for tag, one in elements if tag == "svg")
    assert [one["lang"] for tag, one in elements if tag == "html"] == ["en"]
