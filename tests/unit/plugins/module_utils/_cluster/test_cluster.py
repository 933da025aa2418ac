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


LEAVING = {"ready": False, "serving": True, "terminating": True}


@pytest.mark.parametrize(
    ("conditions", "stands_in"),
    [
        (LEAVING, True),
        ({**LEAVING, "serving": False}, False),
        ({"ready": False, "serving": True}, False),
        ({"ready": False, "terminating": True}, False),
    ],
)
def test_endpoints_that_leave_stand_in_while_none_is_ready(conditions, stands_in):
    """As KEP-1669 says: kube-proxy uses endpoints that are serving and terminating when no endpoint is ready."""
    leaving = behind("10.244.2.5", "shop/web-2", "node2", **conditions)
    objects = {**EMPTY, "services": [service("shop/web", "10.96.0.20", ports=["TCP/80"])]}

    def served(*endpoints):
        cluster = read_cluster({**objects, "endpoint_slices": [endpoint_slice("shop/web", *endpoints)]})
        web = cluster.services["shop/web"]
        return [one.node for one in cluster.backends(web, 80)], cluster.local_nodes(web, 80)

    assert served(leaving) == ((["node2"], ("node2",)) if stands_in else ([], ()))
    # A ready endpoint elsewhere takes the connections of the whole cluster, and not those that stay on their node.
    ready = behind("10.244.1.5", "shop/web-1", "node1", ready=True)
    assert served(leaving, ready) == (["node1"], ("node1", "node2") if stands_in else ("node1",))


def test_a_named_target_port_has_another_number_in_each_slice():
    web = service("shop/web", "None", ports=["TCP/80:http"])
    slices = [endpoint_slice("shop/web", behind(f"10.244.1.{n}", node="node1"), ports=["http"]) for n in (5, 6, 7)]
    slices[1]["ports"][0]["port"] = 9090
    slices[2]["ports"][0]["port"] = None
    cluster = read_cluster({**EMPTY, "services": [web], "endpoint_slices": slices})
    found = cluster.addressed_backends(cluster.services["shop/web"], 80)
    assert [(addresses, port) for _backend, addresses, port in found] == [
        (("10.244.1.5",), 8080),
        (("10.244.1.6",), 9090),
    ]


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
