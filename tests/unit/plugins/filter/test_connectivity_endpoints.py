# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_endpoints import FilterModule

connectivity_endpoints = FilterModule().filters()["connectivity_endpoints"]


def service(namespace, name, address, protocol, port):
    return {
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"clusterIP": address, "ports": [{"protocol": protocol, "port": port}]},
    }


def endpoint_slice(namespace, name):
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": {"kubernetes.io/service-name": name}},
        "endpoints": [
            {"addresses": ["10.244.1.5"], "targetRef": {"kind": "Pod", "namespace": "shop", "name": "web"}},
        ],
        "ports": [{"port": 8080, "name": ""}],
    }


def pod(namespace, name, address):
    return {
        "metadata": {"namespace": namespace, "name": name, "uid": f"uid-of-{name}"},
        "spec": {"nodeName": "node1"},
        "status": {"phase": "Running", "podIPs": [{"ip": address}]},
    }


OBJECTS = {
    "nodes": [
        {"metadata": {"name": "node1"}, "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]}}
    ],
    "pods": [pod("podnet", "a", "10.244.1.4"), pod("shop", "web", "10.244.1.5")],
    "services": [
        service("default", "kubernetes", "10.96.0.1", "TCP", 443),
        service("kube-system", "dns", "10.96.0.10", "UDP", 53),
        service("shop", "web", "10.96.0.20", "TCP", 80),
    ],
    "endpoint_slices": [endpoint_slice("kube-system", "dns"), endpoint_slice("shop", "web")],
}
NODE = {"name": "node1", "kind": "node", "addresses": ("10.0.0.1",), "node": "node1", "own": False}
BEHIND = {"backends": ("shop/web",), "backend_nodes": ("node1",), "overlay_nodes": ("node1",)}


def test_nodes_only():
    assert connectivity_endpoints(OBJECTS) == [NODE]


def test_a_port_of_the_command_line_is_a_text():
    (_node, outside) = connectivity_endpoints(OBJECTS, outside_addresses=["203.0.113.1"], outside_port="8080")
    assert outside["port"] == 8080


@pytest.mark.parametrize("port", ["http", 0, "70000", True])
def test_a_port_that_is_none(port):
    with pytest.raises(AnsibleFilterError, match=f"outside_port is {port!r}: give a port number|outside_port is 70000"):
        connectivity_endpoints(OBJECTS, outside_port=port)


def test_all_options():
    found = connectivity_endpoints(
        OBJECTS,
        own_namespace="podnet",
        pod_selectors=[{"namespace": "shop"}],
        services=["shop/web"],
        dns="kube-system/dns",
        cluster_domain="example.org",
        domain_origin="ConfigMap kube-system/kubelet-config",
        outside_addresses=("203.0.113.1",),
        outside_port=8080,
        families=["ipv4"],
    )
    pod = {"kind": "pod", "node": "node1"}
    assert found == [
        {**pod, "name": "podnet/a", "addresses": ("10.244.1.4",), "uids": ("uid-of-a",), "own": True},
        {**pod, "name": "shop/web", "addresses": ("10.244.1.5",), "uids": ("uid-of-web",), "own": False},
        NODE,
        {
            "name": "shop/web:80",
            "kind": "service",
            "addresses": ("10.96.0.20",),
            "own": False,
            "port": 80,
            "protocols": ("tcp",),
            **BEHIND,
        },
        {
            "name": "kube-system/dns:dns",
            "kind": "dns",
            "addresses": ("10.96.0.10",),
            "own": False,
            "port": 53,
            "question": "kubernetes.default.svc.example.org.",
            "answer": "10.96.0.1",
            "origin": "ConfigMap kube-system/kubelet-config",
            **BEHIND,
        },
        {"name": "203.0.113.1", "kind": "outside", "addresses": ("203.0.113.1",), "own": False, "port": 8080},
    ]


def test_empty_options_ask_for_nothing():
    texts = dict.fromkeys(["own_namespace", "dns"], "")
    lists = dict.fromkeys(["pod_selectors", "services", "outside_addresses", "families"])
    assert connectivity_endpoints(OBJECTS, **texts, **lists) == [NODE]


TEXT = "give a text, in quotes where it looks like something else"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"own_namespace": 7}, f"own_namespace is 7: {TEXT}"),
        ({"pod_selectors": "shop"}, "pod_selectors is 'shop': give a list"),
        (
            {"pod_selectors": [{}]},
            "pod_selectors has {}: give a dict with namespace and, perhaps, match_labels",
        ),
        ({"services": "shop/web"}, "services is 'shop/web': give a list"),
        ({"services": [7]}, f"services is 7: {TEXT}"),
        ({"dns": True}, f"dns is True: {TEXT}"),
        ({"cluster_domain": 1.5}, f"cluster_domain is 1.5: {TEXT}"),
        (
            {"dns": "kube-system/dns", "cluster_domain": ""},
            "cluster_domain is '', not a domain name: give one such as cluster.local",
        ),
        ({"outside_addresses": "203.0.113.1"}, "outside_addresses is '203.0.113.1': give a list"),
        ({"families": "ipv4"}, "families is 'ipv4': give a list"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(message)}$"):
        connectivity_endpoints(OBJECTS, **options)


def test_bad_objects():
    with pytest.raises(AnsibleFilterError, match=r"^_input has no nodes: give a dict with "):
        connectivity_endpoints([])


def test_a_pod_that_does_not_run_is_left_out_with_a_warning(monkeypatch):
    shown = []
    monkeypatch.setattr(Display, "warning", lambda _self, text: shown.append(text))
    late = {**pod("shop", "late", ""), "status": {"phase": "Pending"}}
    objects = {**OBJECTS, "pods": [*OBJECTS["pods"], late]}
    found = connectivity_endpoints(objects, pod_selectors=[{"namespace": "shop"}], only_running=True)
    assert [one["name"] for one in found] == ["shop/web", "node1"]
    assert shown == ["pod shop/late is Pending and has no address: it is left out"]
