# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_plan import plan_upgrade
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_state import (
    STATIC_PODS,
    ClusterState,
    NodeVersions,
    parse_version,
)


def v(text):
    return parse_version(text, "a version")


def plane(name, version="1.36.3", **more):
    pods = dict.fromkeys(STATIC_PODS, v(version))
    return replace(worker(name, version), control_plane=True, **{"static_pods": pods, **more})


def worker(name, version="1.36.3", **more):
    packages = dict.fromkeys(("kubeadm", "kubelet", "kubectl"), v(version))
    return NodeVersions(name, v(version), **{"packages": packages, **more})


def cluster(*nodes, configured="1.36.3", kube_proxy="1.36.3"):
    return ClusterState({node.name: node for node in nodes}, configured and v(configured), kube_proxy and v(kube_proxy))


def plan(found, target="1.36.4", hosts=None, serial=1):
    return plan_upgrade(found, v(target), list(found.nodes) if hosts is None else hosts, serial)


def steps(found, **more):
    made = plan(found, **more)
    assert made.faults == ()
    return {node.name: (node.mark, node.kubeadm, node.drain, node.packages, node.end) for node in made.nodes}


FULL = ("cordoned", "node", True, True, "uncordon")
OLD = cluster(plane("master"), worker("node1"), worker("node2"))
NEW = cluster(
    plane("master", "1.36.4"),
    worker("node1", "1.36.4"),
    worker("node2", "1.36.4"),
    configured="1.36.4",
    kube_proxy="1.36.4",
)


def with_node(found, name, **changes):
    return replace(found, nodes={**found.nodes, name: replace(found.nodes[name], **changes)})


def test_a_cluster_of_the_old_version_gets_all_steps():
    assert steps(OLD) == {"master": ("cordoned", "apply", True, True, "uncordon"), "node1": FULL, "node2": FULL}
    assert plan(OLD).batches == (("master",), ("node1",), ("node2",))
    assert plan(OLD).nodes[0].note == (
        "master: package kubeadm 1.36.3 to 1.36.4, kubeadm upgrade apply, drain, kubelet 1.36.3 to 1.36.4, takes pods "
        "again"
    )


def test_a_cluster_of_the_wanted_version_has_nothing_to_do():
    assert steps(NEW) == {}
    assert plan(NEW).batches == ()


def test_workers_go_together_and_control_planes_alone():
    found = cluster(plane("a"), plane("b"), *(worker(f"n{index}") for index in range(5)))
    assert plan(found, serial=2).batches == (("a",), ("b",), ("n0", "n1"), ("n2", "n3"), ("n4",))


def test_control_planes_come_first_in_the_order_of_the_hosts():
    found = cluster(worker("n0"), plane("b"), plane("a"))
    assert plan(found, hosts=["a", "n0", "b"]).batches == (("a",), ("b",), ("n0",))
    assert plan(found, hosts=["a", "n0", "b"]).nodes[0].kubeadm == "apply"
    assert plan(found, hosts=["a", "n0", "b"]).nodes[1].kubeadm == "node"


@pytest.mark.parametrize(
    ("killed", "expected"),
    [
        # Before kubeadm ran, the node was marked and kubeadm installed.
        (
            {
                "node1": {
                    "mark": "cordoned",
                    "takes_pods": False,
                    "packages": {"kubeadm": "1.36.4", "kubelet": "1.36.3"},
                }
            },
            {"node1": ("", "node", True, True, "uncordon")},
        ),
        # The new kubelet was installed, and the old one still runs.
        (
            {"node1": {"mark": "cordoned", "takes_pods": False, "packages": {"kubelet": "1.36.4"}}},
            {"node1": ("", "node", True, False, "uncordon")},
        ),
        # The new kubelet runs, and the node is still cordoned.
        (
            {"node1": {"mark": "cordoned", "takes_pods": False, "kubelet": "1.36.4", "packages": {}}},
            {"node1": ("", "", False, False, "uncordon")},
        ),
        # A node that the user had cordoned keeps that.
        (
            {"node1": {"mark": "kept", "takes_pods": False, "kubelet": "1.36.4", "packages": {}}},
            {"node1": ("", "", False, False, "unmark")},
        ),
        # One that was not marked, because only kubectl is old.
        ({"node1": {"packages": {"kubectl": "1.36.3"}}}, {"node1": ("", "", False, True, "")}),
    ],
)
def test_a_killed_run_goes_on_with_a_worker(killed, expected):
    found = NEW
    for name, changes in killed.items():
        changes = {**changes, "packages": {one: v(text) for one, text in changes["packages"].items()}}
        changes["kubelet"] = v(changes.get("kubelet", "1.36.3" if "mark" in changes else "1.36.4"))
        found = with_node(found, name, **changes)
    assert steps(found) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # Killed before the scheduler was new.
        ({"static_pods": {**dict.fromkeys(STATIC_PODS, v("1.36.4")), "kube-scheduler": v("1.36.3")}}, "apply"),
        # Killed before the kubelet was new: kubeadm may not have ended.
        ({"kubelet": v("1.36.3")}, "apply"),
        ({}, ""),
    ],
)
def test_a_killed_run_goes_on_with_the_first_control_plane(changes, expected):
    assert steps(with_node(NEW, "master", **changes)).get("master", ("", ""))[1] == expected


