"""One running cluster goes from a bridge to Flannel, Calico, both, and back to the bridge. The tests are one story."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest
from cluster import IMAGE
from machines import ROOT

PLAYBOOK = "playbooks/switch_network.yml"
CONFIRMED = ("--extra-vars", "podnet_switch_confirmed=true")
TAINT = "podnet.kubernetes/network-removal"
# What each network leaves on a node if its removal is wrong: links, chains and the first letters of routes.
SIGNS = {
    "basic_cni": r"PODNET-|10-mynet|podnet-routes|\"140\"",
    "flannel": r"flannel",
    "calico": r"calico|cali[0-9a-f]{11}|cali-|cali4|\"bird\"|\"80\"",
}
SIGNS["both"] = f"{SIGNS['flannel']}|{SIGNS['calico']}|canal"
# Flannel with Calico's policies.
BOTH = {"both": ("flannel", "--extra-vars", "podnet_policies=calico")}
# Addresses and results of pods, which change with the pods. The mode of the directory is that of the first plugin.
OF_PODS = re.compile(r"/var/lib/cni(/(networks|results|cache)|$)")
# Writes a line for each request: the time, and whether there was an answer.
ASKS = """
import time, urllib.request
end = time.time() + 1200
while time.time() < end:
    try:
        urllib.request.urlopen("http://ADDRESS/", timeout=1).close()
        answered = 1
    except OSError:
        answered = 0
    print(time.time(), answered, flush=True)
    time.sleep(0.1)
"""
BARE_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "nobodys", "namespace": "default"},
    "spec": {"containers": [{"name": "web", "image": IMAGE}], "terminationGracePeriodSeconds": 0},
}


def web_objects():
    """A web server of two replicas, behind a Service."""
    labels = {"app": "switched"}
    probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
    spec = {
        "containers": [{"name": "web", "image": IMAGE, "readinessProbe": probe}],
        "terminationGracePeriodSeconds": 0,
    }
    metadata = {"name": "switched", "namespace": "default"}
    pod = {"metadata": {"labels": labels}, "spec": spec}
    deployment = {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod}
    service = {"selector": labels, "ports": [{"port": 80}]}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
    ]


@pytest.fixture(scope="module")
def web(kubectl):
    """The address of the web server's Service."""
    kubectl.make(web_objects())
    kubectl.output("rollout", "status", "deployment/switched", "--timeout=90s")
    yield kubectl.output("get", "service", "switched", "--output=jsonpath={.spec.clusterIP}")
    kubectl.output("delete", "deployment,service", "switched")


@pytest.fixture(scope="module")
def switch(play):
    """A function that gives the cluster another network."""
    return lambda network, *more: play(PLAYBOOK, "--extra-vars", f"podnet_network={network}", *CONFIRMED, *more)


@pytest.fixture(scope="module")
def states(on, inventory, state):
    """A function that reads the state of all nodes, without what the pods make: their addresses, and the bridge."""

    def read():
        nodes = {name: state(on(name)) for name in inventory.nodes}
        for node in nodes.values():
            node["files"] = {path: one for path, one in node["files"].items() if not OF_PODS.match(path)}
            for part in ("links", "addresses", "routes"):
                node[part] = [one for one in node[part] if "cni0" not in json.dumps(one)]
        return nodes

    return read


@pytest.fixture(scope="module")
def before(web, states):
    """The state of the nodes with the first network."""
    return states()


@pytest.fixture
def asking(on, web):
    """A function that ends the requests to the web server, and gives the time of each and whether it was answered."""
    host = on("master")
    ends = "kill $(cat /tmp/asking) && rm /tmp/asking"
    host.check_output("python3 -c %s > /tmp/asked 2>&1 & echo $! > /tmp/asking", ASKS.replace("ADDRESS", web))

    def ended():
        host.check_output(ends)
        lines = host.check_output("cat /tmp/asked").splitlines()
        return [(float(moment), answered == "1") for moment, answered in (line.split() for line in lines)]

    yield ended
    # It fails where the test has ended them.
    host.run(ends)


def longest_outage(answers):
    """The longest time without an answer, in seconds."""
    good = [moment for moment, answered in answers if answered]
    return max(after - one for one, after in zip(good, good[1:], strict=False))


def taints(kubectl):
    return kubectl.output("get", "nodes", "--output=jsonpath={.items[*].spec.taints[*].key}")


def said(done):
    return " ".join(done.stdout.split())


