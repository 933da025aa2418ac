# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from policy_world import API, DB, DNS, LAB, egress, ingress, kinds, place

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import Subject
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint_form import find_in_form
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_stored_policies


def lint(spec):
    subject, _around = place(spec)
    return find_in_form(subject)


def found(spec):
    return kinds(lint(spec))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        # An empty list of a rule means everything.
        (ingress({"from": []}), [("everyone", "spec.ingress[0].from")]),
        (ingress({"from": [API], "ports": []}), [("every-port", "spec.ingress[0].ports")]),
        (egress({"to": []}), [("everyone", "spec.egress[0].to")]),
        (ingress({"from": None, "ports": None}), []),
        # One dash too many.
        (ingress({"from": [API, LAB]}), [("split-peer", "spec.ingress[0].from[1]")]),
        (ingress({"from": [{"podSelector": {}}, LAB]}), []),
        # policyTypes.
        ({**DB, "policyTypes": ["Egress"], "ingress": [{"from": [API]}]}, [("ignored-rules", "spec.ingress")]),
        ({**DB, "policyTypes": ["Ingress"], "egress": [DNS]}, [("ignored-rules", "spec.egress")]),
        # Rules.
        (ingress({"from": [API]}, {}), [("needless-rules", "spec.ingress[1]")]),
        (ingress({"from": [API]}, {"from": [API]}), [("needless-rules", "spec.ingress[1]")]),
        # Values of stored policies.
        (
            ingress({"from": [{"ipBlock": {"cidr": "203.0.113.7/24"}}]}),
            [("refused", "spec.ingress[0].from[0].ipBlock.cidr")],
        ),
    ],
)
def test_findings(spec, expected):
    assert found(spec) == expected


def test_a_policy_without_a_namespace():
    written = {"metadata": {"name": "p"}, "spec": DB}
    (parsed,) = parse_stored_policies([written], "policies")
    assert kinds(find_in_form(Subject(parsed, written))) == [("no-namespace", "metadata.namespace")]


@pytest.mark.parametrize(
    ("spec", "message", "remedy"),
    [
        (
            ingress({"from": []}),
            "spec.ingress[0].from is empty, which means every source, inside and outside the cluster",
            "name the pods, or leave the rule out to allow none; for every source leave out from alone",
        ),
    ],
)
def test_what_a_finding_says(spec, message, remedy):
    (one,) = lint(spec)
    assert (one.policy, one.message, one.remedy) == ("shop/p", message, remedy)
