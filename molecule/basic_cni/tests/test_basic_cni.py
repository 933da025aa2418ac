"""The bridge network: subnets as the walkthrough's, no NAT, routes that last, and what goes wrong without them.

The tests are one story, in their order; the last one removes the network.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

SUBNETS = {"master": "10.22.1.0/24", "node1": "10.22.2.0/24", "node2": "10.22.3.0/24"}
SNAPSHOT = Path(__file__).resolve().parents[2] / "flannel" / "files" / "node_snapshot.py"
SERVICE = "podnet-routes"
PROTOCOL = 140
SEES_SOURCE = {"tcp", "udp", "mtu"}


@pytest.fixture(scope="module")
def verify(play, reports):
    """Verifies as the scenario's playbook does: how the run ended, and its report."""

    def run(name):
        strict = {"connectivity_name": name, "connectivity_pod_to_node_source": "own", "connectivity_overhead": 0}
        return play("playbooks/verify.yml", "--extra-vars", json.dumps(strict)), reports(name)

    return run


def test_each_node_has_the_subnet_of_the_walkthrough(kubectl, root):
    assert {node["metadata"]["name"]: node["spec"]["podCIDRs"] for node in kubectl.items("nodes")} == {
        name: [subnet] for name, subnet in SUBNETS.items()
    }
    allocation = json.loads((root / "inventories/lab/.podnet/allocation.json").read_text())["allocation"]
    assert {name: allocation[name] for name in SUBNETS} == {name: [subnet] for name, subnet in SUBNETS.items()}


def routes(host):
    """Return gateways by destination of the routes that are ours on a node."""
    found = json.loads(host.check_output(f"ip -json route show proto {PROTOCOL}") or "[]")
    return {route["dst"]: route["gateway"] for route in found}


def expected_routes(name, inventory):
    return {SUBNETS[other]: address for other, address in inventory.nodes.items() if other != name}


def test_every_node_has_one_route_to_each_other_the_control_plane_too(on, inventory):
    for name in inventory.nodes:
        assert routes(on(name)) == expected_routes(name, inventory)


def test_every_cell_passed_and_nothing_between_pods_and_nodes_is_translated(reports):
    report = reports("basic_cni")
    kinds = {endpoint["name"]: endpoint["kind"] for endpoint in report["endpoints"]}
    assert {cell["verdict"] for cell in report["cells"]} == {"passed"}
    seen = {
        cell["translated"]
        for cell in report["cells"]
        if {kinds[cell["source"]], kinds[cell["target"]]} <= {"pod", "node"} and "translated" in cell
    }
    assert seen == {False}
    outside = {
        cell["translated"]
        for cell in report["cells"]
        if kinds[cell["source"]] == "pod" and kinds[cell["target"]] == "outside" and "translated" in cell
    }
    assert outside == {True}


