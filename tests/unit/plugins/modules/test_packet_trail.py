# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import load_reports
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace
from ansible_collections.podnet.kubernetes.plugins.modules import packet_trail

ENDPOINTS = [
    {"name": "node1", "kind": "node", "addresses": ["127.0.0.1"], "node": "node1"},
    {"name": "node2", "kind": "node", "addresses": ["127.0.0.2"], "node": "node2"},
    {"name": "shop/a", "kind": "pod", "addresses": ["127.0.0.1"], "node": "node1"},
    {"name": "shop/b", "kind": "pod", "addresses": ["127.0.0.1"], "node": "node1"},
    {"name": "shop/c", "kind": "pod", "addresses": ["127.0.0.2"], "node": "node2"},
    {"name": "shop/c:80", "kind": "service", "addresses": ["10.96.0.7"], "port": 80, "backends": ["shop/b", "shop/c"]},
]
OPTIONS = {
    "endpoints": ENDPOINTS,
    "pairs": [{"source": "shop/a", "target": "node2", "check": "icmp"}],
    "run": "run1",
    "seconds": 1,
}


@pytest.fixture
def located(monkeypatch):
    """Put the pods of node1 into this process's namespace, but for those in the list."""
    missing = []

    def locate(endpoints, node):
        for one in endpoints:
            if one.name in missing:
                raise ClusterError(f"pod {one.name}: no process")
        return "node1", [(one, "") for one in endpoints if one.node == "node1"]

    monkeypatch.setattr(packet_trail, "locate", locate)
    return missing


@pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")
@pytest.mark.parametrize("check_mode", [False, True])
def test_the_report_of_a_node(run_module, located, check_mode):
    result = run_module(packet_trail, **OPTIONS, check_mode=check_mode)
    assert (result["changed"], result["node"], result["places"]) == (False, "node1", ["node1", "shop/a"])
    report = load_reports([{**result, "asked": 0.0, "answered": 0.0}])["node1"]
    assert {one.kind for one in report.sights} == {"probe", "answer"}
    assert len(json.dumps(result)) < 100_000


@pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")
def test_without_pairs_it_does_not_wait(run_module, located):
    result = run_module(packet_trail, **{**OPTIONS, "pairs": [], "seconds": 60})
    assert (result["sent"], result["sights"], result["places"]) == ([], [], ["node1"])
    assert result["ended"] - result["began"] < 5


def test_only_pods_of_this_node_that_a_pair_has(located):
    pairs = [{"source": "shop/a", "target": "shop/c:80", "check": "tcp", "port": 80}]
    request = packet_trail.read_request({**OPTIONS, "pairs": pairs})
    found = packet_trail.find_places(request.endpoints, request.pairs, None)
    assert found == ("node1", [WatchedPlace("shop/a", ""), WatchedPlace("shop/b", "")], [])


def test_a_pod_that_is_not_found_does_not_stop_the_others(located):
    located.append("shop/a")
    pairs = [{"source": "shop/a", "target": "shop/b", "check": "icmp"}]
    request = packet_trail.read_request({**OPTIONS, "pairs": pairs})
    found = packet_trail.find_places(request.endpoints, request.pairs, None)
    assert found == ("node1", [WatchedPlace("shop/b", "")], ["pod shop/a: no process"])


def test_a_node_that_is_not_found(run_module, located):
    located.append("node1")
    assert run_module(packet_trail, **OPTIONS)["msg"] == "pod node1: no process"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"seconds": 0.5}, "seconds is 0.5: it must be from 1 to 60"),
        ({"run": "run 1"}, "run is 'run 1': it must be 1 to 64 letters and digits"),
        ({"pairs": [{"source": "x"}]}, "pairs[0].check is missing"),
        ({"endpoints": [{"pod": "a"}]}, "endpoint has no field pod: it has "),
        ({"pairs": None}, "missing required arguments: pairs"),
    ],
)
def test_bad_input_is_one_clear_error(run_module, located, more, message):
    given = {name: value for name, value in {**OPTIONS, **more}.items() if value is not None}
    assert run_module(packet_trail, **given)["msg"].startswith(message)