def test_kubeadm_has_not_ended_while_its_configuration_or_kube_proxy_is_old():
    alone = ("", "apply", False, False, "")
    assert steps(replace(NEW, configured=v("1.36.3"))) == {"master": alone}
    assert steps(replace(NEW, kube_proxy=v("1.36.3"))) == {"master": alone}
    assert steps(replace(NEW, kube_proxy=None)) == {}


def test_the_last_control_plane_brings_the_new_kube_proxy():
    new = [plane(name, "1.36.4") for name in ("a", "b", "c")]
    found = cluster(*new, configured="1.36.4")
    assert steps(found) == {"c": ("", "node", False, False, "")}


def test_a_node_that_the_user_cordoned_is_not_uncordoned():
    found = with_node(OLD, "node1", takes_pods=False)
    assert steps(found)["node1"] == ("kept", "node", True, True, "unmark")
    assert plan(found).nodes[1].note.endswith("stays cordoned, as it was before")


@pytest.mark.parametrize(
    ("found", "target", "parts"),
    [
        # Skipped minor versions, also with old patches.
        (
            OLD,
            "1.38.0",
            ["podnet_kubernetes_version is 1.38.0", "kube-apiserver of master has 1.36.3", "of 1.37 first"],
        ),
        (OLD, "2.0.0", ["podnet_kubernetes_version is 2.0.0", "of 1.37 first"]),
        # Older ones.
        (
            OLD,
            "1.36.2",
            ["is 1.36.2, and the cluster has", "kubelet of node1 1.36.3", "set podnet_kubernetes_version to 1.36.3 or"],
        ),
        (OLD, "1.35.9", ["set podnet_kubernetes_version to 1.36.3 or newer"]),
        # A node alone is newer, or a package.
        (
            with_node(OLD, "node2", kubelet=v("1.37.1")),
            "1.36.4",
            ["the cluster has kubelet of node2 1.37.1:", "set podnet_kubernetes_version to 1.37.1 or newer"],
        ),
        (
            with_node(OLD, "node2", packages={"kubeadm": v("1.37.1")}),
            "1.36.4",
            ["the cluster has package kubeadm of node2 1.37.1:"],
        ),
        # Kubelets too old for the new API server.
        (
            with_node(OLD, "node2", kubelet=v("1.33.9")),
            "1.37.1",
            ["kubelet of node2 1.33.9", "1.37 supports kubelets from 1.34 on", "podnet_kubernetes_version 1.36.3"],
        ),
        # Nodes that nobody knows.
        (with_node(OLD, "node2", ready=False), "1.36.4", ["node2 is not ready", "playbooks/remove_node.yml"]),
        (replace(OLD, configured=None), "1.36.4", ["no control plane that kubeadm made"]),
        (
            with_node(OLD, "master", static_pods={"kube-apiserver": v("1.36.3")}),
            "1.36.4",
            ["has no pod kube-controller"],
        ),
        (cluster(worker("node1")), "1.36.4", ["no control plane that kubeadm made"]),
    ],
)
def test_refusals_name_variable_value_node_and_remedy(found, target, parts):
    made = plan(found, target)
    assert len(made.faults) == 1
    for part in parts:
        assert part in made.faults[0]
    assert (made.nodes, made.batches) == ((), ())


@pytest.mark.parametrize(
    ("found", "target"),
    [
        (OLD, "1.37.1"),
        (OLD, "1.36.3"),
        (with_node(OLD, "node2", kubelet=v("1.34.0")), "1.37.1"),  # three minor versions are allowed
        (with_node(OLD, "node2", ready=False, mark="cordoned"), "1.36.4"),  # an upgrade that was killed
        # Half of an upgrade by a minor version.
        (with_node(OLD, "master", static_pods=dict.fromkeys(STATIC_PODS, v("1.37.1"))), "1.37.1"),
    ],
)
def test_what_the_policy_allows_passes(found, target):
    assert plan(found, target).faults == ()


def test_unknown_nodes_and_hosts_are_refused():
    (fault,) = plan(OLD, hosts=["master", "node1"]).faults
    assert "the cluster has node2, and the run does not" in fault
    (fault,) = plan(OLD, hosts=[*OLD.nodes, "node9"]).faults
    assert fault.startswith("node9 is in the inventory and not in the cluster, whose nodes are master, node1, node2")
