"""Calico and policies: the tiers of the walkthrough, a case for each feature of NetworkPolicy, and what goes wrong.

The tests are one story, in their order; the last one removes the network.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
from nine_pods import addresses, check_cases, pod, policy, steps_of
from policy_cases import cases


@pytest.mark.more
def test_a_second_run_changes_nothing(play, changes, inventory):
    """The cluster's part too, which converge leaves out."""
    assert changes(play("playbooks/calico.yml")) == dict.fromkeys(["localhost", *inventory.nodes], 0)


def tier(name):
    """Return what a pod of the application is."""
    return next(part for part in ("api", "db", "stranger", "frontend") if part in name)


def open_pairs(report, check, port):
    """Return the pairs of tiers of which some pod reaches another."""
    return {
        (tier(cell["source"]), tier(cell["target"]))
        for cell in report["cells"]
        if (cell["check"], cell.get("port")) == (check, port) and cell["outcome"] == "reachable"
    }


def test_the_stranger_reaches_all_until_it_is_denied(sequence):
    steps = sequence("three_tiers")
    assert list(steps) == ["all-open", "deny-all", "labels", "tiers"]
    api, db = (steps["all-open"]["report"], "tcp", 8080), (steps["all-open"]["report"], "tcp", 27017)
    assert open_pairs(*api) >= {("stranger", "api"), ("db", "api")}
    assert open_pairs(*db) >= {("stranger", "db"), ("api", "db")}
    for check, port in (("tcp", 8080), ("tcp", 27017), ("udp", 8080), ("udp", 27017), ("icmp", None)):
        assert open_pairs(steps["deny-all"]["report"], check, port) == set()
        assert open_pairs(steps["labels"]["report"], check, port) == set()


def test_in_the_end_each_tier_reaches_the_next_one_only(sequence):
    report = sequence("three_tiers")["tiers"]["report"]
    for check, port in (("tcp", 8080), ("tcp", 27017), ("icmp", None)):
        assert open_pairs(report, check, port) == {("frontend", "api"), ("api", "db")}


def test_the_page_of_the_sequence_has_its_steps_and_policies(sequence, root):
    page = (root / "lab/inventory/.podnet/reports/three_tiers/index.html").read_text()
    assert "All cells follow the policies" in page
    for step in sequence("three_tiers").values():
        assert f". {step['step']}</b>" in page
        for applied in step["policies"]:
            assert json.dumps(applied) in page


def test_what_changed_is_in_the_sequence(sequence):
    steps = sequence("three_tiers")
    assert steps["deny-all"]["changed"] == len(steps["deny-all"]["report"]["cells"])
    assert {cell["allowed"] for cell in steps["deny-all"]["changed_cells"]} == {False}
    assert {cell["allowed"] for cell in steps["tiers"]["changed_cells"]} == {True, False}
    assert steps["labels"]["changed"] == 0
    assert steps["labels"]["enforced_after_seconds"] is None
    assert 0 < steps["tiers"]["enforced_after_seconds"] < 30


def test_the_second_run_proved_the_end_only(root):
    steps = json.loads((root / "lab/inventory/.podnet/reports/three_tiers/end.json").read_text())
    assert [(step["step"], step["changed"]) for step in steps] == [("tiers", 0)]


@pytest.mark.parametrize(("implementation", "judged"), [("detect", True), ("strict", False)])
def test_the_policies_of_the_cluster_are_proved_and_none_is_changed(
    play, changes, reports, kubectl, implementation, judged
):
    """Without policies of its own the playbook proves those that it finds. Calico is detected, and answers for ICMP."""

    def of_users():
        """The canaries' policy comes and goes: Kubernetes deletes its namespace some seconds after a run."""
        found = kubectl.items("networkpolicies", "--all-namespaces")
        return [one for one in found if one["metadata"]["namespace"] != "podnet-connectivity"]

    before = of_users()
    variables = {"network_policies_ports": [{"port": 8080}, {"protocol": "ICMP"}]}
    options = [json.dumps(variables), f"network_policies_implementation={implementation}"]
    done = play("playbooks/policies.yml", *(part for one in options for part in ("--extra-vars", one)))
    assert set(changes(done).values()) == {0}
    assert of_users() == before
    cells = reports("policies-verify")["cells"]
    assert {cell["source"].partition("/")[0] for cell in cells} == {"go-demo-2"}
    icmp = {cell["verdict"] for cell in cells if cell["check"] == "icmp"}
    assert {cell["verdict"] for cell in cells if cell["check"] != "icmp"} == {"passed"}
    assert icmp == ({"passed"} if judged else {"not judged"})


