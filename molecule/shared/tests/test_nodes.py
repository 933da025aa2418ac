"""Each node has the NICs of a Vagrant machine, the requested Debian and the pinned packages of Kubernetes."""

from __future__ import annotations

import json
import os

import pytest


def links(node):
    return {link["ifname"]: link for link in json.loads(node.check_output("ip -json -4 address"))}


def test_the_release_of_debian_is_the_one_asked_for(node, lab):
    wanted = os.environ.get("LAB_NODE_RELEASE") or str(lab["lab_node_release"])
    assert (node.system_info.distribution, node.system_info.release.split(".")[0]) == ("debian", wanted)


def test_both_nics_are_configured_by_networkd(node, inventory, lab):
    found = json.loads(node.check_output("networkctl --json=short list"))["Interfaces"]
    nics = {inventory.variables["podnet_node_interface"], lab["lab_nat_interface"]}
    assert {nic["Name"]: nic["AdministrativeState"] for nic in found if nic["Name"] in nics} == dict.fromkeys(
        nics, "configured"
    )


def test_every_node_has_the_same_nat_address(node, lab):
    (address,) = links(node)[lab["lab_nat_interface"]]["addr_info"]
    assert address["local"] == lab["lab_nat_address"]


def test_the_nat_interface_was_made_first(node, inventory, lab):
    found = links(node)
    assert found[lab["lab_nat_interface"]]["ifindex"] < found[inventory.variables["podnet_node_interface"]]["ifindex"]


def test_the_default_route_leaves_by_the_nat_interface(node, lab):
    (route,) = json.loads(node.check_output("ip -json route show default"))
    assert (route["dev"], route["gateway"]) == (lab["lab_nat_interface"], lab["lab_nat_gateway"])


@pytest.mark.parametrize("name", ["kubeadm", "kubelet", "kubectl"])
def test_kubernetes_packages_have_the_pinned_version(node, inventory, name):
    assert node.package(name).version.split("-")[0] == inventory.variables["podnet_kubernetes_version"]


def test_kubernetes_packages_are_held(node):
    assert {"kubeadm", "kubelet", "kubectl"} <= set(node.check_output("apt-mark showhold").split())


@pytest.mark.parametrize("name", ["containerd", "kubelet"])
def test_services_run_now_and_at_boot(node, name):
    service = node.service(name)
    assert (service.is_running, service.is_enabled) == (True, True)
