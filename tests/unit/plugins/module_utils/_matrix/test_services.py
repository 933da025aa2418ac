# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from api_objects import behind, endpoint_slice, node, pod, service

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import read_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.services import dns_endpoint, service_endpoints

WEB = service("shop/web", "10.96.0.20", ports=["TCP/80:http", "UDP/80:quic", "SCTP/90:s"])
OWN = service("podnet/a", "10.96.0.30", ports=["UDP/80"])
API = service("default/kubernetes", "10.96.0.1", ports=["TCP/443:https"])
DNS = service("kube-system/kube-dns", "10.96.0.10", ports=["UDP/53:dns"])
SLICES = [
    endpoint_slice("shop/web", behind("10.244.1.5", "shop/web-1", "node1"), ports=["http"]),
    endpoint_slice("podnet/a", behind("10.244.1.5", "shop/web-1", "node1")),
    endpoint_slice("kube-system/kube-dns", behind("10.0.0.1"), ports=["dns"]),
]
BEHIND = {"backends": ("shop/web-1",), "backend_nodes": ("node1",), "overlay_nodes": ("node1",)}


def cluster(*services, slices=None):
    nodes, pods = [node("node1", "10.0.0.1")], [pod("shop/web-1", "10.244.1.5")]
    return read_cluster(
        {
            "nodes": nodes,
            "pods": pods,
            "services": [API, *services],
            "endpoint_slices": SLICES if slices is None else slices,
        }
    )


def test_our_own_services_come_before_those_that_are_asked_for():
    assert service_endpoints(cluster(WEB, OWN), "podnet", ["shop/web", "shop/web"]) == [
        Endpoint("podnet/a:80", "service", ("10.96.0.30",), own=True, port=80, protocols=("udp",), **BEHIND),
        Endpoint("shop/web:80", "service", ("10.96.0.20",), port=80, protocols=("tcp", "udp"), **BEHIND),
    ]


@pytest.mark.parametrize(
    ("name", "there", "message"),
    [
        ("shop/wep", WEB, r"^services has shop/wep, and the cluster has no such Service .*: near it: .*shop/web"),
        ("shop/web", service("shop/web", "None"), r"^Service shop/web \(services\) is headless and has no ready"),
        ("podnet/a", OWN, r"^services has podnet/a, which has no TCP port"),
    ],
)
def test_a_service_that_cannot_be_probed(name, there, message):
    with pytest.raises(InputError, match=message):
        service_endpoints(cluster(there), None, [name])


def test_a_service_without_a_ready_endpoint():
    with pytest.raises(InputError, match=r"^Service shop/web \(services\) has no ready endpoint behind port 80"):
        service_endpoints(cluster(WEB, slices=[]), None, ["shop/web"])


def test_the_dns_is_asked_for_the_api_server():
    found = dns_endpoint(cluster(DNS), "kube-system/kube-dns", "cluster.local.")
    assert (found.name, found.port, found.addresses) == ("kube-system/kube-dns:dns", 53, ("10.96.0.10",))
    assert (found.question, found.answer) == ("kubernetes.default.svc.cluster.local.", "10.96.0.1")
    assert (found.backends, found.overlay_nodes) == (("node1",), ())


@pytest.mark.parametrize(
    ("name", "domain", "message"),
    [
        ("shop/web", "cluster.local", r"^dns is shop/web, which has no UDP port 53"),
        ("kube-system/kube-dns", "cluster local", r"^cluster_domain is 'cluster local', not a domain name"),
    ],
)
def test_a_service_that_is_no_dns(name, domain, message):
    with pytest.raises(InputError, match=message):
        dns_endpoint(cluster(DNS, WEB), name, domain)


DOWN = {"node1": "node1 is not ready: x"}


@pytest.mark.parametrize(
    ("endpoints", "missing"),
    [
        # Some time ago the API noticed that the node is lost.
        ([behind("10.244.1.5", "shop/web-1", "node1", ready=False)], True),
        # Another server, or one that is ready according to the API, can be tried.
        ([behind("10.244.1.5", "shop/web-1", "node1", ready=False), behind("10.244.2.5", None, "node2")], False),
        ([behind("10.244.1.5", "shop/web-1", "node1")], False),
    ],
)
def test_a_service_whose_endpoints_are_on_a_missing_node(endpoints, missing):
    there = cluster(DNS, WEB, slices=[endpoint_slice("shop/web", *endpoints, ports=["http", "quic"])])
    (found,) = service_endpoints(there, None, ["shop/web"], DOWN)
    words = "Service shop/web has no ready endpoint, and node1 is not ready: x"
    assert (found.name, found.missing) == ("shop/web:80", words if missing else None)


def test_a_dns_whose_endpoints_are_on_a_missing_node():
    slices = [endpoint_slice("kube-system/kube-dns", behind("10.244.1.9", None, "node1", ready=False), ports=["dns"])]
    found = dns_endpoint(cluster(DNS, slices=slices), "kube-system/kube-dns", "cluster.local", missing=DOWN)
    assert found.missing == "Service kube-system/kube-dns has no ready endpoint, and node1 is not ready: x"
    assert found.backend_nodes == ("node1",)


def test_an_endpoint_on_a_healthy_node_that_is_not_ready_is_refused():
    slices = [
        endpoint_slice(
            "shop/web",
            behind("10.244.1.5", "shop/web-1", "node1", ready=False),
            behind("10.244.2.5", None, "node2", ready=False),
            ports=["http"],
        )
    ]
    with pytest.raises(InputError, match=r"^Service shop/web \(services\) has no ready endpoint behind port 80"):
        service_endpoints(cluster(WEB, slices=slices), None, ["shop/web"], DOWN)


def test_an_own_service_whose_pod_never_started_is_missing():
    there = {**OWN, "spec": {**OWN["spec"], "selector": {"x": "y"}}}
    late = pod("podnet/late", node="node1", phase="Pending", labels={"x": "y"})
    objects = {"nodes": [node("node1", "10.0.0.1")], "pods": [late], "services": [there], "endpoint_slices": []}
    (found,) = service_endpoints(read_cluster(objects), "podnet", [], DOWN)
    assert found.missing == "Service podnet/a has no ready endpoint, and node1 is not ready: x"
    assert found.backend_nodes == ("node1",)


def test_a_headless_service_whose_pods_are_on_a_missing_node():
    there = {**service("shop/web", "None"), "spec": {**WEB["spec"], "clusterIP": "None", "clusterIPs": ["None"]}}
    slices = [endpoint_slice("shop/web", behind("10.244.1.5", None, "node1", ready=False), ports=["http"])]
    (found,) = service_endpoints(cluster(there, slices=slices), None, ["shop/web"], DOWN)
    assert (found.kind, found.addresses) == ("headless", ())
    assert found.missing == "Service shop/web has no ready endpoint, and node1 is not ready: x"
    assert found.backend_nodes == ("node1",)
