# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.calico_wrong_addresses import FilterModule

calico_wrong_addresses = FilterModule().filters()["calico_wrong_addresses"]


def kubernetes_node(name, internal, taken=None):
    annotations = {"annotations": {"projectcalico.org/IPv4Address": taken}} if taken else {}
    addresses = [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": internal}]
    return {"kind": "Node", "metadata": {"name": name, **annotations}, "status": {"addresses": addresses}}


def result(last):
    nat = {"address": "10.0.2.15", "interface": "enp0s3", "network": "10.0.2.0/24"}
    own = {"address": f"10.100.198.{last}", "interface": "enp0s8", "network": "10.100.198.0/24"}
    return {"changed": False, "node_address": own, "candidates": [nat, own]}


RESULTS = {"node1": result(201), "master": result(200)}
NODES = [
    kubernetes_node("master", "10.100.198.200", "10.100.198.200/24"),
    kubernetes_node("node1", "10.100.198.201", "10.0.2.15/24"),
    kubernetes_node("of another inventory", "10.0.2.15", "10.0.2.15/24"),
]


def test_wrong_addresses():
    assert calico_wrong_addresses(NODES, RESULTS, "interface=enp0s3") == [
        {
            "node": "node1",
            "announced": "10.0.2.15",
            "expected": "10.100.198.201",
            "interface": "enp0s3",
            "message": "node1: Calico announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): "
            "calico_address_detection is interface=enp0s3, set it to kubernetes-internal-ip",
        }
    ]


def test_a_node_without_a_node_object_has_no_address():
    (wrong,) = calico_wrong_addresses(NODES, {"node2": result(202)}, "first-found")
    assert (wrong["node"], wrong["announced"]) == ("node2", None)


def test_right_addresses():
    assert calico_wrong_addresses(NODES, {"master": result(200)}, "first-found") == []


@pytest.mark.parametrize(
    ("nodes", "results", "message"),
    [
        (
            NODES,
            [],
            r"^calico_wrong_addresses: node_addresses is \[\]: give the result of",
        ),
        (["master"], RESULTS, r"^calico_wrong_addresses: the input is \['master'\]: give a list of Node objects"),
        (None, RESULTS, "^calico_wrong_addresses: the input is None: give a list of Node objects"),
        (
            NODES,
            {"master": {}},
            r"^calico_wrong_addresses: node_addresses of master is \{\}: give the result of",
        ),
    ],
)
def test_bad_input(nodes, results, message):
    with pytest.raises(AnsibleFilterError, match=message):
        calico_wrong_addresses(nodes, results, "first-found")
