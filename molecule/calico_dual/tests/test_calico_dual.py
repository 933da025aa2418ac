"""Calico in both families: policies, and three ways to encapsulate. One story: the last tests remove the network."""

from __future__ import annotations

import json

import pytest
from nine_pods import steps_of
from policy_cases import cases

VARIABLES = ("--extra-vars", "@molecule/calico_dual/vars/dual_stack.yml")
# The API leaves open whether a block holds addresses of pods, so the implementation decides what the block lets in.
OPEN = {("ip-block", "ipv4"), ("ipv6-block", "ipv6")}
FAMILIES = (("-4", "192.168.0.0/16"), ("-6", "fd10:192::/56"))  # options of ip, and the pod networks
BIRD = "12"  # the number of BIRD's routes
FEW = ("deny-ingress", "deny-egress", "namespace-selector", "ip-block")


@pytest.fixture(scope="module")
def addresses(kubectl, nine_pods):
    """Both addresses of each of the nine pods."""
    found = kubectl.items("pods", "--all-namespaces", "--selector=pod")
    return {
        f"{one['metadata']['namespace']}/{one['metadata']['name']}": [each["ip"] for each in one["status"]["podIPs"]]
        for one in found
    }


@pytest.fixture(scope="module")
def proved(prove, nine_pods, addresses, sequence):
    """A few cases, and one whose block holds an IPv6 address only, with the report of each."""
    found = cases(nine_pods, "192.168.0.0/16")
    chosen = {name: found[name] for name in FEW}
    block = {"ipBlock": {"cidr": f"{addresses['y/a'][1]}/128"}}
    chosen["ipv6-block"] = {"x/p": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [block]}]}}
    done = prove(network_policies_name="families", network_policies_steps=steps_of(chosen))
    assert done.returncode == 0, done.stdout[-5000:]
    return {name: step["report"]["cells"] for name, step in sequence("families").items()}


@pytest.mark.parametrize("case", [*FEW, "ipv6-block"])
def test_each_case_does_in_both_families_what_the_oracle_says(proved, case):
    """288 cells of each family: 72 pairs of pods, two ports, TCP and UDP."""
    for family in ("ipv4", "ipv6"):
        cells = [cell for cell in proved[case] if cell["family"] == family]
        assert len(cells) == 288, family
        assert {cell["verdict"] for cell in cells} == {"passed"}, family
        left_open = {"implementation"} if (case, family) in OPEN else set()
        assert {cell["expected"]["decided_by"] for cell in cells} == {"api"} | left_open, family
        assert {cell["outcome"] for cell in cells} == {"reachable", "blocked"}, family


def test_a_block_of_one_family_lets_nothing_of_the_other_in(proved):
    into_x = {
        (cell["family"], cell["source"])
        for cell in proved["ipv6-block"]
        if cell["target"].startswith("x/") and cell["outcome"] == "reachable"
    }
    assert into_x == {("ipv6", "y/a")}


def test_across_subnets_the_overlay_stays_unused_in_both_families(play, reports, on, inventory):
    """All nodes are in one subnet, so each node reaches the others' blocks by their addresses."""
    settings = ("--extra-vars", "calico_encapsulation=vxlan_cross_subnet connectivity_name=across-subnets")
    done = play("playbooks/calico.yml", "--skip-tags=cluster", *VARIABLES, *settings)
    assert done.returncode == 0, done.stdout[-5000:]
    cells = reports("across-subnets")["cells"]
    assert {(cell["family"], cell["verdict"]) for cell in cells} == {("ipv4", "passed"), ("ipv6", "passed")}
    for name in inventory.nodes:
        for option, network in FAMILIES:
            routes = json.loads(on(name).check_output(f"ip {option} -json route show root {network}"))
            others = {one["dev"] for one in routes if "gateway" in one}
            assert others == {"enp0s8"}, (name, network)


@pytest.fixture
def is_removed(remove, changes, on, scratch, inventory, differences, state):
    """Removes Calico. Check mode foretells it, the nodes are as before, and a second run does nothing."""

    def check(*variables):
        variables += (*VARIABLES, "--extra-vars", "calico_remove_bare_pods=true")
        foretold = changes(remove("calico", *variables, "--check"))
        counts = changes(remove("calico", *variables))
        assert [name for name in inventory.nodes if counts[name] == 0] == []
        assert counts == foretold
        for name in inventory.nodes:
            before = json.loads((scratch / "without_network" / f"{name}.json").read_text())
            assert differences(before, state(on(name))) == [], name
        counts = changes(remove("calico", *variables))
        assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)

    return check


def test_it_is_removed_and_the_nodes_are_as_they_were(is_removed):
    is_removed()


def test_bird_announces_the_blocks_of_both_families(play, reports, on, inventory, names_nothing):
    """Without an overlay. A live change from VXLAN to BIRD is refused, so Calico was removed first."""
    settings = ("--extra-vars", "calico_encapsulation=none connectivity_name=bird")
    done = play("playbooks/calico.yml", "--skip-tags=cluster", *VARIABLES, *settings)
    assert done.returncode == 0, done.stdout[-5000:]
    cells = reports("bird")["cells"]
    assert {(cell["family"], cell["verdict"]) for cell in cells} == {("ipv4", "passed"), ("ipv6", "passed")}
    nic = int(on("node1").file("/sys/class/net/enp0s8/mtu").content_string)
    assert {cell["mtu"] for cell in cells if cell["check"] == "mtu"} == {nic}
    for name in inventory.nodes:
        for option, network in FAMILIES:
            routes = json.loads(on(name).check_output(f"ip {option} -json route show root {network} proto {BIRD}"))
            assert {one["dev"] for one in routes if "gateway" in one} == {"enp0s8"}, (name, network)
    names_nothing()


def test_bird_is_removed_too(is_removed):
    is_removed("--extra-vars", "calico_encapsulation=none")
