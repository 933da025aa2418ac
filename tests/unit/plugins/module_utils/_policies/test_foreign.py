# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS, Endpoint, Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings, expect_all
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.foreign import (
    ClusterObjects,
    Effect,
    find_effect,
)

ADDRESSES = {"own/a-1": ("10.244.0.2", "a"), "own/b-1": ("10.244.1.2", "b")}
NODES = {"a": "10.0.0.1", "b": "10.0.0.2"}
ENDPOINTS = [
    *(Endpoint(name, "pod", (address,), node=node, own=True) for name, (address, node) in ADDRESSES.items()),
    *(Endpoint(name, "node", (address,), node=name) for name, address in NODES.items()),
    Endpoint(
        "own/on-b:80",
        "service",
        ("10.96.0.3",),
        own=True,
        port=80,
        protocols=("tcp",),
        backends=("own/b-1",),
        backend_nodes=("b",),
    ),
    Endpoint("default/kubernetes:443", "service", ("10.96.0.1",), port=443, protocols=("tcp",), backends=("a",)),
    Endpoint("dns:dns", "dns", ("10.96.0.10",), port=53, backends=("kube-system/coredns",), question="x", answer="y"),
]
LISTENERS = [
    Listener(one.name, one.addresses[0], protocol, 8080)
    for one in ENDPOINTS
    if one.kind in ("pod", "node")
    for protocol in ("tcp", "udp")
]
TARGETS = find_targets(ENDPOINTS, LISTENERS, CHECKS)
NAMESPACES = [{"metadata": {"name": name, "labels": {"name": name}}} for name in ("own", "default", "kube-system")]
PODS = [
    {
        "metadata": {
            "namespace": name.partition("/")[0],
            "name": name.partition("/")[2],
            "uid": "u",
            "labels": {"x": node},
        },
        "spec": {"nodeName": node},
        "status": {"phase": "Running", "podIPs": [{"ip": address}]},
    }
    for name, (address, node) in {**ADDRESSES, "kube-system/coredns": ("10.244.1.9", "b")}.items()
]


def policy(namespace, *types, selector=None, **rules):
    return {
        "metadata": {"namespace": namespace, "name": "deny"},
        "spec": {"podSelector": {"matchLabels": selector or {}}, "policyTypes": list(types), **rules},
    }


def outcomes(*policies, implementation="calico"):
    """What is expected of each cell, by source, target and check, where it is not only reachable."""
    effect = find_effect(ENDPOINTS, TARGETS, ClusterObjects(PODS, NAMESPACES, policies, implementation))
    expected = expect_all(ENDPOINTS, TARGETS, LISTENERS, (), NetworkSettings(50), effect.cells)
    return {(key.source, key.target, key.check): one.outcome for key, one in expected if one.outcome != "reachable"}


def pairs(found, outcome):
    return {(source, target) for (source, target, _check), one in found.items() if one == outcome}


def test_a_policy_that_selects_no_pod_of_the_verification_has_no_effect():
    objects = ClusterObjects(PODS, NAMESPACES, [policy("default", "Ingress"), policy("kube-system", "Egress")])
    assert find_effect(ENDPOINTS, TARGETS, objects) == Effect()
    assert find_effect(ENDPOINTS, TARGETS, ClusterObjects(PODS, NAMESPACES, [])) == Effect()


def test_a_generated_deny_all_of_ingress():
    found = outcomes(policy("own", "Ingress"))
    # With Calico a pod lets its own node in.
    assert pairs(found, "blocked") == {
        ("own/a-1", "own/b-1"),
        ("own/b-1", "own/a-1"),
        ("a", "own/b-1"),
        ("b", "own/a-1"),
        ("own/a-1", "own/on-b:80"),
        ("a", "own/on-b:80"),
    }
    # A pod that reaches itself through a Service may come from another address.
    assert pairs(found, "any") == {("own/b-1", "own/on-b:80")}
    checks = {check for source, target, check in found if (source, target) == ("own/a-1", "own/b-1")}
    assert checks == {"icmp", "tcp", "udp", "mtu"}


def test_a_generated_deny_all_of_egress():
    found = outcomes(policy("own", "Egress", selector={"x": "a"}))
    assert pairs(found, "blocked") == {
        ("own/a-1", "own/b-1"),
        ("own/a-1", "own/on-b:80"),
        ("own/a-1", "a"),
        ("own/a-1", "b"),
    }
    assert pairs(found, "any") == {("own/a-1", "default/kubernetes:443"), ("own/a-1", "dns:dns")}


