"""The bridge network: the walkthrough's subnets, no NAT, routes that last, and the failures without them.

All tests use both families (vars/dual_stack.yml). The tests are one story; the last one removes the network.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from contextlib import contextmanager

import pytest

SUBNETS = {
    "master": ["10.22.1.0/24", "fd10:22::/64"],
    "node1": ["10.22.2.0/24", "fd10:22:0:1::/64"],
    "node2": ["10.22.3.0/24", "fd10:22:0:2::/64"],
    "node3": ["10.22.4.0/24", "fd10:22:0:3::/64"],
}
ADDRESSES = {
    "master": ["10.100.198.200", "fd10:100:198::200"],
    "node1": ["10.100.198.201", "fd10:100:198::201"],
    "node2": ["10.100.198.202", "fd10:100:198::202"],
    "node3": ["10.100.198.203", "fd10:100:198::203"],
}
THREE = ("master", "node1", "node2")
DUAL_STACK = "@molecule/basic_cni/vars/dual_stack.yml"
FAMILIES = {"ipv4": ("-4", "iptables"), "ipv6": ("-6", "ip6tables")}
SERVICE = "podnet-routes"
PROTOCOL = 140
SEES_SOURCE = {"tcp", "udp", "mtu"}


@pytest.fixture(scope="module")
def dual(play):
    """A function that runs a playbook with the settings of the scenario."""
    return lambda playbook, *arguments: play(playbook, "--extra-vars", DUAL_STACK, *arguments)


@pytest.fixture(scope="module")
def verify(dual, reports):
    """A function that verifies as the scenario's playbook does, and gives the run and its report."""

    def run(name):
        strict = {"connectivity_name": name, "connectivity_pod_to_node_source": "own", "connectivity_overhead": 0}
        return dual("playbooks/verify.yml", "--extra-vars", json.dumps(strict)), reports(name)

    return run


def test_each_node_has_the_subnet_of_the_walkthrough_and_one_of_ipv6(kubectl, root):
    wanted = {name: SUBNETS[name] for name in THREE}
    assert {node["metadata"]["name"]: node["spec"]["podCIDRs"] for node in kubectl.items("nodes")} == wanted
    allocation = json.loads((root / "lab/inventory/.podnet/allocation.json").read_text())["allocation"]
    assert {name: allocation[name] for name in THREE} == wanted


