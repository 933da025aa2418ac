"""Flannel without an overlay, kube-proxy in nftables mode, small subnets. One story; the last test removes Flannel."""

from __future__ import annotations

import ipaddress
import json

import pytest
import yaml

CHOICES = {"flannel_backend": "host-gw", "podnet_node_prefix": 25, "podnet_proxy_mode": "nftables"}
NIC = "enp0s8"


@pytest.fixture(scope="module")
def run(play):
    """Runs a playbook with the variables of this scenario, and perhaps others."""

    def start(playbook, *arguments, **variables):
        return play(f"playbooks/{playbook}.yml", "--extra-vars", json.dumps(CHOICES | variables), *arguments)

    return start


@pytest.fixture(scope="module")
def subnets(kubectl):
    """The subnet of each node's pods."""
    return {one["metadata"]["name"]: one["spec"]["podCIDR"] for one in kubectl.items("nodes")}


@pytest.fixture(scope="module")
def routes(on, inventory):
    """Returns the link and the gateway of each route to pods, by node and destination."""

    def read():
        found = {
            name: json.loads(on(name).check_output("ip -json route show root 10.244.0.0/16"))
            for name in inventory.nodes
        }
        return {name: {one["dst"]: (one["dev"], one.get("gateway")) for one in lines} for name, lines in found.items()}

    return read


@pytest.fixture(scope="module")
def direct(kubectl, subnets):
    """The routes that host-gw wants: to another node's pods by its address, on the NIC that the nodes share."""
    addresses = {
        node["metadata"]["name"]: one["address"]
        for node in kubectl.items("nodes")
        for one in node["status"]["addresses"]
        if one["type"] == "InternalIP"
    }
    return {
        name: {
            subnet: (NIC, addresses[other]) if other != name else ("cni0", None) for other, subnet in subnets.items()
        }
        for name in subnets
    }


def has_overlay(node):
    return node.file("/sys/class/net/flannel.1").exists


def test_every_cell_of_the_network_passed(reports):
    assert {cell["verdict"] for cell in reports("flannel")["cells"]} == {"passed"}


def test_packets_between_pods_are_as_large_as_those_of_the_nic(reports, on):
    nic = int(on("node1").file(f"/sys/class/net/{NIC}/mtu").content_string)
    assert {cell["mtu"] for cell in reports("flannel")["cells"] if cell["check"] == "mtu"} == {nic}


def test_nodes_route_to_each_other_without_an_overlay(node, routes, direct):
    assert routes() == direct
    assert not has_overlay(node)


def test_each_node_has_a_small_part_of_the_network(subnets):
    assert {ipaddress.ip_network(one).prefixlen for one in subnets.values()} == {CHOICES["podnet_node_prefix"]}


def test_kube_proxy_uses_nftables(kubectl, inventory, on):
    proxies = kubectl.items("pods", "--namespace=kube-system", "--selector=k8s-app=kube-proxy")
    assert {one["spec"]["nodeName"] for one in proxies} == set(inventory.nodes)
    for one in proxies:
        # The nodes have no nft of their own.
        command = ["exec", "--namespace=kube-system", one["metadata"]["name"], "--"]
        assert "service-ips" in kubectl.output(*command, "nft", "list", "table", "ip", "kube-proxy")
        assert "KUBE-SERVICES" not in on(one["spec"]["nodeName"]).check_output("iptables-save --table nat")


def test_a_second_run_changes_nothing(run, changes):
    assert set(changes(run("flannel")).values()) == {0}


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


def test_nodes_in_two_networks_are_refused_before_anything_is_changed(run, on, tmp_path, routes, direct):
    """node2 has a second address, on a network that the others reach by a router only."""
    second = "10.100.199.202/24"
    hosts = tmp_path / "hosts.yml"
    hosts.write_text(yaml.safe_dump({"all": {"hosts": {"node2": {"podnet_node_network": "10.100.199.0/24"}}}}))
    on("node2").check_output(f"ip address add {second} dev {NIC}")
    try:
        refused = run("flannel", "--inventory", str(hosts))
    finally:
        on("node2").check_output(f"ip address delete {second} dev {NIC}")
    assert refused.returncode == 2
    said = " ".join(refused.stdout.split())
    assert "in several networks (master in 10.100.198.0/24, node1 in 10.100.198.0/24, node2 in 10.100.199.0/24)" in said
    assert "Set flannel_backend to vxlan" in said
    assert routes() == direct


@pytest.fixture
def renew(kubectl):
    """Makes the pods of Deployments again, with the MTU that the network has now."""

    def restart(*deployments):
        for namespace, name in deployments:
            where = ["--namespace", namespace, f"deployment/{name}"]
            kubectl.output("rollout", "restart", *where)
            kubectl.output("rollout", "status", *where, "--timeout=120s")

    return restart


def test_the_overlay_comes_and_goes_on_the_live_cluster(
    run, install, renew, changes, inventory, on, reports, routes, direct
):
    """Pods keep their MTU until they are made again, and a bridge has that of its smallest pod."""
    done = run("flannel", flannel_backend="vxlan", connectivity_name="vxlan")
    assert done.returncode == 2
    assert {cell["check"] for cell in reports("vxlan")["cells"] if cell["verdict"] != "passed"} == {"mtu"}
    assert {one["id"] for one in reports("vxlan")["findings"]} == {"mtu"}
    renew(("default", "web"))
    changes(run("flannel", flannel_backend="vxlan", connectivity_name="vxlan"))
    for name in inventory.nodes:
        assert has_overlay(on(name)), name
        assert {link for link, _gateway in routes()[name].values()} == {"cni0", "flannel.1"}, name
    changes(install("flannel", "--extra-vars", json.dumps(CHOICES)))
    renew(("default", "web"), ("kube-system", "coredns"))
    changes(run("flannel"))
    assert {cell["verdict"] for cell in reports("flannel")["cells"]} == {"passed"}
    assert routes() == direct
    assert [name for name in inventory.nodes if has_overlay(on(name))] == []
    assert run("diagnose").returncode == 0


def test_flannel_is_removed_with_its_routes(remove, changes, inventory, on, routes):
    counts = changes(remove("flannel"))
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    assert routes() == {name: {} for name in inventory.nodes}
    for name in inventory.nodes:
        assert not has_overlay(on(name)), name
        assert on(name).file("/etc/cni/net.d").listdir() == [], name
