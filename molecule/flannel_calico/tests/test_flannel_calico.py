"""Flannel carries the packets, and Calico enforces policies. One story: the last test leaves Flannel alone."""

from __future__ import annotations

import json
import time

import pytest
from nine_pods import check_cases, steps_of
from policy_cases import cases

POLICIES = ("--extra-vars", "podnet_policies=calico")
LINKS = "ip -json link show"


@pytest.fixture(scope="module")
def links(on, inventory):
    """Returns the names and the MTUs of the links of all nodes."""

    def read():
        return {
            name: {one["ifname"]: one["mtu"] for one in json.loads(on(name).check_output(LINKS))}
            for name in inventory.nodes
        }

    return read


def test_every_cell_of_the_network_passed(reports):
    assert {cell["verdict"] for cell in reports("flannel")["cells"]} == {"passed"}


def test_flannel_carries_and_calico_has_no_overlay(links):
    for name, found in links().items():
        assert "flannel.1" in found, name
        assert {"vxlan.calico", "cni0"} & set(found) == set(), name


def test_pods_have_flannels_mtu(links, on):
    assert any(link.startswith("cali") for found in links().values() for link in found)
    for name, found in links().items():
        environment = on(name).file("/run/flannel/subnet.env").content_string
        mtus = {mtu for link, mtu in found.items() if link.startswith("cali")}
        assert mtus <= {int(environment.partition("FLANNEL_MTU=")[2].split()[0])}, name
        assert not any(link.startswith("veth") for link in found), name


def test_pods_have_addresses_of_their_nodes_subnets(kubectl):
    subnets = {one["metadata"]["name"]: one["spec"]["podCIDR"] for one in kubectl.items("nodes")}
    pods = [one for one in kubectl.items("pods", "--all-namespaces") if not one["spec"].get("hostNetwork")]
    found = [one["status"]["podIP"] for one in pods if one["status"]["phase"] == "Running"]
    assert len(found) == len(set(found)) > 0
    for one in pods:
        assert one["status"]["podIP"].rpartition(".")[0] == subnets[one["spec"]["nodeName"]].rpartition(".")[0]


def test_a_second_run_changes_nothing(play, changes, inventory):
    counts = changes(play("playbooks/flannel.yml", *POLICIES, "--skip-tags", "cluster"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def test_check_mode_reports_no_change(play, changes, inventory):
    counts = changes(play("playbooks/flannel.yml", *POLICIES, "--check", "--skip-tags", "cluster"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


def test_every_feature_of_policies_does_what_the_oracle_says(prove, nine_pods, sequence):
    found = cases(nine_pods, "10.244.0.0/16")
    start = time.monotonic()
    done = prove(network_policies_name="cases", network_policies_steps=steps_of(found))
    print(f"{len(found)} cases in {time.monotonic() - start:.0f} s")
    assert done.returncode == 0, done.stdout[-5000:]
    check_cases(found, sequence("cases"))


def test_the_policies_are_those_of_calico(prove, nine_pods, reports):
    """Where the API is silent, the oracle gives Calico's answers, because it finds Calico beside Flannel."""
    ports = [{"port": 80}, {"protocol": "ICMP"}]
    deny = {"podSelector": {}, "policyTypes": ["Ingress"]}
    metadata = {"name": "deny", "namespace": "x"}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": deny}
    done = prove(network_policies_name="icmp", network_policies_ports=ports, network_policies_definitions=[policy])
    assert done.returncode == 0, done.stdout[-5000:]
    icmp = [cell for cell in reports("icmp-1-all")["cells"] if cell["check"] == "icmp"]
    assert {cell["verdict"] for cell in icmp} == {"passed"}
    assert {cell["outcome"] for cell in icmp} == {"reachable", "blocked"}
    assert prove(network_policies_definitions=[policy], entry_point="remove").returncode == 0


def test_the_policies_part_goes_alone(remove, play, changes, inventory, on, scratch, state, differences, nine_pods):
    """The nodes are as they were with Flannel alone, except for pods' links and addresses."""
    everything = ("calico_policies", "--extra-vars", "calico_policies_remove_bare_pods=true")
    refused = remove("calico_policies")
    assert refused.returncode == 2
    assert "x/a" in refused.stdout
    foretold = changes(remove(*everything, "--check"))
    counts = changes(remove(*everything))
    assert counts == foretold
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=flannel-alone")
    assert done.returncode == 0, done.stdout[-5000:]
    for name in inventory.nodes:
        before = json.loads((scratch / "flannel_alone" / f"{name}.json").read_text())
        left = [one for one in differences(before, state(on(name))) if "cali" in str(one) or "canal" in str(one)]
        assert left == [], name
    counts = changes(remove("calico_policies"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
    done = play("playbooks/diagnose.yml")
    assert done.returncode == 0, done.stdout


def test_both_are_removed(install, remove, changes, on, inventory):
    installed = install("calico_policies")
    assert installed.returncode == 0, installed.stdout[-5000:]
    changes(remove("flannel"))
    for name in inventory.nodes:
        assert on(name).file("/etc/cni/net.d").listdir() == [], name
        found = [one["ifname"] for one in json.loads(on(name).check_output(LINKS))]
        assert [one for one in found if one.startswith(("cali", "cni", "flannel"))] == [], name
        assert "cali-" not in on(name).check_output("iptables-save"), name
