"""Measure what planning costs the controller for many hosts: the plans alone, and the tasks of roles in Ansible.

    python benchmarks/planning.py [--plans HOSTS …] [--ansible HOSTS …]

A plan is a pure function. Its exponent tells how its processor time grows: 1 is linear, 2 quadratic.
Ansible plays planning.yml against generated hosts, where modules stand in (stand_ins). Its figures are processor time
for a host and a task, of our tasks and of tasks that do nothing, and the hosts whose variables a host's tasks read.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from math import log
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from rows import ROOT, Row, record

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_blocks import blocks_without_route
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.survey import find_faults, read_survey
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes import flannel, mtu, pod_routes
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import read_announced_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.host_values import host_values
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import Candidate, Interface
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_routes import routes_to_others
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.shared_addresses import find_shared_addresses
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import allocate, parse_request
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import Inventory, find_mistakes

FEW, MANY = 1000, 5000
OF_ANSIBLE = (50, 200)  # further ones take a quiet machine and half an hour: --ansible 300 1000
ROUNDS = 3
NODE_NETWORK = "10.100.0.0/16"
POD_NETWORK = "10.128.0.0/9"
TABLE = "Planning at scale, processor time of the controller"

Work = Callable[[], Any]


def names(hosts: int) -> list[str]:
    """Name the hosts."""
    return [f"node{number}" for number in range(hosts)]


def addresses(hosts: int) -> dict[str, str]:
    """The address of each host."""
    return {name: str(ip_network(NODE_NETWORK)[number + 2]) for number, name in enumerate(names(hosts))}


def node_addresses(hosts: int) -> dict[str, dict[str, Any]]:
    """What node_address finds on each host."""
    nic = {"interface": "enp0s8", "network": NODE_NETWORK, "mtu": 1500}
    return {name: {"address": address, **nic} for name, address in addresses(hosts).items()}


def subnets(hosts: int) -> dict[str, list[str]]:
    """The pod subnet of each host."""
    network = ip_network(POD_NETWORK)
    found = {name: (int(network[0]) + 256 * number, 24) for number, name in enumerate(names(hosts))}
    return {name: [f"{ip_address(first)}/{length}"] for name, (first, length) in found.items()}


def allocation(hosts: int) -> Work:
    """Give each host its pod subnet, where half of them have one."""
    params = {"networks": [POD_NETWORK], "prefix_lengths": {"ipv4": 24, "ipv6": 64}, "nodes": names(hosts)}
    known = dict(list(subnets(hosts).items())[: hosts // 2])
    options = {"pins": {}, "reserved": [], "avoid": [], "known": known, "release": [], "path": "x"}
    return lambda: allocate(parse_request({**params, **options}), {})


def shared(hosts: int) -> Work:
    """Find addresses that several hosts have."""
    given = {name: (address, "enp0s8") for name, address in addresses(hosts).items()}
    return lambda: find_shared_addresses(given)


def routes(hosts: int) -> Work:
    """Make the routes of one host to the pods of all others."""
    given, gateways = subnets(hosts), addresses(hosts)
    return lambda: routes_to_others(given, gateways, "node0")


def route_plan(hosts: int) -> Work:
    """Compare the routes of one host with those that it has: half of them."""
    wanted = routes(hosts)()
    own = Candidate(ip_address("10.100.0.2"), 16, "enp0s8", 1500, ("enp0s8",), False, None, None)
    nics = [Interface(("enp0s8",), False, (own,))]
    half = pod_routes.wanted_routes(dict(list(wanted.items())[: hosts // 2]), nics, "enp0s8", 140)
    return lambda: pod_routes.plan_routes(half, pod_routes.wanted_routes(wanted, nics, "enp0s8", 140), 140)


def mtus(hosts: int) -> Work:
    """Check that the NIC of each host carries the packets."""
    given = node_addresses(hosts)
    return lambda: mtu.find_mistakes(given, "flannel_mtu", 1450, 50)


def variables(hosts: int) -> Work:
    """Check the variables of the hosts, with the networks that they share."""
    spec = {name: {"type": "str"} for name in ("podnet_pod_network", "podnet_node_network", "podnet_node_interface")}
    same = {"podnet_pod_network": POD_NETWORK, "podnet_node_network": NODE_NETWORK}
    values = {name: {**same, "podnet_node_interface": f"nic{name}"} for name in names(hosts)}
    inventory = Inventory(values, spec, ["common", "kubeadm_control_plane", "kubeadm_node", "basic_cni"])
    return lambda: find_mistakes(inventory)


def surveys(hosts: int) -> Work:
    """Judge the machines, which all have the CA of the cluster."""
    result = {"faults": [], "leftovers": {"fault": ""}, "ca_pins": {"/etc/kubernetes/pki/ca.crt": ["sha256:a"]}}
    return lambda: find_faults(
        {one: read_survey(one, result) for one in names(hosts)}, "node0", {"a": ["sha256:a"]}, False
    )


def announced(hosts: int) -> Work:
    """Compare the addresses that Flannel announces with those of the hosts."""
    key = "flannel.alpha.coreos.com/public-ip"
    own = addresses(hosts)
    nodes = [{"metadata": {"name": name, "annotations": {key: address}}} for name, address in own.items()]
    results = {name: {"node_address": one, "candidates": [one]} for name, one in node_addresses(hosts).items()}
    return lambda: flannel.find_wrong_addresses(read_announced_nodes(flannel.parse_flannel_node, nodes, results))


def blocks(hosts: int) -> Work:
    """Find the blocks of Calico that one host has no route to."""
    given = subnets(hosts)
    affinities = [{"spec": {"cidr": one[0], "node": name, "state": "confirmed"}} for name, one in given.items()]
    nodes = [{"metadata": {"name": name}} for name in given]
    found = [{"dst": one[0]} for one in given.values()]
    return lambda: blocks_without_route(affinities, nodes, found)


def values_of_hosts(hosts: int) -> Work:
    """Collect a variable of all hosts."""
    given = {name: {"podnet_node_address": one} for name, one in node_addresses(hosts).items()}
    return lambda: host_values(given, list(given), ["podnet_node_address.address", "podnet_node_address_ipv6.address"])


PLANS: dict[str, Callable[[int], Work]] = {
    "the pod subnets of all nodes": allocation,
    "addresses that several nodes have": shared,
    "a variable of all hosts": values_of_hosts,
    "the MTU of all nodes": mtus,
    "the variables of all hosts, with their networks": variables,
    "the surveys of all machines": surveys,
    "the addresses that Flannel announces": announced,
    "for one node: the routes to the pods of all others": routes,
    "for one node: what changes among its routes": route_plan,
    "for one node: Calico's blocks without a route": blocks,
}
OF_A_NODE = "for one node"
OF_ROUTES = "each node has a route to each other node"


def processor_time(work: Work) -> float:
    """The processor time of some calls of a function, for one call; of enough calls to be seen."""
    gc.collect()
    calls, start = 0, time.process_time()
    while time.process_time() - start < 0.05:
        work()
        calls += 1
    return (time.process_time() - start) / calls


def plan_rows(name: str, sizes: tuple[int, int]) -> list[Row]:
    """Measure a plan with few and many hosts in turn."""
    few, many = (PLANS[name](hosts) for hosts in sizes)
    rounds = [(processor_time(few), processor_time(many)) for _round in range(ROUNDS)]
    exponents = tuple(log(long / short) / log(sizes[1] / sizes[0]) for short, long in rounds)
    seconds = tuple(long for _short, long in rounds)
    limit = OF_ROUTES if name.startswith(OF_A_NODE) else "Python, one core"
    return [
        Row(TABLE, f"{name}: {sizes[1]:,} hosts", "s", seconds, 1, limit),
        Row(TABLE, f"{name}: exponent from {sizes[0]:,} hosts", "exponent", exponents, 1.2, limit),
    ]


def play(hosts: int) -> dict[str, Any]:
    """Play planning.yml against so many hosts; return reads and processor time of each task, and the memory."""
    first, *others = names(hosts)
    groups = {"control_plane": {"hosts": {first: {}}}, "nodes": {"hosts": {name: {} for name in others}}}
    with tempfile.TemporaryDirectory() as folder:
        given = {"podnet_output_dir": folder, "podnet_node_network": NODE_NETWORK, "podnet_pod_network": POD_NETWORK}
        Path(folder, "admin.conf").write_text("")
        Path(folder, "hosts.json").write_text(json.dumps({"all": {"vars": given, "children": groups}}))
        counts = Path(folder, "counts.json")
        environment = {
            **os.environ,
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "benchmarks/stand_ins"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
            "PODNET_COUNTS": str(counts),
        }
        command = ["ansible-playbook", "-i", f"{folder}/hosts.json", "benchmarks/planning.yml"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{done.stdout[-3000:]}{done.stderr[-3000:]}\nplanning.yml failed with {hosts} hosts")
        found: dict[str, Any] = json.loads(counts.read_text())
        return found


def ansible_rows(sizes: tuple[int, int]) -> list[Row]:
    """Compare our tasks with tasks that do nothing, at both sizes, and count the hosts that a host's tasks read."""
    ratios, reads, cost, memory = [], [], [], []
    for hosts in sizes:
        found = play(hosts)
        tasks = found["tasks"]
        memory.append(found["kilobytes"])
        nothing = [task["seconds"] for task in tasks if task["task"] == "Do nothing"]
        ours = [task for task in tasks if task["task"] != "Do nothing"]
        ratios.append(sum(task["seconds"] for task in ours) / len(ours) / median(nothing))
        reads.append(sum(task["reads"] for task in ours) / hosts)
        cost.append(sum(task["seconds"] for task in ours) / len(ours) / hosts)
        worst = sorted(ours, key=lambda task: float(task["seconds"]))[-3:]
        print(
            f"{hosts} hosts:",
            "; ".join(f"{task['task']} {task['seconds']:.1f} s, {task['reads']} reads" for task in worst),
        )
    few, many = sizes
    limit = "Ansible forks a process for each host and task"
    state = "Ansible keeps the routes of all hosts while their task runs"
    name = f"Ansible, {many:,} hosts"
    of_host = (memory[1] - memory[0]) / (many - few)
    return [
        Row(TABLE, f"{name}: a task of ours for a host", "s", (cost[1],), 0.1, limit),
        Row(TABLE, f"{name}: a task of ours against one that does nothing", "times", (ratios[1],), 3, limit),
        Row(TABLE, f"{name}: that ratio, against {few:,} hosts", "times", (ratios[1] / ratios[0],), 1.2, OF_ROUTES),
        Row(
            TABLE,
            f"{name}: hosts that the tasks of a host read, against {few:,} hosts",
            "times",
            (reads[1] / reads[0],),
            1.1,
            "tasks that run once read all hosts",
        ),
        Row(TABLE, f"{name}: memory of the controller", "MB", (memory[1] / 1024,), 500, state),
        Row(TABLE, f"{name}: memory for each further host", "KB", (of_host,), 500, state),
    ]


def main() -> None:
    """Measure, and record the rows. Each size has rows of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plans", nargs=2, type=int, default=(FEW, MANY), metavar="HOSTS")
    parser.add_argument("--ansible", nargs=2, type=int, default=OF_ANSIBLE, metavar="HOSTS")
    options = parser.parse_args()
    for name in PLANS:
        record(plan_rows(name, tuple(options.plans)))
    record(ansible_rows(tuple(options.ansible)))


if __name__ == "__main__":
    main()