def test_every_cell_of_the_network_passed(reports):
    assert {cell["verdict"] for cell in reports("calico")["cells"]} == {"passed"}


def test_the_diagnosis_names_a_policy_that_forgets_the_dns(diagnose, kubectl):
    """The next test shows that nothing is named without it."""
    spec = {"podSelector": {"matchLabels": {"tier": "db"}}, "egress": [{"ports": [{"port": 443}]}]}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": spec}
    metadata = {"name": "only-https", "namespace": "go-demo-2"}
    kubectl.output("apply", "--filename=-", data={**policy, "metadata": metadata})
    try:
        _done, found = diagnose()
    finally:
        kubectl.output("delete", "networkpolicy", "only-https", "--namespace=go-demo-2")
    (one,) = found["findings"]
    assert (one["id"], one["evidence"][0]) == ("policy_blocks", "policy: go-demo-2/only-https (egress)")
    assert "go-demo-2/go-demo-2-db" in one["cause"]


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


def test_calico_took_the_nodes_own_addresses(kubectl, inventory):
    for node in kubectl.items("nodes"):
        taken = node["metadata"]["annotations"]["projectcalico.org/IPv4Address"]
        assert taken == f"{inventory.nodes[node['metadata']['name']]}/24"


@pytest.fixture(scope="module")
def observe(pods, inventory):
    """Returns the addresses that a packet between pods on two nodes has on enp0s8, and those that the pods have."""

    def capture():
        source, target = (pods.found()[name]["status"]["podIP"] for name in inventory.workers)
        # A packet that is encapsulated (UDP to port 4789) comes after 50 bytes: IP, UDP, VXLAN, Ethernet.
        script = (
            "import socket, sys, time; s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800)); "
            "s.bind((sys.argv[1], 0)); s.settimeout(10); print('ready', flush=True); end = time.monotonic() + 10\n"
            "while time.monotonic() < end:\n"
            "    d = s.recv(2048)\n"
            "    inner = d[50:] if d[9] == 17 and d[22:24] == b'\\x12\\xb5' else d\n"
            "    if inner[16:20] == socket.inet_aton(sys.argv[2]):\n"
            "        print(socket.inet_ntoa(d[12:16]), socket.inet_ntoa(d[16:20])); break\n"
        )
        here, there = inventory.workers
        nic = inventory.variables["podnet_node_interface"]
        command = ["ip", "netns", "exec", f"podnet-{there}", "python3", "-c", script, nic, target]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as capturing:
            assert capturing.stdout.readline().strip() == "ready"
            assert pods.fetches(here, target)
            return capturing.stdout.readline().split(), [source, target]

    return capture


def test_packets_between_nodes_are_encapsulated(observe, inventory):
    found, _pods = observe()
    assert found == [inventory.nodes[name] for name in inventory.workers]


def test_an_encapsulation_that_needs_another_backend_is_refused_on_a_live_cluster(install):
    done = install("calico", "--extra-vars", "calico_encapsulation=ipip")
    assert done.returncode == 2, done.stdout
    text = " ".join(done.stdout.split())
    assert "Calico runs here with the backend vxlan, and calico_encapsulation ipip needs bird" in text
    assert "With vxlan go: vxlan, vxlan_cross_subnet." in text


def test_a_node_without_a_route_to_others_pods_is_named(play, on, inventory):
    name = inventory.workers[0]
    found = json.loads(on(name).check_output("ip -json -4 route show dev vxlan.calico"))
    block, gateway = next((one["dst"], one["gateway"]) for one in found if "/" in one["dst"])
    # Felix looks at all routes from time to time. Stopped for a few seconds, it does not bring this one back.
    on(name).check_output(f"kill -STOP $(pgrep --exact calico-node) && ip route delete {block}")
    try:
        done = play("molecule/calico/routes.yml", "--extra-vars", "calico_wait_timeout=1")
    finally:
        on(name).check_output(f"ip route replace {block} via {gateway} dev vxlan.calico onlink proto 80")
        on(name).check_output("kill -CONT $(pgrep --exact calico-node)")
    assert done.returncode == 2, done.stdout
    assert f"{name} has no route to {block}, where pods" in " ".join(done.stdout.split())


