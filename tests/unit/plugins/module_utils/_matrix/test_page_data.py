# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.page_data import page_data


def cell(source, target, check, latency=None, **more):
    return {"source": source, "target": target, "check": check, "verdict": "passed", "latency_ms": latency, **more}


def test_what_cells_have_in_common_is_written_once():
    pods = [{"name": name, "kind": "pod", "node": node} for name, node in (("b", "node2"), ("a", "node1"))]
    cells = [cell("a", "b", "tcp", 0.26), cell("a", "b", "udp"), cell("b", "a", "tcp", 12.4), cell("b", "a", "udp", 3)]
    data = page_data({"endpoints": pods, "cells": cells})
    assert data["endpoints"] == [["a", "pod", "node1"], ["b", "pod", "node2"]]
    assert data["pairs"] == [[0, 1, 0, 0.3, 0], [1, 0, 0, 12, 3]]
    assert data["kinds"] == [{"check": "tcp", "verdict": "passed"}, {"check": "udp", "verdict": "passed"}]
    assert data["sets"] == [[0, 1]]
