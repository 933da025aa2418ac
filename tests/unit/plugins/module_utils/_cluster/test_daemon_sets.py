# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.daemon_sets import find_problems


def node(name, status="True", message=""):
    return {
        "metadata": {"name": name},
        "status": {"conditions": [{"type": "Ready", "status": status, "message": message}]},
    }


def pod(node_name, ready, *, owner="kube-flannel-ds", waiting=None, phase="containerStatuses"):
    status = {"name": "kube-flannel", "ready": ready, "state": {"waiting": waiting} if waiting else {"running": {}}}
    return {
        "metadata": {"name": f"ds-{node_name}", "ownerReferences": [{"kind": "DaemonSet", "name": owner}]},
        "spec": {"nodeName": node_name},
        "status": {phase: [status]},
    }


def test_nothing_is_said_when_all_are_ready():
    assert find_problems([node("node1")], [pod("node1", True)], "kube-flannel-ds") == []


def test_a_node_without_a_pod_is_named():
    assert find_problems([node("node1"), node("node2")], [pod("node1", True)], "kube-flannel-ds") == [
        "node2 has no pod of the DaemonSet kube-flannel-ds"
    ]


def test_pods_of_others_do_not_count():
    pods = [pod("node1", True, owner="kube-proxy"), {"metadata": {"name": "bare"}, "spec": {}, "status": {}}]
    assert find_problems([node("node1")], pods, "kube-flannel-ds") == [
        "node1 has no pod of the DaemonSet kube-flannel-ds"
    ]


@pytest.mark.parametrize(
    ("waiting", "why"),
    [
        (None, ""),
        ({"reason": "ContainerCreating"}, ""),
        ({"reason": "CrashLoopBackOff"}, ", its container kube-flannel waits: CrashLoopBackOff"),
        (
            {"reason": "ErrImagePull", "message": "not found"},
            ", its container kube-flannel waits: ErrImagePull (not found)",
        ),
    ],
)
@pytest.mark.parametrize("phase", ["containerStatuses", "initContainerStatuses"])
def test_a_pod_that_is_not_ready_is_named_with_the_reason(waiting, why, phase):
    pods = [pod("node1", False, waiting=waiting, phase=phase)]
    assert find_problems([node("node1")], pods, "kube-flannel-ds") == [f"node1: the pod ds-node1 is not ready{why}"]


def test_a_node_that_is_not_ready_is_named_with_the_message_of_its_kubelet():
    nodes = [
        node("node1", "False", "cni plugin not initialized"),
        node("node2", "Unknown"),
        {"metadata": {"name": "new"}},
    ]
    assert find_problems(nodes, [], None) == [
        "node1 is not ready: cni plugin not initialized",
        "node2 is not ready",
        "new has not said yet whether it is ready",
    ]


def test_bad_input():
    with pytest.raises(InputError, match="kind is 'Pod', not 'Node'"):
        find_problems([{"kind": "Pod"}], [], None)
