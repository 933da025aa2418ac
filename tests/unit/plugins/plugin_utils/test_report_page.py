# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.page_data import page_data
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_page import page_text

HOSTILE = "</script><img src=x onerror=alert(1)>&\"'"
ISLAND = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def report(names, message="", checks=("icmp",)):
    pods = [{"name": name, "kind": "pod", "node": f"{message}node{place // 10}"} for place, name in enumerate(names)]
    cells = [
        {"source": a, "target": b, "check": check, "verdict": "failed", "message": message, "latency_ms": 12.345}
        for a in names
        for b in names
        if a != b
        for check in checks
    ]
    head = {"name": "lab", "finished": "now", "summary": {"cells": len(cells), "failed": len(cells)}}
    return {**head, "endpoints": pods, "cells": cells, "groups": [{"message": message, "cells": 1}]}


def test_hostile_texts_stay_text():
    finding = dict.fromkeys(("id", "severity", "cause", "remedy"), HOSTILE)
    hop = {"place": HOSTILE, "link": HOSTILE, "direction": "in"}
    trail = {"source": HOSTILE, "target": HOSTILE, "check": "icmp", "family": "ipv4", "message": HOSTILE}
    given = {
        **report([HOSTILE, "b"], HOSTILE),
        "name": HOSTILE,
        "findings": [{**finding, "nodes": [HOSTILE], "evidence": [HOSTILE], "explained_cells": 1}],
        "trails": [{**trail, "broken_at": 1, "hops": [hop]}],
        "missing_nodes": [{"name": HOSTILE, "reason": HOSTILE}],
    }
    page = page_text(given, page_data(given))
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert HOSTILE in [one[0] for one in json.loads(ISLAND.search(page).group(1))["endpoints"]]
    assert "ends here" in page


def test_the_page_names_no_other_file():
    given = report(["a", "b"])
    page = page_text(given, page_data(given))
    assert not re.search(r"\bsrc=|\bhref=|url\(|https?://|@import", page)


def test_300_endpoints_stay_under_6_mb():
    given = report([f"shop/web-{number:05d}-abcde" for number in range(300)], "timeout", ("icmp", "tcp", "udp", "mtu"))
    assert len(page_text(given, page_data(given)).encode()) < 6_000_000
