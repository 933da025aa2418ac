# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.network_switch import (
    Settings,
    plan_switch,
)

FILES = {"basic_cni": "10-mynet.conflist", "flannel": "10-flannel.conflist", "calico": "10-calico.conflist"}
DAEMON_SETS = {"flannel": "kube-flannel/kube-flannel-ds", "calico": "kube-system/calico-node"}
NAMES = ("master", "node1")
TAINT = {"key": "podnet.kubernetes/network-removal", "effect": "NoSchedule"}
OWNER = ({"kind": "ReplicaSet", "name": "web"},)


def named(name):
    namespace, short = name.split("/")
    return {"metadata": {"namespace": namespace, "name": short}}


def node(name, ready="True", taints=(), subnet="10.244.0.0/24"):
    status = {"conditions": [{"type": "Ready", "status": ready}]}
    return {"metadata": {"name": name}, "spec": {"podCIDR": subnet, "taints": list(taints)}, "status": status}


def pod(name, owners=OWNER, ready=True, **spec):
    return {
        "metadata": {"namespace": "default", "name": name, "ownerReferences": list(owners)},
        "spec": {"nodeName": "node1", **spec},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]},
    }


def kubeadm(pods="10.244.0.0/16", arguments=()):
    configuration = {"networking": {"podSubnet": pods}, "controllerManager": {"extraArgs": arguments}}
    return {**named("kube-system/kubeadm-config"), "data": {"ClusterConfiguration": json.dumps(configuration)}}


def mark(started="1796000000"):
    return {**named("kube-system/podnet-network-switch"), "data": {"to": "calico", "started": started}}


def cluster(*networks, **more):
    """The objects of a cluster with these networks."""
    files = [{"path": f"/etc/cni/net.d/{FILES[one]}"} for one in networks]
    return {
        "nodes": [node(name) for name in NAMES],
        "pods": [pod("web-1"), pod("web-2")],
        "daemon_sets": [named(DAEMON_SETS[one]) for one in networks if one in DAEMON_SETS],
        "policies": [],
        "config_maps": [kubeadm()],
        "files": dict.fromkeys(NAMES, files),
        **more,
    }


def plan(objects, target, **settings):
    return plan_switch(
        objects, Settings(**{"target": target, "hosts": NAMES, **settings}), lambda text: json.loads(text or "null")
    )


@pytest.mark.parametrize("target", FILES)
@pytest.mark.parametrize("present", FILES)
def test_every_network_changes_into_every_other_one(present, target):
    switch = plan(cluster(present), target)
    assert switch.faults == ()
    assert switch.present == (present,)
    assert switch.leaving == (() if present == target else (present,))
    assert switch.installs == (present != target)
    assert switch.pod_network == "10.244.0.0/16"


def test_a_cluster_without_a_network_gets_one():
    switch = plan(cluster(), "calico")
    assert (switch.faults, switch.leaving, switch.installs) == ((), (), True)


def test_the_files_of_one_node_or_the_daemon_set_alone_show_a_network():
    files = {"master": [], "node1": [{"path": "/etc/cni/net.d/10-flannel.conflist"}]}
    assert plan(cluster(files=files), "calico").leaving == ("flannel",)
    assert plan(cluster(daemon_sets=[named("kube-system/calico-node")]), "flannel").leaving == ("calico",)


def test_two_networks_both_leave_for_a_third_one():
    assert plan(cluster("basic_cni", "flannel"), "calico").leaving == ("basic_cni", "flannel")
    assert plan(cluster("basic_cni", "flannel"), "flannel").leaving == ("basic_cni",)


@pytest.mark.parametrize(
    ("networks", "target", "leaving"),
    [
        (["flannel"], "calico", ("flannel",)),
        # The user thinks better of it: what has begun is finished first.
        (["flannel"], "flannel", ("flannel",)),
        # Killed after the last file: only the taint is left, and any removal takes it away.
        ([], "calico", ("basic_cni", "flannel")),
    ],
)
def test_a_removal_that_was_killed_goes_on(networks, target, leaving):
    nodes = [node("master"), node("node1", taints=[TAINT])]
    switch = plan(cluster(*networks, nodes=nodes), target)
    assert (switch.faults, switch.leaving, switch.installs) == ((), leaving, True)


def test_an_installation_that_was_killed_goes_on():
    objects = cluster("calico", config_maps=[kubeadm(), mark()], pods=[pod("web-1", ready=False)])
    switch = plan(objects, "calico")
    assert (switch.leaving, switch.installs, switch.started) == ((), True, 1796000000.0)
    # The pods that wait now are those that the switch restarts.
    assert switch.unready == ()
    assert plan(cluster("calico", config_maps=[kubeadm(), mark("")]), "calico").started == 0.0


