# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from api_objects import behind, endpoint_slice, node, pod, service

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import Backend, read_cluster

EMPTY = {"nodes": [], "pods": [], "services": [], "endpoint_slices": []}
HOST_POD = pod("kube-system/proxy", "10.0.0.1", node="node1", host_network=True)


@pytest.mark.parametrize(
    ("endpoint", "backend"),
    [
        pytest.param(behind("10.244.1.5", "shop/web", "node2"), Backend("shop/web", "node2", True), id="pod"),
        pytest.param(behind("10.244.1.5", "shop/web"), Backend("shop/web", "node1", True), id="the pod knows its node"),
        pytest.param(behind("10.0.0.1", "kube-system/proxy"), Backend("node1", "node1", False), id="host network"),
        pytest.param(behind("10.0.0.1"), Backend("node1", "node1", False), id="a node's address"),
        pytest.param(behind("10.244.1.9", "shop/gone", "node1"), Backend(None, "node1", True), id="pod that is gone"),
        pytest.param(behind("203.0.113.9"), Backend(None, None, True), id="a machine elsewhere"),
    ],
)
def test_backends(endpoint, backend):
    objects = {
        "nodes": [node("node1", "10.0.0.1")],
        "pods": [pod("shop/web", "10.244.1.5", node="node1"), HOST_POD],
        "services": [service("shop/web", "10.96.0.20", ports=["TCP/80:http", "TCP/81:other"])],
        "endpoint_slices": [
            endpoint_slice("shop/web", endpoint, ports=["http"]),
            endpoint_slice("shop/another", behind("10.0.0.1"), ports=["http"]),
        ],
    }
    cluster = read_cluster(objects)
    assert cluster.backends(cluster.services["shop/web"], 80) == [backend]
    assert cluster.backends(cluster.services["shop/web"], 81) == []


LISTS = "give a dict with nodes, pods, services, endpoint_slices, each of them resources of the result of kubernetes."


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ([], f"_input has no nodes: {LISTS}core.k8s_info"),
        (
            {"nodes": [], "pods": [], "services": []},
            f"_input has no endpoint_slices: {LISTS}core.k8s_info",
        ),
        ({**EMPTY, "pods": None}, "pods is None, not a list of objects"),
        ({**EMPTY, "pods": ["a"]}, "pods[0] is 'a', not an object"),
        (
            {**EMPTY, "pods": [{"metadata": {"name": "a"}, "status": {"phase": "Running"}}]},
            "default/a: metadata.uid is missing: give Pod objects as the API returns them",
        ),
        (
            {**EMPTY, "pods": [{"metadata": {"name": "a", "uid": "7"}, "status": {}}]},
            "default/a: status.phase is missing: give Pod objects as the API returns them",
        ),
    ],
)
def test_bad_objects_are_refused(objects, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_cluster(objects)
