"""The matrix after the playbook is whole and green. A verification leaves nothing behind and names bad input."""

from __future__ import annotations

import json

import jsonschema
import pytest

WEB = {"namespace": "default", "match_labels": {"app.kubernetes.io/name": "web"}}
OWN = "podnet-connectivity"
CHECKS = {
    "pod": ["icmp", "mtu", "tcp", "udp"],
    "node": ["icmp", "mtu", "tcp", "udp"],
    "dns": ["dns"],
    "outside": ["icmp", "tcp", "udp"],
}


@pytest.fixture(scope="module")
def verify(play, reports):
    """A function that verifies with variables, and gives the run and its report."""

    def run(name, **variables):
        done = play("playbooks/verify.yml", "--extra-vars", json.dumps({"connectivity_name": name, **variables}))
        return done, reports(name) if done.returncode == 0 else None

    return run


@pytest.fixture(scope="module")
def kinds(reports):
    """The endpoints of the playbook's report by name."""
    return {endpoint["name"]: endpoint for endpoint in reports("flannel")["endpoints"]}


def test_the_report_follows_its_schema(reports, root):
    schema = json.loads((root / "roles/connectivity/files/connectivity-report-2.schema.json").read_text())
    jsonschema.validate(reports("flannel"), schema)


def test_every_node_is_in_the_matrix_with_two_pods_of_ours_and_a_service(kinds, inventory):
    for node in inventory.nodes:
        own = [name for name, one in kinds.items() if one.get("node") == node and one["own"]]
        assert sorted(own) == [f"{OWN}/{node}-1", f"{OWN}/{node}-2"]
        assert kinds[node]["addresses"] == [inventory.nodes[node]]
        assert kinds[f"{OWN}/on-{node}:80"]["backends"] == [f"{OWN}/{node}-1"]
    assert len([name for name in kinds if name.startswith("default/web-")]) == 2


def test_the_report_and_its_page_describe_the_nodes(reports, inventory, root):
    nodes = {one["name"]: one for one in reports("flannel")["nodes"]}
    assert set(nodes) == set(inventory.nodes)
    assert [name for name, one in nodes.items() if one.get("roles") == ["control-plane"]] == list(inventory.nodes)[:1]
    subnets = {name: one["pod_subnets"] for name, one in nodes.items()}
    page = (root / "lab/inventory/.podnet/reports/flannel/index.html").read_text()
    for name, one in nodes.items():
        nics = {held.partition("/")[0]: link["name"] for link in one["links"] for held in link["addresses"]}
        assert f"{nics[inventory.nodes[name]]}, MTU 1500" in page
        assert {"vxlan", "bridge"} <= {link["kind"] for link in one["links"]}
        others = {subnet for other in subnets if other != name for subnet in subnets[other]}
        assert others <= {route.partition(" ")[0] for route in one["routes"]}


def test_every_pair_and_check_is_in_it_and_passed(reports, kinds):
    cells = reports("flannel")["cells"]
    assert {cell["verdict"] for cell in cells} == {"passed"}
    found = {}
    for cell in cells:
        found.setdefault((cell["source"], cell["target"]), []).append(cell["check"])
    sources = [name for name, one in kinds.items() if one["kind"] in ("pod", "node")]
    assert set(found) == {(source, target) for source in sources for target in kinds if source != target}
    for (_source, target), checks in found.items():
        expected = CHECKS.get(kinds[target]["kind"], kinds[target].get("protocols"))
        # A foreign Service is only connected to.
        assert sorted(checks) == (
            sorted(expected) if kinds[target]["kind"] != "service" or kinds[target]["own"] else ["tcp"]
        )


def test_pods_see_pods_by_their_own_addresses_and_full_size(reports, kinds):
    node_mtu, vxlan = 1500, 50
    for cell in reports("flannel")["cells"]:
        if kinds[cell["source"]]["kind"] == kinds[cell["target"]]["kind"] == "pod":
            if cell["check"] in ("tcp", "udp"):
                assert cell["seen"] == cell["own"]
                assert cell["seen"].partition(":")[0] in kinds[cell["source"]]["addresses"]
            if cell["check"] == "mtu":
                assert cell["mtu"] == node_mtu - vxlan


