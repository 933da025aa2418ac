# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters that other programs made: what is healthy there is no finding, and no remedy names a variable of ours."""

from __future__ import annotations

import pytest
from diagnosis_world import World


def foreign(network="flannel"):
    """A cluster with nodes that other programs set up."""
    world = World(network)
    for node in world.nodes.values():
        for setting in node["sysctls"].values():
            setting["files"] = [{**one, "file": "/etc/sysctl.d/k8s.conf"} for one in setting["files"]]
    return world


def add_node(world, name, *addresses, labels=None, **more):
    """Add a Node object without a host."""
    item = {
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {**more},
        "status": {
            "addresses": [{"type": "InternalIP", "address": one} for one in addresses],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }
    world.objects["nodes"].append(item)
    return item


@pytest.mark.parametrize(
    ("labels", "taints"),
    [
        ({"type": "virtual-kubelet"}, []),
        ({"type": "kwok"}, []),
        ({"liqo.io/type": "virtual-node"}, []),
        ({}, [{"key": "virtual-kubelet.io/provider", "value": "azure", "effect": "NoSchedule"}]),
    ],
)
@pytest.mark.parametrize("network", ["flannel", "basic_cni"])
def test_nodes_without_a_machine_are_harmless(network, labels, taints):
    """They share the address of the pod that plays their kubelet, and have no subnet, or one without a route."""
    world = foreign(network)
    add_node(world, "cloud-1", "10.244.0.7", labels=labels, taints=taints)
    add_node(world, "cloud-2", "10.244.0.7", labels=labels, taints=taints, podCIDR="10.244.77.0/24")
    pod = {
        "metadata": {"namespace": "kube-system", "name": "kube-proxy-x", "labels": {"k8s-app": "kube-proxy"}},
        "spec": {"nodeName": "cloud-1"},
        "status": {"containerStatuses": [{"name": "kube-proxy", "state": {"waiting": {"reason": "ProviderFailed"}}}]},
    }
    world.objects["pods"].append(pod)
    result = world.diagnose()
    assert (result["findings"], result["not_looked_at"]) == ([], [])
    for item in world.objects["nodes"][-2:]:  # any other node without a subnet is a fault
        item["metadata"]["labels"], item["spec"]["taints"] = {}, []
    assert {"shared_address", "system_pods"} <= set(world.found())


def test_a_node_without_a_machine_that_is_not_ready():
    world = foreign()
    item = add_node(world, "cloud-1", "10.244.0.7", labels={"type": "virtual-kubelet"})
    message = "Kubelet stopped posting node status."
    item["status"]["conditions"] = [{"type": "Ready", "status": "Unknown", "message": message}]
    assert "virtual-kubelet" in world.first("node_not_ready")["remedy"]


@pytest.mark.parametrize(
    ("version", "labels"),
    [("v1.33.1+k3s1", {}), ("v1.33.1+rke2r1", {}), ("v1.33.1+k0s", {}), ("v1.33.1", {"microk8s.io/cluster": "true"})],
)
def test_units_that_a_distribution_does_not_use_are_harmless(version, labels):
    """A package left the units, and their configuration."""
    world = foreign()
    for item in world.objects["nodes"]:
        item["status"]["nodeInfo"]["kubeletVersion"] = version
        item["metadata"]["labels"].update(labels)
    for node in world.nodes.values():
        for unit in ("kubelet", "containerd"):
            node["units"][unit] = {"LoadState": "loaded", "ActiveState": "inactive", "Result": "success"}
        node["kubelet"]["settings"].update(failSwapOn="true", cgroupDriver="systemd")
        node["swap"] = ["/swap.img"]
        node["cni"]["programs"] = {"/opt/cni/bin": []}
    assert world.found() == []
    for item in world.objects["nodes"]:
        item["status"]["nodeInfo"]["kubeletVersion"] = "v1.33.1"
        item["metadata"]["labels"].pop("microk8s.io/cluster", None)
    assert {"runtime_down", "swap", "cgroup_driver", "missing_plugin"} <= set(world.found())


@pytest.mark.parametrize("by_api", [True, False])
def test_a_containerd_beside_another_runtime_is_harmless(by_api):
    """Docker's containerd may be stopped, has another cgroup driver, and looks for plugins elsewhere."""
    world = foreign()
    for item in world.objects["nodes"]:
        item["status"]["nodeInfo"]["containerRuntimeVersion"] = "cri-o://1.33.0" if by_api else ""
    for node in world.nodes.values():
        node["units"]["containerd"] = {"LoadState": "loaded", "ActiveState": "failed", "Result": "exit-code"}
        node["kubelet"]["settings"]["cgroupDriver"] = "systemd"
        node["kubelet"]["settings"]["containerRuntimeEndpoint"] = "" if by_api else "unix:///var/run/crio/crio.sock"
        node["cni"].update(places=["/usr/lib/cni"], programs={"/usr/lib/cni": []}, systemd_cgroup=False)
    assert world.found() == []


def configure(world, *files):
    """Give each node CNI configurations: the file, and the types of its plugins."""
    for node in world.nodes.values():
        found = [{"file": file, "name": file, "plugins": [{"type": one} for one in types]} for file, *types in files]
        node["cni"]["configurations"] = found
        node["cni"]["programs"]["/opt/cni/bin"] += [one for _file, *types in files for one in types]


@pytest.mark.parametrize(
    "network", ["cilium-cni", "weave-net", "aws-cni", "azure-vnet", "ovn-k8s-cni-overlay", "kube-ovn", "antrea"]
)
def test_networks_with_pools_of_their_own_need_no_pod_cidr(network):
    world = foreign()
    configure(world, ("10-x.conflist", network))
    for item in world.objects["nodes"]:
        item["spec"] = {}
    assert world.found("pod_cidr") == []
    configure(world, ("10-x.conflist", "bridge"))
    (found,) = world.diagnose("pod_cidr")["findings"]
    assert "podnet" not in found["remedy"]
    assert "--cluster-cidr" in found["remedy"]


@pytest.mark.parametrize("networks", ["fd00:10:244::/56,10.244.0.0/16", "fd00:10:244::/56"])
def test_pod_networks_of_both_families(networks):
    world = foreign("basic_cni")
    config = next(one["data"] for one in world.objects["config_maps"] if "ClusterConfiguration" in one["data"])
    config["ClusterConfiguration"] = f"networking:\n  podSubnet: {networks}\n"
    assert world.found("pod_cidr") == (["pod_cidr"] if "10." in networks else [])  # the lab has 10.22.0.0/16


@pytest.mark.parametrize("multus", ["multus", "multus-shim"])
@pytest.mark.parametrize("on", [("master", "node1", "node2"), ("node1",)])
@pytest.mark.parametrize("network", ["flannel", "calico", "basic_cni"])
def test_multus_calls_the_network_of_the_next_file(network, multus, on):
    world = foreign(network)
    for name in on:
        cni = world.nodes[name]["cni"]
        first = {"file": "00-multus.conf", "name": "multus-cni-network", "plugins": [{"type": multus}]}
        cni["configurations"].insert(0, first)
        cni["programs"]["/opt/cni/bin"].append(multus)
    assert world.found() == []
    world.add_link("node1", "cilium_host", "veth", "10.0.0.1/32")
    assert world.found() == ["stale_links"]


@pytest.mark.parametrize("objects", [True, False])
def test_links_of_the_network_that_multus_calls_are_not_stale(objects):
    """K3s has its configurations elsewhere, and Flannel runs inside of it."""
    world = foreign()
    configure(world, ("00-multus.conf", "multus"))
    world.objects["pods"] = [
        one for one in world.objects["pods"] if (one["metadata"].get("labels") or {}).get("app") != "flannel"
    ]
    assert world.found("stale_links", "two_cni_configurations", objects=objects) == []


@pytest.mark.parametrize(
    "files",
    [
        [("05-cilium.conflist", "aws-cni", "portmap", "cilium-cni"), ("10-aws.conflist", "aws-cni", "portmap")],
        [("05-cilium.conflist", "cilium-cni"), ("99-istio.conf", "istio-cni")],
        [("10-calico.conflist", "calico"), ("99-loopback.conf", "loopback"), ("87-podman-bridge.conflist", "bridge")],
        [("10-kindnet.conflist", "ptp", "portmap"), ("100-crio-bridge.conflist", "bridge")],
        [("10-containerd-net.conflist", "ptp")],
    ],
)
def test_configurations_beside_the_network_are_harmless(files):
    world = foreign()
    configure(world, *files)
    assert world.found("two_cni_configurations") == []
    configure(world, *files, ("98-weave.conflist", "weave-net"))
    if "containerd" not in files[0][0]:
        assert world.found("two_cni_configurations") == ["two_cni_configurations"]


def test_a_bridge_network_with_subnets_that_are_no_pod_cidr():
    """The plugin takes the subnet of its file: CRI-O's default, or a part of the machines' own network."""
    world = foreign("basic_cni")
    for number, node in enumerate(world.nodes.values()):
        (configuration,) = node["cni"]["configurations"]
        configuration["plugins"][0]["subnets"] = ["192.168.7.0/24"]
        for link in node["links"]:
            if link["name"] == "cni0":
                link["addresses"] = [f"192.168.7.{number + 1}/24"]
    assert world.found("bridge_address") == []
