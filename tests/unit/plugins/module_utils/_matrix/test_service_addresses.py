# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from api_objects import behind, endpoint_slice, node, pod, service

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import read_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.endpoints import Wanted, find_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.services import service_endpoints

BEHIND = ("shop/web-1",), ("node1",)


def ports(*items):
    """Ports of a Service: protocol, number, node port."""
    return [{"protocol": one[0], "port": one[1], "nodePort": one[2], "name": f"{one[0]}{one[1]}"} for one in items]


def slice_of(name="shop/web", *endpoints, ports=("TCP80", "UDP80", "TCP81")):
    return endpoint_slice(name, *(endpoints or [behind("10.244.1.5", "shop/web-1", "node1")]), ports=ports)


def found(*services, slices=None, families=("10.0.0.{}", "fd00::{}"), nodes=2, asked=("shop/web",)):
    cluster = read_cluster(
        {
            "nodes": [node(f"node{n}", *(one.format(n) for one in families)) for n in range(1, nodes + 1)],
            "pods": [pod("shop/web-1", "10.244.1.5"), pod("shop/host-1", "10.0.0.2", node="node2", host_network=True)],
            "services": list(services),
            "endpoint_slices": [slice_of()] if slices is None else slices,
        }
    )
    return service_endpoints(cluster, None, asked)


def test_a_node_port_is_a_target_at_each_address_of_each_node():
    web = service("shop/web", "10.96.0.20", "fd00:96::20", type="NodePort")
    web["spec"]["ports"] = ports(("TCP", 80, 30080), ("UDP", 80, 30080))
    inside, *others = found(web)
    assert (inside.name, inside.kind, inside.port, inside.via) == ("shop/web:80", "service", 80, None)
    assert [(one.name, one.kind, one.addresses, one.port, one.via) for one in others] == [
        ("shop/web:80@node1", "nodeport", ("10.0.0.1", "fd00::1"), 30080, "node1"),
        ("shop/web:80@node2", "nodeport", ("10.0.0.2", "fd00::2"), 30080, "node2"),
    ]
    assert {(one.backends, one.backend_nodes, one.protocols, one.node) for one in others} == {
        (*BEHIND, ("tcp", "udp"), None)
    }


def test_a_node_has_no_node_port_in_a_family_that_the_service_lacks():
    web = service("shop/web", "10.96.0.20", type="NodePort")
    web["spec"]["ports"] = ports(("TCP", 80, 30080))
    assert [one.addresses for one in found(web)] == [("10.96.0.20",), ("10.0.0.1",), ("10.0.0.2",)]
    assert [one.kind for one in found(web, families=("fd00::{}",))] == ["service"]


def test_several_ports_and_protocols_with_node_ports_of_their_own():
    web = service("shop/web", "10.96.0.20", type="NodePort")
    web["spec"]["ports"] = ports(("TCP", 80, 30080), ("UDP", 80, 30081), ("TCP", 81, 30082), ("SCTP", 82, 30083))
    assert [(one.name, one.port, one.protocols) for one in found(web, nodes=1)] == [
        ("shop/web:80", 80, ("tcp", "udp")),
        ("shop/web:80/tcp@node1", 30080, ("tcp",)),
        ("shop/web:80/udp@node1", 30081, ("udp",)),
        ("shop/web:81", 81, ("tcp",)),
        ("shop/web:81@node1", 30082, ("tcp",)),
    ]


