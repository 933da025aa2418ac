"""Services of all kinds are probed for what they are, and each check fails where its Service is broken."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from cluster import IMAGE

NAMESPACE, POD = "kinds", "only"
EXTERNAL = "192.0.2.7"  # RFC 5737: for documentation, so no host has it
ELSEWHERE = "wrong.example"
DNS = "kube-system/kube-dns:dns"


def service(name, **spec):
    ports = [{"name": "http", "port": 80, "targetPort": "web"}]
    spec = {"selector": {"app": POD}, "ports": ports, **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}


def objects(node):
    """A web server on one node, and Services of all kinds in front of it."""
    metadata = {"name": POD, "namespace": NAMESPACE, "labels": {"app": POD}}
    probe = {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1}
    container = {
        "name": "web",
        "image": IMAGE,
        "ports": [{"name": "web", "containerPort": 80}],
        "readinessProbe": probe,
    }
    spec = {"containers": [container], "nodeName": node, "terminationGracePeriodSeconds": 0}
    two = [{"name": "http", "port": 80, "targetPort": "web"}, {"name": "again", "port": 81, "targetPort": 80}]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {**spec, "tolerations": [{"operator": "Exists"}]},
        },
        service("inside", internalTrafficPolicy="Local"),
        service("outside", type="NodePort", externalTrafficPolicy="Local"),
        service("port", type="NodePort", sessionAffinity="ClientIP", ports=two),
        service("balanced", type="LoadBalancer"),
        service("headless", clusterIP="None"),
        service("by-hand", selector=None),
    ]


def by_hand(address, node):
    """The endpoint of the Service without a selector."""
    labels = {"kubernetes.io/service-name": "by-hand"}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "by-hand-1", "namespace": NAMESPACE, "labels": labels},
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
        "endpoints": [{"addresses": [address], "nodeName": node}],
    }


@pytest.fixture(scope="module")
def here(inventory):
    """The node with the web server."""
    return inventory.workers[0]


@pytest.fixture(scope="module")
def services(kubectl, here):
    """The Services by name, as the API has them."""
    apply = ("apply", "--filename=-")
    kubectl.make(objects(here))
    kubectl.output("wait", "--for=condition=Ready", f"pod/{POD}", "--namespace", NAMESPACE, "--timeout=180s")
    address = kubectl.items("pods", "--namespace", NAMESPACE)[0]["status"]["podIP"]
    kubectl.output(*apply, data=by_hand(address, here))
    status = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": EXTERNAL}]}}})
    patch = ("--subresource=status", "--type=merge", "--patch", status)
    kubectl.output("patch", "service", "balanced", "--namespace", NAMESPACE, *patch)
    yield {one["metadata"]["name"]: one["spec"] for one in kubectl.items("services", "--namespace", NAMESPACE)}
    kubectl.output("delete", "namespace", NAMESPACE)


@pytest.fixture(scope="module")
def verify(play, reports, services):
    """A function that verifies with these Services, and gives the run, its endpoints and its cells that are judged."""

    def run(name):
        asked = [f"{NAMESPACE}/{one}" for one in services]
        variables = {"connectivity_name": name, "connectivity_services": asked, "connectivity_checks": ["tcp", "dns"]}
        variables["connectivity_from_controller"] = True
        done = play("playbooks/verify.yml", "--extra-vars", json.dumps({"connectivity_own_pods": 1, **variables}))
        assert done.returncode in (0, 2), done.stdout
        report = reports(name)
        return done, {one["name"]: one for one in report["endpoints"]}, report["cells"]

    return run


@pytest.fixture(scope="module")
def whole(verify):
    """The verification while nothing is broken."""
    return verify("kinds")


def of(cells, target, outcome=None):
    """The sources of the cells to a target, perhaps of those with an expected outcome."""
    return {one["source"] for one in cells if one["target"] == target and outcome in (None, one["expected"]["outcome"])}


def test_services_of_all_kinds_pass(whole):
    done, _endpoints, cells = whole
    assert done.returncode == 0, done.stdout
    assert {cell["verdict"] for cell in cells} <= {"passed", "not judged"}


def test_each_is_named_for_what_it_is(whole, inventory, here, services):
    _done, endpoints, _cells = whole
    mine = {name: one for name, one in endpoints.items() if name.startswith(f"{NAMESPACE}/")}
    at = {
        f"{NAMESPACE}/{name}@{node}"
        for name in ("port:80", "port:81", "outside:80", "balanced:80")
        for node in inventory.nodes
    }
    assert {name for name, one in mine.items() if one["kind"] == "nodeport"} == at
    assert {name for name, one in mine.items() if one["kind"] == "headless"} == {f"{NAMESPACE}/headless:80@{POD}"}
    assert {name for name, one in mine.items() if one["kind"] == "loadbalancer"} == {
        f"{NAMESPACE}/balanced:80@{EXTERNAL}"
    }
    for node, address in inventory.nodes.items():
        found = endpoints[f"{NAMESPACE}/port:81@{node}"]
        assert (found["addresses"], found["port"]) == ([address], services["port"]["ports"][1]["nodePort"])
    assert {tuple(one["backend_nodes"]) for one in mine.values()} == {(here,)}


def test_one_of_our_own_services_has_a_node_port_at_each_node(whole, inventory):
    _done, endpoints, cells = whole
    own = [one for one in endpoints.values() if one["kind"] == "nodeport" and one["own"]]
    assert {one["via"] for one in own} == set(inventory.nodes)
    for one in own:
        answers = {cell["answered_by"] for cell in cells if cell["target"] == one["name"]}
        assert answers == set(one["backends"])


def test_traffic_policies_decide_from_where_a_service_is_reachable(whole, inventory, here):
    _done, endpoints, cells = whole
    inside = {name for name, one in endpoints.items() if one["kind"] in ("pod", "node")}
    local = {name for name in inside if endpoints[name]["node"] == here}
    assert of(cells, f"{NAMESPACE}/inside:80", "reachable") == local
    assert of(cells, f"{NAMESPACE}/inside:80", "blocked") == inside - local
    assert of(cells, f"{NAMESPACE}/outside:80@{here}", "reachable") == {*inside, "controller"}
    for node in set(inventory.nodes) - {here}:
        assert of(cells, f"{NAMESPACE}/outside:80@{node}", "blocked") == {*inventory.nodes, "controller"} - {node}
        assert of(cells, f"{NAMESPACE}/outside:80@{node}", "reachable") == set()


@contextmanager
def rules(host, *lines):
    """Have rules of iptables on a node."""
    for line in lines:
        host.check_output(f"iptables {line.format('-I')}")
    try:
        yield
    finally:
        for line in lines:
            host.check_output(f"iptables {line.format('-D')}")


@contextmanager
def other_domain(kubectl):
    """Have another domain in the kubelets' ConfigMap, which no kubelet reads again."""
    name = ("configmap", "kubelet-config", "--namespace", "kube-system")
    before = json.loads(kubectl.output("get", *name, "--output=json"))["data"]["kubelet"]
    assert "clusterDomain: cluster.local\n" in before

    def put(text):
        kubectl.output("patch", *name, "--type=merge", "--patch", json.dumps({"data": {"kubelet": text}}))

    put(before.replace("clusterDomain: cluster.local", f"clusterDomain: {ELSEWHERE}"))
    try:
        yield
    finally:
        put(before)


