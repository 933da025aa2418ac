# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from ipaddress import ip_address

import pytest
from api_objects import pod as api_pod

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import NamedPort, Pod, read_pods


def pod(name="api", **more):
    return {"metadata": {"name": name, "namespace": "shop"}, "status": {"podIPs": [{"ip": "10.0.0.1"}]}, **more}


def test_a_pod_of_the_api_is_read():
    value = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api", "namespace": "shop", "labels": {"app": "api"}, "uid": "7"},
        "spec": {
            "nodeName": "node1",
            "hostNetwork": True,
            "containers": [
                {"name": "a", "ports": [{"name": "http", "containerPort": 80}, {"containerPort": 81}]},
                {"name": "b", "ports": [{"name": "http", "containerPort": 53, "protocol": "UDP"}]},
                {"name": "c"},
            ],
            "initContainers": [
                {"name": "d", "restartPolicy": "Always", "ports": [{"name": "side", "containerPort": 90}]},
                {"name": "e", "ports": [{"name": "setup", "containerPort": 91}]},
            ],
        },
        "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]},
    }
    assert read_pods([value]) == (
        Pod(
            namespace="shop",
            name="api",
            labels={"app": "api"},
            addresses={"ipv4": ip_address("10.0.0.1"), "ipv6": ip_address("fd00::1")},
            node="node1",
            host_network=True,
            ports=frozenset({NamedPort("http", "TCP", 80), NamedPort("http", "UDP", 53), NamedPort("side", "TCP", 90)}),
            init_ports=frozenset({NamedPort("setup", "TCP", 91)}),
            phase="Running",
            uid="7",
        ),
    )


def test_a_pod_by_hand_needs_a_name():
    assert read_pods([{"metadata": {"name": "a"}, "status": {"podIP": "fd00::1"}}, {"metadata": {"name": "b"}}]) == (
        Pod("default", "a", {}, {"ipv6": ip_address("fd00::1")}),
        Pod("default", "b", {}, {}),
    )


def test_a_static_pod_has_two_uids():
    metadata = {"name": "etcd", "uid": "7", "annotations": {"kubernetes.io/config.hash": "abc"}}
    assert read_pods([{"metadata": metadata}])[0].uids == ("7", "abc")
    assert read_pods([pod()])[0].uids == ()


@pytest.mark.parametrize(
    ("more", "on_pod_network", "ended"),
    [
        pytest.param({}, True, False, id="running"),
        pytest.param({"phase": "Pending"}, True, False, id="pending"),
        pytest.param({"phase": "Succeeded"}, False, True, id="succeeded"),
        pytest.param({"phase": "Failed"}, False, True, id="failed"),
        pytest.param({"terminating": True}, False, False, id="terminating"),
        pytest.param({"host_network": True}, False, False, id="host network"),
    ],
)
def test_a_pod_on_the_pod_network(more, on_pod_network, ended):
    found = read_pods([api_pod("shop/a", "10.244.1.5", **more)])[0]
    assert (found.on_pod_network, found.ended) == (on_pod_network, ended)


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        (
            {"resources": []},
            "pods is an object with resources, not a list: give the items of a List object, or resources of "
            "the result of kubernetes.core.k8s_info",
        ),
        ([{"kind": "Node", "metadata": {"name": "a"}}], "pods[0].kind is 'Node', not 'Pod'"),
        ([pod(), pod()], "pods[1] is a second shop/api: give one object for each pod"),
        (
            [pod(status={"podIPs": [{"ip": "10.0.0"}]})],
            "shop/api: status.podIPs[0].ip is '10.0.0': give an address, such as 10.244.1.5 or fd00:10:244::5",
        ),
        (
            [pod(status={"podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}]})],
            "shop/api: status.podIPs[1].ip 10.0.0.2 is a second IPv4 address: a pod has one of each family",
        ),
        ([pod(status=1)], "shop/api: status is 1, not an object"),
        (
            [pod(spec={"nodeName": 1})],
            "shop/api: spec.nodeName is 1: give a text that is not empty, or leave the field out",
        ),
        (
            [pod(spec={"containers": [{"ports": [{"name": "http"}]}]})],
            "shop/api: spec.containers[0].ports[0].containerPort is None: give a port number from 1 to 65535",
        ),
        (
            [{"metadata": {"name": "api", "namespace": "shop", "labels": {"version": 1}}}],
            "shop/api: metadata.labels[version] is 1, not a text: put it in quotes",
        ),
        (
            [{"metadata": {"name": "api", "namespace": 1}}],
            "pods[0].metadata.namespace is 1: give the namespace of the Pod",
        ),
    ],
)
def test_a_bad_pod_is_refused(pods, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_pods(pods)
