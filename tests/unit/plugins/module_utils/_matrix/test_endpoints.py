# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from api_objects import behind, endpoint_slice, node, pod, service

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import read_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Endpoint,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.endpoints import Wanted, find_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import by_key
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import PodSelector
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import choose_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, make_records

NODES = [node("node1", "10.100.198.201"), node("master", "10.100.198.200")]
PODS = [
    pod("shop/web-1", "10.244.1.5", node="node1", labels={"app": "web", "tier": "front"}),
    pod("shop/web-2", "10.244.0.5", node="master", labels={"app": "web"}),
    pod("shop/db", "10.244.1.6", node="node1", labels={"app": "db"}),
    pod("kube-system/proxy", "10.100.198.201", node="node1", host_network=True),
    pod("podnet/b", "10.244.1.9", node="node1"),
]
API = [service("default/kubernetes", "10.96.0.1", ports=["TCP/443:https"])]
API_SLICES = [endpoint_slice("default/kubernetes", behind("10.100.198.200", ready=True), ports=["https"])]
SHOP = Wanted(pod_selectors=(PodSelector("shop"),))


def endpoints(wanted, nodes=None, pods=None, services=(), slices=()):
    there = {"nodes": NODES if nodes is None else nodes, "pods": PODS if pods is None else pods}
    cluster = {**there, "services": [*API, *services], "endpoint_slices": [*API_SLICES, *slices]}
    return find_endpoints(read_cluster(cluster), wanted)


def of_kind(kind, *args, **keywords):
    return [endpoint for endpoint in endpoints(*args, **keywords) if endpoint.kind == kind]


def names(found):
    return [endpoint.name for endpoint in found]


WEB_1 = Endpoint("shop/web-1", "pod", ("10.244.1.5",), node="node1", uids=("uid-of-web-1",))


def test_pods_and_nodes():
    wanted = Wanted(own_namespace="podnet", pod_selectors=(PodSelector("shop", {"app": "web"}),))
    assert endpoints(wanted) == [
        Endpoint("shop/web-2", "pod", ("10.244.0.5",), node="master", uids=("uid-of-web-2",)),
        Endpoint("podnet/b", "pod", ("10.244.1.9",), node="node1", uids=("uid-of-b",), own=True),
        WEB_1,
        Endpoint("master", "node", ("10.100.198.200",), node="master"),
        Endpoint("node1", "node", ("10.100.198.201",), node="node1"),
    ]


@pytest.mark.parametrize(
    ("selectors", "selected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([PodSelector("shop")], ["shop/web-2", "shop/db", "shop/web-1"], id="whole namespace"),
        pytest.param(
            [PodSelector("shop", {"app": "web", "tier": "front"})], ["shop/web-1"], id="all labels must match"
        ),
        pytest.param([PodSelector("shop", {"app": "db"}), PodSelector("podnet")], ["podnet/b", "shop/db"], id="two"),
        pytest.param([PodSelector("podnet"), PodSelector("podnet")], ["podnet/b"], id="twice the same"),
    ],
)
def test_selectors(selectors, selected):
    found = of_kind("pod", Wanted(pod_selectors=tuple(selectors)))
    assert names(found) == selected
    assert not any(endpoint.own for endpoint in found)


def test_own_pod_that_is_also_selected_is_own():
    found = of_kind("pod", Wanted(own_namespace="podnet", pod_selectors=(PodSelector("podnet"),)))
    assert [(endpoint.name, endpoint.own) for endpoint in found] == [("podnet/b", True)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(pod("shop/x", "10.244.1.5", host_network=True), id="host network"),
        pytest.param(pod("shop/x", "10.244.1.5", terminating=True), id="terminating"),
        pytest.param(pod("shop/x", phase="Pending", terminating=True), id="terminating before it ran"),
        pytest.param(pod("shop/x", "10.244.1.5", phase="Succeeded"), id="succeeded"),
        pytest.param(pod("shop/x", "10.244.1.5", phase="Failed"), id="failed"),
    ],
)
def test_pods_that_are_left_out(other):
    assert of_kind("pod", SHOP, pods=[PODS[0], other]) == [WEB_1]


