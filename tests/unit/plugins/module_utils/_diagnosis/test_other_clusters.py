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
        node["links"] = [one for one in node["links"] if one["name"] != "cni0" or files[0][1] in ("bridge", "flannel")]


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


def ipv6_only(world):
    """Take IPv4 away from pods, Services and nodes' routes."""
    config = next(one["data"] for one in world.objects["config_maps"] if "ClusterConfiguration" in one["data"])
    config["ClusterConfiguration"] = "networking:\n  podSubnet: fd00:10:244::/56\n  serviceSubnet: fd00:10:96::/112\n"
    for number, (item, node) in enumerate(zip(world.objects["nodes"], world.nodes.values())):
        subnet = f"fd00:10:244:{number}::/64"
        item["spec"] = {"podCIDR": subnet, "podCIDRs": [subnet]}
        address = f"fd10:100:198::{200 + number}"
        item["status"]["addresses"] = [{"type": "InternalIP", "address": address}]
        node["kubelet"]["flags"]["node-ip"] = address
        node["kubelet"]["settings"]["clusterDNS"] = ["fd00:10:96::a"]
        (configuration,) = node["cni"]["configurations"]
        configuration["plugins"][0]["subnets"] = [subnet]
        for group in node["routes"]:
            group["routes"] = [one for one in group["routes"] if ":" in one]
        for link in node["links"]:
            link["addresses"] = [one for one in link["addresses"] if ":" in one or link["name"] == "lo"]
        node["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
        node["sysctls"]["net.bridge.bridge-nf-call-iptables"]["value"] = "0"
        node["sysctls"]["net.ipv6.conf.all.forwarding"]["value"] = "1"
        drop = {"family": "ip", "table": "mine", "chain": "f", "hook": "forward", "policy": "drop", "rules": []}
        node["packet_filter"]["nftables"] = [drop, {**drop, "family": "bridge"}]
    return world


@pytest.mark.parametrize("objects", [True, False])
def test_a_cluster_with_ipv6_alone(objects):
    world = ipv6_only(foreign("basic_cni"))
    assert world.found(objects=objects) == []


@pytest.mark.parametrize("key", ["net.ipv6.conf.all.forwarding", "net.bridge.bridge-nf-call-ip6tables"])
def test_ipv6_is_not_forwarded(key):
    world = ipv6_only(foreign("basic_cni"))
    world.nodes["node1"]["sysctls"][key] = {"value": "0", "files": []}
    world.fail(lambda source, target, _check: source["kind"] == "pod" and target["kind"] == "dns")
    (found,) = world.diagnose()["findings"]
    assert (found["id"], found["explained_cells"]) == ("forwarding_off", 0)  # the cells of the report are of IPv4
    assert found["explains"][0]["families"] == ["ipv6"]
    assert found["cause"].startswith(f"{key} is 0 on node1")
    assert found["remedy"] == f"write {key}=1 to a file of /etc/sysctl.d and run `sysctl --system`"


def test_a_chain_for_ipv6_drops_what_pods_with_ipv6_send():
    world = ipv6_only(foreign("basic_cni"))
    world.nodes["node1"]["packet_filter"]["nftables"][0]["family"] = "ip6"
    assert world.first("forward_drop")["remedy"] == (
        "let the packets of pods pass: `nft add rule ip6 mine f ip6 saddr fd00:10:244::/56 accept` and "
        "`nft add rule ip6 mine f ip6 daddr fd00:10:244::/56 accept`"
    )


def without_default_route(world, *routes):
    for name in world.each():
        world.remove_routes(name, "0.0.0.0/0")
        for route in routes:
            world.add_route(name, route, "enp0s8")
    return world


@pytest.mark.parametrize("objects", [True, False])
def test_a_service_network_that_is_not_kubeadm_s(objects):
    """K3s has 10.43.0.0/16, and no ConfigMap says so."""
    world = foreign()
    world.objects["config_maps"] = []
    for node in world.nodes.values():
        node["kubelet"]["settings"]["clusterDNS"] = ["169.254.20.10", "10.43.0.10"]
    without_default_route(world, "10.43.0.0/16 10.100.198.1")
    assert world.found("no_default_route", objects=objects) == []
    for name in world.each():
        world.remove_routes(name, "10.43.")
    (found,) = world.diagnose("no_default_route", objects=objects)["findings"]
    assert "10.43.0.10" in found["evidence"][0]
    for node in world.nodes.values():  # NodeLocal DNSCache alone says nothing about Services
        node["kubelet"]["settings"]["clusterDNS"] = ["169.254.20.10"]
    assert world.found("no_default_route", objects=objects) == []


def test_rules_that_choose_a_table_and_could_not_be_read():
    world = without_default_route(foreign())
    assert world.found() == ["no_default_route"]
    for node in world.nodes.values():
        node["routing_rules"] = None
    assert world.found() == []


CILIUM = [
    "*filter",
    ":INPUT ACCEPT [0:0]",
    ":FORWARD DROP [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":CILIUM_FORWARD - [0:0]",
    '-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD',
    "-A CILIUM_FORWARD -o cilium_host -j ACCEPT",
    "-A CILIUM_FORWARD -i lxc+ -j ACCEPT",
    "COMMIT",
]


@pytest.mark.parametrize(
    ("network", "link"), [("cilium-cni", "lxc+"), ("aws-cni", "eni+"), ("ptp", "veth+"), ("weave-net", "weave")]
)
def test_the_names_of_pod_links_of_other_networks(network, link):
    """Docker sets the policy DROP, and the network accepts what comes from links with its own names."""
    world = foreign("basic_cni")
    configure(world, ("10-x.conflist", network))
    for node in world.nodes.values():
        node["packet_filter"]["iptables"]["lines"] = [one.replace("lxc+", link) for one in CILIUM] + ["*nat", "COMMIT"]
    ours = "-A CILIUM_FORWARD -o veth+ -j ACCEPT"
    if network == "ptp":
        for name in world.each():
            world.add_rule(name, "filter", ours)
    assert world.found("forward_drop") == []


@pytest.mark.parametrize("target", ["NFQUEUE --queue-num 0 --queue-bypass", "NFQUEUE --queue-balance 0:3"])
def test_a_rule_that_asks_another_program_decides_nothing(target):
    """An intrusion prevention system, such as Suricata, accepts what it looked at."""
    world = foreign()
    for name in world.each():
        world.add_rule(name, "filter", "-A FORWARD -s 10.244.0.0/16 -j DROP", first=True)
        world.add_rule(name, "filter", f"-A FORWARD -j {target}", first=True)
    assert world.found() == []


@pytest.mark.parametrize(
    ("key", "data", "harmless"),
    [
        ({"meta": {"key": "iifname"}}, {"set": [["cni0", {"jump": {"target": "pods"}}]]}, True),
        ({"ct": {"key": "state"}}, {"set": [["established", {"accept": None}]]}, False),
        ({"ct": {"key": "state"}}, {"set": [["new", {"jump": {"target": "pods"}}]]}, True),
    ],
)
def test_a_verdict_map_of_a_firewall(key, data, harmless):
    world = foreign()
    chain = {"family": "inet", "table": "fw", "chain": "forward", "hook": "forward", "policy": "drop"}
    world.nodes["node1"]["packet_filter"]["nftables"] = [{**chain, "rules": [[{"vmap": {"key": key, "data": data}}]]}]
    assert world.found() == ([] if harmless else ["forward_drop"])


def pod_routes_by(world, device, *routes):
    """Replace the routes to other nodes' pods."""
    for name in world.each():
        for other in world.each():
            if other != name:
                world.remove_routes(name, world.subnet(other))
                for route in routes:
                    address = world.node(other)["status"]["addresses"][0]["address"]
                    text = route.format(subnet=world.subnet(other), address=address)
                    world.add_route(name, text, device, protocol="")


@pytest.mark.parametrize("objects", [True, False])
@pytest.mark.parametrize(
    ("backend", "link", "kind", "routes"),
    [
        ("wireguard", "flannel-wg", "wireguard", ["10.244.0.0/16"]),
        ("udp", "flannel0", "tun", ["10.244.0.0/16"]),
        ("ipip", "flannel.ipip", "ipip", ["{subnet} {address}"]),
        ("host-gw", "enp0s8", "", ["{subnet} {address}"]),
        ("ipsec", "enp0s8", "", []),
        ("aws-vpc", "enp0s8", "", []),
        ("alloc", "enp0s8", "", []),
    ],
)
def test_the_backends_of_flannel_set_different_routes(backend, link, kind, routes, objects):
    world = foreign()
    pod_routes_by(world, link, *routes)
    for item in world.objects["nodes"]:
        notes = item["metadata"]["annotations"]
        notes["flannel.alpha.coreos.com/backend-type"] = backend
        notes["flannel.alpha.coreos.com/backend-data"] = "null"
    for name, node in world.nodes.items():
        node["links"] = [one for one in node["links"] if one["name"] != "flannel.1"]
        if kind:
            world.add_link(name, link, kind, f"{world.subnet(name).partition('/')[0]}/32", mtu=1420)
    assert world.found(objects=objects) == []
    if backend in ("ipip", "host-gw"):
        world.remove_routes("node1", world.subnet("node2"))
        assert world.found("pod_routes", objects=objects) == ["pod_routes"]


def test_the_tunnels_of_kube_router():
    """Its configuration has the type bridge, and its routes into other networks lead by a tunnel without a gateway."""
    world = foreign("basic_cni")
    pod_routes_by(world, "tun-0a64c6c9", "{subnet}")
    for name in world.each():
        world.add_link(name, "tun-0a64c6c9", "ipip")
    assert world.found() == []


def test_a_route_of_a_bridge_network_that_another_program_set():
    world = foreign("basic_cni")
    world.remove_routes("node1", world.subnet("node2"))
    remedy = world.first("pod_routes")["remedy"]
    assert remedy.startswith(f"run `ip route replace {world.subnet('node2')} via 10.100.198.202` on node1")


def over_vpn(world, device, kind):
    """Have the nodes reach each other by a VPN, whose ends have different MTUs."""
    for number, (name, node) in enumerate(world.nodes.items()):
        address = f"100.64.0.{number + 1}"
        length = 24 if kind == "wireguard" else 32
        world.add_link(name, device, kind, f"{address}/{length}", mtu=1420 - 8 * number, mac=None)
        world.node(name)["status"]["addresses"] = [{"type": "InternalIP", "address": address}]
        node["kubelet"]["flags"]["node-ip"] = address
        node["server"] = None
    world.objects["endpoint_slices"] = []
    pod_routes_by(world, device, "{subnet} {address}")


@pytest.mark.parametrize(("device", "kind"), [("wg0", "wireguard"), ("tailscale0", "tun"), ("nm-mesh", "wireguard")])
def test_a_vpn_as_the_nodes_own_network(device, kind):
    world = foreign("basic_cni")
    over_vpn(world, device, kind)
    assert world.found() == []
    world.add_route("node1", "10.22.0.0/16 100.64.0.77", "tun7")
    world.add_link("node1", "tun7", "tun", "172.30.0.2/24")
    assert world.found() == ["overlapping_networks"]


@pytest.mark.parametrize("network", ["aws-cni", "azure-vnet", "cilium-cni", "macvlan"])
def test_pods_with_addresses_of_the_nodes_network(network):
    """In clouds, podSubnet may be the network of the machines, or one that the network does not use."""
    world = foreign("basic_cni")
    configure(world, ("10-x.conflist", network))
    config = next(one["data"] for one in world.objects["config_maps"] if "ClusterConfiguration" in one["data"])
    config["ClusterConfiguration"] = "networking:\n  podSubnet: 10.100.0.0/16\n  serviceSubnet: 172.20.0.0/16\n"
    for number, name in enumerate(world.each()):
        world.add_link(name, "eth1", "ether", f"10.100.199.{number}/24")
    assert world.found() == []
    configure(world, ("10-x.conflist", "calico"))
    assert "overlapping_networks" in world.found()


def test_an_overlay_whose_numbers_are_missing():
    world = foreign()
    world.link("node1", "flannel.1").update(kind="dummy", mtu=1501)
    assert world.found() == ["mtu"]
    world.link("node1", "enp0s8")["mtu"] = None
    assert world.found() == []


def test_a_router_among_nodes_whose_pods_have_unknown_addresses():
    """Other nodes reach the world by node1. What podCIDR says, no pod of Weave has."""
    world = foreign("basic_cni")
    configure(world, ("10-weave.conflist", "weave-net"))
    for name, node in world.nodes.items():
        for key in ("all", "default", "enp0s8", "enp0s3"):
            node["sysctls"][f"net.ipv4.conf.{key}.rp_filter"] = {"value": "1", "files": []}
        for other in world.each():
            world.remove_routes(name, world.subnet(other))
        if name != "node1":
            world.remove_routes(name, "0.0.0.0/0")
            world.add_route(name, "0.0.0.0/0 10.100.198.201", "enp0s8")
    assert world.found() == []


@pytest.mark.parametrize("value", ["²", "٣", "-1", "9" * 5000])
def test_a_setting_that_is_no_number(value):
    world = foreign()
    world.nodes["node1"]["sysctls"]["net.ipv4.conf.all.rp_filter"]["value"] = value
    assert world.found() == []


def test_a_machine_that_joined_again_with_another_name():
    world = foreign()
    for status, wanted in (("Unknown", "warning"), ("True", "error")):
        old = add_node(world, "ip-10-0-0-7", "10.100.198.201", podCIDR="10.244.9.0/24")
        message = "Kubelet stopped posting node status."
        old["status"]["conditions"] = [{"type": "Ready", "status": status, "message": message}]
        (found,) = world.diagnose("shared_address")["findings"]
        assert found["severity"] == wanted
        assert ("`kubectl delete node ip-10-0-0-7`" in found["remedy"]) == (wanted == "warning")
        assert "podnet" not in found["remedy"]
        world.objects["nodes"].pop()
    assert world.found() == []


@pytest.mark.parametrize("written", ["FD10:100:198::201", "fd10:0100:0198:0:0:0:0:201", " fd10:100:198::201 "])
def test_an_address_that_is_written_in_another_form(written):
    world = foreign()
    world.nodes["node1"]["kubelet"]["flags"]["node-ip"] = f"10.100.198.201,{written}"
    assert world.found() == []
    world.nodes["node1"]["kubelet"]["flags"]["node-ip"] = f"10.100.198.201,{written.replace('201', '99')}"
    assert world.found("kubelet_address") == ["kubelet_address"]


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("v1.33.1+k3s1", "node-ip in /etc/rancher/k3s/config.yaml"),
        ("v1.33.1+rke2r1", "/etc/rancher/rke2/config.yaml"),
        ("v1.33.1", "/var/lib/kubelet/kubeadm-flags.env and restart kubelet"),
    ],
)
def test_the_remedy_of_a_kubelet_names_the_file_of_its_distribution(version, words):
    world = foreign()
    for item in world.objects["nodes"]:
        item["status"]["nodeInfo"]["kubeletVersion"] = version
    world.node("node1")["status"]["addresses"] = [{"type": "InternalIP", "address": "10.100.198.77"}]
    (found,) = world.diagnose("kubelet_address")["findings"]
    assert found["remedy"].endswith(words) or f"{words} and restart the service" in found["remedy"]
    assert "podnet" not in found["remedy"]


