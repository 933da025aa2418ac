# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from page_samples import cells, failing, pods, report

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import changed_pairs, failed_pairs


def test_a_failed_pair_has_all_its_checks_once():
    found = failed_pairs(failing())
    assert found["count"] == 16
    assert found["pairs"][0] == {
        "source": "podnet-connectivity/node1-1",
        "target": "podnet-connectivity/node3-1",
        "checks": ["icmp", "tcp"],
        "message": "timeout",
    }


def test_of_many_failed_pairs_the_first_are_listed():
    endpoints = pods(10, 1)
    found = failed_pairs(report(endpoints, cells(endpoints, lambda *_: True)))
    assert (len(found["pairs"]), found["count"]) == (30, 20 * 19)


def test_pairs_that_were_not_probed_come_last():
    endpoints = pods(3, 1)
    some = cells(endpoints, lambda source, target, _check: "node3" in (source["node"], target["node"]))
    for cell in some:
        if cell["verdict"] == "failed" and cell["source"].endswith("node1-1"):
            cell.update(verdict="not probed", message="not probed: a reason")
    found = failed_pairs(report(endpoints, some))["pairs"]
    messages = [one["message"] for one in found]
    assert messages == ["timeout"] * messages.count("timeout") + ["not probed: a reason"] * 2


def test_the_checks_of_a_changed_pair_are_one_row():
    ends = {"source": "a", "target": "b", "family": "ipv4"}
    worse = [{**ends, "check": check, "before": "passed", "after": "failed"} for check in ("icmp", "tcp", "tcp")]
    new = [{**ends, "source": f"{number}", "check": "tcp", "after": "passed"} for number in range(150)]
    first, second = changed_pairs({"worse": worse, "better": [], "new": new, "gone": []})
    row = {"source": "a", "target": "b", "before": "passed", "after": "failed", "checks": ["icmp", "tcp"]}
    assert first == {"change": "worse", "cells": 3, "pairs": 1, "rows": [row]}
    assert (second["cells"], second["pairs"], len(second["rows"])) == (150, 150, 100)
    assert second["rows"][0]["before"] == "\N{EN DASH}"
