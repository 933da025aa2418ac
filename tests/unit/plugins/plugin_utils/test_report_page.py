# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import page_samples
import pytest
from page_samples import HOSTILE, cells, pods, report

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_page import page_text

ISLAND = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def page(given):
    return page_text(given, page_parts(given))


def test_the_samples_are_reports(root=Path(__file__).parents[4]):
    schema = json.loads((root / "roles/connectivity/files/connectivity-report-2.schema.json").read_text())
    for name in ("failing", "many_nodes"):
        jsonschema.validate(getattr(page_samples, name)(), schema)


def test_hostile_texts_stay_text():
    text = page(page_samples.hostile())
    assert "<img" not in text
    assert "49" not in re.findall(r"\{\{.*?\}\}|49", text), "an expression was rendered"
    assert text.count("</script>") == 2
    assert f"{HOSTILE}/a" in [one[0] for one in json.loads(ISLAND.search(text).group(1))["endpoints"]]
    assert "ends here" in text


@pytest.mark.parametrize("name", ["failing", "many_nodes", "hostile"])
def test_the_page_names_no_other_file(name):
    text = page(getattr(page_samples, name)())
    # Links lead to parts of the page itself.
    assert not re.search(r"\bsrc=(?!x)|\bhref=\"[^#]|url\(|https?://|@import", text)


def test_300_endpoints_stay_under_6_mb():
    assert len(page(page_samples.large()).encode()) < 6_000_000


def test_300_endpoints_that_all_fail_in_their_own_words_stay_under_6_mb():
    given = page_samples.large()
    for number, cell in enumerate(given["cells"]):
        cell.update(verdict="failed", message=f"timeout after packet {number}", detail=f"{number}")
    assert len(page(given).encode()) < 6_000_000


def test_20_endpoints_stay_under_1_mb():
    endpoints = pods(4, 4)
    given = report(endpoints, cells(endpoints, lambda *_: True, ("icmp", "tcp", "udp", "mtu")))
    assert len(page(given).encode()) < 1_000_000


def test_a_report_of_version_1_has_a_page():
    given = {
        key: value
        for key, value in page_samples.failing().items()
        if key not in ("findings", "trails", "nodes", "comparison")
    }
    text = page({**given, "version": 1})
    assert "32 of 162 cells failed" in text
    assert 'id="causes"' not in text


def test_a_place_is_named_where_the_packets_end():
    text = page(page_samples.failing())
    route = re.search(r'<ol class="route">(.*?)</ol>', text, re.DOTALL).group(1)
    # Before the hop with the index of the break: here behind the last of six hops.
    assert [("broken" in item) for item in route.split("<li")[1:]] == [False] * 6 + [True]


def test_a_changed_source_is_named():
    given = page_samples.failing()
    given["trails"][0]["source_change"] = {"old": "10.244.1.2", "new": "192.0.2.1", "place": "node1"}
    assert "node1 changed the source 10.244.1.2 to 192.0.2.1." in page(given)


def test_changes_since_another_run_are_listed():
    text = page(page_samples.failing())
    assert re.search(r"<b>1</b> cell worse\.", text)
    assert "<td>passed</td><td>failed</td>" in text
    assert "This run was compared with no other." in page({**page_samples.failing(), "comparison": None})
    same = dict.fromkeys(("worse", "better", "new", "gone"), ()) | {"with": {"name": "lab", "time": "x"}}
    assert "no cell changed." in page({**page_samples.failing(), "comparison": same})


def test_a_followed_packet_that_arrived_is_no_place_where_packets_end():
    given = page_samples.failing()
    given["trails"][0].update(verdict="passed", message="passed", broken_at=None)
    trails = page(given).partition('id="trails"')[2].partition("</section>")[0]
    assert "The packets arrived, and the answers came back." in trails
    assert "ends here" not in trails
