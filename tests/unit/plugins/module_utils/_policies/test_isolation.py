# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from policy_world import API, DB, DNS, DNS_PODS, NAMESPACES, PODS, WEB, egress, ingress, pod, policy

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.isolation import CutOff, find_cut_off

SERVERS = {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
ALL = {"podSelector": {}}
BLOCK = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}


def cut_off(spec, namespace="shop", pods=PODS):
    return find_cut_off([policy(spec, namespace=namespace)], NAMESPACES, pods)


@pytest.mark.parametrize(
    "spec",
    [
        egress({"to": [DB]}),
        egress({"ports": [{"port": 443}]}),
        egress({"to": DNS["to"], "ports": [{"port": 53, "protocol": "TCP"}]}),
        egress({"to": DNS["to"], "ports": [{"port": 5353, "protocol": "UDP"}]}),
        egress(BLOCK),
    ],
)
def test_egress_rules_without_the_dns(spec):
    assert cut_off(spec) == [CutOff(("shop/api",), ("shop/p",), "egress", True)]


def test_pods_that_send_nothing_at_all():
    (found,) = cut_off({**ALL, "policyTypes": ["Egress"]})
    assert found == CutOff(("shop/api", "shop/db"), ("shop/p",), "egress", False)


@pytest.mark.parametrize(
    ("spec", "cut"),
    [
        ({**SERVERS, "policyTypes": ["Ingress"]}, ("lab/web", "shop/api", "shop/db")),
        ({**SERVERS, "ingress": [{"from": [{"podSelector": {}}]}]}, ("lab/web", "shop/api", "shop/db")),
        (
            {**SERVERS, "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"team": "a"}}}]}]},
            ("lab/web",),
        ),
    ],
)
def test_a_policy_of_the_dns_pods(spec, cut):
    (found,) = cut_off(spec, "kube-system")
    assert (found.pods, found.policies, found.direction) == (cut, ("kube-system/p",), "ingress")


@pytest.mark.parametrize(
    "spec",
    [
        egress(DNS, {"to": [DB]}),
        egress({}),
        egress({"to": [{"namespaceSelector": {}}]}),
        egress({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}),
        ingress({"from": [API]}),
        {**WEB, "policyTypes": ["Egress"]},  # selects no pod of its namespace
    ],
)
def test_pods_that_reach_the_dns(spec):
    assert cut_off(spec) == []


def test_another_policy_allows_the_dns():
    policies = [policy({**ALL, "policyTypes": ["Egress"]}, "deny"), policy({**ALL, "egress": [DNS]}, "dns")]
    assert find_cut_off(policies, NAMESPACES, PODS) == []


@pytest.mark.parametrize(
    "pods",
    [
        [*PODS, pod("kube-system/cache", "192.168.0.2", labels={"k8s-app": "node-local-dns"}, hostNetwork=True)],
        [one for one in PODS if one not in DNS_PODS],
    ],
)
def test_a_cache_of_the_node_or_no_dns_of_the_cluster(pods):
    assert cut_off(egress({"to": [DB]}), pods=pods) == []


@pytest.mark.parametrize("kind", ["Default", "None"])
def test_pods_that_do_not_ask_the_dns_of_the_cluster(kind):
    pods = [{**one, "spec": {**one["spec"], "dnsPolicy": kind}} if one not in DNS_PODS else one for one in PODS]
    assert cut_off(egress({"to": [DB]}), pods=pods) == []
    clusters = [{**one, "spec": {**one["spec"], "dnsPolicy": "ClusterFirst"}} for one in PODS]
    assert len(cut_off(egress({"to": [DB]}), pods=clusters)) == 1


def test_objects_of_a_namespace_that_vanished_meanwhile_do_no_harm():
    forgets = policy(egress({"to": [DB]}))
    gone = policy(egress({"to": [DB]}), namespace="gone")
    found = find_cut_off([forgets, gone], NAMESPACES, [*PODS, pod("gone/web", "10.0.7.1")])
    assert found == [CutOff(("shop/api",), ("shop/p",), "egress", True)]


def test_without_policies():
    assert find_cut_off([], NAMESPACES, PODS) == []