def announce(world, name, address, key="flannel.alpha.coreos.com/public-ip"):
    world.node(name)["metadata"]["annotations"][key] = address


def test_a_node_announces_its_external_address():
    """K3s over the internet, with --flannel-external-ip."""
    world = foreign()
    announce(world, "node1", "198.51.100.7")
    assert world.found() == ["network_on_another_nic"]
    world.node("node1")["status"]["addresses"].append({"type": "ExternalIP", "address": "198.51.100.7"})
    assert world.found() == []


@pytest.mark.parametrize("text", ["", "none", "10.0.0/33", "²", "\0", "a" * 10**6])
def test_an_annotation_that_is_no_address(text):
    world = foreign()
    announce(world, "node1", text)
    assert world.found("network_on_another_nic", "shared_address", "pod_routes", objects=True) == []


@pytest.mark.parametrize(("network", "words"), [("flannel", "--iface"), ("calico", "IP_AUTODETECTION_METHOD")])
def test_the_remedy_of_a_network_that_chose_another_nic(network, words):
    world = foreign(network)
    key = {"flannel": "flannel.alpha.coreos.com/public-ip", "calico": "projectcalico.org/IPv4Address"}[network]
    announce(world, "node1", "10.0.2.77", key)
    remedy = world.first("network_on_another_nic")["remedy"]
    assert words in remedy
    assert "podnet" not in remedy


