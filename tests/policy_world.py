# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster for the tests of the lint of policies: three pods, an agent of a node, and the DNS."""

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import Subject, Surroundings
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_stored_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import PodIndex


def pod(name, *addresses, labels=None, ports=(), **spec):
    namespace, name = name.split("/")
    containers = [{"ports": [dict(zip(("name", "containerPort", "protocol"), one))]} for one in ports]
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": labels or {}},
        "spec": {"nodeName": "node1", "containers": containers, **spec},
        "status": {"phase": "Running", "podIPs": [{"ip": address} for address in addresses]},
    }


NAMESPACES = [
    {"metadata": {"name": name, "labels": {"team": team}}}
    for name, team in (("shop", "a"), ("lab", "b"), ("empty", "c"), ("kube-system", "k"))
]
DNS_PODS = [pod("kube-system/dns", "10.0.9.1", labels={"k8s-app": "kube-dns"}, ports=[("dns", 53, "UDP")])]
PODS = [
    pod("shop/api", "10.0.1.1", labels={"app": "api"}, ports=[("http", 8080)]),
    pod("shop/db", "10.0.1.2", labels={"app": "db"}, ports=[("pg", 5432), ("metrics", 90), ("metrics", 91)]),
    pod("lab/web", "10.0.2.1", labels={"app": "web"}, ports=[("http", 80)]),
    pod("shop/agent", "192.168.0.1", labels={"app": "agent"}, hostNetwork=True),
    *DNS_PODS,
]
DB, API, WEB, AGENT = ({"podSelector": {"matchLabels": {"app": app}}} for app in ("db", "api", "web", "agent"))
LAB = {"namespaceSelector": {"matchLabels": {"team": "b"}}}
DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}


def policy(spec, name="p", namespace="shop"):
    return {"metadata": {"namespace": namespace, "name": name}, "spec": spec}


def ingress(*rules, **more):
    """The spec of a policy for shop/db with these rules."""
    return {**DB, "policyTypes": ["Ingress"], "ingress": list(rules), **more}


def egress(*rules, **more):
    """The spec of a policy for shop/api with these rules."""
    return {**API, "policyTypes": ["Egress"], "egress": list(rules), **more}


def place(spec, *others, pods=None):
    """Return a policy as a subject of the lint, and its cluster, which has policies with the other specs too."""
    written = policy(spec)
    objects = [written, *(policy(one, f"other{number}") for number, one in enumerate(others))]
    policies = parse_stored_policies(objects, "policies")
    known, namespaces = read_pods(PODS if pods is None else pods), read_namespaces(NAMESPACES)
    return Subject(policies[0], written), Surroundings(known, namespaces, policies, PodIndex(known, namespaces))


def kinds(findings):
    """List kind and path of the findings."""
    return [(one.id, one.path) for one in findings]
