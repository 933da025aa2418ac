# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from ipaddress import ip_address

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import (
    NamedPort,
    Pod,
    Port,
    parse_namespaces,
    parse_pods,
    parse_ports,
)


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
    assert parse_pods([value]) == (
        Pod(
            namespace="shop",
            name="api",
            labels={"app": "api"},
            addresses={"ipv4": ip_address("10.0.0.1"), "ipv6": ip_address("fd00::1")},
            node="node1",
            host_network=True,
            ports=frozenset({NamedPort("http", "TCP", 80), NamedPort("http", "UDP", 53), NamedPort("side", "TCP", 90)}),
            init_ports=frozenset({NamedPort("setup", "TCP", 91)}),
        ),
    )


def test_a_pod_by_hand_needs_a_name_and_an_address():
    assert parse_pods([{"metadata": {"name": "a"}, "status": {"podIP": "fd00::1"}}]) == (
        Pod("default", "a", {}, {"ipv6": ip_address("fd00::1")}),
    )


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_is_left_out(phase):
    assert parse_pods([pod(status={"phase": phase})]) == ()


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        (
            {"resources": []},
            "pods is an object with resources, not a list: give the items of a List object, or the resources of what "
            "kubernetes.core.k8s_info returns",
        ),
        ([{"kind": "Node", "metadata": {"name": "a"}}], "pods[0].kind is 'Node', not 'Pod'"),
        ([pod(), pod()], "pods[1] is a second shop/api: give one object for each pod"),
        (
            [pod(status={"phase": "Pending"})],
            "shop/api: status.podIPs is missing: leave out a pod that has no address yet, or write what it will have, "
            "such as [{'ip': '10.244.1.5'}]",
        ),
        (
            [pod(status={"podIPs": [{"ip": "10.0.0"}]})],
            "shop/api: status.podIPs[0].ip is '10.0.0': give an address, such as 10.244.1.5 or fd00:10:244::5",
        ),
        (
            [pod(status={"podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}]})],
            "shop/api: status.podIPs[1].ip 10.0.0.2 is a second IPv4 address: a pod has one of each family",
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
        (
            [pod(), pod("agent", spec={"hostNetwork": True, "nodeName": "node1"})],
            "shop/api: spec.nodeName is missing, and shop/agent is on the host network, which pods of the same node "
            "always let in: give the name of the node",
        ),
    ],
)
def test_a_bad_pod_is_refused(pods, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_pods(pods)


def test_namespaces_get_the_label_of_their_name():
    shop = {"metadata": {"name": "shop", "labels": {"team": "a"}}}
    assert parse_namespaces([shop, {"metadata": {"name": "other"}}]) == {
        "shop": {"team": "a", "kubernetes.io/metadata.name": "shop"},
        "other": {"kubernetes.io/metadata.name": "other"},
    }


def test_a_second_namespace_of_a_name_is_refused():
    shop = {"metadata": {"name": "shop"}}
    with pytest.raises(InputError, match=r"^namespaces\[1\] is a second shop: give one object for each namespace$"):
        parse_namespaces([shop, shop])


def test_ports_are_read_once():
    asked = [{"port": 80}, {"port": 80, "protocol": "UDP"}, {"protocol": "ICMP"}, {"port": 80, "protocol": "TCP"}]
    assert parse_ports(asked) == (Port("TCP", 80), Port("UDP", 80), Port("ICMP", None))


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        ([], "ports is empty: give at least one, such as {'port': 80, 'protocol': 'TCP'}"),
        (80, "ports is 80, not a list of objects"),
        ([80], "ports[0] is 80, not an object with port, protocol"),
        ([{"protocol": "TCP"}], "ports[0].port is None: give a port number from 1 to 65535"),
        ([{"port": "http"}], "ports[0].port is 'http': give a number; names are for the rules of policies"),
        ([{"port": 80, "protocol": "icmp"}], "ports[0].protocol is 'icmp': give TCP, UDP, SCTP or ICMP"),
        ([{"port": 80, "protocol": "ICMP"}], "ports[0].port is 80, and ICMP has no ports: leave it out"),
        (
            [{"port": 80, "endPort": 90}],
            "ports[0].endPort is unknown: ports[0] has port, protocol",
        ),
    ],
)
def test_bad_ports_are_refused(ports, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_ports(ports)
