# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import read_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.endpoints import Wanted, find_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import PodSelector
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.foreign import ClusterObjects
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.services import service_cells

PLACES = {
    "api": ("10.244.0.2", "a"),
    "web": ("10.244.1.2", "b"),
    "db": ("10.244.1.3", "b"),
    "user": ("10.244.0.9", "a"),
}
NODES = {"a": "192.0.2.1", "b": "192.0.2.2"}


def pod(name):
    address, node = PLACES[name]
    return {
        "metadata": {"namespace": "shop", "name": name, "uid": name, "labels": {"app": name}},
        "spec": {"nodeName": node},
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def service(name, address, *pods, **spec):
    """A Service whose port 80 leads to port 8080 of pods, and its slice."""
    metadata = {"namespace": "shop", "name": name}
    ports = [{"name": "http", "port": 80, "targetPort": 8080, **spec.pop("port", {})}]
    endpoints = [
        {
            "addresses": [PLACES[one][0]],
            "nodeName": PLACES[one][1],
            "targetRef": {"kind": "Pod", "namespace": "shop", "name": one},
        }
        for one in pods
    ]
    labels = {"kubernetes.io/service-name": name}
    return (
        {"metadata": metadata, "spec": {"clusterIPs": [address], "ports": ports, **spec}},
        {
            "metadata": {"namespace": "shop", "name": f"{name}-1", "labels": labels},
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 8080}],
            "endpoints": endpoints,
        },
    )


def policy(name, app, *types, **rules):
    selector = {"matchLabels": {"app": app}} if app else {}
    return {
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"podSelector": selector, "policyTypes": list(types), **rules},
    }


def ask(*policies, services, implementation="calico", sources=("user", "api")):
    """The cells of these pods and Services: allowed and decided_by, by source and target."""
    objects = {
        "nodes": [
            {"metadata": {"name": name}, "status": {"addresses": [{"type": "InternalIP", "address": address}]}}
            for name, address in NODES.items()
        ],
        "pods": [pod(name) for name in PLACES],
        "services": [one for one, _slice in services],
        "endpoint_slices": [one for _service, one in services],
    }
    names = tuple(f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one, _slice in services)
    wanted = Wanted(pod_selectors=(PodSelector("shop"),), services=names)
    endpoints = [
        one
        for one in find_endpoints(read_cluster(objects), wanted)
        if one.kind != "pod" or one.name.partition("/")[2] in sources
    ]
    namespaces = [{"metadata": {"name": "shop"}}]
    known = ClusterObjects(objects["pods"], namespaces, list(policies), implementation)
    return {(one.source, one.target): one for one in service_cells(endpoints, objects, known)}


def verdicts(found):
    return {
        (source.partition("/")[2], target): (one.allowed, one.decided_by) for (source, target), one in found.items()
    }