def test_static_pod_has_two_uids():
    found = of_kind("pod", SHOP, pods=[pod("shop/etcd", "10.244.0.2", config_hash="abc")])
    assert found[0].uids == ("uid-of-etcd", "abc")


DUAL_NODES = [node("node1", "10.0.0.1", "fd00::1")]
DUAL_POD = pod("shop/a", "fd00:244::5", "10.244.1.5")
IPV4_POD = pod("shop/b", "10.244.1.6")


@pytest.mark.parametrize(
    ("families", "nodes", "pods", "addresses"),
    [
        pytest.param((), DUAL_NODES, [DUAL_POD], [("10.244.1.5", "fd00:244::5"), ("10.0.0.1", "fd00::1")], id="all"),
        pytest.param((), DUAL_NODES, [DUAL_POD, IPV4_POD], [("10.244.1.5",), ("10.244.1.6",), ("10.0.0.1",)], id="pod"),
        pytest.param((), [node("node1", "fd00::1")], [DUAL_POD], [("fd00:244::5",), ("fd00::1",)], id="node"),
        pytest.param(("ipv4",), DUAL_NODES, [DUAL_POD], [("10.244.1.5",), ("10.0.0.1",)], id="one is asked for"),
        pytest.param(
            ("ipv6", "ipv4", "ipv6"),
            DUAL_NODES,
            [DUAL_POD],
            [("fd00:244::5", "10.244.1.5"), ("fd00::1", "10.0.0.1")],
            id="order",
        ),
        pytest.param(("ipv6",), [node("node1", "10.0.0.1")], [DUAL_POD], [("fd00:244::5",), ()], id="node lacks it"),
        pytest.param((), [node("node1", "10.0.0.1", "10.0.0.2")], [IPV4_POD], [("10.244.1.6",), ("10.0.0.1",)], id="2"),
        pytest.param(
            ("any",),
            [node("node1", "10.0.0.1")],
            [DUAL_POD, IPV4_POD],
            [("10.244.1.5", "fd00:244::5"), ("10.244.1.6",), ("10.0.0.1",)],
            id="each its own",
        ),
        pytest.param(
            ("ipv6",), [*DUAL_NODES, node("node2", "10.0.0.2")], [], [("fd00::1",), ()], id="a node lacks it, no pods"
        ),
    ],
)
def test_families(families, nodes, pods, addresses):
    selectors = (PodSelector("shop"),) if pods else ()
    found = endpoints(Wanted(pod_selectors=selectors, families=families), nodes=nodes, pods=pods)
    assert [endpoint.addresses for endpoint in found] == addresses


def test_policies_decide_every_cell_that_is_probed_when_pods_differ_in_families():
    pods = [DUAL_POD, IPV4_POD, pod("shop/c", "fd00:244::7"), pod("shop/d", "10.244.1.8", "fd00:244::8")]
    said = list_cells(
        expected_matrix(
            choose_pods(pods).pods,
            read_namespaces([{"metadata": {"name": "shop"}}]),
            parse_policies([]),
            parse_ports([{"protocol": "ICMP"}]),
        )
    )
    wanted = Wanted(pod_selectors=(PodSelector("shop"),), families=("any",))
    found = [one for one in endpoints(wanted, nodes=[node("node1", "10.0.0.1")], pods=pods) if one.kind == "pod"]
    targets = find_targets(found, [], ["icmp"])
    probed = {record.key for record in make_records([Source(one.name, "", one.addresses) for one in found], targets)}
    assert probed == set(matrix(found, targets)) == set(by_key(said, "cells"))
    # Three pods have each family.
    assert sorted(key.family for key in probed) == ["ipv4"] * 6 + ["ipv6"] * 6


