# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix import briefs
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.modules import connectivity_probe

HERE = "127.0.0.1"
ENDPOINTS = [
    {"name": "node1", "kind": "node", "addresses": [HERE], "node": "node1"},
    {"name": "shop/web", "kind": "pod", "addresses": [HERE], "node": "node1"},
    {"name": "node2", "kind": "node", "addresses": ["192.0.2.2"], "node": "node2"},
]


@pytest.fixture
def port():
    """A port at which connections are taken."""
    with socket.create_server((HERE, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def located(monkeypatch):
    """Put the node and the pod into this process's namespace, and record the calls of locate()."""
    asked = []

    def locate(endpoints, node):
        asked.append((endpoints, node))
        return "node1", [(one, "") for one in endpoints if one.node == "node1"]

    monkeypatch.setattr(connectivity_probe, "locate", locate)
    return asked


def options(port, **more):
    target = {"name": "shop/web", "kind": "pod", "address": HERE}
    tries = [{"check": "tcp", "port": port, "answers": "nothing"}]
    settings = {"run": "run1", "attempts": 2, "interval": 0.01, "timeout": 0.5}
    return {"endpoints": ENDPOINTS, "targets": [{**target, "tries": tries}], **settings, **more}


def test_the_result_does_not_repeat_the_endpoints_of_a_large_cluster(run_module, located, port, show_options):
    others = [{**ENDPOINTS[2], "name": f"n{number}"} for number in range(20)]
    result = run_module(
        connectivity_probe, **options(port, endpoints=[*ENDPOINTS, *others]), **show_options, node="node1"
    )
    assert result["invocation"]["module_args"]["endpoints"] == "23 entries"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_cell_from_each_source_but_the_target_itself(run_module, located, port, check_mode):
    result = run_module(connectivity_probe, **options(port), node="node1", check_mode=check_mode)
    assert (result["changed"], result["node"]) == (False, "node1")
    assert 0 < result["seconds"] < 5
    (cell,) = result["cells"]
    measured = {name: cell.pop(name) for name in ("latency_ms", "first_success_ms", "own")}
    assert cell == {
        "source": "node1",
        "target": "shop/web",
        "check": "tcp",
        "family": "ipv4",
        "port": port,
        "outcome": "reachable",
        "attempts": 2,
        "succeeded": 2,
    }
    assert measured["latency_ms"] > 0
    assert measured["first_success_ms"] > 0
    assert measured["own"].startswith(f"{HERE}:")
    (endpoints, node), *more = located
    assert (endpoints[0], len(endpoints), node, more) == (Endpoint("node1", "node", (HERE,), "node1"), 3, "node1", [])


CELL = {"source": "node1", "target": "shop/web", "protocol": "TCP", "family": "ipv4", "allowed": True}


def test_nothing_is_waited_for_by_default(run_module, located, port):
    result = run_module(connectivity_probe, **options(port))
    assert result["convergence"] == {"cells": 0, "rounds": 0, "seconds": None, "wrong": []}


def test_a_cell_that_is_right_is_not_waited_for(run_module, located, port):
    others = [
        {**CELL, "port": port, "source": "node2"},
        {**CELL, "port": port, "source": "shop/web"},
        {**CELL, "port": port, "protocol": "SCTP"},
    ]
    result = run_module(connectivity_probe, **options(port, converge_on=[{**CELL, "port": port}, *others]))
    convergence = result["convergence"]
    assert 0 <= convergence.pop("seconds") < 5
    assert convergence == {"cells": 1, "rounds": 1, "wrong": []}
    # And then the matrix is probed as it is without that.
    assert [(cell["outcome"], cell["attempts"]) for cell in result["cells"]] == [("reachable", 2)]


def test_a_cell_that_stays_wrong_does_not_fail_the_task(run_module, located, port):
    cell = {**CELL, "port": port, "allowed": False}
    result = run_module(connectivity_probe, **options(port, converge_on=[cell], converge_timeout=0.5))
    assert result.get("failed", False) is False
    convergence = result["convergence"]
    assert (convergence["cells"], convergence["wrong"]) == (1, [cell])
    assert convergence["rounds"] > 1
    # The probing of the matrix, two attempts that are answered at once, is not among them.
    assert 0.5 <= convergence["seconds"] < 5
    assert 0 < result["seconds"] < convergence["seconds"]
    assert [(one["outcome"], one["attempts"]) for one in result["cells"]] == [("reachable", 2)]


def test_a_cell_of_this_node_that_is_not_probed(run_module, located, port):
    result = run_module(connectivity_probe, **options(port, converge_on=[{**CELL, "port": 1}]))
    assert result["msg"] == (
        "converge_on has node1 -> shop/web, tcp 1, ipv4, which targets has not: give cells of these targets"
    )


def test_an_address_without_a_server(run_module, located, port):
    with socket.create_server((HERE, 0)) as server:
        closed = server.getsockname()[1]
    (cell,) = run_module(connectivity_probe, **options(closed))["cells"]
    assert (cell["outcome"], cell["reason"], cell["succeeded"]) == ("blocked", "refused", 0)


def test_a_target_without_tries_has_no_cells(run_module, located, port):
    target = {"name": "shop/web", "kind": "pod", "address": HERE}
    assert run_module(connectivity_probe, **options(port, targets=[target]))["cells"] == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"attempts": 0}, "attempts is 0: it must be from 1 to 100"),
        ({"interval": 61}, "interval is 61.0: it must be from 0 to 60"),
        ({"timeout": 0}, "timeout is 0.0: it must be from 0.01 to 60"),
        ({"transfer": 1 << 21}, "transfer is 2097152: it must be from 0 to 1048576"),
        ({"run": "run 1"}, "run is 'run 1': it must be 1 to 64 letters and digits"),
        ({"targets": [{"nam": "a"}]}, "target has no field nam: it has address, kind, name, sources, tries"),
        ({"endpoints": [{"pod": "a"}]}, "endpoint has no field pod: it has "),
        ({"converge_on": [{**CELL, "port": 0}]}, "converge_on[0].port is 0: give a port number from 1 to 65535"),
        ({"converge_timeout": 3601}, "converge_timeout is 3601.0: it must be from 0 to 3600"),
        ({"run": None}, "missing required arguments: run"),
    ],
)
def test_bad_input_is_one_clear_error_before_anything_is_looked_for(run_module, located, port, more, message):
    given = {name: value for name, value in options(port, **more).items() if value is not None}
    assert run_module(connectivity_probe, **given)["msg"].startswith(message)
    assert located == []