def test_controllers_whose_pods_are_not_ready_before_do_not_count_afterwards():
    objects = cluster("flannel", pods=[pod("web-1"), pod("web-2", ready=False), pod("alone", owners=[], ready=False)])
    assert plan(objects, "calico").unready == ("default/ReplicaSet/web", "default/alone")


@pytest.mark.parametrize(
    ("objects", "settings", "fault"),
    [
        (
            cluster("flannel"),
            {"target": ""},
            "podnet_network is not set: give -e podnet_network=… with one of basic_cni, ",
        ),
        (
            cluster("flannel"),
            {"target": "cilium"},
            "podnet_network is cilium: give -e podnet_network=… with one of basic_c",
        ),
        (
            cluster(files={"node1": [{"path": "/etc/cni/net.d/05-cilium.conflist"}]}),
            {},
            "node1 is configured for a network that no role knows: /etc/cni/net.d/05-cilium.conflist. Known are",
        ),
        (
            # A cluster without a known network may use any file.
            cluster(files={"node1": [{"path": "/etc/cni/net.d/87-podman-bridge.conflist"}]}),
            {},
            "node1 is configured for a network that no role knows: /etc/cni/net.d/87-podman-bridge.conflist.",
        ),
        (
            cluster(
                daemon_sets=[named("kube-flannel/kube-flannel-ds")],
                files={
                    "node1": [{"path": "/etc/cni/net.d/00-multus.conf"}, {"path": "/etc/cni/net.d/10-flannel.conflist"}]
                },
            ),
            {},
            "node1 is configured for a network that no role knows: /etc/cni/net.d/00-multus.conf.",
        ),
        (
            cluster("calico", daemon_sets=[named("calico-system/calico-node")]),
            {"target": "flannel"},
            "the cluster has Calico by its operator (calico-system/calico-node)",
        ),
        (
            cluster("flannel"),
            {"hosts": ["master"]},
            "the cluster has the nodes master, node1, and this play the hosts master: run it on all nodes",
        ),
        (cluster("flannel", config_maps=[]), {}, "the ConfigMap kubeadm-config in kube-system names no podSubnet"),
        (
            cluster("flannel"),
            {"given": {"podnet_pod_network": "192.168.0.0/16"}},
            "podnet_pod_network is 192.168.0.0/16, and the pod network of the cluster is 10.244.0.0/16, which does not",
        ),
        (
            cluster("flannel"),
            {"given": {"calico_pod_network": "192.168.0.0/16", "flannel_pod_network": "10.0.0.0/8"}},
            "calico_pod_network is 192.168.0.0/16, and the pod network",
        ),
        (
            cluster("calico", nodes=[node("master"), node("node1", subnet=None)]),
            {"target": "flannel"},
            "node1 has no pod subnet (spec.podCIDR), and Flannel needs one on each node: switch to basic_cni first",
        ),
        (
            cluster("flannel", nodes=[node("master"), node("node1", "Unknown")]),
            {},
            "the kubelet of node1 does not answer, so its pods cannot leave the network",
        ),
        (
            cluster("flannel", pods=[pod("log-1", tolerations=[{"operator": "Exists"}])]),
            {},
            "pods of default/ReplicaSet/web tolerate the taint of a removal",
        ),
        (
            cluster("flannel", pods=[pod("alone", owners=[])]),
            {},
            "no controller makes these pods again: default/alone.",
        ),
        (
            cluster("flannel", pods=[pod("cache", volumes=[{"name": "one", "emptyDir": {}}])]),
            {},
            "these pods lose the data in their emptyDir volumes: default/cache.",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_the_reason(objects, settings, fault):
    faults = plan(objects, **{"target": "calico", **settings}).faults
    assert [one.startswith(fault) for one in faults] == [True], faults


def test_pods_may_go_when_the_user_allows_it():
    pods = [pod("alone", owners=[]), pod("cache", volumes=[{"name": "one", "emptyDir": {}}])]
    assert plan(cluster("flannel", pods=pods), "calico", bare_pods=True, empty_dirs=True).faults == ()


def test_nothing_is_asked_of_pods_when_no_network_leaves():
    pods = [pod("alone", owners=[])]
    nodes = [node("master"), node("node1", "Unknown")]
    assert plan(cluster("calico", pods=pods, nodes=nodes), "calico").faults == ()


def test_a_node_without_a_network_is_not_ready_and_may_get_one():
    assert plan(cluster(nodes=[node(name, "False") for name in NAMES]), "flannel").faults == ()


def test_foreign_files_that_no_runtime_reads_may_stay():
    files = [{"path": f"/etc/cni/net.d/{name}"} for name in ("10-flannel.conflist", "87-podman.conflist", "99-a.conf")]
    assert plan(cluster("flannel", files={"node1": files}), "calico").faults == ()
    # Killed after the removal: the file of the new network will be the first one.
    nodes = [node(name, taints=[TAINT]) for name in NAMES]
    assert plan(cluster(nodes=nodes, files={"node1": files[1:]}), "calico").faults == ()
    assert plan(cluster(config_maps=[kubeadm(), mark()], files={"node1": files[1:]}), "calico").faults == ()


def with_policies():
    """Flannel whose policies Calico enforces."""
    objects = cluster("flannel", policies=[{}])
    files = [*objects["files"]["node1"], {"path": "/etc/cni/net.d/10-canal.conflist"}]
    daemons = [*objects["daemon_sets"], named("kube-system/canal")]
    return {**objects, "daemon_sets": daemons, "files": dict.fromkeys(NAMES, files)}


def test_calico_beside_flannel_comes_when_it_is_wanted_and_stays_with_flannel():
    assert plan(cluster("calico"), "flannel", policies=True).policies
    assert not plan(cluster("calico"), "flannel").policies
    assert not plan(cluster("flannel"), "calico", policies=True).policies
    staying = plan(with_policies(), "flannel")
    assert (staying.faults, staying.leaving, staying.policies) == ((), (), True)


def test_calico_beside_flannel_goes_with_flannel():
    leaving = plan(with_policies(), "basic_cni")
    assert (leaving.faults, leaving.leaving, leaving.policies) == ((), ("flannel",), False)
    assert "Calico's own objects go with it, such as its GlobalNetworkPolicies" in leaving.notes
    assert "basic_cni enforces no NetworkPolicies: the 1 of the cluster have no effect afterwards" in leaving.notes
    # A removal that has begun is finished first, and the switch back brings Flannel alone.
    nodes = [node("master"), node("node1", taints=[TAINT])]
    assert not plan({**with_policies(), "nodes": nodes}, "flannel").policies


def test_policies_keep_their_effect_where_calico_enforces_them():
    silent = plan(cluster("calico", policies=[{}]), "flannel", policies=True)
    assert [note for note in silent.notes if "no effect" in note] == []


def test_two_families_change_their_network_too():
    objects = cluster("basic_cni", config_maps=[kubeadm("10.22.0.0/16, fd10:22::/56")])
    switch = plan(objects, "calico")
    assert (switch.faults, switch.pod_network) == ((), "10.22.0.0/16,fd10:22::/56")


def test_two_families_and_policies_on_flannel_do_not_fit():
    objects = cluster("calico", config_maps=[kubeadm("10.22.0.0/16, fd10:22::/56")])
    assert plan(objects, "flannel", policies=True).faults == (
        "podnet_policies is calico, and the pod network of the cluster 10.22.0.0/16,fd10:22::/56 has two families: "
        "Calico's policies on Flannel know IPv4 only: leave podnet_policies out, or switch to calico",
    )
    assert plan(objects, "flannel").faults == ()


def test_the_given_network_may_be_that_of_the_cluster():
    given = {"podnet_pod_network": "10.22.0.0/16, fd10:22::/56"}
    objects = cluster("basic_cni", config_maps=[kubeadm("10.22.0.0/16,fd10:22::/56")])
    switch = plan(objects, "basic_cni", given=given)
    assert (switch.faults, switch.notes) == ((), ())


@pytest.mark.parametrize(
    "arguments", [[{"name": "allocate-node-cidrs", "value": "false"}], {"allocate-node-cidrs": "false"}]
)
def test_consequences_are_said_before(arguments):
    objects = cluster("calico", policies=[{}, {}], config_maps=[kubeadm(arguments=arguments)])
    assert plan(objects, "flannel").notes == (
        "calico goes, and flannel comes. Meanwhile no pod has a network. 2 pods end and start anew, without regard to "
        "PodDisruptionBudgets",
        "Calico's own objects go with it, such as its GlobalNetworkPolicies",
        "flannel enforces no NetworkPolicies: the 2 of the cluster have no effect afterwards",
        "the controller manager gives new nodes no pod subnet (--allocate-node-cidrs=false), so Flannel will not run "
        "on nodes that join later",
        "the pod network stays 10.244.0.0/16: set podnet_pod_network to it in the inventory for later runs of other "
        "playbooks",
    )


@pytest.mark.parametrize(
    ("part", "value", "error"),
    [
        ("nodes", None, "nodes is None, not a list of objects"),
        ("pods", {"resources": []}, "pods is an object with resources, not a list"),
        ("daemon_sets", [3], "daemon_sets is 3, not an object"),
        ("files", ["a"], "files is "),
        (
            "config_maps",
            [{**named("kube-system/kubeadm-config"), "data": {"ClusterConfiguration": "[1]"}}],
            "kubeadm-config: Cl",
        ),
    ],
)
def test_bad_input(part, value, error):
    with pytest.raises(InputError) as found:
        plan(cluster("flannel", **{part: value}), "calico")
    assert str(found.value).startswith(error)