@pytest.mark.more
def test_check_mode_reports_no_change(play, changes, inventory):
    """The cluster's part is the same as in the scenario flannel, and looked at there."""
    counts = changes(play("playbooks/calico.yml", "--check", "--skip-tags", "cluster"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


@pytest.mark.parametrize("step", [pytest.param(3, id="a third"), pytest.param(1, id="all", marks=pytest.mark.more)])
def test_every_feature_of_policies_does_what_the_oracle_says(prove, nine_pods, sequence, step):
    found = dict(list(cases(nine_pods, "192.168.0.0/16").items())[::step])
    start = time.monotonic()
    done = prove(network_policies_name="cases", network_policies_steps=steps_of(found))
    print(f"{len(found)} cases in {time.monotonic() - start:.0f} s")
    assert done.returncode == 0, done.stdout[-5000:]
    check_cases(found, sequence("cases"), least=24 // step)


NOBODY = policy("x/nobody", {"podSelector": {}, "policyTypes": ["Ingress"]})


@contextmanager
def leak(on, kubectl, target):
    """Have the node of a pod let in what Calico would not, before Calico's rules."""
    namespace, name = target.split("/")
    found = json.loads(kubectl.output("get", "pod", name, "--namespace", namespace, "--output=json"))
    host, rule = on(found["spec"]["nodeName"]), f"FORWARD -d {found['status']['podIP']} -j ACCEPT"
    stop = threading.Event()

    def insist():
        """Calico puts its rule back to the first place, so ours goes there again."""
        while not stop.is_set():
            host.run(f"iptables -D {rule}; iptables -I {rule}")
            stop.wait(0.2)

    thread = threading.Thread(target=insist)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        host.check_output(f"iptables -D {rule}")


def test_a_pod_that_is_reached_against_a_policy_is_named_with_the_policy(prove, nine_pods, on, kubectl, reports):
    with leak(on, kubectl, "x/a"):
        done = prove(network_policies_name="leak", network_policies_definitions=[NOBODY], network_policies_timeout=5)
    assert done.returncode == 2, done.stdout
    wrong = [cell for cell in reports("leak-1-all")["cells"] if cell["verdict"] != "passed"]
    assert {cell["target"] for cell in wrong} == {"x/a"}
    assert {cell["expected"]["because"] for cell in wrong} == {"ingress: selected by x/nobody, and no rule allows it"}
    assert "selected by x/nobody" in done.stdout


def test_a_policy_that_changes_changes_what_is_expected(prove, nine_pods, sequence):
    changed = policy("x/nobody", {"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}]})
    done = prove(network_policies_name="changed", network_policies_definitions=[changed], network_policies_replay=True)
    assert done.returncode == 0, done.stdout
    step = sequence("changed")["all"]
    assert step["changed"] == 24  # to three pods from eight others, TCP port 80
    assert step["summary"]["passed"] == step["summary"]["cells"] == 288


@pytest.fixture
def moved(kubectl, nine_pods):
    """The pod x/a, on another node than before, where it has another address."""
    there = next(one for one in kubectl.items("pods", "--namespace=x") if one["metadata"]["name"] == "a")
    nodes = [node["metadata"]["name"] for node in kubectl.items("nodes")]
    other = pod("x/a", next(one for one in nodes if one != there["spec"]["nodeName"]))
    kubectl.output("delete", "pod", "a", "--namespace=x")
    kubectl.output("apply", "--filename=-", data=other)
    kubectl.output("wait", "--for=condition=Ready", "pod/a", "--namespace=x", "--timeout=60s")
    assert addresses(kubectl)["x/a"] != nine_pods["x/a"]
    return "x/a"


@pytest.mark.more
def test_policies_of_others_count_and_stay_and_hold_for_a_pod_that_moved(prove, moved, kubectl, sequence):
    foreign = policy("y/theirs", {"podSelector": {"matchLabels": {"pod": "a"}}, "policyTypes": ["Ingress"]})
    kubectl.output("apply", "--filename=-", data=foreign)
    try:
        done = prove(network_policies_name="foreign", network_policies_definitions=[NOBODY])
        refused = prove(network_policies_definitions=[foreign])
    finally:
        kubectl.output("delete", "networkpolicy", "theirs", "--namespace=y")
    assert done.returncode == 0, done.stdout
    blocked = {cell["target"] for cell in sequence("foreign")["all"]["report"]["cells"] if cell["outcome"] == "blocked"}
    assert blocked == {moved, "x/b", "x/c", "y/a"}
    assert refused.returncode == 2
    assert "y/theirs exist and were not applied by this role" in refused.stdout.replace("\n", " ")


@contextmanager
def administrators(kubectl, specs):
    """The policies of administrators, by their kinds."""
    names = {"AdminNetworkPolicy": "ops", "BaselineAdminNetworkPolicy": "default"}
    items = [
        {
            "apiVersion": "policy.networking.k8s.io/v1alpha1",
            "kind": kind,
            "metadata": {"name": names[kind]},
            "spec": spec,
        }
        for kind, spec in specs.items()
    ]
    kubectl.make(items)
    try:
        yield
    finally:
        for kind in specs:
            kubectl.output("delete", kind.lower(), names[kind])


@pytest.mark.more
def test_policies_of_administrators_come_before_and_after_those_of_namespaces(
    prove, nine_pods, kubectl, sequence, reports
):
    """Nobody enters x, but the administrator lets y/a in, and denies x/b what NOBODY does not judge."""
    labels = {"matchLabels": {"pod": "a"}}
    of_y = {"pods": {"namespaceSelector": {"matchLabels": {"ns": "y"}}, "podSelector": labels}}
    of_x = {"namespaces": {"matchLabels": {"ns": "x"}}}
    of_z = {"namespaces": {"matchLabels": {"ns": "z"}}}
    rules = {
        "AdminNetworkPolicy": {
            "priority": 10,
            "subject": of_x,
            "ingress": [
                {"action": "Allow", "from": [of_y]},
                {"action": "Pass", "from": [of_x]},
                {"action": "Deny", "from": [of_z]},
            ],
        },
        "BaselineAdminNetworkPolicy": {"subject": of_z, "ingress": [{"action": "Deny", "from": [of_y]}]},
    }
    with administrators(kubectl, rules):
        done = prove(network_policies_name="admin", network_policies_definitions=[NOBODY])
    assert done.returncode == 0, done.stdout[-5000:]
    cells = sequence("admin")["all"]["report"]["cells"]
    outcome = {(cell["source"], cell["target"]): cell["outcome"] for cell in cells}
    # NOBODY lets nobody into x, and the baseline does not let y/a into z, where no NetworkPolicy is.
    opened = {pair for pair, one in outcome.items() if pair[1].startswith("x/") and one == "reachable"}
    assert opened == {("y/a", f"x/{name}") for name in "abc"}
    closed = {pair for pair, one in outcome.items() if pair[1].startswith("z/") and one == "blocked"}
    assert closed == {("y/a", f"z/{name}") for name in "abc"}


@pytest.mark.more
def test_the_proof_of_the_network_goes_by_the_policies_of_administrators(play, kubectl, reports):
    """Pods of the proof do not let each other in by TCP. Nodes, UDP and ICMP get through."""
    of_ours = {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "podnet-connectivity"}}}
    ports = [{"portRange": {"protocol": "TCP", "start": 1, "end": 65535}}]
    rule = {"action": "Deny", "from": [of_ours], "ports": ports}
    with administrators(kubectl, {"AdminNetworkPolicy": {"priority": 10, "subject": of_ours, "ingress": [rule]}}):
        done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=administrator")
    assert done.returncode == 0, done.stdout[-5000:]
    report = reports("administrator")
    pods = [one["name"] for one in report["endpoints"] if one["kind"] == "pod" and one["own"]]
    blocked = {(one["source"], one["target"], one["check"]) for one in report["cells"] if one["outcome"] == "blocked"}
    between = {(one, other, "tcp") for one in pods for other in pods if one != other}
    assert {cell for cell in blocked if cell[1] in pods} == between
    assert {check for _source, _target, check in blocked} == {"tcp"}


@pytest.mark.more
def test_a_service_is_reached_as_the_pod_behind_it_is(prove, nine_pods, kubectl, sequence):
    """Pods of y reach z/a at port 80, and so its Service at another port. What a node port does is not judged."""
    ports = [{"port": 8000, "targetPort": 80}]
    spec = {"type": "NodePort", "selector": {"pod": "a"}, "ports": ports}
    web = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "z"}, "spec": spec}
    of_y = {"namespaceSelector": {"matchLabels": {"ns": "y"}}}
    rules = {"podSelector": {"matchLabels": {"pod": "a"}}, "ingress": [{"from": [of_y], "ports": [{"port": 80}]}]}
    kubectl.output("apply", "--filename=-", data=web)
    try:
        done = prove(
            network_policies_name="services",
            network_policies_definitions=[policy("z/only-y", rules)],
            network_policies_services=["z/web"],
        )
    finally:
        kubectl.output("delete", "service", "web", "--namespace=z")
    assert done.returncode == 0, done.stdout[-5000:]
    cells = sequence("services")["all"]["report"]["cells"]
    inside = {one["source"]: one for one in cells if one["target"] == "z/web:8000"}
    assert inside.pop("z/a")["verdict"] == "not judged"
    reached = {name for name, one in inside.items() if one["outcome"] == "reachable"}
    assert (reached, len(inside)) == ({"y/a", "y/b", "y/c"}, 8)
    assert {one["verdict"] for one in inside.values()} == {"passed"}
    assert {one["expected"]["decided_by"] for one in inside.values()} == {"api"}
    at_nodes = [one for one in cells if one["target"].startswith("z/web:8000@")]
    assert (len(at_nodes), {one["verdict"] for one in at_nodes}) == (27, {"not judged"})


def test_policies_are_removed_again(prove, nine_pods, kubectl):
    done = prove(network_policies_definitions=[NOBODY], entry_point="remove")
    assert done.returncode == 0, done.stdout
    assert kubectl.items("networkpolicies", "--namespace=x") == []


def test_a_policy_that_the_api_would_refuse_is_refused_before(prove, nine_pods, kubectl):
    wrong = policy("x/wrong", {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "endPort": 79}]}]})
    done = prove(network_policies_definitions=[wrong])
    assert done.returncode == 2
    assert "spec.ingress[0].ports[0].endPort 79" in done.stdout.replace("\n", " ")
    assert kubectl.items("networkpolicies", "--namespace=x") == []


