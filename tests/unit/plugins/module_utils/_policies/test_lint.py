# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from policy_world import API, DB, DNS, LAB, NAMESPACES, PODS, WEB, egress, ingress, kinds, policy

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint import lint_policies


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
    assert lint_policies([policy(spec)], without_agent, NAMESPACES) == []


def test_the_findings_of_all_kinds_come_policy_by_policy():
    first = policy(egress({"to": []}, {"to": [WEB]}), "first")
    second = policy(egress({"to": [WEB]}), "second")
    found = lint_policies([second, first], PODS, NAMESPACES)
    assert [one.policy for one in found] == ["shop/second"] + ["shop/first"] * 3
    assert kinds(found) == [
        ("matches-nothing", "spec.egress[0].to[0]"),
        ("everyone", "spec.egress[0].to"),
        ("needless-rules", "spec.egress[0]"),
        ("matches-nothing", "spec.egress[1].to[0]"),
    ]


def test_a_policy_of_the_same_name_is_replaced():
    replaced = policy({**API, "ingress": [{"from": [DB]}]})
    (one,) = lint_policies([policy({**API, "egress": [{}]})], PODS, NAMESPACES, [replaced])
    assert one.id == "closed-ingress"


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
