"""Calico without an overlay: BIRD announces the routes by BGP. One story; the last test removes Calico."""

from __future__ import annotations

import json
import subprocess
import time

import pytest
from nine_pods import check_cases, steps_of
from policy_cases import cases

CHOICE = ("--extra-vars", "calico_encapsulation=none")
POD_NETWORK = "192.168.0.0/16"
NIC = "enp0s8"
BIRD = "12"  # the number of BIRD's routes


@pytest.fixture(scope="module")
def blocks(kubectl):
    """Returns the nodes of Calico's blocks of addresses."""
    return lambda: {
        one["spec"]["cidr"]: one["spec"]["node"] for one in kubectl.items("blockaffinities.crd.projectcalico.org")
    }


@pytest.fixture(scope="module")
def routes(on, inventory):
    """Returns BIRD's routes to pods, by node and destination: the link and the gateway, or the type."""

    def read():
        command = f"ip -json route show root {POD_NETWORK} proto {BIRD}"
        found = {name: json.loads(on(name).check_output(command)) for name in inventory.nodes}
        return {
            name: {one["dst"]: (one["dev"], one["gateway"]) if "dev" in one else one["type"] for one in lines}
            for name, lines in found.items()
        }

    return read


@pytest.fixture(scope="module")
def direct(blocks, inventory):
    """Returns the routes that BIRD should set: to others' blocks by their nodes' addresses, its own refused."""
    return lambda: {
        name: {
            block: "blackhole" if owner == name else (NIC, inventory.nodes[owner]) for block, owner in blocks().items()
        }
        for name in inventory.nodes
    }


def is_ready(pod):
    found = {one["type"]: one["status"] for one in pod["status"].get("conditions", [])}
    return found.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


@pytest.fixture(scope="module")
def daemon(kubectl):
    """Waits until calico-node is ready on a node, perhaps in another pod than before, and returns the pod's name."""

    def wait(node, other_than=None):
        for _second in range(120):
            for one in kubectl.items("pods", "--namespace=kube-system", "--selector=k8s-app=calico-node"):
                name = one["metadata"]["name"]
                if one["spec"].get("nodeName") == node and name != other_than and is_ready(one):
                    return name
            time.sleep(1)
        raise AssertionError(f"calico-node is not ready on {node}")

    return wait


@pytest.fixture(scope="module")
def neighbours(kubectl, daemon):
    """Returns the BGP sessions of a node and their states, as BIRD tells them."""

    def ask(node):
        said = kubectl.output(
            "exec", "--namespace=kube-system", daemon(node), "--container=calico-node", "--",
            "birdcl", "-s", "/var/run/calico/bird.ctl", "show", "protocols",
        )  # fmt: skip
        lines = [line.split() for line in said.splitlines()]
        return {line[0]: line[-1] for line in lines if line[1:2] == ["BGP"]}

    return ask


def test_every_cell_of_the_network_passed(reports):
    assert {cell["verdict"] for cell in reports("calico")["cells"]} == {"passed"}


def test_packets_between_pods_are_as_large_as_those_of_the_nic(reports, on):
    nic = int(on("node1").file(f"/sys/class/net/{NIC}/mtu").content_string)
    assert {cell["mtu"] for cell in reports("calico")["cells"] if cell["check"] == "mtu"} == {nic}


def test_there_is_no_overlay(node):
    links = json.loads(node.check_output("ip -json -details link show"))
    assert {one.get("linkinfo", {}).get("info_kind") for one in links} & {"vxlan", "ipip"} == set()


def test_each_bird_has_a_session_with_every_other_one(neighbours, inventory):
    for name in inventory.nodes:
        others = [address for other, address in inventory.nodes.items() if other != name]
        wanted = dict.fromkeys((f"Mesh_{address.replace('.', '_')}" for address in others), "Established")
        assert neighbours(name) == wanted, name


def test_bird_routes_to_every_block_by_the_address_of_its_node(routes, direct, inventory):
    wanted = direct()
    assert {len(found) for found in wanted.values()} >= {len(inventory.nodes)}
    assert routes() == wanted


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


