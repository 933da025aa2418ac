"""A node leaves the cluster: drained as PodDisruptionBudgets allow, deleted and reset. Then it joins again."""

from __future__ import annotations

import pytest
from cluster import IMAGE

NODE = "node2"
REMOVE = ("playbooks/remove_node.yml", "--extra-vars")


def objects(replicas):
    """Return a web server that tolerates no drain below its number of pods."""
    labels = {"app": "budget"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": IMAGE}]}}
    metadata = {"name": "budget", "namespace": "default"}
    selector = {"matchLabels": labels}
    deployment = {"replicas": replicas, "selector": selector, "template": pod}
    budget = {"minAvailable": replicas, "selector": selector}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment},
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": budget},
    ]


@pytest.fixture(scope="module")
def budget(kubectl):
    """Pods on both workers whose budget allows no eviction."""
    kubectl.make(objects(4))
    kubectl.output("rollout", "status", "deployment/budget", "--timeout=180s")
    yield
    kubectl.output("delete", "deployment,poddisruptionbudget", "budget", "--ignore-not-found")


def schedulable(kubectl):
    return {one["metadata"]["name"] for one in kubectl.items("nodes") if not one["spec"].get("unschedulable")}


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ("node9", "the cluster has no node node9, and the inventory no such host"),
        ("master", "master is the last control plane, and the cluster would end"),
        ("", "give names of nodes, a list or a text with commas between"),
    ],
)
def test_a_wrong_name_is_refused_before_anything_is_changed(play, kubectl, names, fault):
    refused = play(*REMOVE, f"podnet_remove_nodes={names}")
    assert refused.returncode == 2
    assert fault in " ".join(refused.stdout.split())
    assert schedulable(kubectl) == {"master", "node1", "node2"}


def test_a_budget_that_forbids_it_is_named_and_the_node_stays(budget, play, kubectl):
    refused = play(*REMOVE, f"podnet_remove_nodes={NODE}", "--extra-vars", "remove_node_drain_timeout=5")
    said = " ".join(refused.stdout.split())
    assert refused.returncode == 2
    assert f"{NODE} was not removed" in said
    assert "PodDisruptionBudgets that allow no eviction: default/budget needs 4 ready pods, and 4 are ready" in said
    assert schedulable(kubectl) == {"master", "node1", "node2"}


def test_the_node_is_removed_and_its_pods_are_elsewhere(budget, play, changes, kubectl, on):
    kubectl.output("delete", "poddisruptionbudget", "budget")
    done = play(*REMOVE, f"podnet_remove_nodes={NODE}")
    assert changes(done)[NODE] > 0
    assert {one["metadata"]["name"] for one in kubectl.items("nodes")} == {"master", "node1"}
    kubectl.output("rollout", "status", "deployment/budget", "--timeout=180s")
    assert not on(NODE).file("/etc/kubernetes/kubelet.conf").exists


def test_a_second_removal_changes_nothing(play, changes):
    counts = changes(play(*REMOVE, f"podnet_remove_nodes={NODE}"))
    assert {name: counts[name] for name in ("master", NODE)} == {"master": 0, NODE: 0}


def test_the_node_joins_again_with_the_control_plane_alone(play, changes, kubectl):
    """The other worker, which has all web servers, is left out, as if it were down. The proof of the rest passes."""
    done = play("playbooks/flannel.yml", "--limit", f"{NODE},master")
    assert changes(done)[NODE] > 0
    kubectl.output("wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=180s")