def advertise(world, address):
    """Have the API server advertise an address of the only control plane."""
    world.nodes["master"]["advertised"] = address
    for item in world.objects["endpoint_slices"]:
        item["endpoints"] = [{"addresses": [address]}]


def test_a_control_plane_that_is_no_node():
    world = foreign()
    advertise(world, "172.31.7.7")
    world.nodes["master"]["advertised"] = None
    assert world.found(node_network="10.100.198.0/24") == []


def test_a_control_plane_in_another_network_that_nodes_reach():
    world = foreign()
    advertise(world, "172.31.7.7")
    (found,) = world.diagnose(node_network="10.100.198.0/24")["findings"]
    assert found["id"] == "api_server_on_nat"
    assert "--advertise-address" in found["remedy"]
    assert "podnet_node_network and" not in found["remedy"]
    world.nodes["node1"]["knocks"] = {"tcp 172.31.7.7 6443": "open"}
    assert world.found(node_network="10.100.198.0/24") == []


@pytest.mark.parametrize(
    ("link", "kind", "address", "remedy"),
    [
        ("tunl0", "ipip", "10.9.0.1/32", "run `ip address flush dev tunl0; ip link set tunl0 down` on the node; the"),
        ("cilium_host", "veth", "10.0.0.1/32", "run `ip link delete cilium_host` on the node"),
        ("vxlan.calico", "vxlan", "10.9.0.1/32", "run `ip link delete vxlan.calico` on the node; the entry point"),
    ],
)
def test_the_command_that_takes_a_stale_link_away(link, kind, address, remedy):
    world = foreign()
    world.add_link("node1", link, kind, address)
    found = world.first("stale_links")
    assert found["remedy"].startswith(remedy)
    assert ("entry point" in found["remedy"]) == (link != "cilium_host")