WRONG_NIC = {"calico_address_detection": "interface=enp0s3"}
AT_ONCE = {"calico_max_unavailable": "3"}  # as -e NAME=VALUE gives it


@pytest.mark.more
def test_the_wrong_nic_is_named_with_the_conflict(install, lab):
    """All nodes have one address there: the first that starts anew takes it, and the next one refuses to."""
    done = install(
        "calico",
        "--extra-vars",
        json.dumps({**WRONG_NIC, "calico_wait_timeout": 20}),
    )
    assert done.returncode == 2, done.stdout
    text = " ".join(done.stdout.split())
    assert f"calico-node does not start with the address {lab['lab_nat_address']}, because" in text
    assert f"Calico announces {lab['lab_nat_address']} ({lab['lab_nat_interface']}), should be" in text
    assert "calico_address_detection is interface=enp0s3, set it to" in text


@pytest.mark.more
def test_without_both_checks_exactly_the_cells_on_the_overlay_fail(play, reports, overlay, inventory, install):
    environment = {**inventory.variables["calico_node_environment"], "DISABLE_NODE_IP_CHECK": "true"}
    variables = {**WRONG_NIC, **AT_ONCE, "calico_check_addresses": False, "calico_node_environment": environment}
    installed = install("calico", "--extra-vars", json.dumps(variables))
    assert installed.returncode == 0, installed.stdout
    done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=wrong-nic")
    assert done.returncode == 2, done.stdout
    found = overlay(reports("wrong-nic"))
    assert found.failed == found.expected
    assert found.outcomes == {"blocked"}


