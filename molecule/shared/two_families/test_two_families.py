"""Pods, nodes and Services in both address families, on the network of the cluster. Each test can run alone."""

from __future__ import annotations

import ipaddress
import json

import pytest
import yaml

FAMILIES = {"ipv4", "ipv6"}
LINKS = {
    "flannel": {"flannel.1": 1430, "flannel-v6.1": 1430},
    "calico": {"vxlan.calico": 1450, "vxlan-v6.calico": 1430},
}
DROP = "FORWARD -j DROP"


@pytest.fixture(scope="module")
def network(kubectl):
    """The name of the cluster's network."""
    names = {one["metadata"]["name"] for one in kubectl.items("daemonsets", "--all-namespaces")}
    return "calico" if "calico-node" in names else "flannel"


@pytest.fixture(scope="module")
def settings(network):
    """The arguments of a playbook with the settings of the scenario."""
    return ["--extra-vars", f"@molecule/{network}_dual/vars/dual_stack.yml"]


def seen(report):
    """Return the kinds of source and target of each cell, with its family."""
    kinds = {endpoint["name"]: endpoint["kind"] for endpoint in report["endpoints"]}
    return {(kinds[cell["source"]], kinds[cell["target"]], cell["family"]) for cell in report["cells"]}


def test_every_cell_passed_and_each_kind_has_both_families(reports, network):
    report = reports(network)
    assert {cell["verdict"] for cell in report["cells"]} == {"passed"}
    targets = ("pod", "node", "service", "nodeport", "outside")
    wanted = {("pod", target, family) for target in targets for family in FAMILIES}
    assert seen(report) >= wanted | {("node", "pod", family) for family in FAMILIES}


def test_pods_have_one_mtu_that_vxlan_over_ipv6_carries(reports, network):
    """1500 bytes of the NIC less 70. The path MTU is measured, in both families."""
    report = reports(network)
    kinds = {endpoint["name"]: endpoint["kind"] for endpoint in report["endpoints"]}
    found = {
        (cell["family"], cell["mtu"])
        for cell in report["cells"]
        if cell["check"] == "mtu" and kinds[cell["source"]] == kinds[cell["target"]] == "pod"
    }
    assert found == {("ipv4", 1430), ("ipv6", 1430)}


def test_each_family_has_a_link_of_its_own(network, on, inventory):
    for name in inventory.nodes:
        found = {
            one["ifname"]: one["mtu"] for one in json.loads(on(name).check_output("ip -json link show type vxlan"))
        }
        assert found == LINKS[network], name


def test_each_pod_has_an_address_of_each_network(kubectl, network, root):
    settings = yaml.safe_load((root / f"molecule/{network}_dual/vars/dual_stack.yml").read_text())
    networks = [ipaddress.ip_network(one) for one in settings["podnet_pod_network"].split(",")]
    found = [one for one in kubectl.items("pods", "--all-namespaces") if not one["spec"].get("hostNetwork")]
    running = [one["status"]["podIPs"] for one in found if one["status"]["phase"] == "Running"]
    assert len(running) > 2
    for addresses in running:
        assert [ipaddress.ip_address(one["ip"]) in net for one, net in zip(addresses, networks, strict=True)] == [
            True
        ] * 2


def test_the_network_announces_both_addresses_of_each_node(kubectl, network):
    keys = {
        "flannel": [f"flannel.alpha.coreos.com/public-{name}" for name in ("ip", "ipv6")],
        "calico": [f"projectcalico.org/{name}Address" for name in ("IPv4", "IPv6")],
    }[network]
    for node in kubectl.items("nodes"):
        own = [one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP"]
        assert [node["metadata"]["annotations"][key].partition("/")[0] for key in keys] == own
        assert [":" in one for one in own] == [False, True]


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


def test_check_mode_reports_no_change(play, changes, settings, network, inventory):
    counts = changes(play(f"playbooks/{network}.yml", *settings, "--check"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def test_a_node_that_forwards_no_ipv6_fails_in_ipv6_alone(play, settings, reports, on, inventory):
    """A proof of one family would not see it."""
    name = inventory.workers[0]
    on(name).check_output(f"ip6tables -I {DROP}")
    try:
        done = play("playbooks/verify.yml", *settings, "--extra-vars", "connectivity_name=no-ipv6")
    finally:
        on(name).check_output(f"ip6tables -D {DROP}")
    assert done.returncode == 2, done.stdout
    report = reports("no-ipv6")
    endpoints = {endpoint["name"]: endpoint for endpoint in report["endpoints"]}
    failed = [cell for cell in report["cells"] if cell["verdict"] != "passed"]
    assert {cell["family"] for cell in failed} == {"ipv6"}
    between = [
        {endpoints[cell["source"]]["node"], endpoints[cell["target"]]["node"]}
        for cell in failed
        if endpoints[cell["source"]]["kind"] == endpoints[cell["target"]]["kind"] == "pod"
    ]
    assert between != []
    assert [nodes for nodes in between if name not in nodes] == []
