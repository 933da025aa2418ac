# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from api_objects import node

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_nodes import FilterModule, connectivity_nodes

READY = {**node("a", "10.0.0.1"), "status": {**node("a", "10.0.0.1")["status"]}}
READY["status"]["conditions"] = [{"type": "Ready", "status": "True"}]


def test_the_nodes_that_take_part_and_others():
    bare = {"metadata": {"name": "b"}}
    virtual = {"metadata": {"name": "c", "labels": {"type": "virtual-kubelet"}}, "status": {}}
    assert connectivity_nodes([READY, bare, virtual], exclude_nodes=["type=virtual-kubelet"]) == {
        "taking_part": ["a"],
        "missing": [
            {"name": "b", "reason": "b has no condition Ready: no kubelet has reported its status", "addresses": []}
        ],
        "excluded": [
            {
                "name": "c",
                "reason": "c is left out by connectivity_exclude_nodes or --limit (type=virtual-kubelet)",
                "addresses": [],
            }
        ],
        "reasons": [
            "b has no condition Ready: no kubelet has reported its status",
            "c is left out by connectivity_exclude_nodes or --limit (type=virtual-kubelet)",
        ],
        "idle_hosts": [],
    }


def test_hosts_of_nodes_that_take_no_part_are_idle():
    def outsider(name, address):
        addresses = [{"type": "InternalIP", "address": address}]
        return {"metadata": {"name": name}, "status": {"addresses": addresses}}

    nodes = [READY, outsider("b.example.org", "10.0.0.2"), outsider("c", "10.0.0.3"), outsider("d", "10.0.0.4")]
    hosts, addresses = ["a", "B", "third", "d", "other"], ["10.0.0.1", "", "10.0.0.3", None, "10.0.0.9"]
    divided = connectivity_nodes(nodes, hosts=hosts, addresses=addresses)
    assert divided["idle_hosts"] == ["B", "third", "d"]
    assert connectivity_nodes(nodes[:1], hosts=hosts, addresses=addresses)["idle_hosts"] == []


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        ("a", "exclude_nodes is 'a': give a list"),
        ([1], "exclude_nodes is 1: give a text, in quotes where it looks like something else"),
        (["b"], "exclude_nodes has b, and the cluster has no such node"),
    ],
)
def test_options_that_are_refused(exclude, message):
    with pytest.raises(AnsibleFilterError, match=f"^{message}"):
        connectivity_nodes([READY], exclude_nodes=exclude)


def test_ansible_finds_the_filter():
    assert FilterModule().filters() == {"connectivity_nodes": connectivity_nodes}