def test_pods_go_on_while_a_node_gets_a_new_bird(pods, kubectl, daemon, neighbours, inventory, routes, direct):
    """A graceful restart: the other nodes keep the routes, and the kernel of the node keeps its own."""
    here, there = inventory.workers
    target = pods.found()[there]["status"]["podIP"]
    fetch = f"curl --silent --fail --output /dev/null --max-time 1 http://{target}/ && echo got || echo lost"
    source = pods.found()[here]["metadata"]["name"]
    user = [
        "kubectl", "--kubeconfig", str(kubectl.kubeconfig), "exec", "--namespace", pods.namespace, source, "--",
        "sh", "-c", f"timeout 120 sh -c 'while sleep 0.1; do {fetch}; done'",
    ]  # fmt: skip
    watch = ["stdbuf", "--output=L", "ip", "monitor", "route"]
    gone = daemon(there)
    with subprocess.Popen(user, stdout=subprocess.PIPE, text=True) as fetching:
        watching = {
            name: subprocess.Popen(["ip", "netns", "exec", f"podnet-{name}", *watch], stdout=subprocess.PIPE, text=True)
            for name in inventory.nodes
        }
        try:
            assert fetching.stdout.readline() == "got\n"
            kubectl.output("delete", "pod", gone, "--namespace=kube-system")
            daemon(there, other_than=gone)
            assert set(neighbours(there).values()) == {"Established"}
            assert {one.poll() for one in watching.values()} == {None}
        finally:
            fetching.terminate()
            for one in watching.values():
                one.terminate()
        outcomes = fetching.stdout.read().split()
    assert len(outcomes) > 50
    assert set(outcomes) == {"got"}
    for name, one in watching.items():
        lines = one.communicate()[0].splitlines()
        assert [line for line in lines if line.startswith("Deleted") and "proto bird" in line] == [], name
    assert routes() == direct()


@pytest.fixture(scope="module")
def cut(on, play, inventory, blocks, reports):
    """A verification while the first worker has a stopped BIRD and no route to the second one's pods."""
    here, there = inventory.workers
    theirs = [block for block, owner in blocks().items() if owner == there]
    deletes = " && ".join(f"ip route delete {block}" for block in theirs)
    # BIRD would set the routes again within two seconds. The probe of liveness restarts it after a minute.
    on(here).check_output(f"kill -STOP $(pgrep --exact bird) && {deletes}")
    try:
        done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=cut")
    finally:
        on(here).check_output("kill -CONT $(pgrep --exact bird)")
    assert done.returncode == 2, done.stdout
    return reports("cut"), json.loads((inventory.output / "reports/cut/findings.json").read_text()), theirs


def test_without_a_route_exactly_the_cells_that_need_it_fail(cut, inventory):
    """Packets to the other node's pods are lost, and answers to those pods; the other node itself gets its answers."""
    report, _found, _blocks = cut
    here, there = inventory.workers
    ends = {one["name"]: one for one in report["endpoints"] if one["kind"] in ("pod", "node")}
    pairs = {(one, other) for one in ends for other in ends if ends[other]["kind"] == "pod"}
    wanted = {
        (one, other)
        for one, other in pairs
        if (ends[one]["node"], ends[other]["node"]) == (here, there)
        or ((ends[one]["node"], ends[other]["node"]) == (there, here) and ends[one]["kind"] == "pod")
    }
    bad = {(cell["source"], cell["target"]) for cell in report["cells"] if cell["verdict"] != "passed"}
    assert bad & pairs == wanted


def test_the_diagnosis_names_the_missing_route(cut, inventory):
    _report, found, blocks = cut
    here, there = inventory.workers
    one = next(one for one in found["findings"] if one["id"] == "pod_routes")
    assert (one["nodes"], one["cause"]) == ([here], f"{here} has no route to the pods on {there}")
    assert len(one["evidence"]) == len(blocks)
    assert one["evidence"][0].startswith(f"{here}: the way to ")
    assert one["explained_cells"] == found["failed_cells"] > 0
    assert found["unexplained"] == []


def test_bird_mends_it_when_it_goes_on(daemon, inventory, routes, direct, names_nothing):
    wanted, end = direct(), time.monotonic() + 30
    while routes() != wanted and time.monotonic() < end:
        time.sleep(1)
    assert routes() == wanted
    daemon(inventory.workers[0])
    names_nothing()


def test_a_second_run_changes_nothing(play, changes, inventory):
    counts = changes(play("playbooks/calico.yml", *CHOICE))
    assert counts == dict.fromkeys(["localhost", *inventory.nodes], 0)


def test_every_feature_of_policies_does_what_the_oracle_says(prove, nine_pods, sequence):
    found = cases(nine_pods, POD_NETWORK)
    done = prove(network_policies_name="cases", network_policies_steps=steps_of(found))
    assert done.returncode == 0, done.stdout[-5000:]
    check_cases(found, sequence("cases"))


def test_it_is_removed_and_the_nodes_are_as_they_were(
    remove, changes, on, scratch, inventory, pods, differences, state
):
    pods.delete()  # they tolerate every taint, so their DaemonSet would make them again at once
    remove_all = ["calico", "--extra-vars", "calico_remove_bare_pods=true"]
    foretold = changes(remove(*remove_all, "--check"))
    counts = changes(remove(*remove_all))
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    assert counts == foretold
    for name in inventory.nodes:
        before = json.loads((scratch / "without_network" / f"{name}.json").read_text())
        assert differences(before, state(on(name))) == [], name
    counts = changes(remove(*remove_all))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