def test_the_outside_sees_pods_by_the_address_of_a_nat(reports, kinds, lab):
    seen = {
        cell["seen"].partition(":")[0]
        for cell in reports("flannel")["cells"]
        if kinds[cell["target"]]["kind"] == "outside" and "seen" in cell
    }
    prefix = lab["lab_outside_network"].partition("0/24")[0]
    assert seen
    assert all(address.startswith(prefix) for address in seen), seen


def wait_until_own_is_gone(kubectl):
    """Kubernetes looks at a namespace 5 s after it was deleted, and a verification does not wait for that."""
    kubectl.output("wait", "--for=delete", f"namespace/{OWN}", "--timeout=120s")


@pytest.fixture(scope="module")
def take(on, kubectl, inventory, state):
    """Takes a snapshot of the nodes, of their processes and sockets that are ours, and of the cluster's objects."""

    def snapshot():
        wait_until_own_is_gone(kubectl)
        nodes = {name: state(on(name)) for name in inventory.nodes}
        for carried in nodes.values():
            # The plugin host-local notes which address it gave last: every pod that comes and goes moves that on.
            carried["files"] = {path: what for path, what in carried["files"].items() if "last_reserved_ip" not in path}
        sockets = {name: on(name).run("grep podnet /proc/net/unix").stdout for name in inventory.nodes}
        objects = {
            kind: sorted(
                f"{one['metadata'].get('namespace')}/{one['metadata']['name']}" for one in kubectl.items(kind, "-A")
            )
            for kind in ("namespaces", "pods", "services", "serviceaccounts", "configmaps")
        }
        return nodes, sockets, objects

    return snapshot


@pytest.fixture
def strict(on, inventory):
    """Nodes that drop a packet from an interface by which its answer would not leave."""
    setting = "net.ipv4.conf.all.rp_filter"
    before = {name: on(name).sysctl(setting) for name in inventory.nodes}
    for name in inventory.nodes:
        on(name).check_output(f"sysctl -w {setting}=1")
    yield
    for name, value in before.items():
        on(name).check_output(f"sysctl -w {setting}={value}")


@pytest.mark.usefixtures("strict")
def test_a_verification_under_strict_rp_filter_leaves_nothing_behind(take, verify, changes, inventory):
    before = take()
    done, report = verify("strict")
    assert changes(done) == dict.fromkeys(["localhost", *inventory.nodes], 0)
    assert report["summary"]["passed"] == report["summary"]["cells"]
    assert take() == before


def test_a_port_that_a_pod_has_taken_is_probed_as_it_is(verify):
    done, report = verify("taken", connectivity_own_pods=0, connectivity_pod_selectors=[WEB], connectivity_ports=[80])
    assert done.returncode == 0, done.stdout
    web = {one["name"] for one in report["endpoints"] if one["kind"] == "pod"}
    cells = [cell for cell in report["cells"] if cell["target"] in web and cell["check"] in ("tcp", "udp")]
    assert {cell["port"] for cell in cells} == {80}
    # The web server has the TCP port, and says nothing of sources; the UDP port is free, so a responder of ours has it.
    assert {("seen" in cell, cell["outcome"]) for cell in cells if cell["check"] == "tcp"} == {(False, "reachable")}
    assert {("seen" in cell, cell["outcome"]) for cell in cells if cell["check"] == "udp"} == {(True, "reachable")}


