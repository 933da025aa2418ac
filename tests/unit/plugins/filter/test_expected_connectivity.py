# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.podnet.kubernetes.plugins.filter.expected_connectivity import FilterModule

expected_connectivity = FilterModule().filters()["expected_connectivity"]

NAMESPACES = [{"metadata": {"name": "shop"}}]


def pod(name, ip, **labels):
    return {"metadata": {"namespace": "shop", "name": name, "labels": labels}, "status": {"podIPs": [{"ip": ip}]}}


def policy(name, spec):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": "shop", "name": name},
        "spec": spec,
    }


def test_the_three_tiers_of_the_walkthrough():
    pods = [
        pod("frontend", "10.0.0.1", tier="frontend"),
        pod("api", "10.0.0.2", tier="backend"),
        pod("db", "10.0.0.3", tier="db"),
        pod("stranger", "10.0.0.4"),
    ]

    def tier(name):
        return {"podSelector": {"matchLabels": {"tier": name}}}

    policies = [
        policy("deny-all", {"podSelector": {}, "policyTypes": ["Ingress"]}),
        policy("backend-policy", {**tier("backend"), "ingress": [{"from": [tier("frontend")]}]}),
        policy("db-policy", {**tier("db"), "ingress": [{"from": [tier("backend")]}]}),
    ]
    cells = expected_connectivity(pods, namespaces=NAMESPACES, policies=policies, ports=[{"port": 80}])
    assert len(cells) == 16
    reached = {(cell["source"], cell["target"]) for cell in cells if cell["allowed"]}
    assert reached - {(f"shop/{name}",) * 2 for name in ("frontend", "api", "db", "stranger")} == {
        ("shop/frontend", "shop/api"),
        ("shop/api", "shop/db"),
    }
    assert cells[1] == {
        "source": "shop/frontend",
        "target": "shop/api",
        "port": 80,
        "protocol": "TCP",
        "family": "ipv4",
        "allowed": True,
        "because": "ingress: allowed by shop/backend-policy ingress[0]; egress: no policy selects shop/frontend",
        "decided_by": "api",
    }


def test_nine_pods_have_288_cells_between_them():
    pods = [pod(f"p{number}", f"10.0.0.{number}") for number in range(9)]
    ports = [{"port": number, "protocol": protocol} for number in (80, 81) for protocol in ("TCP", "UDP")]
    cells = expected_connectivity(pods, namespaces=NAMESPACES, policies=[], ports=ports)
    assert len([cell for cell in cells if cell["source"] != cell["target"]]) == 288


@pytest.fixture
def warnings(monkeypatch):
    """The warnings that a user sees."""
    shown = []
    monkeypatch.setattr(Display, "warning", lambda _self, text: shown.append(text))
    return shown


def from_network(cidr):
    return {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": cidr}}]}]}


PODS = [pod("a", "10.244.0.1"), pod("b", "10.244.0.2")]
REFUSED = "which Kubernetes refuses in new policies since 1.36, because"


@pytest.mark.parametrize(
    ("cidr", "fault"),
    [
        ("10.244.2.9/16", "bits are set after the prefix: write 10.244.0.0/16, or 10.244.2.9/32 for one address"),
        ("::ffff:10.244.0.0/112", "the address is IPv4 in the form of IPv6: write 10.244.0.0/16"),
        ("010.244.0.0/16", "a number begins with 0: write 10.244.0.0/16"),
    ],
)
def test_a_stored_policy_stops_no_proof(warnings, cidr, fault):
    arguments = {"namespaces": NAMESPACES, "ports": [{"port": 80}]}
    stored = [policy("nodes", from_network(cidr))]
    cells = expected_connectivity(PODS, policies=[], stored=stored, **arguments)
    path = "spec.ingress[0].from[0].ipBlock.cidr"
    assert warnings == [f"shop/nodes: {path} is {cidr!r}, {REFUSED} {fault}"]
    plain = policy("nodes", from_network("10.244.0.0/16"))
    assert cells == expected_connectivity(PODS, policies=[plain], **arguments)
    assert [cell["allowed"] for cell in cells] == [True] * 4
    if cidr.startswith("010"):
        with pytest.raises(AnsibleFilterError, match=re.escape(warnings[0])):
            expected_connectivity(PODS, policies=stored, **arguments)
    else:
        assert expected_connectivity(PODS, policies=stored, **arguments) == cells


def test_a_pod_that_has_no_address_yet_is_left_out_and_named(warnings):
    late = {"metadata": {"namespace": "shop", "name": "late"}, "status": {"phase": "Pending"}}
    arguments = {"namespaces": NAMESPACES, "policies": [], "ports": [{"port": 80}]}
    assert expected_connectivity([*PODS, late], **arguments) == expected_connectivity(PODS, **arguments)
    assert warnings == ["pod shop/late is Pending and has no address: it is left out"]


LIST = "not a list: give the items of a List object, or resources of the result of kubernetes.core.k8s_info"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pods": {"resources": []}}, f"pods is an object with resources, {LIST}"),
        ({"namespaces": {"kind": "List", "items": []}}, f"namespaces is an object with kind, items, {LIST}"),
        ({"policies": None}, "policies is None, not a list of objects"),
        ({"ports": [80]}, "ports[0] is 80, not an object with port, protocol"),
        (
            {"policies": [policy("db-policy", {"ingress": [{}, {"ports": [{}, {"port": 80, "endPort": 79}]}]})]},
            "shop/db-policy: spec.ingress[1].ports[1].endPort 79 is smaller than port 80",
        ),
        ({"namespaces": []}, "namespaces lacks shop, the namespace of pod shop/a: give all namespaces of the cluster"),
    ],
)
def test_bad_input(changed, message):
    arguments = {"pods": [pod("a", "10.0.0.1")], "namespaces": NAMESPACES, "policies": [], "ports": [{"port": 80}]}
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(message)}$"):
        expected_connectivity(**{**arguments, **changed})


def test_the_implementation_decides_the_cells_that_the_api_leaves_open():
    pods = [pod("shop/api", "10.0.0.1"), pod("shop/db", "10.0.0.2")]
    arguments = {
        "namespaces": [{"metadata": {"name": "shop"}}],
        "policies": [policy("shop/deny", {"podSelector": {}})],
        "ports": [{"port": 80}, {"protocol": "ICMP"}],
    }
    default = expected_connectivity(pods, **arguments)
    assert expected_connectivity(pods, **arguments, implementation="calico") == default
    strict = expected_connectivity(pods, **arguments, implementation="strict")
    for one, other in zip(default, strict):
        if one["decided_by"] == "api":
            assert other == one
        else:
            because = "the API leaves this connection to the implementation"
            assert other == {**one, "allowed": None, "because": because}
    assert [one["port"] for one in strict if one["allowed"] is None] == [None, None]
    with pytest.raises(AnsibleFilterError, match="implementation is 'cilium': choose from calico, strict"):
        expected_connectivity(pods, **arguments, implementation="cilium")
