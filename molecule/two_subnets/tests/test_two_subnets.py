"""Nodes in two subnets with a router between them. One story: Calico, then Flannel; the last test removes Flannel."""

from __future__ import annotations

import json
import subprocess

import pytest

NETWORK = ("--extra-vars", "podnet_pod_network=10.244.0.0/16")
ROUTER = ["ip", "netns", "exec", "podnet-router", "ip", "link", "set", "dev", "lan"]
FAR = "node2"


@pytest.fixture(scope="module")
def beside(play, root):
    """A function that runs a playbook on the machines of both inventories."""
    inventories = ["--inventory", "lab/inventory", "--inventory", "molecule/two_subnets/inventory"]
    output = f"podnet_output_dir={root}/lab/inventory/.podnet"
    return lambda playbook, *arguments: play(playbook, *inventories, "--extra-vars", output, *NETWORK, *arguments)


@pytest.fixture(scope="module")
def ways(on):
    """Returns the links of the routes to pods of other nodes, by node."""

    def read(links):
        found = {}
        for name in ("master", "node1", FAR):
            routes = json.loads(on(name).check_output("ip -json route show root 10.244.0.0/16 type unicast"))
            found[name] = {one["dev"] for one in routes} & links
        return found

    return read


def test_the_nodes_are_in_two_subnets(on):
    assert on("node1").check_output("ip route get 10.100.198.102").split()[:3] == [
        "10.100.198.102",
        "via",
        "10.100.198.254",
    ]
    assert on(FAR).check_output("ip route get 10.100.198.200").split()[:3] == [
        "10.100.198.200",
        "via",
        "10.100.198.126",
    ]
    assert "via" not in on("node1").check_output("ip route get 10.100.198.200")


def test_every_cell_of_the_network_passed(reports):
    assert {cell["verdict"] for cell in reports("calico")["cells"]} == {"passed"}


def test_calico_takes_the_overlay_through_the_router_only(ways):
    assert ways({"enp0s8", "vxlan.calico"}) == {
        "master": {"enp0s8", "vxlan.calico"},
        "node1": {"enp0s8", "vxlan.calico"},
        FAR: {"vxlan.calico"},
    }


def test_the_diagnosis_names_nothing(beside):
    done = beside("playbooks/diagnose.yml")
    assert done.returncode == 0, done.stdout


def test_a_dead_router_fails_the_cells_between_the_subnets_and_no_other(beside, reports, kubectl):
    """The controller is in the first subnet, so nobody can ask the node in the other one to probe."""
    subprocess.run([*ROUTER, "down"], check=True)
    try:
        done = beside(
            "playbooks/verify.yml",
            "--extra-vars",
            "connectivity_name=dead-router",
            "--extra-vars",
            "podnet_diagnose=false",
        )
    finally:
        subprocess.run([*ROUTER, "up"], check=True)
        kubectl.output("wait", "--for=condition=Ready", f"node/{FAR}", "--timeout=120s")
    assert done.returncode == 2, done.stdout[-3000:]
    report = reports("dead-router")
    nodes = {one["name"]: one.get("node") for one in report["endpoints"] if one["kind"] in ("pod", "node")}
    found = {"far": set(), "to far": set(), "near": set()}
    for cell in report["cells"]:
        if {cell["source"], cell["target"]} <= set(nodes):
            to_far = "to far" if nodes[cell["target"]] == FAR else "near"
            found["far" if nodes[cell["source"]] == FAR else to_far].add(cell["verdict"])
    assert found["far"] == {"not probed"}
    assert found["near"] == {"passed"}
    assert "passed" not in found["to far"]


def test_flannel_takes_its_place(beside, reports, ways, inventory):
    done = beside(
        "playbooks/switch_network.yml",
        "--extra-vars",
        "podnet_network=flannel podnet_switch_confirmed=true switch_network_bare_pods=true connectivity_name=flannel",
    )
    assert done.returncode == 0, done.stdout[-5000:]
    done = beside("playbooks/verify.yml", "--extra-vars", "connectivity_name=flannel")
    assert done.returncode == 0, done.stdout[-5000:]
    assert {cell["verdict"] for cell in reports("flannel")["cells"]} == {"passed"}
    assert ways({"enp0s8", "flannel.1"}) == {name: {"flannel.1"} for name in ("master", "node1", FAR)}
    beside("playbooks/diagnose.yml")
    findings = json.loads((inventory.output / "reports/diagnosis/findings.json").read_text())["findings"]
    # The policies of the tiers are left, which Flannel does not enforce.
    assert [one["id"] for one in findings] == ["unenforced_policies"]


def test_host_gw_is_refused_before_anything_is_changed(beside, ways):
    refused = beside("playbooks/flannel.yml", "--extra-vars", "flannel_backend=host-gw")
    assert refused.returncode == 2
    said = " ".join(refused.stdout.split())
    assert "flannel_backend is host-gw, and the nodes are in several networks" in said
    assert "node2 in 10.100.198.0/25" in said
    assert ways({"enp0s8", "flannel.1"}) == {name: {"flannel.1"} for name in ("master", "node1", FAR)}
