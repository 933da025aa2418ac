# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.node_removal import (
    NodeRemoval,
    plan_removal,
)

PLANE = "node-role.kubernetes.io/control-plane"


def node(name, ready="True", **spec):
    labels = {PLANE: ""} if name.startswith("master") else {}
    status = {"conditions": [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": ready}]}
    return {"kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": spec, "status": status}


NODES = [node("master"), node("node1"), node("node2", "Unknown"), node("node3", unschedulable=True)]


def test_nodes_that_answer_are_drained_and_silent_ones_are_not():
    assert plan_removal(NODES, ["node1", "node2", "node3", "node1"], ["node1"]) == NodeRemoval(
        faults=(), drain=("node1", "node3"), silent=("node2",), control_planes=()
    )


NAMES = [one["metadata"]["name"] for one in NODES]


def test_a_host_that_is_no_node_has_left_already():
    assert plan_removal(NODES, ["node9"], [*NAMES, "node9"]) == NodeRemoval((), (), (), ())


def test_a_host_that_may_be_a_node_under_another_name_is_refused():
    """It would be reset, and its pods would end without a drain."""
    hosts = ["Node1", *(name for name in NAMES if name != "node1")]
    [fault] = plan_removal(NODES, ["Node1"], hosts).faults
    assert fault.startswith("the host Node1 is no node of the cluster, and the node node1 no host: they may be the ")
    # Here node1 is drained.
    assert plan_removal(NODES, ["Node1", "node1"], hosts).faults == ()


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (
            ["node9", "all"],
            "the cluster has no node node9, all, and the inventory no such host in the groups of its machines: the ",
        ),
        (["master", "node1"], "master is the last control plane, and the cluster would end"),
        ([], "no node is named: give -e podnet_remove_nodes=… with names of master, node1, node2, node3"),
    ],
)
def test_what_may_not_be_removed_is_said(names, fault):
    faults = plan_removal(NODES, names, ["master", "node1"]).faults
    assert [one.startswith(fault) for one in faults] == [True]


@pytest.mark.parametrize(("names", "is_refused"), [(["master"], True), (["node1"], False), (["master2"], False)])
def test_the_last_control_plane_may_have_lost_its_node_object(names, is_refused):
    """It is reset with the others, and the cluster would end."""
    planes = ["master"] if names != ["master2"] else ["master", "master2"]
    faults = plan_removal(NODES[1:], names, ["master2", *NAMES], planes).faults
    assert [one.startswith("master is the last control plane") for one in faults] == [True] * is_refused


def test_one_of_several_control_planes_may_go():
    nodes = [*NODES, node("master2")]
    assert plan_removal(nodes, ["master"], []).faults == ()
    assert len(plan_removal(nodes, ["master", "master2"], []).faults) == 1


def test_lost_control_planes_leave_etcd_first():
    nodes = [*NODES, node("master2", "Unknown"), node("master3")]
    assert plan_removal(nodes, ["master", "node1", "master2"], []).control_planes == ("master2", "master")


@pytest.mark.parametrize(
    ("ready", "names", "is_refused"),
    [
        (("True", "True", "Unknown"), ["master3"], False),
        (("True", "True", "Unknown"), ["master2"], True),
        (("True", "True", "Unknown"), ["master2", "master3"], False),
        (("True", "True", "Unknown"), ["node1"], False),
        (("True", "True", "True"), ["master2"], False),
        # Without a pod network no node is ready, and etcd works.
        (("False", "False", "False"), ["master2"], False),
    ],
)
def test_etcd_keeps_its_majority(ready, names, is_refused):
    nodes = [node("node1"), *(node(f"master{number}", state) for number, state in enumerate(ready, 1))]
    faults = plan_removal(nodes, names, []).faults
    assert bool(faults) is is_refused
    assert all("master1, master3 would stay, and master3 does not answer" in one for one in faults)


def test_a_cluster_whose_control_planes_are_no_nodes_loses_any_node():
    assert plan_removal([node("node1")], ["node1"], []).faults == ()


def test_no_node_is_an_input_error():
    with pytest.raises(InputError):
        plan_removal([{"kind": "Pod", "metadata": {"name": "a"}}], [], [])