WEB = service("shop/web", "10.96.0.20", ports=["TCP/80:http", "UDP/80:quic", "SCTP/80:s", "SCTP/90:t", "UDP/443:u"])
WEB_SLICE = endpoint_slice(
    "shop/web",
    behind("10.244.1.5", "shop/web-1", "node1", ready=True),
    behind("10.244.0.5", "shop/web-2", "master"),
    behind("10.244.1.6", "shop/db", "node1", ready=False),
    ports=["http", "u"],
)
ASKED = Wanted(services=("shop/web",))


def test_service():
    found = of_kind("service", ASKED, services=[WEB], slices=[WEB_SLICE])
    rest = {
        "backends": ("shop/web-1", "shop/web-2"),
        "backend_nodes": ("master", "node1"),
        "overlay_nodes": ("master", "node1"),
    }
    assert found == [
        Endpoint("shop/web:80", "service", ("10.96.0.20",), port=80, protocols=("tcp", "udp"), **rest),
        Endpoint("shop/web:443", "service", ("10.96.0.20",), port=443, protocols=("udp",), **rest),
    ]


@pytest.mark.parametrize(
    ("families", "addresses"),
    [
        (("ipv6", "ipv4"), ("fd00:96::20", "10.96.0.20")),
        (("ipv6",), ("fd00:96::20",)),
    ],
)
def test_service_of_two_families(families, addresses):
    one = service("shop/web", "10.96.0.20", "fd00:96::20")
    wanted = Wanted(services=("shop/web",), families=families)
    found = of_kind("service", wanted, nodes=DUAL_NODES, services=[one], slices=[V4_SLICE])
    assert [endpoint.addresses for endpoint in found] == [addresses]


def test_service_of_the_api():
    """The API server's Service: no targetRef, no nodeName, the address is a node's."""
    assert of_kind("service", Wanted(services=("default/kubernetes",))) == [
        Endpoint(
            "default/kubernetes:443",
            "service",
            ("10.96.0.1",),
            port=443,
            protocols=("tcp",),
            backends=("master",),
            backend_nodes=("master",),
        )
    ]


@pytest.mark.parametrize(
    ("endpoint", "backends", "backend_nodes", "overlay_nodes"),
    [
        pytest.param(behind("10.244.1.6", "shop/db", "node1"), ("shop/db",), ("node1",), ("node1",), id="pod"),
        pytest.param(behind("10.244.1.6", "shop/db"), ("shop/db",), ("node1",), ("node1",), id="pod's own node"),
        pytest.param(
            behind("10.100.198.201", "kube-system/proxy", "node1"), ("node1",), ("node1",), (), id="host network"
        ),
        pytest.param(behind("10.244.1.7", "shop/gone", "node1"), (), ("node1",), ("node1",), id="pod that is gone"),
        pytest.param(behind("203.0.113.9"), (), (), (), id="a machine elsewhere"),
        pytest.param({"addresses": ["10.100.198.201"], "conditions": None}, ("node1",), ("node1",), (), id="node"),
    ],
)
def test_backends(endpoint, backends, backend_nodes, overlay_nodes):
    one = service("shop/web", "10.96.0.20")
    twice = [endpoint_slice("shop/web", endpoint), endpoint_slice("shop/web", endpoint)]
    found = of_kind("service", ASKED, services=[one], slices=twice)[0]
    assert (found.backends, found.backend_nodes, found.overlay_nodes) == (backends, backend_nodes, overlay_nodes)


def test_target_in_the_namespace_of_the_slice():
    reference = {"addresses": ["10.244.1.6"], "targetRef": {"kind": "Pod", "name": "db"}}
    one = service("shop/web", "10.96.0.20")
    assert of_kind("service", ASKED, services=[one], slices=[endpoint_slice("shop/web", reference)])[0].backends == (
        "shop/db",
    )


def test_only_slices_with_the_port():
    one = service("shop/web", "10.96.0.20", ports=["TCP/80:http", "TCP/81:admin"])
    slices = [
        endpoint_slice("shop/web", behind("10.244.1.5", "shop/web-1"), ports=["http"]),
        endpoint_slice("shop/web", behind("10.244.1.6", "shop/db"), ports=["admin"]),
        endpoint_slice("shop/other", behind("10.244.0.5", "shop/web-2"), ports=["http", "admin"]),
        {"metadata": {"namespace": "shop", "name": "web", "labels": None}, "endpoints": [], "ports": []},
    ]
    found = of_kind("service", ASKED, services=[one], slices=slices)
    assert {endpoint.port: endpoint.backends for endpoint in found} == {80: ("shop/web-1",), 81: ("shop/db",)}