def test_packets_from_a_node_to_a_service_with_a_remote_pod(play, reports, on, inventory):
    """What VXLAN loses when a NIC computes checksums wrongly; links of the lab have no such NIC, so it is dropped."""
    name = inventory.workers[0]
    rule = "POSTROUTING -o flannel.1 -m addrtype --src-type LOCAL -m conntrack --ctstate DNAT -j DROP"
    on(name).check_output(f"iptables -t mangle -I {rule}")
    try:
        done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=offload")
    finally:
        on(name).check_output(f"iptables -t mangle -D {rule}")
    assert done.returncode == 2, done.stdout
    report = reports("offload")
    remote = {
        one["name"]
        for one in report["endpoints"]
        if one["kind"] in ("service", "dns") or one.get("via") == name
        if name not in one["backend_nodes"]
        if one.get("overlay_nodes") == one["backend_nodes"]
    }
    mixed = {
        one["name"]
        for one in report["endpoints"]
        if name in one.get("overlay_nodes", []) and len(one["backend_nodes"]) > 1
    }
    failed = {(cell["source"], cell["target"]) for cell in report["cells"] if cell["verdict"] != "passed"}
    assert {pair for pair in failed if pair[1] not in mixed} == {(name, target) for target in remote}
    assert len(remote) >= 2
    assert any(f"{name} -> " in group["message"] and "timeout" in group["message"] for group in report["groups"])


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"connectivity_pod_selectors": [{"namespace": "nowhere"}]}, ["connectivity_pod_selectors", "nowhere"]),
        ({"connectivity_ports": [70000]}, ["connectivity_ports", "70000", "from 1 to 65535"]),
        ({"connectivity_families": ["ipv6"]}, ["connectivity_families", "IPv6"]),
        ({"connectivity_services": ["default/wbe"]}, ["connectivity_services", "default/wbe", "near it: default/web"]),
    ],
)
def test_bad_input_is_an_error_before_any_probe(verify, variables, words):
    done, _report = verify("bad", connectivity_own_pods=0, **{"connectivity_pod_selectors": [WEB], **variables})
    text = " ".join(done.stdout.split())
    assert done.returncode == 2
    assert [word for word in words if word not in text] == []
    assert "Probe from the node" not in text
    assert "the cluster is not ready" not in text  # the role did not wait


def test_a_service_with_nobody_behind_it_is_waited_for_and_named(verify, kubectl):
    metadata = {"name": "nobody", "namespace": "default"}
    spec = {"selector": {"app.kubernetes.io/name": "nobody"}, "ports": [{"port": 80}]}
    kubectl.output(
        "apply", "--filename=-", data={"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    )
    try:
        done, _report = verify("nobody", connectivity_services=["default/nobody"], connectivity_wait_timeout=1)
    finally:
        kubectl.output("delete", "service", "nobody", "--namespace=default")
    assert done.returncode == 2, done.stdout
    text = " ".join(done.stdout.split())
    assert "After 1 s (connectivity_wait_timeout) the cluster is not ready" in text
    assert "Service default/nobody has no ready endpoint" in text
    # The network is not the reason.
    assert "Nothing was found." in text.partition("Service default/nobody has no ready endpoint")[2]


def test_a_namespace_that_stays_is_named_with_what_keeps_it(verify, kubectl):
    wait_until_own_is_gone(kubectl)
    labels, keeper = {"app.kubernetes.io/managed-by": "podnet.kubernetes"}, "podnet.kubernetes/kept"
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN, "labels": labels}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": OWN, "finalizers": [keeper]}},
    ]
    kubectl.make(objects)
    try:
        kubectl.output("delete", "namespace", OWN, "--wait=false")
        kubectl.output("wait", "--for=condition=NamespaceFinalizersRemaining", f"namespace/{OWN}", "--timeout=120s")
        done, _report = verify("kept", connectivity_wait_timeout=1)
    finally:
        released = json.dumps({"metadata": {"finalizers": None}})
        kubectl.output("patch", "configmap", "a", "--namespace", OWN, "--type=merge", "--patch", released)
    assert done.returncode == 2, done.stdout
    text = " ".join(done.stdout.split())
    assert f"the namespace {OWN} (connectivity_namespace) of an earlier run is still being deleted" in text
    assert keeper in text


def test_a_responder_that_dies_is_named(verify):
    done, _report = verify(
        "late", connectivity_own_pods=0, connectivity_pod_selectors=[WEB], connectivity_responder_timeout=0
    )
    assert done.returncode == 2
    assert "connectivity_responder_timeout" in done.stdout


def test_flannel_alone_enforces_no_policies_and_is_named_for_it(play, kubectl):
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny-all", "namespace": "default"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    variables = {"network_policies_definitions": [policy], "network_policies_timeout": 2}
    done = play("molecule/shared/policies.yml", "--extra-vars", json.dumps(variables))
    assert done.returncode == 2, done.stdout
    assert "The network of this cluster does not enforce NetworkPolicies" in done.stdout
    # Six canaries, each of which should be reached by none of the other five.
    assert "30 of 30 connections between canary pods still succeed" in done.stdout.replace("\n", " ")
    assert kubectl.items("networkpolicies", "--namespace=default") == []
