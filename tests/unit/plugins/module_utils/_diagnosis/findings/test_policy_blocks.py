# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

DNS_RULE = {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}
WEB = {"podSelector": {"matchLabels": {"app": "web"}}}


def pod(name, address, **labels):
    namespace, name = name.split("/")
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
        "spec": {"nodeName": "node1"},
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def world_with(spec, namespace="shop", network="calico", **metadata):
    """A cluster with a web server, a verification, and a policy."""
    world = World(network)
    world.objects["namespaces"] = [
        {"metadata": {"name": name}} for name in ("kube-system", "kube-flannel", "shop", "default")
    ]
    labels = {"app.kubernetes.io/managed-by": "podnet.kubernetes"}
    world.objects["namespaces"].append({"metadata": {"name": "podnet", "labels": labels}})
    world.objects["pods"] += [pod("shop/web", "192.168.166.140", app="web"), pod("podnet/node1-1", "192.168.166.141")]
    if network == "calico":
        dns = [one for one in world.objects["pods"] if one["metadata"]["labels"].get("k8s-app") == "kube-dns"]
        for number, one in enumerate(dns):
            one["status"]["podIPs"] = [{"ip": f"192.168.104.{number + 2}"}]
    world.objects["network_policies"] = [{"metadata": {"namespace": namespace, "name": "p", **metadata}, "spec": spec}]
    return world


def test_egress_rules_forget_the_dns():
    (found,) = world_with({**WEB, "egress": [{"ports": [{"port": 443}]}], "policyTypes": ["Egress"]}).diagnose()[
        "findings"
    ]
    assert (found["id"], found["severity"]) == ("policy_blocks", "error")
    assert found["cause"] == (
        "shop/web cannot ask the DNS, because the policy shop/p lets them send nothing to the DNS pods on UDP port 53"
    )
    assert found["evidence"] == ["policy: shop/p (egress)", "1 pod: shop/web"]
    assert "allow UDP and TCP port 53" in found["remedy"]


def test_a_policy_closes_the_dns():
    world = world_with(
        {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}, "policyTypes": ["Ingress"]}, "kube-system"
    )
    world.fail(lambda source, target, check: target["kind"] == "dns" and source["name"] == "podnet/node1-1")
    found = world.first("policy_blocks")
    assert "podnet/node1-1 and shop/web cannot ask the DNS" in found["cause"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"] > 0


CLOSED = {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}, "policyTypes": ["Ingress"]}
OF_THE_SYSTEM = {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]}


@pytest.mark.parametrize("spec", [CLOSED, {**CLOSED, "ingress": [OF_THE_SYSTEM]}])
def test_the_pods_of_the_verification_are_gone_and_nodes_miss_the_dns_too(spec):
    world = world_with(spec, "kube-system")
    world.objects["pods"] = [one for one in world.objects["pods"] if one["metadata"]["namespace"] == "kube-system"]
    world.objects["namespaces"].pop()  # ours
    world.fail(lambda source, target, check: target["kind"] == "dns")
    found = world.first("policy_blocks")
    assert "6 pods, such as podnet/master-1, cannot ask the DNS, because the policy kube-system/p" in found["cause"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"] > 0


def test_the_policy_lets_the_verification_in_and_explains_nothing():
    name = {"matchLabels": {"kubernetes.io/metadata.name": "podnet"}}
    world = world_with({**CLOSED, "ingress": [{"from": [{"namespaceSelector": name}]}]}, "kube-system")
    world.objects["pods"] = [one for one in world.objects["pods"] if one["metadata"]["namespace"] != "podnet"]
    world.objects["namespaces"].pop()
    world.fail(lambda source, target, check: target["kind"] == "dns" and source["kind"] == "pod")
    (found,) = [one for one in world.diagnose()["findings"] if one["id"] == "policy_blocks"]
    assert "shop/web cannot ask the DNS" in found["cause"]
    assert found["explained_cells"] == 0


def test_pods_that_send_nothing_miss_the_dns_or_not():
    world = world_with({"podSelector": {}, "policyTypes": ["Egress"]})
    assert world.found() == []
    world.objects["network_policies"][0]["metadata"]["namespace"] = "podnet"
    world.objects["namespaces"][-1]["metadata"].pop("labels")
    world.fail(lambda source, target, check: target["kind"] == "dns" and source["name"] == "podnet/node1-1")
    assert world.first("policy_blocks")["explained_cells"] == world.diagnose()["failed_cells"]


def test_an_admission_rule_isolates_the_verification():
    labels = {"app.kubernetes.io/managed-by": "kyverno"}
    (found,) = world_with({"podSelector": {}, "policyTypes": ["Ingress"]}, "podnet", labels=labels).diagnose()[
        "findings"
    ]
    assert found["cause"] == "The policy podnet/p isolates the pods of the verification"
    assert found["evidence"] == ["podnet/p is there", "made by kyverno"]


@pytest.mark.parametrize("what", ["canary", "ending"])
def test_our_own_policy_and_a_namespace_that_goes_are_harmless(what):
    world = world_with({"podSelector": {}, "policyTypes": ["Ingress"]}, "podnet")
    if what == "canary":
        world.objects["network_policies"][0]["metadata"]["name"] = "canary"
    else:
        world.objects["namespaces"][-1]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert world.found() == []


@pytest.mark.parametrize(
    "spec",
    [
        {**WEB, "egress": [DNS_RULE], "policyTypes": ["Egress"]},
        {**WEB, "policyTypes": ["Ingress"]},
        {"podSelector": {"matchLabels": {"app": "nothing"}}, "egress": [{"ports": [{"port": 443}]}]},
    ],
)
def test_policies_that_let_pods_ask_are_harmless(spec):
    assert world_with(spec).found() == []


def test_a_network_that_enforces_nothing_has_another_finding():
    world = world_with({**WEB, "egress": [{"ports": [{"port": 443}]}], "policyTypes": ["Egress"]}, network="flannel")
    assert world.found() == ["unenforced_policies"]


def test_objects_that_cannot_be_read_are_no_error():
    assert world_with({"podSelector": {}, "egress": [{"to": ["nonsense"]}]}).found() == []
