# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_node import start_problems


def pod(node_name="node1", ready=False, init=(), waiting=None):
    state = {"waiting": waiting} if waiting else {"running": {"startedAt": "2026-01-02T03:04:05Z"}}
    status = {
        "initContainerStatuses": list(init),
        "containerStatuses": [{"name": "calico-node", "ready": ready, "state": state}],
    }
    return {"metadata": {"name": "calico-node-x7k2p"}, "spec": {"nodeName": node_name}, "status": status}


CONFLICT = (
    "2026-01-02 03:04:05.678 [INFO][9] startup/autodetection_methods.go 103: Using autodetected IPv4 address\n"
    "2026-01-02 03:04:05.678 [WARNING][9] startup/startup.go 1206: Calico node 'master' is already using the IPv4 "
    "address 10.0.2.15.\n"
    "2026-01-02 03:04:05.678 [INFO][9] startup/startup.go 400: Clearing out-of-date IPv4 address from this node\n"
)
PANIC = (
    "2026-01-02 03:04:05.678 [ERROR][9] felix/a.go 7: first\n"
    "2026-01-02 03:04:05.678 [PANIC][9] felix/b.go 8: Failed to get  the list \n"
    "2026-01-02 03:04:05.678 [INFO][9] felix/c.go 9: more\n"
)
PULL = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "quay.io/calico/node:v3.31.0"'}


@pytest.mark.parametrize(
    ("found", "log", "sentence"),
    [
        pytest.param(
            pod(waiting={"reason": "CrashLoopBackOff", "message": "back-off 10s"}),
            CONFLICT,
            "node1: calico-node does not start with the address 10.0.2.15, because master has the same address",
            id="conflict",
        ),
        pytest.param(
            pod(),
            CONFLICT.replace("IPv4", "IPv6").replace("10.0.2.15", "fd00::f"),
            "node1: calico-node does not start with the address fd00::f, because master has the same address",
            id="conflict in IPv6",
        ),
        pytest.param(pod(), PANIC, "node1: calico-node logs: Failed to get  the list", id="last error"),
        pytest.param(
            pod(waiting=PULL),
            None,
            'node1: the container calico-node waits: ImagePullBackOff (Back-off pulling image "quay.io/calico/node:'
            'v3.31.0")',
            id="no image",
        ),
        pytest.param(
            pod(
                waiting={"reason": "PodInitializing"},
                init=[{"name": "install-cni", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
            ),
            "",
            "node1: the container install-cni waits: CrashLoopBackOff",
            id="a container before it",
        ),
        pytest.param(
            pod(),
            "all is well\n",
            "node1: calico-node is not ready: read kubectl -n kube-system logs calico-node-x7k2p",
            id="nothing to be seen",
        ),
        pytest.param(
            {"metadata": {"name": "calico-node-x7k2p"}, "spec": {}, "status": {"phase": "Pending"}},
            None,
            "calico-node-x7k2p: calico-node is not ready: read kubectl -n kube-system logs calico-node-x7k2p",
            id="on no node",
        ),
    ],
)
def test_start_problems(found, log, sentence):
    logs = [{"item": "calico-node-x7k2p", "failed": True} if log is None else {"item": "calico-node-x7k2p", "log": log}]
    assert start_problems([pod("master", ready=True), found], logs) == [sentence]


@pytest.mark.parametrize("pods", [None, ["calico-node"], [{"metadata": {"name": "a"}}]])
def test_something_else_than_pods(pods):
    with pytest.raises(InputError, match=r"^the input is .*: give a list of Pod objects"):
        start_problems(pods, [])