def drop_pods(world, *apps):
    def app(item):
        labels = item["metadata"].get("labels") or {}
        return labels.get("k8s-app") or labels.get("app")

    world.objects["pods"] = [one for one in world.objects["pods"] if app(one) not in apps]


def without_services(world, node):
    lines = world.rules(node)
    lines[:] = [one for one in lines if "KUBE-SERVICES" not in one]
    world.nodes[node]["packet_filter"]["iptables"]["left_out"] = {}


def test_rules_that_a_removed_kube_proxy_left_on_some_nodes():
    world = foreign("calico")
    without_services(world, "node2")
    assert world.found() == ["services_missing"]
    drop_pods(world, "kube-proxy")  # Cilium or Calico replace it
    assert world.found() == []
    for item in world.objects["nodes"]:
        item["status"]["nodeInfo"]["kubeletVersion"] = "v1.33.1+k3s1"  # runs it inside
    assert world.found() == ["services_missing"]


def test_a_node_without_the_program_that_shows_the_rules_of_kube_proxy():
    world = foreign("calico")
    for name in world.each():
        without_services(world, name)
        table = {"family": "ip", "table": "kube-proxy", "chain": "nat-prerouting", "hook": "prerouting", "rules": []}
        world.nodes[name]["packet_filter"]["nftables"] = [table] if name != "node1" else None
    assert world.found() == []
    world.nodes["node1"]["packet_filter"]["nftables"] = []
    assert world.found() == ["services_missing"]


