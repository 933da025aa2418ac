# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import (
    KINDS_OF_CHANGE,
    account_of,
    compare_reports,
    is_worse,
    text_comparison,
)

PAIR = {"source": "a", "target": "b", "check": "tcp", "family": "ipv4", "port": 80}
HEAD = {"name": "lab", "finished": "2026-11-27T10:00:00Z", "version": 2, "summary": {"cells": 1}}


def report(*cells):
    return {**HEAD, "cells": [{**PAIR, **one} for one in cells]}


def compare(before, after):
    found = compare_reports(report(*before), report(*after))
    return {kind: found[kind] for kind in KINDS_OF_CHANGE if found[kind]}


def cell(verdict, **more):
    return {"verdict": verdict, **more}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("passed", "failed", "worse"),
        ("passed", "flapping", "worse"),
        ("passed", "not probed", "worse"),
        ("flapping", "failed", "worse"),
        ("not observed", "failed", "worse"),
        ("not judged", "flapping", "worse"),
        ("failed", "passed", "better"),
        ("failed", "flapping", "better"),
        ("not probed", "passed", "better"),
        ("failed", "not judged", "better"),
        ("passed", "passed", None),
        ("passed", "not observed", None),
        ("not judged", "passed", None),
        ("failed", "not probed", None),
        ("not probed", "failed", None),
    ],
)
def test_a_cell_in_both_runs(before, after, kind):
    expected = {**PAIR, "before": before, "after": after}
    assert compare([cell(before)], [cell(after)]) == ({kind: [expected]} if kind else {})


def test_new_and_gone_cells():
    before, after = [cell("failed", target="c")], [cell("passed", target="d")]
    assert compare(before, after) == {
        "new": [{**PAIR, "target": "d", "after": "passed"}],
        "gone": [{**PAIR, "target": "c", "before": "failed"}],
    }


def test_families_and_checks_are_cells_of_their_own():
    before = [cell("passed"), cell("passed", family="ipv6"), cell("passed", check="udp")]
    after = [cell("passed"), cell("failed", family="ipv6"), cell("passed", check="udp")]
    assert [one["family"] for one in compare(before, after)["worse"]] == ["ipv6"]


def test_a_port_of_each_run_is_one_cell():
    """A responder takes a free port, which the next run need not find free."""
    assert compare([cell("passed", port=40001)], [cell("passed", port=40002)]) == {}
    without = {name: value for name, value in PAIR.items() if name != "port"}
    assert compare([cell("passed", port=40001)], [cell("failed", port=40002)]) == {
        "worse": [{**without, "before": "passed", "after": "failed"}]
    }


def test_ports_that_both_runs_have_are_compared_by_themselves():
    before = [cell("passed"), cell("failed", port=443)]
    after = [cell("failed"), cell("passed", port=443), cell("passed", port=8080)]
    found = compare(before, after)
    assert {kind: [one["port"] for one in some] for kind, some in found.items()} == {
        "worse": [80],
        "better": [443],
        "new": [8080],
    }


def test_a_cell_without_a_port():
    before, after = [cell("passed", check="icmp", port=None)], [cell("failed", check="icmp", port=None)]
    assert "port" not in compare(before, after)["worse"][0]


def test_the_earlier_report_is_named():
    assert compare_reports(report(), report())["with"] == {"name": "lab", "time": "2026-11-27T10:00:00Z"}


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ([cell("passed")], [cell("failed")], True),
        ([cell("failed")], [cell("failed")], False),
        ([], [cell("failed")], True),
        ([], [cell("not probed")], True),
        ([], [cell("passed")], False),
        ([cell("failed")], [], False),
    ],
)
def test_whether_a_run_is_worse(before, after, worse):
    assert is_worse(compare_reports(report(*before), report(*after))) is worse


def test_the_text():
    before = [cell("passed"), cell("passed", check="icmp", port=None), cell("failed", target="c")]
    after = [
        cell("failed"),
        cell("failed", check="icmp", port=None),
        cell("passed", target="c"),
        cell("passed", target="d"),
    ]
    assert text_comparison(compare_reports(report(*before), report(*after))) == [
        "Compared with lab of 2026-11-27T10:00:00Z: 1 better, 2 worse, 1 new",
        "- worse: a -> b, icmp, tcp: failed, passed before",
        "- better: a -> c, tcp: passed, failed before",
    ]
    assert text_comparison(compare_reports(report(*before), report(*before))) == [
        "Compared with lab of 2026-11-27T10:00:00Z: no cell changed"
    ]


def test_the_text_names_few_pairs():
    before = [cell("passed", target=str(number)) for number in range(9)]
    lines = text_comparison(compare_reports(report(*before), report(*({**one, "verdict": "failed"} for one in before))))
    assert len(lines) == 8
    assert lines[-1] == "- worse: 3 more"


def test_the_text_is_of_lines_of_ascii():
    hostile = "a\x1b[31m\nb\u202e\u00e4"
    found = text_comparison(
        compare_reports(report(cell("passed", source=hostile)), report(cell("failed", source=hostile)))
    )
    assert found[1] == "- worse: a?[31m?b?\\xe4 -> b, tcp: failed, passed before"


def broken(path, value):
    made = copy.deepcopy(report(cell("passed")))
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["cells"], None, "cells is None, not a list"),
        (["cells", 0], "x", "cells has 'x', which is not an object"),
        (["cells", 0, "source"], 7, "source is 7, not a text"),
        (["cells", 0, "verdict"], "good", "verdict is 'good', not one of passed, failed"),
        (["cells", 0, "port"], "80", "port is '80', not a number"),
        (["cells", 0, "port"], True, "port is True, not a number"),
        (["name"], None, "name is None, not a text"),
    ],
)
def test_a_report_of_another_form_is_refused(path, value, message):
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        compare_reports(broken(path, value), report())
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        account_of(broken(path, value))


def test_the_account_of_a_report():
    assert account_of(report(cell("passed"))) == {
        "name": "lab",
        "version": 2,
        "time": HEAD["finished"],
        "summary": {"cells": 1},
    }