def test_check_mode_reports_no_change(play, changes, inventory):
    counts = changes(play("playbooks/basic_cni.yml", "--check"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def until(holds, seconds=15):
    """Return whether it holds within that time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def restart_networkd(host, nic):
    assert "configured" in host.check_output(f"networkctl --no-pager status {nic}"), (
        "networkd leaves alone what it does not manage"
    )
    host.check_output("systemctl restart systemd-networkd")
    assert until(lambda: "configured" in host.run(f"networkctl --no-pager status {nic}").stdout)


def link_down_and_up(host, nic):
    host.check_output(f"ip link set {nic} down && ip link set {nic} up")


@contextmanager
def without_the_service(host):
    """Have a node without what sets routes again."""
    host.check_output(f"systemctl stop {SERVICE}")
    try:
        yield
    finally:
        host.check_output(f"systemctl start {SERVICE}")


@pytest.mark.parametrize("event", [restart_networkd, link_down_and_up])
def test_routes_come_back_after(event, on, inventory):
    name = inventory.workers[0]
    host, nic = on(name), inventory.variables["podnet_node_interface"]
    wanted = expected_routes(name, inventory)
    with without_the_service(host):
        event(host, nic)
        # The event takes them away: with the service, that they are there again is its work.
        assert until(lambda: routes(host) == {}, seconds=5)
    assert until(lambda: routes(host) == wanted)

    def repairs():
        return int(host.run(f"journalctl --unit {SERVICE} --output cat | grep -c 'routes that are missing'").stdout)

    before = repairs()
    event(host, nic)
    assert until(lambda: repairs() > before and routes(host) == wanted)


def test_rules_come_back_with_the_service(on, inventory):
    host = on(inventory.workers[0])
    chains = "iptables-save | grep -c PODNET-"
    before = host.check_output(chains)
    host.check_output("iptables -F PODNET-FORWARD")
    host.check_output(f"systemctl restart {SERVICE}")
    assert until(lambda: host.check_output(chains) == before)


@contextmanager
def as_in_the_walkthrough(on, inventory):
    """Masquerade what leaves a node's own subnet, as ipMasq does, and have no routes on the control plane."""
    rule = "POSTROUTING -s {0} ! -d {0} -j MASQUERADE"
    master = on("master")
    for name in inventory.nodes:
        on(name).check_output(f"iptables -t nat -I {rule.format(SUBNETS[name])}")
    master.check_output(f"systemctl stop {SERVICE} && ip route flush proto {PROTOCOL}")
    try:
        yield
    finally:
        master.check_output(f"systemctl start {SERVICE}")
        for name in inventory.nodes:
            on(name).check_output(f"iptables -t nat -D {rule.format(SUBNETS[name])}")
        assert until(lambda: routes(master) == expected_routes("master", inventory))


def is_lost(source, target):
    """Return whether there is no route: from the control plane to pods on other nodes; None where chance decides."""
    if source["node"] != "master":
        return False
    if target["kind"] in ("service", "dns"):
        away = {node in target.get("overlay_nodes", []) and node != "master" for node in target["backend_nodes"]}
        return away.pop() if len(away) == 1 else None
    return target["kind"] == "pod" and target["node"] != "master"


def is_translated(source, target):
    """Return whether the source's address is another one at the target: what a pod sends to another node."""
    return source["kind"] == "pod" and target["kind"] in ("pod", "node") and source["node"] != target["node"]


def test_the_walkthrough_s_own_configuration_fails_where_the_topology_says(verify, on, inventory):
    with as_in_the_walkthrough(on, inventory):
        done, report = verify("walkthrough")
    assert done.returncode == 2, done.stdout
    endpoints = {endpoint["name"]: endpoint for endpoint in report["endpoints"]}
    expected, failed = set(), set()
    for cell in report["cells"]:
        key = (cell["source"], cell["target"], cell["check"])
        source, target = endpoints[cell["source"]], endpoints[cell["target"]]
        if is_lost(source, target) is None:
            continue
        if is_lost(source, target) or (is_translated(source, target) and cell["check"] in SEES_SOURCE):
            expected.add(key)
        if cell["verdict"] != "passed":
            failed.add(key)
    assert failed == expected
    kinds = {(endpoints[source]["node"], endpoints[target]["kind"]) for source, target, _check in expected}
    assert kinds >= {("master", "pod"), ("master", "service"), ("node1", "pod"), ("node1", "node")}


def test_afterwards_all_is_green_again(verify):
    done, report = verify("mended")
    assert done.returncode == 0, done.stdout
    assert report["summary"]["passed"] == report["summary"]["cells"]


def test_a_node_that_rebooted_is_whole_without_ansible(play, verify, on, kubectl, inventory):
    """Its network namespace is a new one with the two NICs alone: what is there again, the node brought back itself."""
    name = inventory.workers[0]
    done = play("molecule/basic_cni/reboot.yml", "--extra-vars", f"lab_reboot={name}")
    assert done.returncode == 0, done.stdout
    assert until(lambda: routes(on(name)) == expected_routes(name, inventory), seconds=60)
    kubectl.output("wait", "--for=condition=Ready", f"node/{name}", "--timeout=90s")
    kubectl.output("wait", "--for=condition=Ready", "pod", "--all", "--all-namespaces", "--timeout=90s")
    done, report = verify("rebooted")
    assert done.returncode == 0, done.stdout
    assert report["summary"]["passed"] == report["summary"]["cells"]


@pytest.fixture(scope="module")
def with_a_fourth(play, root):
    """Runs a playbook on the lab's inventory and one node more."""
    more = ["--inventory", "inventories/lab", "--inventory", "molecule/basic_cni/inventory"]
    return lambda playbook, *arguments: play(
        *more, playbook, "--extra-vars", f"podnet_output_dir={root}/inventories/lab/.podnet", *arguments
    )


@pytest.fixture(scope="module")
def running(on, kubectl, inventory):
    """Returns since when services run on the old nodes, and which pods there are."""

    def read():
        show = "systemctl show --property=ActiveEnterTimestampMonotonic --value containerd kubelet " + SERVICE
        services = {name: on(name).check_output(show) for name in inventory.nodes}
        return services, {pod["metadata"]["uid"] for pod in kubectl.items("pods", "--all-namespaces")}

    return read


def test_a_fourth_node_gets_a_subnet_and_the_others_one_route_each(with_a_fourth, running, kubectl, on, inventory):
    made = with_a_fourth("playbooks/lab.yml", "--extra-vars", "lab_network=basic_cni")
    assert made.returncode == 0, made.stdout
    services, pods = running()
    done = with_a_fourth("playbooks/basic_cni.yml")
    assert done.returncode == 0, done.stdout
    subnets = {node["metadata"]["name"]: node["spec"]["podCIDR"] for node in kubectl.items("nodes")}
    assert subnets == {**SUBNETS, "node3": "10.22.4.0/24"}
    for name in inventory.nodes:
        assert routes(on(name)) == {**expected_routes(name, inventory), "10.22.4.0/24": "10.100.198.203"}
    assert routes(on("node3")) == {SUBNETS[name]: address for name, address in inventory.nodes.items()}
    services_now, pods_now = running()
    assert services_now == services
    assert pods <= pods_now


def test_a_node_that_is_removed_leaves_no_route_and_keeps_its_subnet(play, kubectl, on, root, inventory):
    kubectl.output("delete", "node", "node3")
    removed = play("playbooks/lab.yml", "--extra-vars", "lab_network=basic_cni")
    assert removed.returncode == 0, removed.stdout
    done = play("molecule/basic_cni/install.yml")
    assert done.returncode == 0, done.stdout
    for name in inventory.nodes:
        assert routes(on(name)) == expected_routes(name, inventory)
    allocation = json.loads((root / "inventories/lab/.podnet/allocation.json").read_text())["allocation"]
    assert allocation["node3"] == ["10.22.4.0/24"]


def test_the_page_shows_what_the_role_drew(root, scratch):
    page = (root / "docs" / "basic-cni.md").read_text()
    drawing = page.split("```")[1].strip().splitlines()
    log = (scratch / "ansible.log").read_text()
    assert [line for line in drawing if line.strip(" |") and line.strip() not in log] == []


def without_link_local(snapshot):
    """Return a snapshot without IPv6 link-local addresses: NICs are new since the reboot, and so are these."""
    addresses = [line for line in snapshot["addresses"] if " fe80:" not in line]
    return {
        **snapshot,
        "addresses": addresses,
        "routes": [route for route in snapshot["routes"] if not route["dst"].startswith("fe80::")],
    }


def test_it_is_removed_and_the_nodes_are_as_they_were(play, changes, on, scratch, inventory):
    counts = changes(play("molecule/basic_cni/remove.yml"))
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    for name in inventory.nodes:
        before = json.loads((scratch / "without_network" / f"{name}.json").read_text())
        now = json.loads(on(name).check_output("python3 -c %s", SNAPSHOT.read_text()))
        assert without_link_local(now) == without_link_local(before)
    counts = changes(play("molecule/basic_cni/remove.yml"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