@pytest.mark.more
def test_the_right_detection_mends_it_and_another_encapsulation_is_taken(install, play, reports, kubectl, observe):
    """All nodes are in one subnet, so that with VXLAN across subnets nothing is encapsulated."""
    wanted = {**AT_ONCE, "calico_encapsulation": "vxlan_cross_subnet"}
    for done in (
        install("calico", "--extra-vars", json.dumps(wanted)),
        play("playbooks/verify.yml", "--extra-vars", "connectivity_name=mended"),
    ):
        assert done.returncode == 0, done.stdout
    assert {cell["verdict"] for cell in reports("mended")["cells"]} == {"passed"}
    pool = json.loads(kubectl.output("get", "ippools.crd.projectcalico.org", "default-ipv4-ippool", "--output=json"))
    assert pool["spec"]["vxlanMode"] == "CrossSubnet"
    found, of_the_pods = observe()
    assert found == of_the_pods


@pytest.mark.more
def test_it_is_removed_and_the_nodes_are_as_they_were(
    remove, changes, on, scratch, inventory, pods, differences, state
):
    pods.delete()  # they tolerate every taint, so their DaemonSet would make them again at once
    refused = remove("calico")
    assert refused.returncode == 2
    assert "go-demo-2/stranger" in refused.stdout
    remove_all = ["calico", "--extra-vars", "calico_remove_bare_pods=true"]
    foretold = changes(remove(*remove_all, "--check"))
    counts = changes(remove(*remove_all))
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    assert counts == foretold
    for name in inventory.nodes:
        before = json.loads((scratch / "without_network" / f"{name}.json").read_text())
        now = state(on(name))
        assert differences(before, now) == []
    counts = changes(remove(*remove_all))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
