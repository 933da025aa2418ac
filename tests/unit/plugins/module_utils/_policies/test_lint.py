# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint import lint_policies


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


def lint(spec, *others, pods=PODS):
    """Find the places of a policy, in force beside policies with the other specs."""
    beside = [policy(one, f"other{number}") for number, one in enumerate(others)]
    return lint_policies([policy(spec)], pods, NAMESPACES, beside)


def found(*arguments, **keywords):
    """List kind and path of the findings."""
    return [(one.id, one.path) for one in lint(*arguments, **keywords)]


def ingress(*rules, **more):
    return {**DB, "policyTypes": ["Ingress"], "ingress": list(rules), **more}


def egress(*rules, **more):
    return {**API, "policyTypes": ["Egress"], "egress": list(rules), **more}


@pytest.mark.parametrize(
    "spec",
    [
        # The idioms of the page on NetworkPolicy in Kubernetes' documentation.
        {"podSelector": {}, "policyTypes": ["Ingress"]},
        {"podSelector": {}, "policyTypes": ["Egress"]},
        {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
        {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]},
        # Good policies.
        {**DB, "ingress": [{"from": [API], "ports": [{"port": "pg"}]}]},
        ingress({"from": [API]}, {"from": [{**WEB, **LAB}]}),
        ingress({"from": [{"podSelector": {}}, LAB]}),
        ingress({"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}),
        ingress({"ports": [{"port": 5432}]}),
        egress({"to": [DB]}, DNS),
        egress({"to": [DB], "ports": [{"port": "pg"}]}, DNS),
        {**egress({"to": [DB]}, DNS), "policyTypes": ["Ingress", "Egress"], "ingress": []},
    ],
)
def test_a_good_policy_has_no_finding(spec):
    without_agent = [one for one in PODS if one["metadata"]["name"] != "agent"]
    assert found(spec, pods=without_agent) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        # An empty list of a rule means everything.
        (ingress({"from": []}), [("everyone", "spec.ingress[0].from")]),
        (ingress({"from": [API], "ports": []}), [("every-port", "spec.ingress[0].ports")]),
        (egress({"to": []}), [("everyone", "spec.egress[0].to")]),
        (ingress({"from": None, "ports": None}), []),
        # Selectors of peers.
        (
            ingress({"from": [{"podSelector": {"matchLabels": {"app": "x"}}}]}),
            [("matches-nothing", "spec.ingress[0].from[0]")],
        ),
        (ingress({"from": [API, WEB]}), [("matches-nothing", "spec.ingress[0].from[1]")]),
        (ingress({"from": [{**API, **LAB}]}), [("matches-nothing", "spec.ingress[0].from[0]")]),
        (
            ingress({"from": [{"namespaceSelector": {"matchLabels": {"name": "lab"}}}]}),
            [("matches-nothing", "spec.ingress[0].from[0].namespaceSelector")],
        ),
        (
            ingress({"from": [{"namespaceSelector": {"matchLabels": {"team": "c"}}}]}),
            [("matches-nothing", "spec.ingress[0].from[0]")],
        ),
        (ingress({"from": [AGENT]}), [("host-network", "spec.ingress[0].from[0]")]),
        (ingress({"from": [API, LAB]}), [("split-peer", "spec.ingress[0].from[1]")]),
        (ingress({"from": [{"podSelector": {}}, LAB]}), []),
        # The selector of the policy.
        ({"podSelector": {"matchLabels": {"app": "x"}}}, [("selects-nothing", "spec.podSelector")]),
        ({**AGENT}, [("host-network", "spec.podSelector")]),
        # Names of ports: of the pods that the policy selects, and of the targets of egress.
        (ingress({"ports": [{"port": "http"}]}), [("no-port", "spec.ingress[0].ports[0].port")]),
        (ingress({"ports": [{"port": "pg", "protocol": "UDP"}]}), [("no-port", "spec.ingress[0].ports[0].port")]),
        (ingress({"ports": [{"port": "pg"}, {"port": "metrics"}]}), [("shared-port", "spec.ingress[0].ports[1].port")]),
        (egress({"to": [DB], "ports": [{"port": "http"}]}, DNS), [("no-port", "spec.egress[0].ports[0].port")]),
        (egress({"to": [{**WEB, **LAB}], "ports": [{"port": "http"}]}, DNS), []),
        # policyTypes.
        ({**DB, "policyTypes": ["Egress"], "ingress": [{"from": [API]}]}, [("ignored-rules", "spec.ingress")]),
        ({**DB, "policyTypes": ["Ingress"], "egress": [DNS]}, [("ignored-rules", "spec.egress")]),
        ({**API, "egress": [{}]}, [("closed-ingress", "spec.policyTypes")]),
        ({**API, "egress": [{}], "ingress": []}, []),
        (ingress({"from": [API]}, policyTypes=["Ingress", "Egress"]), [("closed-egress", "spec.policyTypes")]),
        (ingress({"from": [API]}, policyTypes=["Ingress", "Egress"], egress=[]), []),
        # Rules.
        (ingress({"from": [API]}, {}), [("needless-rules", "spec.ingress[1]")]),
        (ingress({"from": [API]}, {"from": [API]}), [("needless-rules", "spec.ingress[1]")]),
        # Blocks of addresses.
        (
            ingress({"from": [{"ipBlock": {"cidr": "10.0.1.0/24"}}]}),
            [("pods-in-block", "spec.ingress[0].from[0].ipBlock")],
        ),
        (ingress({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/16"]}}]}), []),
        (ingress({"from": [{"ipBlock": {"cidr": "192.168.0.0/24"}}]}), []),
        (
            ingress({"from": [{"ipBlock": {"cidr": "203.0.113.7/24"}}]}),
            [("refused", "spec.ingress[0].from[0].ipBlock.cidr")],
        ),
        # The DNS.
        (egress({"to": [DB]}), [("no-dns", "spec.egress")]),
        (egress({"to": [DB]}, {**DNS, "ports": [{"port": 53, "protocol": "UDP"}]}), [("no-dns-tcp", "spec.egress")]),
        (egress({"to": [DB]}, {**DNS, "ports": [{"port": 53}]}), [("no-dns", "spec.egress")]),
        (
            egress({"to": [DB]}, {"to": DNS["to"], "ports": [{"port": "dns", "protocol": "UDP"}]}),
            [("no-dns-tcp", "spec.egress")],
        ),
        (egress({"to": [{"namespaceSelector": {}}]}), []),
        # NodeLocal DNSCache answers at an address of the node.
        (
            egress(
                {
                    "to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}],
                    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}],
                }
            ),
            [],
        ),
        (
            egress({"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": 443}]}),
            [("no-dns", "spec.egress")],
        ),
    ],
)
def test_findings(spec, expected):
    assert found(spec) == expected