def test_a_rule_opens_what_it_allows():
    allowed = {"ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 8080, "protocol": "TCP"}]}]}
    found = outcomes(policy("own", "Ingress", **allowed))
    assert ("own/a-1", "own/b-1", "tcp") not in found
    assert ("own/a-1", "own/on-b:80", "tcp") not in found
    assert found["own/a-1", "own/b-1", "udp"] == found["own/a-1", "own/b-1", "mtu"] == "blocked"


def test_without_a_known_implementation_the_cells_of_nodes_are_open():
    found = outcomes(policy("own", "Ingress"), implementation="strict")
    assert ("b", "own/b-1") in pairs(found, "any")
    assert ("own/a-1", "own/b-1") in pairs(found, "blocked")


def test_a_policy_of_the_dns_leaves_its_question_open():
    dns = policy("kube-system", "Ingress")
    effect = find_effect(ENDPOINTS, TARGETS, ClusterObjects(PODS, NAMESPACES, [dns, policy("own", "Ingress")]))
    assert effect.policies == ("own/deny",)
    asked = [cell for cell in effect.cells if cell.target == "dns:dns"]
    assert {(cell.allowed, cell.because) for cell in asked} == {
        (None, "selected by kube-system/deny, whose effect on this cell is not computed")
    }


def administrator(direction, action, peer, ports=None, subject="own", kind="AdminNetworkPolicy"):
    """A policy of an administrator with one rule. Namespaces are named; other peers are given."""
    of = {name: {"namespaces": {"matchLabels": {"name": name}}} for name in ("own", "default", "kube-system")}
    peers = [of[peer] if isinstance(peer, str) else peer]
    rule = {
        "action": action,
        {"ingress": "from", "egress": "to"}[direction]: peers,
        **({"ports": ports} if ports else {}),
    }
    order = {"priority": 5} if kind == "AdminNetworkPolicy" else {}
    return {"kind": kind, "metadata": {"name": "ops"}, "spec": {"subject": of[subject], direction: [rule], **order}}


@pytest.mark.parametrize("kind", ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"])
def test_an_administrator_denies_a_port_of_our_pods(kind):
    port = {"portNumber": {"protocol": "TCP", "port": 8080}}
    found = outcomes(administrator("ingress", "Deny", "own", [port], kind=kind))
    assert set(found.items()) == {
        (("own/a-1", "own/b-1", "tcp"), "blocked"),
        (("own/b-1", "own/a-1", "tcp"), "blocked"),
        (("own/a-1", "own/on-b:80", "tcp"), "blocked"),
        # A pod that reaches itself through a Service may come from another address.
        (("own/b-1", "own/on-b:80", "tcp"), "any"),
    }


def test_an_administrator_opens_what_a_networkpolicy_closes():
    found = outcomes(policy("own", "Ingress"), administrator("ingress", "Allow", "own"))
    assert pairs(found, "blocked") == {("a", "own/b-1"), ("b", "own/a-1"), ("a", "own/on-b:80")}
    passed = outcomes(policy("own", "Ingress"), administrator("ingress", "Pass", "own"))
    assert passed == outcomes(policy("own", "Ingress"))


def test_rules_of_an_administrator_that_deny_nothing_here_have_no_effect():
    for rule in (administrator("ingress", "Allow", "own"), administrator("ingress", "Deny", "default")):
        assert find_effect(ENDPOINTS, TARGETS, ClusterObjects(PODS, NAMESPACES, [rule])) == Effect()


def test_what_an_administrator_denies_at_ports_that_are_not_known_is_open():
    """The port behind the DNS is a pod's, and its Service may have another one."""
    port = {"portNumber": {"protocol": "UDP", "port": 53}}
    effect = find_effect(
        ENDPOINTS,
        TARGETS,
        ClusterObjects(PODS, NAMESPACES, [administrator("egress", "Deny", "kube-system", [port])]),
    )
    assert effect.policies == ("AdminNetworkPolicy ops",)
    assert {(cell.source, cell.target, cell.allowed) for cell in effect.cells} == {
        ("own/a-1", "dns:dns", None),
        ("own/b-1", "dns:dns", None),
    }
    assert {cell.because for cell in effect.cells} == {
        "selected by AdminNetworkPolicy ops, whose effect on this cell is not computed"
    }


def test_what_an_administrator_denies_outside_is_open():
    outside = Endpoint("192.0.2.9", "outside", ("192.0.2.9",), port=443)
    other = Endpoint("198.51.100.9", "outside", ("198.51.100.9",), port=443)
    endpoints = [*ENDPOINTS, outside, other]
    rule = administrator("egress", "Deny", {"networks": ["192.0.2.0/24"]})
    objects = ClusterObjects(PODS, NAMESPACES, [rule])
    effect = find_effect(endpoints, find_targets(endpoints, LISTENERS, CHECKS), objects)
    assert {(cell.source, cell.target, cell.allowed) for cell in effect.cells} == {
        ("own/a-1", "192.0.2.9", None),
        ("own/b-1", "192.0.2.9", None),
    }


@pytest.mark.parametrize("gone", ["own/b-1", "b"])
def test_a_missing_endpoint_has_no_cell_of_policies(gone):
    endpoints = [
        Endpoint(one.name, one.kind, one.addresses, one.node, own=one.own, missing="x") if one.name == gone else one
        for one in ENDPOINTS
    ]
    effect = find_effect(endpoints, TARGETS, ClusterObjects(PODS, NAMESPACES, [policy("own", "Ingress")], "calico"))
    assert effect.cells
    assert not [cell for cell in effect.cells if gone in (cell.source, cell.target)]


@pytest.mark.parametrize("checks", [("dns",), ("mtu",), ("icmp", "mtu"), ("mtu", "dns"), ("udp", "mtu")])
def test_every_choice_of_checks_is_judged(checks):
    """The path MTU is probed at the UDP port, also where no check of UDP is asked for."""
    targets = find_targets(ENDPOINTS, LISTENERS, checks)
    effect = find_effect(ENDPOINTS, targets, ClusterObjects(PODS, NAMESPACES, [policy("own", "Ingress")], "calico"))
    expected = expect_all(ENDPOINTS, targets, LISTENERS, (), NetworkSettings(50), effect.cells)
    found = {one.outcome for key, one in expected if (key.source, key.target) == ("own/a-1", "own/b-1")}
    assert found == ({"blocked"} if set(checks) != {"dns"} else set())


@pytest.mark.parametrize("action", ["Deny", "Allow"])
@pytest.mark.parametrize("more", [(), (policy("own", "Egress"),)])
def test_what_a_rule_for_nodes_concerns_is_open(action, more):
    """The oracle does not compute such rules, and a warning says so."""
    rule = administrator("egress", action, {"nodes": {}})
    effect = find_effect(ENDPOINTS, TARGETS, ClusterObjects(PODS, NAMESPACES, [*more, rule], "calico"))
    to_nodes = {cell.allowed for cell in effect.cells if cell.source.startswith("own/") and cell.target in NODES}
    assert to_nodes == {None}
    assert "AdminNetworkPolicy ops" in effect.policies
    assert any("nodes" in warning for warning in effect.warnings)
    if more:
        between = {cell.allowed for cell in effect.cells if (cell.source, cell.target) == ("own/a-1", "own/b-1")}
        assert between == {False}


@pytest.mark.parametrize(("implementation", "allowed"), [("strict", None), ("calico", False)])
def test_an_ip_block_with_the_address_of_a_service_is_left_to_the_implementation(implementation, allowed):
    """The API does not say whether policies see a packet before its address is replaced."""
    rules = {"egress": [{"to": [{"ipBlock": {"cidr": "10.96.0.0/12"}}]}]}
    objects = ClusterObjects(PODS, NAMESPACES, [policy("own", "Egress", **rules)], implementation)
    effect = find_effect(ENDPOINTS, TARGETS, objects)
    cells = {(cell.source, cell.target): cell for cell in effect.cells}
    service = cells["own/a-1", "own/on-b:80"]
    assert (service.allowed, service.decided_by) == (allowed, "implementation")
    assert "sees the address of the Service" in service.because
    assert (cells["own/a-1", "own/b-1"].allowed, cells["own/a-1", "own/b-1"].decided_by) == (False, "api")


def test_a_policy_whose_namespace_vanished_meanwhile_has_no_effect():
    assert find_effect(ENDPOINTS, TARGETS, ClusterObjects(PODS, NAMESPACES, [policy("gone", "Ingress")])) == Effect()
