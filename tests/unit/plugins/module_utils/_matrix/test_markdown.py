# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.markdown import markdown_text

REPORT = {
    "name": "lab",
    "started": "2026-11-28T18:00:00Z",
    "finished": "2026-11-28T18:00:12Z",
    "summary": {"cells": 18, "passed": 2, "failed": 16, "flapping": 0, "not_observed": 0},
    "groups": [{"message": "16 cells: pods on node1 -> pods on node2, all checks: timeout", "cells": 16}],
    "cells": [{"check": "tcp", "latency_ms": 0.5}, {"check": "tcp", "latency_ms": 1.25}, {"check": "icmp"}],
}


def test_cells_that_were_not_probed_are_not_called_failed():
    summary = {"cells": 18, "passed": 2, "failed": 0, "flapping": 0, "not_observed": 0, "not_probed": 16}
    assert markdown_text({**REPORT, "summary": summary}).startswith("## Connectivity lab: 16 of 18 cells not probed\n")


def test_a_failed_run():
    assert markdown_text(REPORT).splitlines() == [
        "## Connectivity lab: 16 of 18 cells failed",
        "",
        "18 cells: 2 passed, 16 failed (2026-11-28T18&#58;00&#58;12Z, 12 s)",
        "",
        "### Which pairs fail",
        "",
        "| Where and why |",
        "| --- |",
        "| 16 cells&#58; pods on node1 -&#62; pods on node2, all checks&#58; timeout |",
        "",
        "### Latency in ms",
        "",
        "| Check | Median | 95th percentile |",
        "| --- | --- | --- |",
        "| tcp | 0.5 | 1.25 |",
    ]


def test_a_good_run():
    summary = {"cells": 2, "passed": 2, "failed": 0, "flapping": 0, "not_observed": 0}
    assert markdown_text({**REPORT, "summary": summary, "groups": [], "cells": []}).splitlines() == [
        "## Connectivity lab: passed",
        "",
        "2 cells: 2 passed (2026-11-28T18&#58;00&#58;12Z, 12 s)",
    ]


def test_a_smaller_scope_is_in_the_head():
    scope = {"name": "sample", "says": ["Scope sample: 40 of 99 pairs", "seed [x]"]}
    lines = markdown_text({**REPORT, "scope": scope}).splitlines()
    assert lines[0] == "## Connectivity lab: 16 of 18 cells failed (scope sample)"
    assert lines[4:7] == ["Scope sample&#58; 40 of 99 pairs", "", "seed &#91;x&#93;"]


FINDING = {"severity": "error", "nodes": [], "cause": "no route", "remedy": "add it", "explained_cells": 3}
CHANGE = {"source": "a", "target": "b", "check": "tcp", "family": "ipv4", "before": "passed", "after": "failed"}
TRAIL = {"source": "a", "target": "b", "check": "icmp", "message": "lost at node2"}
PARTS = {
    "findings": ([FINDING], "| no route | the cluster | add it | 3 |"),
    "trails": ([TRAIL], "| a -&#62; b | icmp | lost at node2 |"),
    "missing_nodes": ([{"name": "node2", "reason": "not ready"}], "| node2 | not ready |"),
    "excluded_nodes": ([{"name": "node3", "reason": "left out"}], "| node3 | left out |"),
    "comparison": (
        {"with": {"name": "lab", "time": "t"}, "worse": [CHANGE], "better": [], "new": [], "gone": []},
        "- worse&#58; a -&#62; b, tcp&#58; failed, passed before",
    ),
}


@pytest.mark.parametrize("key", PARTS)
def test_the_other_parts(key):
    value, line = PARTS[key]
    assert line not in markdown_text(REPORT).splitlines()
    assert line in markdown_text({**REPORT, key: value}).splitlines()


def test_long_tables_are_cut():
    groups = [{"message": f"group {number}", "cells": 1} for number in range(25)]
    text = markdown_text({**REPORT, "groups": groups})
    assert "group 19 |" in text
    assert "group 20 |" not in text
    assert "5 more are in report.json." in text


HOSTILE = [
    "<script>alert(1)</script>",
    "a | b |\n| c",
    "![x](https://example.org/x.png)",
    "[click](javascript:alert(1))",
    "<https://example.org>",
    "https://example.org www.example.org",
    "@everyone #1 !2 org/repo#3 user@example.org ~bug %9 &5",
    "`code` **bold** __it__ ~~gone~~ $x$ :tada:",
    "# title\n- list\n> quote\n```\n",
    "::error::x",
    "&lt;b&gt; &#60;b&#62;",
    "\x1b[31mred\u202e",
    "x" * 2000,
]


class Shown(HTMLParser):
    """The elements and the text of a Markdown line whose signs are entities."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, attrs))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_have_no_meaning(text):
    found = markdown_text({**REPORT, "groups": [{"message": text, "cells": 1}]})
    lines = found.splitlines()
    inner = lines[lines.index("| Where and why |") + 2].removeprefix("| ").removesuffix(" |")
    # No sign of Markdown stays, but for those of entities and of the element that marks it as code.
    plain = re.sub(r"&#\d+;|</?code>", "", inner)
    assert not re.search(r"[][!\"#$%&'*+:;<=>?@\\^_`{|}~]", plain)
    assert not re.search(r"www[.]|://", plain)
    shown = Shown(inner)
    assert [tag for tag, _attributes in shown.elements] in ([], ["code"])
    printable = "".join(one if one.isprintable() else "?" for one in text)
    assert html.unescape(shown.text) in (html.unescape(printable), f"{printable[:500]}…", printable)
    # GitHub and GitLab look for mentions and references after Markdown, but not in code.
    assert ("code" in inner) >= bool(re.search(r"[@#!~%&]\w|:\w+:", text))


def test_the_names_of_nodes_and_findings_are_escaped_too():
    evil = "<img src=x>|@all"
    report = {
        **REPORT,
        "name": evil,
        "findings": [{**FINDING, "cause": evil, "nodes": [evil], "remedy": evil}],
        "missing_nodes": [{"name": evil, "reason": evil}],
        "trails": [{**TRAIL, "source": evil, "message": evil}],
        "comparison": {**PARTS["comparison"][0], "worse": [{**CHANGE, "source": evil}]},
    }
    text = markdown_text(report)
    assert "<img" not in text
    assert "@" not in text
