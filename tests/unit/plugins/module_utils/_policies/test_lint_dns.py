# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from policy_world import API, DB, DNS, DNS_PODS, PODS, egress, kinds, place

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint_dns import DnsLint


def lint(*specs, **more):
    """Find the places of the first spec, in a cluster with policies of the others too."""
    subject, around = place(*specs, **more)
    return DnsLint(around).findings(subject)


def found(*specs, **more):
    return kinds(lint(*specs, **more))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
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
    ("spec", "others"),
    [
        # Pods without an egress rule are cut off on purpose.
        ({**API, "policyTypes": ["Egress"]}, []),
        ({**DB, "policyTypes": ["Ingress"], "ingress": [{}]}, []),
        # Another policy opens the DNS.
        (egress({"to": [DB]}), [{"podSelector": {}, "policyTypes": ["Egress"], "egress": [DNS]}]),
    ],
)
def test_policies_that_forget_nothing(spec, others):
    assert found(spec, *others) == []


@pytest.mark.parametrize("kind", ["Default", "None"])
def test_pods_that_do_not_ask_the_dns_of_the_cluster(kind):
    pods = [{**one, "spec": {**one["spec"], "dnsPolicy": kind}} if one not in DNS_PODS else one for one in PODS]
    assert found(egress({"to": [DB]}), pods=pods) == []


def test_without_pods_of_the_dns_a_rule_for_its_port_is_enough():
    pods = [one for one in PODS if one not in DNS_PODS]
    assert found(egress({"to": [DB]}, {"ports": DNS["ports"]}), pods=pods) == []
    assert found(egress({"to": [DB], "ports": [{"port": 5432}]}), pods=pods) == [("no-dns", "spec.egress")]


@pytest.mark.parametrize(
    ("spec", "message", "remedy"),
    [
        (
            egress({"to": [DB]}),
            "spec.egress forgets the DNS: no rule lets shop/api ask it on UDP port 53",
            "allow UDP and TCP 53 to the pods of kube-system with the label k8s-app=kube-dns",
        ),
    ],
)
def test_what_a_finding_says(spec, message, remedy):
    (one,) = lint(spec)
    assert (one.policy, one.message, one.remedy) == ("shop/p", message, remedy)
