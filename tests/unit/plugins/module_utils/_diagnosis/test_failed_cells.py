# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import page_samples
import pytest
from diagnosis_world import World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    OVER_PODS,
    CellsByNode,
    Scope,
    either_end,
    load_failed_cells,
    scope_as_dict,
    unprobed_of,
)


@pytest.fixture
def cells():
    world = World()
    world.fail(across("node1"))
    return load_failed_cells(world.report())


EMPTY = {"schema": "podnet.kubernetes/connectivity-report", "version": 2, "endpoints": [], "cells": []}


def test_only_cells_that_failed_are_loaded(cells):
    world = World()
    world.fail(lambda source, target, check: False)
    assert load_failed_cells(world.report()) == ()
    assert load_failed_cells(None) == ()
    assert {cell.message for cell in cells} == {"timeout"}
    assert str(cells[0]).endswith(": timeout")


def test_scopes(cells):
    def count(scope):
        return sum(scope.covers(cell) for cell in cells)

    assert count(Scope()) == len(cells)
    assert sum(any(scope.covers(cell) for scope in either_end(["node1"])) for cell in cells) == len(cells)
    assert not any(scope.covers(cell) for scope in either_end(["node7"]) for cell in cells)
    assert count(Scope(checks=frozenset(("dns",)))) == sum(cell.check == "dns" for cell in cells) > 0
    assert count(Scope(source_kinds=frozenset(("node",)))) == sum(cell.source_kind == "node" for cell in cells) > 0
    own = Scope(sources=frozenset(("node1",)), targets=frozenset(("node1",)))
    assert count(own) == 0


NODES = [{"name": name, "kind": "node", "node": name} for name in ("node1", "node2", "node3")]
NODE_PORT = {"name": "a/b:30000", "kind": "nodeport", "via": "node2", "overlay_nodes": ["node3"]}


@pytest.mark.parametrize(
    ("source", "ends"),
    [("node1", ("node1", "node2", "node3")), ("node2", ("node2", "node3")), ("node3", ("node2", "node3"))],
)
def test_the_node_of_a_node_port_is_on_the_way(source, ends):
    cell = {"source": source, "target": "a/b:30000", "check": "tcp", "family": "ipv4", "verdict": "failed"}
    (found,) = load_failed_cells({**EMPTY, "endpoints": [*NODES, NODE_PORT], "cells": [{**cell, "outcome": "blocked"}]})
    covered = [one["name"] for one in NODES if any(scope.covers(found) for scope in either_end([one["name"]]))]
    assert tuple(covered) == ends
    route = Scope(sources=frozenset(("node2",)), targets=frozenset(("node3",)), kinds=OVER_PODS, across=True)
    assert route.covers(found)


def test_a_flapping_cell_counts_and_an_open_one_does_not():
    endpoints = [{"name": "a", "kind": "node"}, {"name": "o", "kind": "outside"}]
    cell = {"source": "a", "target": "o", "check": "icmp", "family": "ipv4", "outcome": "flapping"}
    report = {
        "schema": "podnet.kubernetes/connectivity-report",
        "version": 1,
        "endpoints": endpoints,
        "cells": [{**cell, "verdict": one} for one in ("flapping", "not observed")],
    }
    (found,) = load_failed_cells(report)
    assert (found.target_nodes, found.message) == (frozenset(("o",)), "flapping")


def test_a_fault_of_the_network_explains_no_cell_that_was_not_probed():
    world = World()
    world.fail(across("node1", ["pod"]))
    world.lose("node2", "node2 is not ready")
    cells = load_failed_cells(world.report())
    unprobed = {cell for cell in cells if not cell.probed}
    assert unprobed
    assert {cell for cell in cells if Scope().covers(cell)} == set(cells) - unprobed
    assert {cell for cell in cells if any(one.covers(cell) for one in unprobed_of(["node2"]))} == unprobed
    assert not any(one.covers(cell) for one in unprobed_of(["node1"]) for cell in cells if cell.source_node == "master")


@pytest.mark.parametrize("report", [{}, [], "x", {"schema": "podnet.kubernetes/findings"}])
def test_another_file_is_refused(report):
    with pytest.raises(InputError, match=r"report is no report\.json"):
        load_failed_cells(report)


@pytest.mark.parametrize("version", [0, 3, "2", None])
def test_a_report_of_another_version_is_refused(version):
    report = {**EMPTY, "version": version}
    with pytest.raises(InputError, match=rf"report has version {version!r} of its schema, and this collection reads 1"):
        load_failed_cells(report)


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_a_report_are_read(version):
    assert load_failed_cells({**EMPTY, "version": version, "findings": []}) == ()


def test_the_form_of_a_scope_has_the_fields_that_choose():
    scope = Scope(sources=frozenset(("node2", "node1")), across=True)
    assert scope_as_dict(scope) == {"sources": ["node1", "node2"], "across": True}
    assert scope_as_dict(Scope()) == {}


@pytest.mark.parametrize("form", page_samples.SCOPES, ids=str)
def test_cells_by_node_are_those_that_a_set_covers(form):
    failed = load_failed_cells(page_samples.explained())
    scope = Scope(**{name: frozenset(value) if isinstance(value, list) else value for name, value in form.items()})
    wanted = {number for number, cell in enumerate(failed) if scope.covers(cell)}
    assert CellsByNode(failed).covered((scope,)) == wanted