def test_order_of_services():
    """Own ones by name (those that can be probed), then the others as they are asked for; each once."""
    services = [
        service("podnet/z", "10.96.0.31"),
        service("podnet/a", "10.96.0.30", ports=["UDP/80"]),
        service("podnet/headless", "None"),
        service("shop/web", "10.96.0.20", ports=["TCP/1032", "TCP/80"]),
        service("shop/api", "10.96.0.21"),
    ]
    slices = [
        endpoint_slice(f"{one['metadata']['namespace']}/{one['metadata']['name']}", behind("10.244.1.9", "podnet/b"))
        for one in services
    ]
    wanted = Wanted(own_namespace="podnet", services=("shop/web", "podnet/z", "shop/api", "shop/web"))
    found = of_kind("service", wanted, services=services, slices=slices)
    assert [(endpoint.name, endpoint.own) for endpoint in found] == [
        ("podnet/a:80", True),
        ("podnet/z:80", True),
        ("shop/web:80", False),
        ("shop/web:1032", False),
        ("shop/api:80", False),
    ]


DNS = service("kube-system/kube-dns", "10.96.0.10", ports=["UDP/53:dns", "TCP/53:dns-tcp", "TCP/9153:metrics"])
DNS_SLICE = endpoint_slice("kube-system/kube-dns", behind("10.244.1.6", "shop/db", "node1"), ports=["dns", "dns-tcp"])


@pytest.mark.parametrize(
    ("domain", "question"),
    [
        ("cluster.local", "kubernetes.default.svc.cluster.local."),
        ("k8s.example.org.", "kubernetes.default.svc.k8s.example.org."),
    ],
)
def test_dns(domain, question):
    wanted = Wanted(dns="kube-system/kube-dns", cluster_domain=domain)
    assert of_kind("dns", wanted, services=[DNS], slices=[DNS_SLICE]) == [
        Endpoint(
            "kube-system/kube-dns:dns",
            "dns",
            ("10.96.0.10",),
            port=53,
            backends=("shop/db",),
            backend_nodes=("node1",),
            overlay_nodes=("node1",),
            question=question,
            answer="10.96.0.1",
        )
    ]


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        ("203.0.113.1", None, Endpoint("203.0.113.1", "outside", ("203.0.113.1",))),
        ("203.0.113.1", 8080, Endpoint("203.0.113.1", "outside", ("203.0.113.1",), port=8080)),
        ("2001:DB8:0::1", 80, Endpoint("2001:db8::1", "outside", ("2001:db8::1",), port=80)),
    ],
)
def test_outside(address, port, expected):
    assert of_kind("outside", Wanted(outside_addresses=(address,), outside_port=port), nodes=DUAL_NODES) == [expected]


def test_order_of_kinds():
    wanted = Wanted("podnet", services=("shop/web",), dns="kube-system/kube-dns", outside_addresses=("203.0.113.1",))
    found = endpoints(wanted, services=[WEB, DNS], slices=[WEB_SLICE, DNS_SLICE])
    assert list(dict.fromkeys(endpoint.kind for endpoint in found)) == ["pod", "node", "service", "dns", "outside"]


def selecting(*args):
    return Wanted(pod_selectors=(PodSelector(*args),))


V4_WEB = service("shop/web", "10.96.0.20")
V4_SLICE = endpoint_slice("shop/web", behind("10.244.1.5", "shop/a"))


