# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.flannel_wrong_addresses import FilterModule

flannel_wrong_addresses = FilterModule().filters()["flannel_wrong_addresses"]


def kubernetes_node(name, announced=None):
    annotations = {"annotations": {"flannel.alpha.coreos.com/public-ip": announced}} if announced else {}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, **annotations}}


def result(last):
    nat = {"address": "10.0.2.15", "interface": "enp0s3", "network": "10.0.2.0/24"}
    own = {"address": f"10.100.198.{last}", "interface": "enp0s8", "network": "10.100.198.0/24"}
    return {"changed": False, "node_address": own, "candidates": [nat, own]}


RESULTS = {"node1": result(201), "master": result(200), "node2": result(202)}
NODES = [
    kubernetes_node("master", "10.100.198.200"),
    kubernetes_node("node1", "10.0.2.15"),
    kubernetes_node("of another inventory", "10.0.2.15"),
]


def test_wrong_addresses():
    assert flannel_wrong_addresses(NODES, RESULTS, "enp0s3") == [
        {
            "node": "node1",
            "announced": "10.0.2.15",
            "expected": "10.100.198.201",
            "interface": "enp0s3",
            "message": "node1: Flannel announces 10.0.2.15 (enp0s3), should be 10.100.198.201 (enp0s8): "
            "flannel_interface is enp0s3, set it to enp0s8",
        },
        {
            "node": "node2",
            "announced": None,
            "expected": "10.100.198.202",
            "interface": None,
            "message": "node2: Flannel announces no address (annotation flannel.alpha.coreos.com/public-ip is "
            "missing), "
            "should be 10.100.198.202 (enp0s8): check that the pod kube-flannel on node2 runs, and read its log",
        },
    ]


def test_a_node_without_annotations_counts_as_not_announced():
    (wrong,) = flannel_wrong_addresses([kubernetes_node("master")], {"master": result(200)})
    assert wrong["announced"] is None


def test_the_interface_need_not_be_set():
    (wrong,) = flannel_wrong_addresses([kubernetes_node("master", "10.0.2.15")], {"master": result(200)})
    assert wrong["message"].endswith(": set flannel_interface to enp0s8")


def test_both_families_have_one_remedy():
    """One NIC by its name; or, where it has another address, an expression with addresses of both families."""
    node = kubernetes_node("master", "10.100.198.200")
    node["metadata"]["annotations"]["flannel.alpha.coreos.com/public-ipv6"] = "fd10:2::15"
    nat = {"address": "fd10:2::15", "interface": "enp0s3", "network": "fd10:2::/64"}
    own = {"address": "fd10::200", "interface": "enp0s8", "network": "fd10::/64"}
    second = {**own, "address": "fd10::201"}
    results = {"master": result(200)}
    assert flannel_wrong_addresses([node], results, "enp0s3") == []
    (wrong,) = flannel_wrong_addresses(
        [node], results, "enp0s3", {"master": {"node_address": own, "candidates": [nat, own]}}
    )
    assert wrong["message"] == (
        "master: Flannel announces fd10:2::15 (enp0s3), should be fd10::200 (enp0s8): flannel_interface is "
        "enp0s3, set it to enp0s8"
    )
    both = {"master": {"node_address": own, "candidates": [nat, own, second]}}
    (wrong,) = flannel_wrong_addresses([node], results, "enp0s3", both)
    assert wrong["message"].endswith("set it to ^(10[.]100[.]198[.]200|fd10::200)$")


def test_right_addresses():
    assert flannel_wrong_addresses(NODES, {"master": result(200)}, None) == []


@pytest.mark.parametrize(
    ("nodes", "results", "interface", "message"),
    [
        (
            NODES,
            [],
            None,
            r"^flannel_wrong_addresses: node_addresses is \[\]: give the result of",
        ),
        (
            ["master"],
            RESULTS,
            None,
            r"^flannel_wrong_addresses: the input is \['master'\]: give a list of Node objects",
        ),
        ([{}], RESULTS, None, r"^flannel_wrong_addresses: the input is \[\{\}\]: give a list of Node objects"),
        (None, RESULTS, None, "^flannel_wrong_addresses: the input is None: give a list of Node objects"),
        (
            NODES,
            {"master": {}},
            None,
            r"^flannel_wrong_addresses: node_addresses of master is \{\}: give the result of",
        ),
        (NODES, RESULTS, "enp0s[", r"^flannel_wrong_addresses: flannel_interface 'enp0s\['"),
    ],
)
def test_bad_input(nodes, results, interface, message):
    with pytest.raises(AnsibleFilterError, match=message):
        flannel_wrong_addresses(nodes, results, interface)