API = service("api", "10.96.0.7", "api")
TO_USER = {"ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "user"}}}], "ports": [{"port": 8080}]}]}


def test_without_policies_every_service_is_reached_but_by_the_pod_behind_it():
    found = ask(services=[API])
    assert verdicts(found) == {
        ("user", "shop/api:80"): (True, "api"),
        ("api", "shop/api:80"): (None, "implementation"),
    }
    assert found["shop/user", "shop/api:80"].port == 80


def test_a_rule_counts_at_the_port_of_the_pod_behind_the_service():
    allowed = ask(policy("only", "api", "Ingress", **TO_USER), services=[API])["shop/user", "shop/api:80"]
    assert (allowed.allowed, allowed.decided_by) == (True, "api")
    at_80 = {"ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}]}
    closed = ask(policy("only", "api", "Ingress", **at_80), services=[API])["shop/user", "shop/api:80"]
    assert (closed.allowed, closed.decided_by) == (False, "api")
    assert closed.because == "behind the Service is shop/api: ingress: selected by shop/only, and no rule allows it"


def test_the_source_needs_to_be_let_out_to_the_pod_behind_the_service():
    closed = ask(policy("shut", "user", "Egress"), services=[API])
    assert verdicts(closed)["user", "shop/api:80"] == (False, "api")
    to_api = {"egress": [{"to": [{"podSelector": {"matchLabels": {"app": "api"}}}]}]}
    assert verdicts(ask(policy("out", "user", "Egress", **to_api), services=[API]))["user", "shop/api:80"][0] is True


@pytest.mark.parametrize(("implementation", "allowed"), [("calico", False), ("strict", None)])
def test_an_ip_block_with_the_address_of_the_service_is_open(implementation, allowed):
    """Calico sees the address of the pod. Others may see that of the Service."""
    block = {"egress": [{"to": [{"ipBlock": {"cidr": "10.96.0.0/24"}}]}]}
    asked = ask(policy("block", "user", "Egress", **block), services=[API], implementation=implementation)
    found = asked["shop/user", "shop/api:80"]
    assert (found.allowed, found.decided_by) == (allowed, "implementation")
    assert found.because.endswith("the API does not say whether shop/block sees the address of the Service")
    hole = {"egress": [{"to": [{"ipBlock": {"cidr": "10.96.0.0/24", "except": ["10.96.0.7/32"]}}]}]}
    other = ask(policy("block", "user", "Egress", **hole), services=[API], implementation=implementation)
    assert verdicts(other)["user", "shop/api:80"] == (False, "api")


@pytest.mark.parametrize(("implementation", "allowed"), [("calico", True), ("strict", None)])
def test_an_administrator_may_deny_the_address_of_the_service(implementation, allowed):
    rule = {"action": "Deny", "to": [{"networks": ["10.96.0.7/32"]}]}
    spec = {"priority": 1, "subject": {"namespaces": {}}, "egress": [rule]}
    admin = {"kind": "AdminNetworkPolicy", "metadata": {"name": "ops"}, "spec": spec}
    found = verdicts(ask(admin, services=[API], implementation=implementation))
    assert found["user", "shop/api:80"] == (allowed, "implementation")


def test_backends_that_policies_tell_apart_are_open():
    both = service("both", "10.96.0.8", "web", "db")
    found = ask(policy("shut", "db", "Ingress"), services=[both])["shop/user", "shop/both:80"]
    assert (found.allowed, found.decided_by) == (None, "implementation")
    assert "behind the Service is shop/db: ingress: selected by shop/shut" in found.because
    assert verdicts(ask(policy("shut", "", "Ingress"), services=[both]))["user", "shop/both:80"] == (False, "api")
    assert verdicts(ask(services=[both]))["user", "shop/both:80"] == (True, "api")


@pytest.mark.parametrize("implementation", ["calico", "strict"])
def test_a_node_port_is_open_where_a_policy_concerns_an_end(implementation):
    node_port = service("api", "10.96.0.7", "api", port={"nodePort": 30080})
    free = ask(services=[node_port], implementation=implementation)
    ports = [("shop/user", f"shop/api:80@{node}") for node in NODES]
    assert [(free[key].allowed, free[key].port) for key in ports] == [(True, 30080)] * 2
    concerned = (
        policy("in", "api", "Ingress", **TO_USER),
        policy("out", "user", "Egress", egress=[{}]),
    )
    for one in concerned:
        found = ask(one, services=[node_port], implementation=implementation)
        assert [(found[key].allowed, found[key].decided_by) for key in ports] == [(None, "implementation")] * 2
        assert f"which shop/{one['metadata']['name']} may not know" in found[ports[0]].because
    other = ask(policy("other", "db", "Ingress"), services=[node_port], implementation=implementation)
    assert [(other[key].allowed, other[key].decided_by) for key in ports] == [(True, "api")] * 2


def test_a_backend_on_the_network_of_its_node_is_open():
    own, part = service("api", "10.96.0.7", "api")
    part["endpoints"][0] = {"addresses": [NODES["a"]], "nodeName": "a"}
    found = ask(services=[(own, part)], sources=("user", "db"))
    assert {one.allowed for one in found.values()} == {None}
    assert "no pod of the pod network" in found["shop/user", "shop/api:80"].because


def test_what_a_traffic_policy_decides_is_left_to_it():
    local = service("api", "10.96.0.7", "api", internalTrafficPolicy="Local")
    assert set(ask(services=[local], sources=("user", "db"))) == {("shop/user", "shop/api:80")}


def test_without_services_there_is_nothing():
    assert ask(services=[]) == {}
