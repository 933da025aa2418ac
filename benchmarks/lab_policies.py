"""Time our proof of policies against `kubectl exec` for each cell, on the lab's cluster with Calico, by `make bench`.

Nine pods in three namespaces, ports 80 and 81, TCP and UDP: 288 cells. A policy lets nobody into the pods of one
namespace, so a third of the cells is blocked. For `kubectl exec` the pods run agnhost, four servers in each, and
agnhost connects from one to the other, as known tools for policies do. Ours is the entry point `policies` of the role
calico, with all that it does: it waits until the policy is enforced, then tries each cell three times. What a case
more costs is the difference between a run of one case and a run of several.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from lab import AT_ONCE, KUBECONFIG, ROOT, RUNS, kubectl

NAMESPACES = ("bench-x", "bench-y", "bench-z")
IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.63.0"
PORTS = (80, 81)
PROTOCOLS = ("tcp", "udp")
CASES = 6
CLOSED = NAMESPACES[0]

Cell = tuple[str, str, int, str]  # source, target (NAMESPACE/NAME), port, protocol


def containers(serving: bool) -> list[dict[str, Any]]:
    """Return the containers of a pod: a server for each port and protocol, or one that does nothing."""
    if not serving:
        return [{"name": "pause", "image": IMAGE, "args": ["pause"]}]
    return [
        {
            "name": f"{protocol}-{port}",
            "image": IMAGE,
            "args": ["serve-hostname", "--http=false", f"--{protocol}", f"--port={port}"],
        }
        for port, protocol in product(PORTS, PROTOCOLS)
    ]


@contextmanager
def pods(serving: bool) -> Iterator[dict[str, str]]:
    """Have three pods in each namespace, one on each node, and yield their addresses by NAMESPACE/NAME."""
    nodes = [item["metadata"]["name"] for item in json.loads(kubectl("get", "nodes", "-o", "json"))["items"]]
    objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES] + [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace, "labels": {"pod": name}},
            "spec": {
                "nodeName": nodes[number % len(nodes)],
                "tolerations": [{"operator": "Exists"}],
                "terminationGracePeriodSeconds": 0,
                "containers": containers(serving),
            },
        }
        for namespace in NAMESPACES
        for number, name in enumerate("abc")
    ]
    kubectl("apply", "-f", "-", data={"apiVersion": "v1", "kind": "List", "items": objects})
    try:
        found = []
        for name in NAMESPACES:
            kubectl("wait", "-n", name, "--for=condition=Ready", "pod", "--all", "--timeout=120s")
            found += json.loads(kubectl("get", "pods", "-n", name, "-o", "json"))["items"]
        yield {f"{pod['metadata']['namespace']}/{pod['metadata']['name']}": pod["status"]["podIP"] for pod in found}
    finally:
        kubectl("delete", "namespace", *NAMESPACES)


def nobody() -> dict[str, Any]:
    """Return the policy that lets nobody into the pods of one namespace."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "nobody", "namespace": CLOSED},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }


def by_us(cases: int) -> float:
    """Return how long the entry point `policies` takes for so many cases, of which every second one is open."""
    steps = [{"name": f"case-{number}", "policies": [] if number % 2 else [nobody()]} for number in range(cases)]
    ports = [{"port": port, "protocol": protocol.upper()} for port, protocol in product(PORTS, PROTOCOLS)]
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "calico_policy_steps": steps,
            "calico_policy_namespaces": NAMESPACES,
            "calico_policy_ports": ports,
            "calico_report_dir": folder,
            "calico_replay": True,
        }
        command = ["ansible-playbook", "molecule/calico/policies.yml", "--extra-vars", json.dumps(variables)]
        start = time.monotonic()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        seconds = time.monotonic() - start
        for report in Path(folder).glob("policies-*/report.json"):
            assert len(json.loads(report.read_text())["cells"]) == len(cells(list_names())), report
    return seconds


def list_names() -> list[str]:
    """Return the nine pods' names as NAMESPACE/NAME."""
    return [f"{namespace}/{name}" for namespace, name in product(NAMESPACES, "abc")]


def cells(names: list[str]) -> list[Cell]:
    """Return every pair of pods with every port and protocol."""
    return [cell for cell in product(names, names, PORTS, PROTOCOLS) if cell[0] != cell[1]]


def by_exec(addresses: dict[str, str], at_once: int) -> tuple[float, int]:
    """Return how many seconds the cells take by `kubectl exec`, and how many are not as the policy says."""

    def connects(cell: Cell) -> bool:
        source, target, port, protocol = cell
        namespace, name = source.split("/")
        connect = ["/agnhost", "connect", f"{addresses[target]}:{port}", "--timeout=1s", f"--protocol={protocol}"]
        command = ["exec", "-n", namespace, name, "-c", "tcp-80", "--", *connect]
        whole = ["kubectl", "--kubeconfig", str(KUBECONFIG), *command]
        return subprocess.run(whole, check=False, capture_output=True).returncode == 0

    wanted = cells(list(addresses))
    start = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(connects, wanted))
    seconds = time.monotonic() - start
    return seconds, sum(open_ == cell[1].startswith(CLOSED) for cell, open_ in zip(wanted, found))


def main() -> None:
    """Print the table."""
    if not KUBECONFIG.exists() or "calico-node" not in kubectl("get", "daemonsets", "-n", "kube-system", "-o", "name"):
        print("policies are not timed: the lab's cluster has no Calico, make calico brings it")
        return
    with pods(serving=False):
        alone = median(by_us(1) for _run in range(RUNS))
        case = (median(by_us(CASES) for _run in range(RUNS)) - alone) / (CASES - 1)
    with pods(serving=True) as addresses:
        kubectl("apply", "-f", "-", data=nobody())
        by_exec(addresses, AT_ONCE)  # a warm-up, in which the policy comes to be enforced
        (one_by_one, wrong), (together, wrong_together) = by_exec(addresses, 1), by_exec(addresses, AT_ONCE)
    if wrong or wrong_together:
        sys.exit(f"by kubectl exec, {wrong} cells one by one and {wrong_together} together are not as the policy says")
    rows = [
        ("ours: a run with one case", alone),
        ("ours: each case more", case),
        ("kubectl exec, one by one", one_by_one),
        (f"kubectl exec, {AT_ONCE} at once", together),
    ]
    print(f"nine pods, {len(cells(list_names()))} cells, a third blocked    seconds  against ours")
    for name, seconds in rows:
        print(f"  {name:40} {seconds:12.2f} {seconds / case:9.1f} x")


if __name__ == "__main__":
    main()
