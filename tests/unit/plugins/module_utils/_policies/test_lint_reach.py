# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from policy_world import AGENT, API, DB, DNS, LAB, WEB, egress, ingress, kinds, place, pod

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint_reach import find_in_reach


def lint(*specs, **more):
    """Find the places of the first spec, in a cluster with policies of the others too."""
    return find_in_reach(*place(*specs, **more))


def found(*specs, **more):
    return kinds(lint(*specs, **more))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
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
        # The selector of the policy.
        ({"podSelector": {"matchLabels": {"app": "x"}}}, [("selects-nothing", "spec.podSelector")]),
        ({**AGENT}, [("host-network", "spec.podSelector")]),
        # Names of ports: of the pods that the policy selects, and of the targets of egress.
        (ingress({"ports": [{"port": "http"}]}), [("no-port", "spec.ingress[0].ports[0].port")]),
        (ingress({"ports": [{"port": "pg", "protocol": "UDP"}]}), [("no-port", "spec.ingress[0].ports[0].port")]),
        (ingress({"ports": [{"port": "pg"}, {"port": "metrics"}]}), [("shared-port", "spec.ingress[0].ports[1].port")]),
        (egress({"to": [DB], "ports": [{"port": "http"}]}, DNS), [("no-port", "spec.egress[0].ports[0].port")]),
        (egress({"to": [{**WEB, **LAB}], "ports": [{"port": "http"}]}, DNS), []),
        # A direction that the policy closes by the way.
        ({**API, "egress": [{}]}, [("closed-ingress", "spec.policyTypes")]),
        ({**API, "egress": [{}], "ingress": []}, []),
        (ingress({"from": [API]}, policyTypes=["Ingress", "Egress"]), [("closed-egress", "spec.policyTypes")]),
        (ingress({"from": [API]}, policyTypes=["Ingress", "Egress"], egress=[]), []),
        # Blocks of addresses.
        (
            ingress({"from": [{"ipBlock": {"cidr": "10.0.1.0/24"}}]}),
            [("pods-in-block", "spec.ingress[0].from[0].ipBlock")],
        ),
        (ingress({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/16"]}}]}), []),
        (ingress({"from": [{"ipBlock": {"cidr": "192.168.0.0/24"}}]}), []),
    ],
)
def test_findings(spec, expected):
    assert found(spec) == expected


@pytest.mark.parametrize(
    ("spec", "other"),
    [
        ({**API, "egress": [{}]}, {**API, "ingress": [{"from": [DB]}]}),
        (
            ingress({"from": [API]}, policyTypes=["Ingress", "Egress"]),
            {**DB, "policyTypes": ["Egress"], "egress": [DNS]},
        ),
    ],
)
def test_a_direction_that_another_policy_opens_is_no_finding(spec, other):
    assert found(spec) != []
    assert found(spec, other) == []


def test_a_rule_for_each_family_is_no_finding():
    """Rules are a union."""
    both = [pod("shop/db", "10.0.1.2", "fd00::2", labels={"app": "db"})]
    four, six = ({"from": [{"ipBlock": {"cidr": cidr}}]} for cidr in ("0.0.0.0/0", "::/0"))
    web, dns = ({"ports": [{"port": port}]} for port in (80, 53))

    def places(*rules):
        return [path for kind, path in found(ingress(*rules), pods=both) if kind == "one-family"]

    assert places(four, six) == []
    assert places({**four, **web}, six) == ["spec.ingress[1].from"]
    assert places({**four, **web}, {**six, **dns}) == ["spec.ingress[0].from", "spec.ingress[1].from"]


def test_all_addresses_of_one_family():
    both = [pod("shop/db", "10.0.1.2", "fd00::2", labels={"app": "db"})]
    world = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}
    assert found(ingress({"from": [world]}), pods=both) == [("one-family", "spec.ingress[0].from")]
    assert found(ingress({"from": [world]})) == []
    assert found(ingress({"from": [world, {"ipBlock": {"cidr": "::/0", "except": ["fd00::/8"]}}]}), pods=both) == []


@pytest.mark.parametrize(
    ("spec", "message", "remedy"),
    [
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
