# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.rollouts import (
    find_waiting,
    find_waiting_nodes,
)

DAEMON_SET = {
    "kind": "DaemonSet",
    "metadata": {"namespace": "kube-flannel", "name": "flannel", "generation": 2},
    "status": {
        "observedGeneration": 2,
        "desiredNumberScheduled": 3,
        "updatedNumberScheduled": 3,
        "numberReady": 3,
    },
}
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"namespace": "kube-system", "name": "coredns", "generation": 1},
    "spec": {"replicas": 2},
    "status": {"observedGeneration": 1, "updatedReplicas": 2, "availableReplicas": 2},
}


def node(ready, **spec):
    conditions = [{"type": "Ready", "status": ready}] if ready else []
    return {"kind": "Node", "metadata": {"name": "node1"}, "spec": spec, "status": {"conditions": conditions}}


@pytest.mark.parametrize(
    ("found", "needs", "waiting"),
    [
        (node("True"), "ready", []),
        (node("False"), "ready", ["node1 is not ready"]),
        (node("Unknown"), "ready", ["node1 is not ready"]),
        (node(None), "ready", ["node1 is not ready"]),
        (node(None), "any", []),
        (node(None), "subnets", ["node1 has no subnet for its pods"]),
        (node("False", podCIDR="10.244.0.0/24"), "subnets", []),
    ],
)
def test_nodes(found, needs, waiting):
    assert find_waiting_nodes([found], needs) == waiting


@pytest.mark.parametrize(
    ("annotations", "waiting"),
    [({"a/ip": "10.0.0.1"}, []), ({"b/ip": "10.0.0.1"}, ["node1 has no annotation a/ip"])],
)
def test_an_annotation_that_each_node_must_have(annotations, waiting):
    found = {**node("True"), "metadata": {"name": "node1", "annotations": annotations}}
    assert find_waiting_nodes([found], "ready", "a/ip") == waiting
    assert find_waiting_nodes([found], "ready") == []


@pytest.mark.parametrize(
    ("info", "waiting"),
    [
        ({"kubeletVersion": "v1.36.4"}, []),
        ({"kubeletVersion": "v1.36.3"}, ["node1 has the kubelet 1.36.3, not 1.36.4"]),
        ({}, ["node1 has the kubelet , not 1.36.4"]),
    ],
)
def test_the_version_of_the_kubelet(info, waiting):
    found = node("True")
    found["status"]["nodeInfo"] = info
    assert find_waiting_nodes([found], "ready", kubelet="1.36.4") == waiting
    assert find_waiting_nodes([found], "ready") == []


def test_an_object_of_another_kind():
    with pytest.raises(InputError):
        find_waiting_nodes([DAEMON_SET], "any")


@pytest.mark.parametrize("one", [DAEMON_SET, DEPLOYMENT], ids=lambda one: one["kind"])
def test_what_is_rolled_out(one):
    assert find_waiting(one["kind"], [one]) == []


@pytest.mark.parametrize(
    ("one", "number", "value"),
    [
        (DAEMON_SET, "observedGeneration", 1),
        (DAEMON_SET, "desiredNumberScheduled", 4),
        (DAEMON_SET, "desiredNumberScheduled", None),
        (DAEMON_SET, "updatedNumberScheduled", 2),
        (DAEMON_SET, "updatedNumberScheduled", None),
        (DAEMON_SET, "numberReady", 2),
        (DEPLOYMENT, "observedGeneration", None),
        (DEPLOYMENT, "updatedReplicas", 1),
        (DEPLOYMENT, "availableReplicas", None),
    ],
)
def test_each_number_counts(one, number, value):
    other = copy.deepcopy(one)
    other["status"][number] = value
    name = f"{one['metadata']['namespace']}/{one['metadata']['name']}"
    assert find_waiting(one["kind"], [one, other]) == [f"{one['kind']} {name} is not ready"]


def test_a_new_object_without_a_status():
    one = {key: value for key, value in DAEMON_SET.items() if key != "status"}
    assert find_waiting("DaemonSet", [one]) == ["DaemonSet kube-flannel/flannel is not ready"]
