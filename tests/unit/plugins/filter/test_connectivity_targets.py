# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_targets import FilterModule

connectivity_targets = FilterModule().filters()["connectivity_targets"]

POD = {"name": "shop/web-1", "kind": "pod", "addresses": ["10.244.1.5"], "node": "node1", "own": False}
LISTENER = {"endpoint": "shop/web-1", "address": "10.244.1.5", "protocol": "udp", "port": 40001, "mtu": 1450}


def test_connectivity_targets():
    assert connectivity_targets([POD], [LISTENER]) == [
        {
            "name": "shop/web-1",
            "kind": "pod",
            "address": "10.244.1.5",
            "tries": [
                {"check": "icmp"},
                {"check": "udp", "port": 40001, "answers": "podnet", "expect": ("shop/web-1",)},
                {"check": "mtu", "port": 40001, "answers": "podnet", "expect": ("shop/web-1",)},
            ],
        }
    ]


def test_checks():
    found = connectivity_targets([POD], [LISTENER], checks=["icmp"])
    assert [one["tries"] for one in found] == [[{"check": "icmp"}]]


NODES = [
    {"name": name, "kind": "node", "addresses": [address], "node": name}
    for name, address in (("node1", "10.0.0.1"), ("node2", "10.0.0.2"))
]


def test_nodes_that_probes_start_from():
    assert len(connectivity_targets(NODES, [], nodes=["node2", "node1", "other"])) == 2


def test_node_that_no_probe_starts_from():
    message = "^nodes lacks node2, and probes must start from every node of the cluster: add it to the inventory"
    with pytest.raises(AnsibleFilterError, match=message):
        connectivity_targets(NODES, [], nodes=["node1"])


def test_expectations():
    connectivity_targets([POD, *NODES], [LISTENER], expectations=[{"target": "shop/*", "outcome": "blocked"}])


def test_expectation_that_is_about_no_cell():
    message = (
        r"^expectations\[0\] matches no cell: \{'source': '\*', 'target': 'shop/db', 'outcome': 'blocked'\}; the names"
    )
    with pytest.raises(AnsibleFilterError, match=message):
        connectivity_targets([POD, *NODES], [], expectations=[{"target": "shop/db", "outcome": "blocked"}])


def test_sources():
    found = connectivity_targets(NODES, [], sources={"node1": ["node2"]})
    assert [one.get("sources") for one in found] == [("node2",), None]


def test_an_expectation_that_may_be_about_no_cell():
    connectivity_targets(NODES, [], idle_expectations=True, expectations=[{"target": "shop/db", "outcome": "blocked"}])
    with pytest.raises(AnsibleFilterError, match=r"^expectations\[0\] .* sets nothing: give it outcome"):
        connectivity_targets(NODES, [], idle_expectations=True, expectations=[{"target": "shop/db"}])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", []), "endpoints is 'a': give a list"),
        (([], {}), "listeners is {}: give a list"),
        (([], [], "icmp"), "checks is 'icmp': give a list"),
        ((["a"], []), "endpoints[0] is 'a': give a dict"),
        (([POD], [7]), "listeners[0] is 7: give a dict"),
        (
            ([], [{**LISTENER, "nic": "eth0"}]),
            "listener has no field nic: it has address, answers, endpoint, mtu, port, protocol",
        ),
        (([POD], [], ["ping"]), "checks has 'ping': choose from icmp, tcp, udp, mtu, dns"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(message)}$"):
        connectivity_targets(*arguments)
