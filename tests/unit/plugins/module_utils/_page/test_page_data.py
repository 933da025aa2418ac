# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_data import page_data


def cell(source, target, check, latency=None, **more):
    return {"source": source, "target": target, "check": check, "verdict": "passed", "latency_ms": latency, **more}


def test_what_cells_have_in_common_is_written_once():
    pods = [{"name": name, "kind": "pod", "node": node} for name, node in (("b", "node2"), ("a", "node1"))]
    cells = [
        cell("a", "b", "tcp", 0.0412),
        cell("a", "b", "udp"),
        cell("b", "a", "tcp", 12.4),
        cell("b", "a", "udp", 3),
    ]
    data = page_data({"endpoints": pods, "cells": cells})
    assert data["endpoints"] == [["a", "pod", "node1", ["node1"]], ["b", "pod", "node2", ["node2"]]]
    assert data["pairs"] == [[0, 1, 0, 0.041, 0], [1, 0, 0, 12, 3]]
    assert data["kinds"] == [{"check": "tcp", "verdict": "passed"}, {"check": "udp", "verdict": "passed"}]
    assert data["sets"] == [[0, 1]]


def test_ports_of_probing_sockets_make_no_kinds():
    pods = [{"name": name, "kind": "pod", "node": "node1"} for name in ("a", "b")]
    ends = [("a", "b", 4001), ("b", "a", 4002)]
    cells = [
        cell(a, b, "tcp", own=f"10.0.0.1:{port}", seen=f"10.0.0.9:{port + 7}", translated=True)
        | {"verdict": "failed", "message": f"translated: 10.0.0.1:{port} was seen as 10.0.0.9:{port + 7}"}
        for a, b, port in ends
    ]
    (kind,) = page_data({"endpoints": pods, "cells": cells})["kinds"]
    assert kind["message"] == "translated: 10.0.0.1 was seen as 10.0.0.9"
    assert kind["seen"] == "10.0.0.9"


def test_a_service_has_the_nodes_of_its_backends():
    service = {"name": "s", "kind": "service", "backend_nodes": ["node1", "node2"], "overlay_nodes": ["node2"]}
    pods = [{"name": "a", "kind": "pod", "node": "node1"}, service]
    data = page_data({"endpoints": pods, "cells": [cell("a", "s", "tcp")]})
    assert data["endpoints"][1] == ["s", "service", "", ["node2"]]


def test_a_node_port_has_its_own_node_too():
    port = {"name": "p", "kind": "nodeport", "via": "node2", "backend_nodes": ["node1"], "overlay_nodes": ["node1"]}
    data = page_data(
        {"endpoints": [{"name": "a", "kind": "pod", "node": "node1"}, port], "cells": [cell("a", "p", "tcp")]}
    )
    assert data["endpoints"][1] == ["p", "nodeport", "", ["node1"], "node2"]


def test_marks_point_at_the_cells_of_findings_and_changes():
    pods = [{"name": name, "kind": "pod", "node": "node1"} for name in ("a", "b")]
    gone = {"source": "a", "target": "removed", "check": "tcp"}
    worse = {"source": "a", "target": "b", "check": "tcp"}
    scope = {"targets": ["node1"]}
    marks = page_data(
        {
            "endpoints": pods,
            "cells": [cell("a", "b", "tcp")],
            "findings": [{"id": "old"}, {"id": "dropped", "explains": [scope]}],
            "comparison": {"worse": [worse], "gone": [gone]},
        }
    )["marks"]
    assert marks == [
        ["explained by old", []],
        ["explained by dropped", [scope]],
        ["worse than before", None, [[0, 1]]],
    ]