def with_policy(world):
    spec = {"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]}
    world.objects["network_policies"] = [{"metadata": {"namespace": "shop", "name": "web"}, "spec": spec}]
    return world


@pytest.mark.parametrize("engine", ["", "k3s", "kube-router", "nftables", "cilium-cni"])
def test_engines_of_policies_that_have_no_pods(engine):
    world = with_policy(foreign())
    for name, node in world.nodes.items():
        if engine == "kube-router":
            world.rules(name).insert(world.rules(name).index("*filter") + 1, ":KUBE-ROUTER-FORWARD - [0:0]")
        if engine == "nftables":
            table = {"family": "inet", "table": "kube-network-policies", "chain": "f", "hook": "forward", "rules": []}
            node["packet_filter"]["nftables"] = [table]
        if engine == "cilium-cni":
            node["cni"]["configurations"][0]["plugins"].append({"type": engine})
            node["cni"]["programs"]["/opt/cni/bin"].append(engine)
        if engine == "k3s":
            world.node(name)["status"]["nodeInfo"]["kubeletVersion"] = "v1.33.1+k3s1"
    result = world.diagnose("unenforced_policies")["findings"]
    assert [one["id"] for one in result] == ([] if engine else ["unenforced_policies"])
    assert not any("playbooks" in one["remedy"] for one in result)


def add_pod(world, app, node, reason, **status):
    waiting = {"name": app, "restartCount": 7, "state": {"waiting": {"reason": reason}}}
    item = {
        "metadata": {"namespace": "kube-system", "name": f"{app}-old", "labels": {"k8s-app": app}},
        "spec": {"nodeName": node},
        "status": {"phase": "Running", "containerStatuses": [waiting], **status},
    }
    world.objects["pods"].append(item)
    return item


def test_pods_that_a_controller_has_replaced_are_harmless():
    """A node that was shut down leaves failed pods, and a node that is away pods that end for ever."""
    world = foreign()
    item = add_pod(world, "kube-dns", "node1", "CrashLoopBackOff")
    assert world.found() == ["system_pods"]
    item["status"]["phase"] = "Failed"
    assert world.found() == []
    item["status"]["phase"] = "Running"
    item["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert world.found() == []


@pytest.mark.parametrize(
    ("reason", "settings", "asks_itself"),
    [
        ("CrashLoopBackOff", {"resolvConf": "/etc/resolv.conf"}, True),
        ("ContainerCreating", {"resolvConf": "/etc/resolv.conf"}, False),
        ("CrashLoopBackOff", {}, False),
    ],
)
def test_coredns_asks_itself_where_this_is_known(reason, settings, asks_itself):
    """K3s gives pods the servers of systemd-resolved, and has no file of settings."""
    world = foreign()
    add_pod(world, "kube-dns", "node1", reason)
    world.nodes["node1"]["kubelet"] = {"flags": {}, "settings": settings}
    world.nodes["node1"]["resolver"] = {"/etc/resolv.conf": ["127.0.0.53"]}
    (found,) = world.diagnose("system_pods")["findings"]
    assert any("leads CoreDNS to itself" in one for one in found["evidence"]) == asks_itself
    assert ("resolvConf" in found["remedy"]) == asks_itself


def with_webhook(world, *groups, resources=("*/*",)):
    hook = {
        "name": "webhook.example.org",
        "clientConfig": {"service": {"namespace": "certs", "name": "webhook"}},
        "failurePolicy": "Fail",
        "rules": [{"apiGroups": list(groups), "resources": list(resources)}],
    }
    kind = "ValidatingWebhookConfiguration"
    world.objects["webhooks"] = [{"kind": kind, "metadata": {"name": "w"}, "webhooks": [hook]}]
    return world


@pytest.mark.parametrize(
    ("groups", "severity"),
    [
        (["cert-manager.io", "acme.cert-manager.io"], "warning"),
        ([""], "error"),
        (["*"], "error"),
        (["cert-manager.io", "apps"], "error"),
        (["discovery.k8s.io"], "error"),
        ([], "error"),
    ],
)
def test_a_webhook_for_objects_of_its_own_program_is_a_warning(groups, severity):
    (found,) = with_webhook(foreign(), *groups).diagnose()["findings"]
    assert (found["id"], found["severity"]) == ("webhook_down", severity)


def test_webhooks_are_not_judged_without_the_endpoints():
    world = with_webhook(foreign(), "")
    del world.objects["endpoint_slices"]
    assert world.found() == []


def certificate(world, node, path, part=None):
    found = world.nodes[node]["certificates"]
    return next(one for one in found if one["path"] == path and one.get("part") == part)


CA, CLIENT = "/etc/kubernetes/pki/ca.crt", "/var/lib/kubelet/pki/kubelet-client-current.pem"


@pytest.mark.parametrize("servers", [True, False])
def test_a_ca_that_is_being_replaced(servers):
    """Workers have the old one and the new one, and a control plane may have the new one alone."""
    world = foreign()
    for name in ("node1", "node2"):
        old = {**certificate(world, name, CA), "public_key": "0" * 64, "subject_key": "00" * 20}
        world.nodes[name]["certificates"].insert(0, old)
    if not servers:
        world.nodes["master"]["advertised"] = None
        world.objects["endpoint_slices"] = []
    assert world.found() == []
    for name in ("node1",):
        world.nodes[name]["certificates"] = [one for one in world.nodes[name]["certificates"] if one["path"] != CA]
        world.nodes[name]["certificates"].append(old)
    if not servers:  # then nobody knows which one is the old one
        assert world.found() == []
        return
    found = world.first("certificates")
    assert found["nodes"] == ["node1"]
    assert "kubeadm reset" in found["remedy"]
    assert "playbooks" not in found["remedy"]


def test_kubelets_with_a_ca_of_their_own():
    world = foreign()
    for name in world.each():
        certificate(world, name, CLIENT)["authority_key"] = "ab" * 20
    assert world.found() == []
    certificate(world, "node2", CLIENT)["authority_key"] = "cd" * 20
    assert world.first("certificates")["nodes"] == ["node2"]


@pytest.mark.parametrize("time", [-(2.0**62), 2.0**62, -1e10])
def test_a_certificate_of_another_age(time):
    world = foreign()
    world.nodes["node1"]["certificates"][0].update(not_before=time, not_after=min(time, 1.0), subject=None)
    world.nodes["node2"]["certificates"][0].update(not_before=2.0**62, not_after=2.0**62)
    assert set(world.found()) == {"certificates"}


@pytest.mark.parametrize(
    ("version", "runtime", "words"),
    [
        ("v1.33.1", "containerd://2.1.0", "containerd a proxy or a mirror (/etc/containerd/certs.d)"),
        ("v1.33.1", "cri-o://1.33.0", "CRI-O a proxy or a mirror (/etc/containers/registries.conf.d)"),
        ("v1.33.1+k3s1", "containerd://2.0.5-k3s1", "K3s a proxy or a mirror (/etc/rancher/k3s/registries.yaml)"),
        ("v1.33.1+rke2r1", "containerd://2.0.5-k3s1", "/etc/rancher/rke2/registries.yaml"),
    ],
)
def test_the_mirrors_of_each_runtime(version, runtime, words):
    world = foreign()
    for item in world.objects["nodes"]:
        item["status"]["nodeInfo"].update(kubeletVersion=version, containerRuntimeVersion=runtime)
    waiting_for(world, 'Get "https://registry.example/v2/": dial tcp 192.0.2.1:443: i/o timeout')
    assert words in world.first("image_pull")["remedy"]


def waiting_for(world, message):
    image = "registry.example/net/plugin:v1"
    waiting = {"reason": "ErrImagePull", "message": message}
    container = {"name": "kube-flannel", "image": image, "state": {"waiting": waiting}}
    item = {
        "metadata": {"namespace": "kube-flannel", "name": "kube-flannel-x", "labels": {"app": "flannel"}},
        "spec": {"nodeName": "node1"},
        "status": {"phase": "Pending", "containerStatuses": [container]},
    }
    world.objects["pods"].append(item)


@pytest.mark.parametrize("url", ["https://[fd00::1", "http://]", "https://:/", "https://[fd00::1]:5000/v2/"])
def test_a_url_that_is_none(url):
    world = foreign()
    waiting_for(world, f"Get {url} dial tcp: i/o timeout")
    assert world.found() == ["image_pull"]


@pytest.mark.parametrize("without", ["age", "sandbox"])
def test_a_pull_of_which_less_is_known(without):
    world = foreign()
    pull = {"image": "registry.example/pause:3", "sandbox": True, "error": "dial tcp: i/o timeout", "age": 1.0}
    del pull[without]
    world.nodes["node1"]["pulls"] = [pull]
    assert world.found(objects=False) == ([] if without == "age" else ["image_pull"])


@pytest.mark.parametrize(
    ("version", "runtime", "message", "words"),
    [
        ("v1.33.1", "containerd://2.1.0", "container runtime is down", "systemctl restart containerd`"),
        ("v1.33.1", "cri-o://1.33.0", "container runtime is down", "systemctl restart crio`"),
        ("v1.33.1+k3s1", "containerd://2.0.5-k3s1", "container runtime is down", "restart k3s (or k3s-agent)`"),
        ("v1.33.1", "containerd://2.1.0", "cni plugin not initialized", "install a pod network"),
    ],
)
def test_the_remedy_of_a_node_that_is_not_ready(version, runtime, message, words):
    world = foreign()
    item = world.node("node1")
    item["status"]["nodeInfo"].update(kubeletVersion=version, containerRuntimeVersion=runtime)
    item["status"]["conditions"] = [{"type": "Ready", "status": "False", "message": message}]
    (found,) = world.diagnose("node_not_ready")["findings"]
    assert words in found["remedy"]
    assert "playbooks" not in found["remedy"]


def test_a_system_that_comes_as_an_image_has_a_read_only_root():
    world = foreign()
    disk = {"bytes": 10**9, "bytes_free": 0, "files": 10, "files_free": 0, "read_only": True}
    world.nodes["node1"]["disks"] = [{**disk, "places": ["/etc/kubernetes"]}]
    assert world.found() == []
    world.nodes["node1"]["disks"] = [{**disk, "places": ["/var/lib/kubelet", "/etc/kubernetes"]}]
    assert world.found() == ["disk_full"]


@pytest.mark.parametrize(
    ("uuid", "harmless"),
    [
        ("00000000-0000-0000-0000-000000000000", True),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", True),
        ("03000200-0400-0500-0006-000700080009", True),
        ("4c4c4544-0031-4710-8033-b7c04f4e4d32", False),
    ],
)
def test_a_uuid_that_a_vendor_leaves_on_all_boards(uuid, harmless):
    world = foreign()
    for node in world.nodes.values():
        node["identity"].update(product_uuid=uuid, container=False)
    assert world.found() == ([] if harmless else ["duplicate_identity"])


FAILED = 'E1128 10:00:00.1 1 run.go:72] "command failed" err="'


@pytest.mark.parametrize(
    "line", ["running with swap on is not supported", "kubelet cgroup driver", "config.yaml: no such file", "x509: no"]
)
def test_the_remedy_of_a_kubelet_that_does_not_run(line):
    world = foreign()
    state = {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code", "NRestarts": "57"}
    world.nodes["node1"]["units"]["kubelet"].update(state)
    world.nodes["node1"]["logs"]["kubelet"] = [f'{FAILED}{line}"']
    world.nodes["node1"]["swap"] = ["/swap.img"]
    world.nodes["node1"]["kubelet"]["settings"]["failSwapOn"] = "true"
    for found in world.diagnose("runtime_down", "swap")["findings"]:
        assert not any(word in found["remedy"] for word in ("role common", "playbooks", "podnet"))


def test_a_policy_that_closes_one_pod_is_no_rule_against_pods():
    """kube-router, also in K3s: the pod with the address that is looked at has a policy that allows nothing."""
    world = foreign()
    pod = world.subnet("node1").replace(".0/24", ".2")
    rules = [f"-A KUBE-ROUTER-FORWARD -d {pod}/32 -j KUBE-POD-FW-X", "-A FORWARD -j KUBE-ROUTER-FORWARD"]
    for rule in (*rules, "-A KUBE-POD-FW-X -m mark ! --mark 0x10000/0x10000 -j REJECT"):
        world.add_rule("node1", "filter", rule, first=True)
    assert world.found() == []
    world.add_rule("node1", "filter", f"-A FORWARD -d {pod}/32 -j REJECT", first=True)
    assert world.found() == ["forward_drop"]
