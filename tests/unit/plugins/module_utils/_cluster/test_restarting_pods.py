# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.restarting_pods import (
    find_restarting_pods,
    find_waiting_pods,
)

OWNER = ({"kind": "DaemonSet", "name": "log"},)
TAINT = "podnet.kubernetes/network-removal"


def pod(name, phase="Running", ready=True, labels=None, owners=OWNER, **spec):
    return {
        "metadata": {"namespace": "default", "name": name, "labels": labels, "ownerReferences": list(owners)},
        "spec": {"nodeName": "node1", **spec},
        "status": {"phase": phase, "conditions": [{"type": "Ready", "status": str(ready)}]},
    }


@pytest.mark.parametrize(
    ("toleration", "returns"),
    [
        ({"operator": "Exists"}, True),
        ({"operator": "Exists", "effect": "NoSchedule"}, True),
        ({"operator": "Exists", "key": TAINT}, True),
        ({"key": TAINT}, True),
        ({"key": TAINT, "operator": "Equal", "value": ""}, True),
        ({"key": TAINT, "value": "other"}, False),
        ({"operator": "Exists", "effect": "NoExecute"}, False),
        ({"operator": "Exists", "key": "node-role.kubernetes.io/control-plane"}, False),
    ],
)
def test_controllers_whose_pods_no_taint_keeps_off_are_named(toleration, returns):
    found = find_restarting_pods([pod("log-1", tolerations=[toleration]), pod("log-2", tolerations=[toleration])])
    assert found.returning == (("default/DaemonSet/log",) if returns else ())


def test_pods_on_the_nodes_own_network_keep_running():
    stays = pod("agent", hostNetwork=True, ready=False, tolerations=[{"operator": "Exists"}])
    assert find_restarting_pods([stays, pod("done", "Succeeded", volumes=[{"emptyDir": {}}])]).number == 0
    assert find_restarting_pods([stays]).unready == ()


def test_a_pod_of_the_network_itself_is_no_reason_to_refuse():
    own = {"k8s-app": "calico-kube-controllers"}
    found = find_restarting_pods(
        [pod("one", labels=own, volumes=[{"emptyDir": {}}], tolerations=[{"operator": "Exists"}])]
    )
    assert (found.returning, found.empty_dirs) == ((), ())


def test_pods_wait_until_they_are_ready():
    pods = [
        pod("ready"),
        pod("begins", ready=False, owners=[]),
        pod("unscheduled", "Pending", ready=False, nodeName=None),
        pod("done", "Succeeded", ready=False),
        pod("agent", ready=False, hostNetwork=True),
    ]
    assert find_waiting_pods(pods, []) == ["default/begins", "default/unscheduled"]
    assert find_waiting_pods(pods, ["default/DaemonSet/log"]) == ["default/begins"]