@pytest.fixture(scope="module")
def broken(verify, services, inventory, on, here, kubectl):
    """A verification while a node forwards what it should drop, and the reverse, with a wrong domain."""
    there = inventory.workers[1]
    address = kubectl.items("pods", "--namespace", NAMESPACE)[0]["status"]["podIP"]
    node_port = services["port"]["ports"][0]["nodePort"]
    forward = f"-d {services['inside']['clusterIP']} -p tcp --dport 80 -j DNAT --to-destination {address}:80"
    lines = [
        f"-t nat {{}} PREROUTING {forward}",
        f"-t nat {{}} OUTPUT {forward}",
        f"-t raw {{}} PREROUTING -d {inventory.nodes[there]} -p tcp --dport {node_port} -j DROP",
    ]
    with rules(on(there), *lines), other_domain(kubectl):
        return there, *verify("kinds-broken")


def test_exactly_the_cells_fail_that_the_faults_touch(broken):
    there, done, endpoints, cells = broken
    assert done.returncode == 2, done.stdout
    sources = {name for name, one in endpoints.items() if one["kind"] in ("pod", "node")}
    # A node's own connections do not pass PREROUTING.
    expected = {(source, f"{NAMESPACE}/port:80@{there}") for source in {*sources, "controller"} - {there}}
    expected |= {(source, f"{NAMESPACE}/inside:80") for source in sources if endpoints[source]["node"] == there}
    expected |= {(source, DNS) for source in sources}
    assert {(cell["source"], cell["target"]) for cell in cells if cell["verdict"] == "failed"} == expected


def test_the_failures_name_policy_and_place_of_the_domain(broken):
    _there, done, _endpoints, cells = broken
    messages = {cell["target"]: cell["message"] for cell in cells if cell["verdict"] == "failed"}
    because = "internalTrafficPolicy is Local, and the source's node has no endpoint"
    assert messages[f"{NAMESPACE}/inside:80"] == f"reachable, should be blocked: {because}"
    # CoreDNS asks others for a domain that is not its own, and the lab has no others.
    words = "domain of the question: ConfigMap kube-system/kubelet-config (ConfigMap kube-system/kubeadm-config has "
    assert words in messages[DNS]
    assert words in " ".join(done.stdout.split())


def test_a_service_that_is_only_a_name_is_refused_with_it(play, kubectl, services):
    alias = {**service("alias"), "spec": {"type": "ExternalName", "externalName": "db.example.org"}}
    kubectl.output("apply", "--filename=-", data=alias)
    variables = {"connectivity_services": [f"{NAMESPACE}/alias"], "connectivity_own_pods": 1}
    done = play("playbooks/verify.yml", "--extra-vars", json.dumps(variables))
    text = " ".join(done.stdout.split())
    assert done.returncode == 2
    assert f"connectivity_services has {NAMESPACE}/alias, which is of type ExternalName" in text
    assert "db.example.org" in text
    assert "the cluster is not ready" not in text