@pytest.mark.parametrize(
    ("spec", "other"),
    [
        # Another policy allows what this one closes, or the DNS.
        ({**API, "egress": [{}]}, {**API, "ingress": [{"from": [DB]}]}),
        (
            ingress({"from": [API]}, policyTypes=["Ingress", "Egress"]),
            {**DB, "policyTypes": ["Egress"], "egress": [DNS]},
        ),
        (egress({"to": [DB]}), {"podSelector": {}, "policyTypes": ["Egress"], "egress": [DNS]}),
    ],
)
def test_what_another_policy_allows_is_no_finding(spec, other):
    assert found(spec) != []
    assert found(spec, other) == []


def test_a_policy_of_the_same_name_is_replaced():
    replaced = policy({**API, "ingress": [{"from": [DB]}]})
    (one,) = lint_policies([policy({**API, "egress": [{}]})], PODS, NAMESPACES, [replaced])
    assert one.id == "closed-ingress"


def test_all_addresses_of_one_family():
    both = [pod("shop/db", "10.0.1.2", "fd00::2", labels={"app": "db"})]
    world = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}
    assert found(ingress({"from": [world]}), pods=both) == [("one-family", "spec.ingress[0].from")]
    assert found(ingress({"from": [world]})) == []
    assert found(ingress({"from": [world, {"ipBlock": {"cidr": "::/0", "except": ["fd00::/8"]}}]}), pods=both) == []


def test_a_policy_without_a_namespace():
    shop = [{"metadata": {"name": "default"}}]
    pods = [pod("default/db", "10.0.0.1", labels={"app": "db"})]
    (one,) = lint_policies([{"metadata": {"name": "p"}, "spec": DB}], pods, shop)
    assert (one.id, one.policy, one.path) == ("no-namespace", "default/p", "metadata.namespace")


def test_without_pods_of_the_dns_a_rule_for_its_port_is_enough():
    pods = [one for one in PODS if one not in DNS_PODS]
    assert found(egress({"to": [DB]}, {"ports": DNS["ports"]}), pods=pods) == []
    assert found(egress({"to": [DB], "ports": [{"port": 5432}]}), pods=pods) == [("no-dns", "spec.egress")]


@pytest.mark.parametrize(
    ("spec", "message", "remedy"),
    [
        (
            ingress({"from": []}),
            "spec.ingress[0].from is empty, which means every source, inside and outside the cluster",
            "name the pods, or leave the rule out to allow none; for every source leave out from alone",
        ),
        (
            ingress({"from": [WEB]}),
            "spec.ingress[0].from[0] matches no pod in the namespace shop",
            "compare it with the labels of the pods; for pods of other namespaces add a namespaceSelector",
        ),
        (
            ingress({"ports": [{"port": "pg", "protocol": "UDP"}]}),
            "spec.ingress[0].ports[0].port is pg, and no pod that the rule lets serve has a UDP port with this name",
            "give protocol: TCP, which the port has",
        ),
        (
            ingress({"ports": [{"port": "metrics"}]}),
            "spec.ingress[0].ports[0].port is metrics, which stands for 90, 91 in shop/db: the API leaves open which "
            "of them is meant",
            "give the number of the port",
        ),
        (
            egress({"to": [DB]}),
            "spec.egress forgets the DNS: no rule lets shop/api ask it on UDP port 53",
            "allow UDP and TCP 53 to the pods of kube-system with the label k8s-app=kube-dns",
        ),
        (
            {**API, "egress": [{}]},
            "spec.policyTypes is missing, which includes Ingress, and no policy has a rule for ingress of shop/api, so "
            "all of it is blocked",
            "set spec.policyTypes to [Egress], or write ingress: [] when the block is meant",
        ),
    ],
)
def test_what_a_finding_says(spec, message, remedy):
    (one,) = lint(spec)
    assert (one.policy, one.message, one.remedy) == ("shop/p", message, remedy)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([policy({"ingress": {}})], [], NAMESPACES), "shop/p: spec.ingress is {}, not a list"),
        (([], [], NAMESPACES, "x"), "others is 'x', not a list of objects"),
        (([{"kind": "Pod"}], [], NAMESPACES), "policies[0].kind is 'Pod', not 'NetworkPolicy'"),
        (
            ([policy({})], [], []),
            "namespaces lacks shop, the namespace of policy shop/p: give all namespaces of the cluster",
        ),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        lint_policies(*arguments)
