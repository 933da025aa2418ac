# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.plots import (
    convergence_plot,
    latency_plot,
)

PODS = [{"name": name, "kind": "pod", "node": f"node{name}"} for name in "12"]


def cell(source, target, latency, check="tcp", first=None):
    return {"source": source, "target": target, "check": check, "latency_ms": latency, "first_success_ms": first}


def test_pairs_of_nodes_have_a_row_each_the_slowest_first():
    cells = [*(cell("1", "2", number) for number in range(1, 21)), cell("2", "1", 30), cell("2", "1", None)]
    plot = latency_plot({"endpoints": PODS, "cells": cells})
    rows = [(row["source"], row["target"], row["median"], row["p95"], row["cells"]) for row in plot["rows"]]
    assert rows == [("node2", "node1", 30, 30, 1), ("node1", "node2", 10, 19, 20)]
    assert [row["p95_share"] for row in plot["rows"]] == [100, 63.3]
    assert (plot["most"], plot["pairs"]) == (30, 2)


def test_answers_of_the_dns_and_of_targets_without_a_node_are_left_out():
    outside = {"name": "192.0.2.1", "kind": "outside"}
    cells = [cell("1", "2", 5, "dns"), cell("1", "192.0.2.1", 5)]
    assert latency_plot({"endpoints": [*PODS, outside], "cells": cells})["rows"] == []


def test_the_curve_ends_where_all_cells_have_succeeded():
    plot = convergence_plot({"cells": [cell("1", "2", 1, first=10), cell("2", "1", 1, first=40)]})
    assert plot["line"] == "M0 160H150.0V80.0H600.0V0.0"
    assert (plot["median"], plot["p95"], plot["last"], plot["cells"]) == (10, 40, 40, 2)
    assert convergence_plot({"cells": [cell("1", "2", None)]}) is None