def test_without_a_terminal_nothing_is_changed(before, play, states):
    refused = play(PLAYBOOK, "--extra-vars", "podnet_network=flannel")
    assert refused.returncode == 2
    assert "The switch from basic_cni to flannel is not confirmed" in said(refused)
    assert "Meanwhile no pod has a network" in said(refused)
    assert "changed=0" in refused.stdout
    assert states() == before


def test_a_pod_that_no_controller_makes_again_is_named(before, switch, kubectl, states):
    kubectl.output("apply", "--filename=-", data=BARE_POD)
    try:
        kubectl.output("wait", "--for=condition=Ready", "pod/nobodys", "--timeout=60s")
        refused = switch("calico")
    finally:
        kubectl.output("delete", "pod", "nobodys")
    assert refused.returncode == 2
    assert "no controller makes these pods again: default/nobodys." in said(refused)
    assert states() == before


@pytest.mark.parametrize(
    ("old", "new"), [("basic_cni", "flannel"), ("flannel", "calico"), ("calico", "both"), ("both", "basic_cni")]
)
def test_the_cluster_gets_another_network(old, new, before, switch, changes, asking, reports, states, kubectl, on):
    network = BOTH.get(new, (new,))
    foretold = changes(switch(*network, "--check"))
    done = switch(*network)
    counts = changes(done)
    answers = asking()
    assert counts["node1"] > 0
    # Check mode finds no Flannel on which Calico could enforce policies. Two removals follow each other when both go:
    # pods may come back between them.
    assert foretold == counts or "both" in (old, new)
    assert bool(kubectl.items("daemonsets", "--all-namespaces", "--selector=k8s-app=canal")) == (new == "both")
    cells = reports(network[0])["summary"]
    assert (cells["failed"], cells["flapping"]) == (0, 0)
    assert cells["passed"] > 0
    # The web server answers again. The outage that users felt is at most the one that the run says.
    assert answers[-1][1]
    outage = int(re.search(r"until all pods were ready it took (\d+) s", said(done))[1])
    felt = longest_outage(answers)
    print(f"{old} to {new}: {felt:.1f} s without an answer, and the run says {outage} s")
    assert 0 < felt <= outage
    # Nothing of the old network is left, as the nodes themselves show. Calico beside Flannel has the same signs.
    if new != "both":
        shown = {name: json.dumps(node, indent=0) for name, node in states().items()}
        found = {name: re.findall(f".*(?:{SIGNS[old]}).*", text) for name, text in shown.items()}
        assert {name: lines for name, lines in found.items() if lines} == {}
    assert TAINT not in taints(kubectl)
    assert kubectl.run("get", "configmap", "podnet-network-switch", "--namespace", "kube-system").returncode != 0


def test_the_nodes_are_as_they_were_with_the_first_network(before, states, differences):
    after = states()
    found = {name: differences(before[name], after[name]) for name in before}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_second_run_changes_nothing(switch, changes, inventory):
    done = switch("basic_cni")
    counts = changes(done)
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
    assert "The cluster has basic_cni already." in said(done)


@pytest.mark.parametrize(
    ("plant", "uproot", "trace"),
    [
        (
            "iptables -N FLANNEL-FWD",
            "iptables -X FLANNEL-FWD",
            "Flannel has left traces on node1: iptables: -X FLANNEL-FWD.",
        ),
        (
            "ip link add vxlan.calico type bridge",
            "ip link del vxlan.calico",
            "Calico has left traces on node1: link vxlan.calico.",
        ),
    ],
)
def test_a_trace_that_stays_fails_the_run(switch, on, plant, uproot, trace):
    on("node1").check_output(plant)
    try:
        refused = switch("basic_cni")
    finally:
        on("node1").check_output(uproot)
    assert refused.returncode == 2
    assert trace in said(refused)


def test_a_killed_run_goes_on(switch, changes, kubectl, inventory, reports, on):
    command = ["ansible-playbook", "--inventory", str(inventory.path), PLAYBOOK, "--extra-vars"]
    with subprocess.Popen(
        [*command, "podnet_network=flannel podnet_switch_confirmed=true"], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as process:
        try:
            end = time.monotonic() + 120
            while TAINT not in taints(kubectl):
                assert time.monotonic() < end
                time.sleep(0.5)
        finally:
            process.kill()
    # The lock ends with the run that was killed.
    end = time.monotonic() + 30
    while "@podnet.kubernetes" in on("master").check_output("cat /proc/net/unix"):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert changes(switch("flannel"))["node1"] > 0
    assert reports("flannel")["summary"]["failed"] == 0
    kubectl.output("rollout", "status", "deployment/coredns", "--namespace", "kube-system", "--timeout=10s")
