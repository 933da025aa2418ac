"""What only Flannel has of two families. The last test removes the network."""

from __future__ import annotations

import json

import pytest
import yaml

NIC = "enp0s8"
VARIABLES = ("--extra-vars", "@molecule/flannel_dual/vars/dual_stack.yml")
WORDS = "Calico's policies on Flannel know IPv4 only, and podnet_pod_network"


@pytest.fixture(scope="module")
def scenario_networks(root):
    """The pod network of each family."""
    settings = yaml.safe_load((root / "molecule/flannel_dual/vars/dual_stack.yml").read_text())
    return settings["podnet_pod_network"].split(",")


def test_policies_of_calico_are_refused_before_any_change(play):
    done = play("playbooks/flannel.yml", *VARIABLES, "--extra-vars", "podnet_policies=calico")
    assert done.returncode == 2, done.stdout
    assert WORDS in " ".join(done.stdout.split())


def test_a_network_as_interface_leads_to_the_same_nic(install, kubectl):
    """flanneld needs an expression that fits an address of each family: the role makes it of the nodes' addresses."""
    done = install("flannel", *VARIABLES, "--extra-vars", "flannel_interface=10.100.198.0/24 flannel_max_unavailable=3")
    assert done.returncode == 0, done.stdout[-5000:]
    (daemons,) = kubectl.items("daemonsets", "--namespace", "kube-flannel")
    arguments = daemons["spec"]["template"]["spec"]["containers"][0]["args"]
    (chosen,) = [one for one in arguments if one.startswith("--iface")]
    assert chosen.startswith("--iface-regex=^(10[.]100[.]198[.]200|")
    for node in kubectl.items("nodes"):
        own = [one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP"]
        found = node["metadata"]["annotations"]
        assert [found[f"flannel.alpha.coreos.com/public-{key}"] for key in ("ip", "ipv6")] == own


def test_host_gw_takes_the_overlays_place_in_both_families(play, reports, on, inventory, scenario_networks, kubectl):
    settings = ("--extra-vars", "flannel_backend=host-gw connectivity_name=host-gw")
    changed = play("molecule/shared/install.yml", "--extra-vars", "network=flannel", *VARIABLES, *settings)
    assert changed.returncode == 0, changed.stdout[-5000:]
    # Pods keep the overlay's MTU until they are made again, and a bridge has that of its smallest pod.
    for where in (["deployment/web"], ["--namespace=kube-system", "deployment/coredns"]):
        kubectl.output("rollout", "restart", *where)
        kubectl.output("rollout", "status", *where, "--timeout=120s")
    done = play("playbooks/flannel.yml", "--skip-tags=cluster", *VARIABLES, *settings)
    assert done.returncode == 0, done.stdout[-5000:]
    passed = {(cell["family"], cell["verdict"]) for cell in reports("host-gw")["cells"]}
    assert passed == {("ipv4", "passed"), ("ipv6", "passed")}
    for name in inventory.nodes:
        for option, network in zip(("-4", "-6"), scenario_networks, strict=True):
            routes = json.loads(on(name).check_output(f"ip {option} -json route show root {network}"))
            others = [one["dev"] for one in routes if "gateway" in one]
            assert others == [NIC] * (len(inventory.nodes) - 1), (name, network)


@pytest.mark.parametrize("network", ["calico", "flannel"])
def test_the_cluster_gets_another_network_of_both_families(play, reports, network):
    settings = f"podnet_network={network} podnet_switch_confirmed=true flannel_backend=host-gw"
    done = play("playbooks/switch_network.yml", *VARIABLES, "--extra-vars", settings)
    assert done.returncode == 0, done.stdout[-5000:]
    passed = {(cell["family"], cell["verdict"]) for cell in reports(network)["cells"]}
    assert passed == {("ipv4", "passed"), ("ipv6", "passed")}


def test_it_is_removed_and_the_nodes_are_as_they_were(remove, changes, on, scratch, inventory, differences, state):
    foretold = changes(remove("flannel", *VARIABLES, "--check"))
    counts = changes(remove("flannel", *VARIABLES))
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    assert counts == foretold
    for name in inventory.nodes:
        before = json.loads((scratch / "without_network" / f"{name}.json").read_text())
        assert differences(before, state(on(name))) == [], name
    counts = changes(remove("flannel", *VARIABLES))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