def test_a_pod_that_is_not_found(run_module, monkeypatch, port):
    def locate(endpoints, node):
        raise ClusterError("pod shop/web (10.244.1.2): no process on this node is in a cgroup with its UID")

    monkeypatch.setattr(connectivity_probe, "locate", locate)
    assert run_module(connectivity_probe, **options(port))["msg"].startswith("pod shop/web (10.244.1.2): no process")


def test_a_pod_that_is_gone_meanwhile(run_module, monkeypatch, port):
    gone = f"/proc/{os.getpid()}/ns/gone"
    monkeypatch.setattr(
        connectivity_probe, "locate", lambda endpoints, node: ("node1", [(endpoints[0], ""), (endpoints[2], gone)])
    )
    result = run_module(connectivity_probe, **options(port), node="node1")
    assert result["msg"] == (f"cannot enter the network namespace {gone}: No such file or directory")


CONTROLLER = {"name": "controller", "kind": "controller"}


def test_the_controller_probes_node_ports_alone(run_module, located, port):
    targets = [
        {"name": name, "kind": kind, "address": HERE, "tries": [{"check": "tcp", "port": port, "answers": "nothing"}]}
        for name, kind in (("shop/web:80@node1", "nodeport"), ("shop/web", "pod"), ("node1", "node"))
    ]
    asked = {**options(port), "targets": targets, "endpoints": [*ENDPOINTS, CONTROLLER]}
    result = run_module(connectivity_probe, **asked, controller=True)
    assert result["node"] == "controller"
    assert [(one["source"], one["target"], one["outcome"]) for one in result["cells"]] == [
        ("controller", "shop/web:80@node1", "reachable")
    ]
    assert located == []  # it is no node, and has no pods