def test_nodes_have_their_addresses_in_both_families(kubectl):
    for node in kubectl.items("nodes"):
        found = [one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP"]
        assert found == ADDRESSES[node["metadata"]["name"]]


def routes(host):
    """Read the role's routes on a node: destination -> gateway."""
    found = [
        route
        for option, _program in FAMILIES.values()
        for route in json.loads(host.check_output(f"ip {option} -json route show proto {PROTOCOL}") or "[]")
    ]
    return {route["dst"]: route["gateway"] for route in found}


def expected_routes(name, others=THREE):
    return {
        subnet: address
        for other in others
        if other != name
        for subnet, address in zip(SUBNETS[other], ADDRESSES[other], strict=True)
    }


def test_every_node_has_one_route_to_each_other_the_control_plane_too(on, inventory):
    for name in inventory.nodes:
        assert routes(on(name)) == expected_routes(name)


def source_is_another(cell, kind):
    """Say whether the target saw another source: another address, and for a pod also another port.

    kube-proxy masquerades with random ports. When one of them has the port of a node's probe, the kernel gives the
    probe another.
    """
    if kind == "pod":
        return cell["translated"]
    return cell["own"].rpartition(":")[0] != cell["seen"].rpartition(":")[0]


def test_every_cell_passed_and_nothing_between_pods_and_nodes_is_translated(reports):
    report = reports("basic_cni")
    kinds = {endpoint["name"]: endpoint["kind"] for endpoint in report["endpoints"]}
    assert {cell["verdict"] for cell in report["cells"]} == {"passed"}
    seen = {
        (cell["family"], source_is_another(cell, kinds[cell["source"]]))
        for cell in report["cells"]
        if {kinds[cell["source"]], kinds[cell["target"]]} <= {"pod", "node"} and "translated" in cell
    }
    assert seen == {("ipv4", False), ("ipv6", False)}
    outside = {
        (cell["family"], cell["translated"])
        for cell in report["cells"]
        if kinds[cell["source"]] == "pod" and kinds[cell["target"]] == "outside" and "translated" in cell
    }
    assert outside == {("ipv4", True), ("ipv6", True)}


def test_the_diagnosis_names_an_allocation_file_of_another_cluster(diagnose, inventory, kubectl):
    """The next test shows that nothing is named with the cluster's own file."""
    file = inventory.output / "allocation.json"
    own = file.read_text()
    other = json.loads(own)
    subnets = other["allocation"]
    subnets["node1"], subnets["node2"] = subnets["node2"], subnets["node1"]
    file.write_text(json.dumps(other))
    try:
        _done, found = diagnose()
    finally:
        file.write_text(own)
    cidrs = {node["metadata"]["name"]: node["spec"]["podCIDRs"] for node in kubectl.items("nodes")}
    (one,) = found["findings"]
    assert (one["id"], one["nodes"]) == ("allocation_file", ["node1", "node2"])
    assert one["evidence"] == [
        f"{name}: {', '.join(subnets[name])} in the file, podCIDR {', '.join(cidrs[name])}" for name in one["nodes"]
    ]


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


def test_the_matrix_has_both_families_of_everything(reports):
    report = reports("basic_cni")
    kinds = {endpoint["name"]: endpoint["kind"] for endpoint in report["endpoints"]}
    both = {(kinds[cell["target"]], cell["family"]) for cell in report["cells"]}
    assert both >= {(kind, family) for kind in ("pod", "node", "service", "outside") for family in FAMILIES}


@pytest.mark.more
def test_check_mode_reports_no_change(dual, changes, inventory):
    """Check mode runs the part that makes the cluster too, which converge leaves out."""
    counts = changes(dual("playbooks/basic_cni.yml", "--check"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def until(holds, seconds=30):
    """Say whether a condition holds within some seconds."""
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
    """Stop the service that sets routes again on a node."""
    host.check_output(f"systemctl stop {SERVICE}")
    try:
        yield
    finally:
        host.check_output(f"systemctl start {SERVICE}")


@pytest.mark.parametrize("event", [restart_networkd, link_down_and_up])
def test_routes_come_back_after(event, on, inventory):
    name = inventory.workers[0]
    host, nic = on(name), inventory.variables["podnet_node_interface"]
    wanted = expected_routes(name)
    with without_the_service(host):
        event(host, nic)
        # The event removes the routes. So the service must have set them when they are back.
        assert until(lambda: routes(host) == {})
    assert until(lambda: routes(host) == wanted)

    def repairs():
        return int(host.run(f"journalctl --unit {SERVICE} --output cat | grep -c 'routes that are missing'").stdout)

    before = repairs()
    event(host, nic)
    assert until(lambda: repairs() > before and routes(host) == wanted)


@pytest.mark.parametrize("program", [program for _option, program in FAMILIES.values()])
def test_rules_come_back_with_the_service(program, on, inventory):
    host = on(inventory.workers[0])
    chains = f"{program}-save | grep -c PODNET-"
    before = host.check_output(chains)
    host.check_output(f"{program} -F PODNET-FORWARD")
    host.check_output(f"systemctl restart {SERVICE}")
    assert until(lambda: host.check_output(chains) == before)


@contextmanager
def as_in_the_walkthrough(on, inventory):
    """Masquerade packets that leave a node's own subnet, as ipMasq does, and remove the routes of the control plane."""
    master = on("master")

    def masquerade(action):
        for name in inventory.nodes:
            for subnet, (_option, program) in zip(SUBNETS[name], FAMILIES.values(), strict=True):
                on(name).check_output(f"{program} -t nat {action} POSTROUTING -s {subnet} ! -d {subnet} -j MASQUERADE")

    masquerade("-I")
    master.check_output(f"systemctl stop {SERVICE}")
    for option, _program in FAMILIES.values():
        master.check_output(f"ip {option} route flush proto {PROTOCOL}")
    try:
        yield
    finally:
        master.check_output(f"systemctl start {SERVICE}")
        masquerade("-D")
        assert until(lambda: routes(master) == expected_routes("master"))


def is_lost(source, target):
    """Say whether the route is missing, from the control plane to pods on other nodes; None where chance decides."""
    if target.get("via", source["node"]) != "master":
        return False
    if target["kind"] in ("service", "nodeport", "dns"):
        away = {node in target.get("overlay_nodes", []) and node != "master" for node in target["backend_nodes"]}
        return away.pop() if len(away) == 1 else None
    return target["kind"] == "pod" and target["node"] != "master"


def is_translated(source, target):
    """Say whether the target sees another source address: on packets of a pod to another node."""
    return source["kind"] == "pod" and target["kind"] in ("pod", "node") and source["node"] != target["node"]


def test_the_walkthrough_s_own_configuration_fails_where_the_topology_says(verify, on, inventory):
    with as_in_the_walkthrough(on, inventory):
        done, report = verify("walkthrough")
    assert done.returncode == 2, done.stdout
    endpoints = {endpoint["name"]: endpoint for endpoint in report["endpoints"]}
    expected, failed = set(), set()
    for cell in report["cells"]:
        key = (cell["source"], cell["target"], cell["check"], cell["family"])
        source, target = endpoints[cell["source"]], endpoints[cell["target"]]
        if is_lost(source, target) is None:
            continue
        if is_lost(source, target) or (is_translated(source, target) and cell["check"] in SEES_SOURCE):
            expected.add(key)
        if cell["verdict"] != "passed":
            failed.add(key)
    assert failed == expected
    kinds = {(endpoints[key[0]]["node"], endpoints[key[1]]["kind"], key[3]) for key in expected}
    seen = {("master", "pod"), ("master", "service"), ("node1", "pod"), ("node1", "node")}
    assert kinds >= {(*one, family) for one in seen for family in FAMILIES}


def test_a_node_that_rebooted_is_whole_without_ansible(dual, verify, on, kubectl, inventory):
    """Its new network namespace has the two NICs alone: the node itself must bring back the rest."""
    name = inventory.workers[0]
    done = dual("lab/reboot.yml", "--extra-vars", f"lab_reboot={name}")
    assert done.returncode == 0, done.stdout
    assert until(lambda: routes(on(name)) == expected_routes(name), seconds=120)
    kubectl.output("wait", "--for=condition=Ready", f"node/{name}", "--timeout=180s")
    kubectl.output("wait", "--for=condition=Ready", "pod", "--all", "--all-namespaces", "--timeout=180s")
    done, report = verify("rebooted")
    assert done.returncode == 0, done.stdout
    assert report["summary"]["passed"] == report["summary"]["cells"]


@pytest.fixture(scope="module")
def with_a_fourth(dual, root):
    """A function that runs a playbook on the lab's inventory with one more node."""
    more = ["--inventory", "lab/inventory", "--inventory", "molecule/basic_cni/inventory"]
    return lambda playbook, *arguments: dual(
        playbook, *more, "--extra-vars", f"podnet_output_dir={root}/lab/inventory/.podnet", *arguments
    )


@pytest.fixture(scope="module")
def running(on, kubectl, inventory):
    """A function that reads the start times of services on the old nodes, and the ids of all pods."""

    def read():
        show = "systemctl show --property=ActiveEnterTimestampMonotonic --value containerd kubelet " + SERVICE
        services = {name: on(name).check_output(show) for name in inventory.nodes}
        return services, {pod["metadata"]["uid"] for pod in kubectl.items("pods", "--all-namespaces")}

    return read


@pytest.mark.more
def test_a_fourth_node_joins_while_a_worker_is_down(with_a_fourth, kubectl, on, inventory):
    """The new node and the control plane get their routes, and the workers, which the run leaves out, keep theirs."""
    made = with_a_fourth("lab/create.yml", "--extra-vars", "lab_network=basic_cni")
    assert made.returncode == 0, made.stdout
    one, down = inventory.workers
    subprocess.run(["podman", "pause", f"podnet-{down}"], check=True)
    try:
        # The pods of the DNS may be on the dead worker.
        done = with_a_fourth(
            "playbooks/basic_cni.yml", "--limit", "node3,master", "--extra-vars", '{"connectivity_dns_service": null}'
        )
    finally:
        subprocess.run(["podman", "unpause", f"podnet-{down}"], check=True)
    assert done.returncode == 0, done.stdout
    assert f"This run leaves out {one}, {down}" in " ".join(done.stdout.split())
    for name in ("node3", "master"):
        assert routes(on(name)) == expected_routes(name, SUBNETS)
    for name in (one, down):
        assert routes(on(name)) == expected_routes(name)
    kubectl.output("wait", "--for=condition=Ready", "node", "--all", "--timeout=180s")


@pytest.mark.more
def test_a_fourth_node_gets_a_subnet_and_the_others_one_route_each(with_a_fourth, running, kubectl, on, inventory):
    made = with_a_fourth("lab/create.yml", "--extra-vars", "lab_network=basic_cni")
    assert made.returncode == 0, made.stdout
    services, pods = running()
    done = with_a_fourth("playbooks/basic_cni.yml")
    assert done.returncode == 0, done.stdout
    assert {node["metadata"]["name"]: node["spec"]["podCIDRs"] for node in kubectl.items("nodes")} == SUBNETS
    for name in SUBNETS:
        assert routes(on(name)) == expected_routes(name, SUBNETS)
    services_now, pods_now = running()
    assert services_now == services
    assert pods <= pods_now


@pytest.mark.more
def test_a_node_that_is_removed_leaves_no_route_and_keeps_its_subnet(dual, kubectl, on, root, inventory):
    kubectl.output("delete", "node", "node3")
    removed = dual("lab/create.yml", "--extra-vars", "lab_network=basic_cni")
    assert removed.returncode == 0, removed.stdout
    done = dual("molecule/shared/install.yml", "--extra-vars", "network=basic_cni")
    assert done.returncode == 0, done.stdout
    for name in inventory.nodes:
        assert routes(on(name)) == expected_routes(name)
    allocation = json.loads((root / "lab/inventory/.podnet/allocation.json").read_text())["allocation"]
    assert allocation["node3"] == SUBNETS["node3"]


def test_the_page_shows_what_the_role_drew(root, scratch):
    _text, single, _text, dual, *_rest = (root / "docs" / "basic-cni.md").read_text().split("```")
    drawing = [line for line in dual.strip().splitlines() if line.strip(" |")]
    log = (scratch / "ansible.log").read_text()
    assert [line for line in drawing if line.strip() not in log] == []
    # The drawing of one family is that of both without the other.
    one = [line for line in drawing if "route to fd10:" not in line]
    assert re.sub(r" and fd10:[0-9a-f:/]+", "", "\n".join(one)) == "\n".join(
        line for line in single.strip().splitlines() if line.strip(" |")
    )


def test_it_is_removed_and_the_nodes_are_as_they_were(dual, changes, on, scratch, inventory, differences, state):
    foretold = changes(dual("molecule/shared/remove.yml", "--extra-vars", "network=basic_cni", "--check"))
    counts = changes(dual("molecule/shared/remove.yml", "--extra-vars", "network=basic_cni"))
    assert [name for name in inventory.nodes if counts[name] == 0] == []
    assert counts == foretold
    for name in inventory.nodes:
        before = json.loads((scratch / "without_network" / f"{name}.json").read_text())
        now = state(on(name))
        assert differences(before, now) == []
    counts = changes(dual("molecule/shared/remove.yml", "--extra-vars", "network=basic_cni"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