@pytest.mark.parametrize(
    ("wanted", "objects", "message"),
    [
        pytest.param(
            selecting("shopp"),
            {},
            "pod_selectors: no pod on the pod network is in the namespace shopp: such pods are in the namespaces shop, "
            "podnet",
            id="unknown namespace",
        ),
        pytest.param(
            selecting("shop", {"app": "wen"}),
            {},
            "pod_selectors: no pod on the pod network is in the namespace shop with app=wen: such pods there have "
            "app=web, app=db, app=web,tier=front",
            id="unknown label",
        ),
        pytest.param(
            selecting("kube-system"),
            {"pods": [PODS[3]]},
            "pod_selectors: no pod on the pod network is in the namespace kube-system: such pods are in the "
            "namespaces none",
            id="host-network pods only",
        ),
        pytest.param(
            Wanted(own_namespace="podnet"),
            {"pods": PODS[:2]},
            "own_namespace: no pod on the pod network is in the namespace podnet: such pods are in the namespaces shop",
            id="no own pod",
        ),
        pytest.param(
            SHOP,
            {"pods": [PODS[0], pod("shop/late", phase="Pending")]},
            "pod shop/late (pod_selectors) is Pending and has no address: wait until it runs, or see "
            "'kubectl describe pod -n shop late'",
            id="pending",
        ),
        pytest.param(
            SHOP,
            {"pods": [pod("shop/late")]},
            "pod shop/late (pod_selectors) is Running and has no address: wait until it runs, or see "
            "'kubectl describe pod -n shop late'",
            id="running without an address",
        ),
        pytest.param(
            Wanted(own_namespace="podnet"),
            {"pods": [pod("podnet/a", "10.244.1.5", phase="Unknown")]},
            "pod podnet/a (own_namespace) is Unknown: wait until it runs, or see 'kubectl describe pod -n podnet a'",
            id="own pod of an unknown phase",
        ),
        pytest.param(
            SHOP,
            {"pods": [DUAL_POD, pod("shop/z", "10.244.1.5")], "nodes": DUAL_NODES},
            "pod shop/a and pod shop/z both have the address 10.244.1.5: wait until the one that is being "
            "replaced is gone, or find out why both got the address",
            id="two pods of one address",
        ),
        pytest.param(
            Wanted(),
            {"nodes": [node("node1", "10.0.2.15"), node("node2", "10.0.2.15")]},
            "node node1 and node node2 both have the address 10.0.2.15: wait until the one that is being "
            "replaced is gone, or find out why both got the address",
            id="two nodes of one address",
        ),
        pytest.param(
            Wanted(controller=True),
            {"nodes": [*NODES, node("controller", "10.0.2.15")]},
            "controller is true, and a node has this name, which cells could not tell apart: give false",
            id="a node that is called controller",
        ),
        pytest.param(
            Wanted(),
            {"nodes": [*NODES, node("node2")]},
            "node node2 has no InternalIP in its status: see --node-ip of its kubelet",
            id="node without an address",
        ),
        pytest.param(
            Wanted(pod_selectors=(PodSelector("shop"),), families=("ipv4", "ipv6")),
            {},
            "families has ipv6, and no pod has an IPv6 address: leave ipv6 out, or set the cluster up for IPv6",
            id="family that the cluster lacks",
        ),
        pytest.param(
            Wanted(families=("ipv6",)),
            {},
            "families has ipv6, and no node has an IPv6 address: leave ipv6 out, or set the cluster up for IPv6",
            id="family that the nodes lack, without a pod",
        ),
        pytest.param(
            Wanted(pod_selectors=(PodSelector("shop"),), families=("ipv6",)),
            {"pods": [DUAL_POD, IPV4_POD]},
            "families has ipv6, and pod shop/b has only 10.244.1.6: leave ipv6 out, or do not select "
            "that pod (pod_selectors)",
            id="family that a pod lacks",
        ),
        pytest.param(
            Wanted(families=("any", "ipv4")),
            {},
            "families has 'any': choose from ipv4, ipv6",
            id="any family, and one",
        ),
        pytest.param(
            Wanted(families=("IPv6",)),
            {},
            "families has 'IPv6': choose from ipv4, ipv6",
            id="unknown family",
        ),
        pytest.param(
            SHOP,
            {"pods": [pod("shop/a", "fd00:244::5")]},
            "the pods and nodes have no address family in common: set families to those to verify",
            id="no family in common",
        ),
        pytest.param(
            Wanted(services=("shop/wep",)),
            {"services": [WEB]},
            "services has shop/wep, and the cluster has no such Service (NAMESPACE/NAME): "
            "near it: shop/web, default/kubernetes",
            id="unknown Service",
        ),
        pytest.param(
            ASKED,
            {"services": [service("shop/web", "None")]},
            "Service shop/web (services) is headless and has no ready endpoint, so its name has no address: see "
            "'kubectl get endpointslices -n shop', or leave it out",
            id="headless, without endpoints",
        ),
        pytest.param(
            ASKED,
            {"services": [service("shop/web", type="ExternalName", externalName="example.org")]},
            "services has shop/web, which is of type ExternalName: it has no address, and its name is another one for "
            "example.org: leave it out",
            id="ExternalName",
        ),
        pytest.param(
            ASKED,
            {"services": [service("shop/web", "10.96.0.20", ports=["UDP/80"])]},
            "services has shop/web, which has no TCP port, and no other can be tried: leave it out",
            id="foreign Service of UDP",
        ),
        pytest.param(
            ASKED,
            {
                "services": [V4_WEB],
                "slices": [endpoint_slice("shop/web", behind("10.244.1.6", "shop/db", ready=False))],
            },
            "Service shop/web (services) has no ready endpoint behind port 80, so it could only "
            "fail: see 'kubectl get endpointslices -n shop', or leave it out",
            id="Service without a ready endpoint",
        ),
        pytest.param(
            Wanted(own_namespace="podnet"),
            {"services": [service("podnet/s", "10.96.0.30")], "slices": [endpoint_slice("podnet/s")]},
            "Service podnet/s (own_namespace) has no ready endpoint behind port 80, so it could only fail: see "
            "'kubectl get endpointslices -n podnet', or leave it out",
            id="own Service without an endpoint",
        ),
        pytest.param(
            Wanted(pod_selectors=(PodSelector("shop"),), services=("shop/web",), families=("ipv6",)),
            {"pods": [DUAL_POD], "services": [V4_WEB], "slices": [V4_SLICE]},
            "shop/web:80 (services) has only 10.96.0.20, and the families to verify are ipv6: change "
            "families, or leave shop/web:80 out",
            id="Service of another family",
        ),
        pytest.param(
            Wanted(own_namespace="podnet", families=("ipv6",)),
            {
                "pods": [pod("podnet/a", "fd00:244::5")],
                "services": [service("podnet/s", "10.96.0.30")],
                "slices": [endpoint_slice("podnet/s", behind("10.244.1.5", "podnet/a"))],
            },
            "podnet/s:80 (own_namespace) has only 10.96.0.30, and the families to verify are ipv6: change "
            "families, or leave podnet/s:80 out",
            id="own Service of another family",
        ),
        pytest.param(
            Wanted(dns="kube-system/coredns"),
            {"services": [DNS]},
            "dns has kube-system/coredns, and the cluster has no such Service (NAMESPACE/NAME): "
            "near it: kube-system/kube-dns, default/kubernetes",
            id="unknown DNS",
        ),
        pytest.param(
            Wanted(dns="shop/web"),
            {"services": [V4_WEB]},
            "dns is shop/web, which has no UDP port 53: give the Service of the cluster's DNS",
            id="no DNS",
        ),
        pytest.param(
            Wanted(dns="kube-system/kube-dns"),
            {"services": [DNS]},
            "Service kube-system/kube-dns (dns) has no ready endpoint behind port 53, so it "
            "could only fail: see 'kubectl get endpointslices -n kube-system', or leave it out",
            id="DNS that is not ready",
        ),
        pytest.param(
            Wanted(dns="kube-system/kube-dns", cluster_domain="cluster local"),
            {"services": [DNS], "slices": [DNS_SLICE]},
            "cluster_domain is 'cluster local', not a domain name: give one such as cluster.local",
            id="bad domain",
        ),
        pytest.param(
            Wanted(outside_addresses=("example.org",)),
            {},
            "outside_addresses has example.org: give an IP address, not a name, a network or a zone",
            id="name outside",
        ),
        pytest.param(
            Wanted(outside_addresses=("203.0.113.0/24",)),
            {},
            "outside_addresses has 203.0.113.0/24: give an IP address, not a name, a network or a zone",
            id="network outside",
        ),
        pytest.param(
            Wanted(outside_addresses=("fe80::1%eth0",)),
            {},
            "outside_addresses has fe80::1%eth0: give an IP address, not a name, a network or a zone",
            id="zone outside",
        ),
        pytest.param(
            Wanted(outside_addresses=("2001:db8::1",)),
            {},
            "2001:db8::1 (outside_addresses) has only 2001:db8::1, and the families to verify are ipv4: "
            "change families, or leave 2001:db8::1 out",
            id="outside of another family",
        ),
    ],
)
def test_errors(wanted, objects, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        endpoints(wanted, **objects)


def test_the_right_answer_needs_the_service_of_the_api():
    objects = {"nodes": NODES, "pods": [], "services": [DNS], "endpoint_slices": [DNS_SLICE]}
    with pytest.raises(InputError, match=r"^the question to dns has default/kubernetes, and the "):
        find_endpoints(read_cluster(objects), Wanted(dns="kube-system/kube-dns"))


DOWN = {"node2": "node2 is not ready: x"}


def test_a_missing_node_and_its_chosen_pods_are_endpoints_that_nothing_probes():
    nodes = [*NODES, node("node2")]
    pods = [
        pod("shop/a", "10.244.1.5"),
        pod("shop/known", "10.244.2.5", node="node2"),
        pod("shop/waits", node="node2", phase="Pending"),
    ]
    found = {one.name: one for one in endpoints(replace(SHOP, missing=DOWN), nodes, pods)}
    assert {name: one.addresses for name, one in found.items() if one.missing == DOWN["node2"]} == {
        "shop/known": ("10.244.2.5",),
        "shop/waits": (),
        "node2": (),
    }
    assert {name for name, one in found.items() if one.missing is None} == {"shop/a", "node1", "master"}


def test_a_missing_node_has_no_say_about_families():
    nodes = [*DUAL_NODES, node("node2", "10.0.0.2")]
    found = endpoints(replace(SHOP, missing=DOWN), nodes, [DUAL_POD])
    assert found[0].addresses == ("10.244.1.5", "fd00:244::5")


def test_an_address_that_a_dead_pod_had_may_be_another_s():
    pods = [pod("shop/a", "10.244.1.5"), pod("shop/old", "10.244.1.5", node="node2")]
    assert names(endpoints(replace(SHOP, missing=DOWN), [*NODES, node("node2")], pods))[:2] == ["shop/a", "shop/old"]


def test_an_excluded_node_and_its_pods_are_no_endpoints():
    pods = [pod("shop/a", "10.244.1.5"), pod("shop/b", "10.244.2.5", node="node2")]
    found = endpoints(replace(SHOP, excluded=("node2",)), [*NODES, node("node2")], pods)
    assert names(found) == ["shop/a", "master", "node1"]


def test_a_node_port_takes_part_where_its_node_does():
    nodes = [*NODES, node("node2", "10.100.198.202"), node("win1", "10.100.198.203")]
    web = service("shop/web", "10.96.0.20", ports=["TCP/80:http"])
    web["spec"]["ports"][0]["nodePort"] = 30080
    wanted = replace(SHOP, services=("shop/web",), missing=DOWN, excluded=("win1",))
    pods = [pod("shop/a", "10.244.1.5")]
    slices = [endpoint_slice("shop/web", behind("10.244.1.5", "shop/a", "node1"), ports=["http"])]
    found = [one for one in endpoints(wanted, nodes, pods, [web], slices) if one.kind == "nodeport"]
    assert {one.via: one.missing for one in found} == {"master": None, "node1": None, "node2": DOWN["node2"]}