def test_a_controller_that_is_no_endpoint(run_module, located, port):
    result = run_module(connectivity_probe, **options(port), controller=True)
    assert result["msg"].startswith("controller is true, and endpoints has none of the kind controller: ")


def judged_by_the_node(port):
    """The options of a node that judges its cells to two pods, which both take connections at the port."""
    db = {"name": "shop/db", "kind": "pod", "addresses": [HERE], "node": "node2"}
    targets = [
        {"name": name, "kind": "pod", "address": HERE, "tries": [{"check": "tcp", "port": port, "answers": "nothing"}]}
        for name in ("shop/web", "shop/db")
    ]
    # On a busy machine a connection may take long.
    return options(port, endpoints=[*ENDPOINTS, db], targets=targets, detail="failures", timeout=5)


def test_cells_that_passed_are_only_counted(run_module, located, port):
    result = run_module(connectivity_probe, **judged_by_the_node(port))
    assert result["cells"] == []
    (tally,) = result["brief"].pop("tallies")
    assert result["brief"] == {"node": "node1"}
    assert (tally["cells"], tally["check"], tally["outcome"]) == (3, "tcp", "reachable")
    assert sum(number for _time, number in tally["latency_ms"]) == 3


# A test of its own: two runs in one moment would use the same source ports.
def test_only_the_cells_that_did_not_pass(run_module, located, port):
    """The rule says that db's port must not take connections."""
    rules = [{"target": "shop/db", "outcome": "blocked"}]
    result = run_module(connectivity_probe, **judged_by_the_node(port), expectations=rules)
    found = {(cell["source"], cell["target"], cell["outcome"], cell["attempts"]) for cell in result["cells"]}
    assert found == {(source, "shop/db", "reachable", 2) for source in ("node1", "shop/web")}, result["cells"]
    assert [tally["cells"] for tally in result["brief"]["tallies"]] == [1]


def test_all_cells_by_default(run_module, located, port):
    result = run_module(connectivity_probe, **options(port))
    assert (len(result["cells"]), result["brief"]) == (1, None)


def test_missing_endpoints_are_named_in_the_brief(run_module, located, port):
    gone = {"name": "shop/db", "kind": "pod", "addresses": [], "node": "node2", "missing": "node2 is gone"}
    result = run_module(connectivity_probe, **options(port, endpoints=[*ENDPOINTS, gone], detail="failures"))
    assert result["brief"]["missing"] == ["shop/db"]


# A test of its own, too.
def test_a_node_lists_its_share_of_the_cells_that_failed(run_module, located, port, monkeypatch):
    """In a large matrix: both cells fail to the same node, and it lists one of them."""
    monkeypatch.setattr(briefs, "MOST_FULL", 0)
    monkeypatch.setattr(briefs, "MOST_LISTED", 1)
    rules = [{"target": "shop/db", "outcome": "blocked"}]
    result = run_module(connectivity_probe, **judged_by_the_node(port), expectations=rules)
    assert [cell["target"] for cell in result["cells"]] == ["shop/db"]
    (place,) = (one["place"] for one in result["brief"]["unlisted"])
    assert {result["cells"][0]["source"], place[2]} == {"node1", "shop/web"}
    assert [one["verdict"] for one in result["brief"]["unlisted"]] == ["failed"]
    assert result["brief"]["unlisted_targets"] == [["shop/db", 1]]
    (brief,) = briefs.load_briefs([result["brief"]])
    assert sum(one.cells for one in brief.unlisted) == 1
