# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from page_samples import sequence

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.policy_steps import deciders, policy_parts


@pytest.mark.parametrize(
    ("because", "wanted"),
    [
        ("a pod always reaches itself", []),
        (
            "ingress: allowed by shop/web ingress[0], shop/other ingress[12]; egress: no policy selects shop/a",
            [["shop/web", "ingress[0]"], ["shop/other", "ingress[12]"]],
        ),
        (
            "ingress: selected by shop/deny, shop/db and 2 more, and no rule allows it (left open by the API)",
            [["shop/deny", "selector"], ["shop/db", "selector"]],
        ),
        (
            "ingress: selected by a/deny, and no rule allows it; egress: selected by a/out, and no rule allows it",
            [["a/deny", "selector"], ["a/out", "selector"]],
        ),
        (
            "ingress: allowed by shop/a ingress[0]; egress: allowed by shop/b egress[1]",
            [["shop/a", "ingress[0]"], ["shop/b", "egress[1]"]],
        ),
    ],
)
def test_the_reason_names_the_rules(because, wanted):
    assert deciders(because) == wanted


def test_a_step_counts_what_it_opened_and_closed():
    steps, reports = sequence()
    parts = policy_parts("proof", steps, reports, [[], []])
    assert [(one["opened"], one["closed"], one["bad"], one["cells"]) for one in parts["steps"]] == [
        (0, 2, 0, 2),
        (1, 0, 0, 2),
    ]
    assert [one["share"] for one in parts["steps"]] == [50, 100]
    assert parts["bad"] == 0


def test_a_cell_that_differs_makes_the_page_bad():
    steps, reports = sequence()
    reports[1]["cells"][0].update(verdict="failed", message="blocked")
    assert policy_parts("proof", steps, reports, [[], []])["bad"] == 1


@pytest.mark.parametrize(
    ("failed", "words"), [(0, "3 cells not enforced in time"), (1, "1 cell failed"), (2, "2 cells failed")]
)
def test_a_late_cell_that_stays_wrong_counts_once(failed, words):
    steps, reports = sequence()
    steps[1]["late"] = 3
    for cell in reports[1]["cells"][:failed]:
        cell.update(verdict="failed")
    parts = policy_parts("proof", steps, reports, [[], []])
    assert (parts["bad"], parts["words"]) == (failed or 3, words)


def test_cells_that_a_node_only_counted_count_in_their_step():
    steps, reports = sequence()
    whole = policy_parts("proof", steps, reports, [[], []])["steps"]
    briefs = [{**one, "cells": [], "passed_without_detail": {"cells": len(one["cells"])}} for one in reports]
    found = policy_parts("proof", steps, briefs, [[], []])
    assert found["steps"] == [{**one, "without_detail": one["cells"]} for one in whole]
    assert found["data"]["steps"][0]["pairs"] == []


def test_changed_cells_that_nobody_probed_are_not_counted():
    steps, reports = sequence()
    first = steps[0]["changed_cells"][0]
    more = [{**first, "target": first["source"]}, {**first, "protocol": "SCTP"}, {**first, "source": "gone/pod"}]
    steps[0]["changed_cells"] += more
    briefs = [{**one, "cells": [], "passed_without_detail": {"cells": len(one["cells"])}} for one in reports]
    assert policy_parts("proof", steps, briefs, [[], []])["steps"][0]["closed"] == 2


def test_a_policy_that_several_steps_have_is_written_once():
    steps, reports = sequence()
    one, two = ({"name": name, "lines": [], "rules": {}} for name in ("shop/deny", "shop/web"))
    data = policy_parts("proof", steps, reports, [[one], [one, two]])["data"]
    assert data["policies"] == [one, two]
    assert [step["policies"] for step in data["steps"]] == [[0], [0, 1]]


def test_pods_that_a_step_adds_are_endpoints():
    steps, reports = sequence()
    late = {"name": "shop/late", "kind": "pod", "node": "node2"}
    reports[1]["endpoints"].append(late)
    reports[1]["cells"].append({**reports[1]["cells"][0], "source": "shop/late"})
    data = policy_parts("proof", steps, reports, [[], []])["data"]
    assert data["endpoints"] == [["shop/db", "node1"], ["shop/late", "node2"], ["shop/web", "node1"]]
    assert [len(step["pairs"]) for step in data["steps"]] == [2, 3]