def test_a_port_without_a_node_port():
    web = service("shop/web", "10.96.0.20", type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    web["spec"]["ports"] = ports(("TCP", 80, 0), ("TCP", 81, None))
    assert [one.kind for one in found(web)] == ["service", "service"]


def balancer(*ingress, **spec):
    web = service("shop/web", "10.96.0.20", type="LoadBalancer", **spec)
    web["spec"]["ports"] = ports(("TCP", 80, None))
    return {**web, "status": {"loadBalancer": {"ingress": list(ingress)}}}


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        pytest.param(balancer({"ip": "192.0.2.7"}), {"shop/web:80@192.0.2.7": None}, id="address"),
        pytest.param(balancer({"ip": "192.0.2.7", "ipMode": "VIP"}), {"shop/web:80@192.0.2.7": None}, id="VIP"),
        # The load balancer answers itself (KEP-1860), and need not take connections from inside.
        pytest.param(
            balancer({"ip": "192.0.2.7", "ipMode": "Proxy"}), {"shop/web:80@192.0.2.7": "external"}, id="Proxy"
        ),
        pytest.param(
            balancer({"ip": "192.0.2.7"}, loadBalancerSourceRanges=["203.0.113.0/24"]),
            {"shop/web:80@192.0.2.7": "external"},
            id="source ranges",
        ),
        pytest.param(balancer({"hostname": "lb.example.org"}), {}, id="name"),
        pytest.param(balancer(), {}, id="pending"),
        pytest.param(
            balancer({"ip": "192.0.2.7"}, externalIPs=["192.0.2.8", "192.0.2.7"]),
            {"shop/web:80@192.0.2.7": None, "shop/web:80@192.0.2.8": None},
            id="externalIPs",
        ),
        # From inside the cluster an external address has Cluster semantics.
        pytest.param(
            balancer({"ip": "192.0.2.7"}, externalTrafficPolicy="Local", internalTrafficPolicy="Local"),
            {"shop/web:80@192.0.2.7": None},
            id="Local",
        ),
    ],
)
def test_external_addresses(web, expected):
    external = [one for one in found(web) if one.kind == "loadbalancer"]
    assert {one.name: one.traffic_policy for one in external} == expected
    assert all(one.port == 80 and one.local_nodes == () for one in external)


def test_traffic_policies_hold_for_their_own_addresses():
    web = service("shop/web", "10.96.0.20", type="NodePort", externalTrafficPolicy="Local")
    web["spec"]["ports"] = ports(("TCP", 80, 30080))
    assert [(one.kind, one.traffic_policy, one.local_nodes) for one in found(web, nodes=1)] == [
        ("service", None, ()),
        ("nodeport", "Local", ("node1",)),
    ]
    web["spec"].update(externalTrafficPolicy="Cluster", internalTrafficPolicy="Local")
    assert [(one.kind, one.traffic_policy, one.local_nodes) for one in found(web, nodes=1)] == [
        ("service", "Local", ("node1",)),
        ("nodeport", None, ()),
    ]


def test_a_headless_service_stands_for_its_pods():
    db = service("shop/db", "None", ports=["TCP/5432:db"])
    slices = [
        slice_of("shop/db", behind("10.244.1.5", "shop/web-1", "node1"), ports=["db"]),
        slice_of("shop/db", behind("fd00:244::5", "shop/web-1", "node1"), ports=["db"]),
        slice_of("shop/db", behind("10.0.0.2", "shop/host-1", "node2"), behind("10.0.0.3", ready=False), ports=["db"]),
        slice_of("shop/db", behind("203.0.113.9"), ports=["other"]),
    ]
    endpoints = found(db, slices=slices, asked=["shop/db"])
    assert [(one.name, one.kind, one.addresses, one.port) for one in endpoints] == [
        # 8080 is the number in the slices: nobody translates the port 5432 of a headless Service.
        ("shop/db:8080@web-1", "headless", ("10.244.1.5", "fd00:244::5"), 8080),
        ("shop/db:8080@node2", "headless", ("10.0.0.2",), 8080),
    ]
    assert [(one.backends, one.backend_nodes, one.overlay_nodes) for one in endpoints] == [
        (("shop/web-1",), ("node1",), ("node1",)),
        (("node2",), ("node2",), ()),
    ]


def test_a_service_without_a_selector_has_endpoints_that_are_no_pods():
    web = service("shop/web", "10.96.0.20", ports=["TCP/80"], internalTrafficPolicy="Local")
    (endpoint,) = found(web, slices=[slice_of("shop/web", behind("203.0.113.9"), ports=[None])])
    assert (endpoint.backends, endpoint.backend_nodes, endpoint.local_nodes) == ((), (), ())


def test_an_address_in_a_family_that_is_not_verified_is_left_out():
    web = service("shop/web", "10.96.0.20", externalIPs=["2001:db8::7", "192.0.2.7"])
    objects = {"nodes": [node("node1", "10.0.0.1", "fd00::1")], "pods": [], "services": [web]}
    cluster = read_cluster({**objects, "endpoint_slices": [slice_of("shop/web", behind("203.0.113.9"), ports=[None])]})
    endpoints = find_endpoints(cluster, Wanted(services=("shop/web",), families=("ipv4",)))
    assert [one.addresses for one in endpoints] == [("10.0.0.1",), ("10.96.0.20",), ("192.0.2.7",)]
