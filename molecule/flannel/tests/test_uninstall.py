"""`remove` removes everything that the role made, and nothing else. The tests of this file are one story."""

from __future__ import annotations

import json
import re

import pytest

# The tests compare with snapshots of the lab that prepare.yml takes.
pytestmark = pytest.mark.usefixtures("lab")

FOREIGN_RULE = "FORWARD -s 198.51.100.0/24 -m comment --comment molecule-foreign -j DROP"
# The file sorts after Flannel's, so containerd ignores it. It defines no network, or the nodes would stay ready.
FOREIGN_FILE = "/etc/cni/net.d/99-foreign.conflist"
BARE_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "nobodys", "namespace": "default"},
    "spec": {
        "containers": [{"name": "web", "image": "docker.io/library/nginx:1.26"}],
        "terminationGracePeriodSeconds": 0,
    },
}


@pytest.fixture(scope="module")
def take(on, kubectl, inventory, state):
    """Takes a snapshot: what each node carries, and what the cluster says about the nodes."""

    def snapshot():
        # The script as argument of python3: testinfra has no standard input.
        nodes = {name: state(on(name)) for name in inventory.nodes}
        return nodes, describe(kubectl.items("nodes"))

    return snapshot


def describe(nodes):
    """Return annotations and taints of nodes, without the taints by which Kubernetes says how ready they are."""
    return {
        node["metadata"]["name"]: (
            node["metadata"]["annotations"],
            [taint for taint in node["spec"].get("taints", []) if not taint["key"].startswith("node.kubernetes.io/")],
        )
        for node in nodes
    }


def without_foreign(nodes):
    """Return the nodes' snapshots without what the tests added."""
    for node in nodes.values():
        node["files"].pop(FOREIGN_FILE)
        for program, rules in node["firewall"].items():
            node["firewall"][program] = [rule for rule in rules if FOREIGN_RULE not in rule]
    return nodes


@pytest.fixture(scope="module")
def removal(changes, on, inventory, pods, remove):
    """The run that removes Flannel from nodes with foreign additions, and the changes that check mode foretold."""
    pods.delete()  # these pods tolerate every taint, so they would come back at once
    for name in inventory.nodes:
        on(name).check_output(f"iptables -A {FOREIGN_RULE}")
        on(name).check_output(f"echo '{{}}' > {FOREIGN_FILE}")
    foretold = changes(remove("flannel", "--check"))
    yield remove("flannel"), foretold
    for name in inventory.nodes:
        on(name).check_output(f"iptables -D {FOREIGN_RULE}")
        on(name).check_output(f"rm {FOREIGN_FILE}")


def test_pods_without_a_controller_are_named_and_nothing_is_changed(take, kubectl, pods, remove):
    kubectl.output("apply", "--filename=-", data=BARE_POD)
    try:
        kubectl.output("wait", "--for=condition=Ready", "pod/nobodys", "--timeout=180s")
        before = take()
        refused = remove("flannel")
        after = take()
    finally:
        # With a second of grace, kubectl waits until the kubelet has taken the pod's address back.
        kubectl.output("delete", "pod", "nobodys", "--grace-period=1")
    assert refused.returncode == 2, refused.stdout
    assert "default/nobodys" in refused.stdout
    assert after == before


def test_a_part_of_the_nodes_is_refused_and_nothing_is_changed(take, inventory, remove):
    before = take()
    refused = remove("flannel", "--limit", inventory.workers[0])
    assert refused.returncode == 2, refused.stdout
    assert re.search(r"without\s+--limit", refused.stdout)
    assert take() == before


def test_flannel_is_removed(removal, changes, inventory):
    done, foretold = removal
    counts = changes(done)
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    assert counts == foretold


def test_a_second_removal_changes_nothing(removal, changes, inventory, remove):
    counts = changes(remove("flannel"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def test_foreign_additions_are_kept(removal, on, inventory):
    for name in inventory.nodes:
        on(name).check_output(f"iptables -C {FOREIGN_RULE}")
        assert on(name).file(FOREIGN_FILE).content_string == "{}\n"


def test_nodes_are_not_ready_without_a_network(removal, kubectl):
    kubectl.output("wait", "--for=condition=Ready=False", "nodes", "--all", "--timeout=180s")


def test_the_nodes_are_as_they_were(removal, take, scratch, inventory):
    nodes, _cluster = take()
    before = {name: json.loads((scratch / "without_network" / f"{name}.json").read_text()) for name in inventory.nodes}
    assert without_foreign(nodes) == before


def test_the_cluster_is_as_it_was(removal, take, scratch):
    _nodes, cluster = take()
    assert cluster == describe(json.loads((scratch / "without_network" / "cluster.json").read_text())["items"])


def test_flannel_can_be_installed_again(removal, pods, install):
    done = install("flannel")
    assert done.returncode == 0, done.stdout
    pods.start()
    assert pods.unreachable() == set()
