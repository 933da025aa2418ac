"""Compare our proof of policies with `kubectl exec` for each cell, on the lab's cluster with Calico.

Nine pods in three namespaces, ports 80 and 81, TCP and UDP make 288 cells. A policy blocks all ingress to the pods of
one namespace, a third of the cells. For `kubectl exec` each pod runs agnhost with four servers, and agnhost connects
from pod to pod, as other tools for policies do. Our arm is the whole role network_policies: it waits until the network
enforces the policy, then tries each cell three times. The difference between a run of one case and a run of several
gives the cost of each further case. `make bench` runs it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from lab_cluster import AT_ONCE, KUBECONFIG, ROOT, RUNS, execute, kubectl, node_names, pod, running, timed
from rows import Row, record

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.63.0"
NAMESPACES = ("bench-x", "bench-y", "bench-z")
PODS = [f"{namespace}/{name}" for namespace, name in product(NAMESPACES, "abc")]
PORTS = (80, 81)
PROTOCOLS = ("tcp", "udp")
# Source, target, port and protocol.
CELLS = [cell for cell in product(PODS, PODS, PORTS, PROTOCOLS) if cell[0] != cell[1]]
CASES = 6
WAITS = "convergence and three attempts"
TABLE = "Policies: one case of 288 cells, a third blocked"
CLOSED = NAMESPACES[:2]  # in turns
NOBODY = [
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "nobody", "namespace": namespace},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    for namespace in CLOSED
]
IDLE = [{"name": "pause", "image": IMAGE, "args": ["pause"]}]
SERVERS = [
    {
        "name": f"{protocol}-{port}",
        "image": IMAGE,
        "args": ["serve-hostname", "--http=false", f"--{protocol}", f"--port={port}"],
    }
    for port, protocol in product(PORTS, PROTOCOLS)
]


def nine_pods(containers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make the Pod objects; each namespace has one on each node."""
    nodes = node_names()
    return [pod(*name.split("/"), nodes[number % len(nodes)], containers) for number, name in enumerate(PODS)]


def by_us(cases: int) -> float:
    """Time the role for that many cases; each blocks a third of the cells, and other ones than the case before."""
    steps = [{"name": f"case-{number}", "policies": [NOBODY[number % 2]]} for number in range(cases)]
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "network_policies_steps": steps,
            "network_policies_namespaces": NAMESPACES,
            "network_policies_ports": [
                {"port": port, "protocol": protocol.upper()} for port, protocol in product(PORTS, PROTOCOLS)
            ],
            "network_policies_report_dir": folder,
            "network_policies_replay": True,
        }
        command = ["ansible-playbook", "molecule/shared/policies.yml", "--extra-vars", json.dumps(variables)]
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        seconds = time.monotonic() - start
        if done.returncode:
            sys.exit(f"{done.stdout}\nour run failed")
        reports = [json.loads(path.read_text()) for path in Path(folder).glob("policies-*/report.json")]
    proved = [len(report["cells"]) for report in reports]
    if proved != [len(CELLS)] * cases:
        sys.exit(f"expected reports of {cases} cases with {len(CELLS)} cells each, found {proved}")
    return seconds


def by_exec(addresses: dict[str, str], at_once: int) -> tuple[float, int]:
    """Try the cells by `kubectl exec`; return the seconds and the number of cells that contradict the policy."""

    def connects(cell: tuple[str, str, int, str]) -> bool:
        source, target, port, protocol = cell
        where = f"{addresses[target]}:{port}"
        return execute(*source.split("/"), "/agnhost", "connect", where, "--timeout=1s", f"--protocol={protocol}")

    seconds, found = timed(connects, CELLS, at_once)
    return seconds, sum(reached == cell[1].startswith(CLOSED[0]) for cell, reached in zip(CELLS, found))


def main() -> None:
    """Print the table."""
    if not KUBECONFIG.exists() or "calico-node" not in kubectl("get", "daemonsets", "-n", "kube-system", "-o", "name"):
        print("no times of policies: the lab's cluster has no Calico; run make calico")
        return
    with running(nine_pods(IDLE)):
        alone = median(by_us(1) for _run in range(RUNS))
        case = (median(by_us(CASES) for _run in range(RUNS)) - alone) / (CASES - 1)
    with running(nine_pods(SERVERS)) as found:
        names = [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in found]
        addresses = dict(zip(names, (one["status"]["podIP"] for one in found)))
        kubectl("apply", "-f", "-", data=NOBODY[0])
        by_exec(addresses, AT_ONCE)  # a warm-up, until the network enforces the policy
        (one_by_one, wrong), (together, wrong_together) = by_exec(addresses, 1), by_exec(addresses, AT_ONCE)
    if wrong or wrong_together:
        sys.exit(f"by kubectl exec, {wrong} cells one by one and {wrong_together} together contradict the policy")
    rows = [
        ("ours: a run with one case", alone),
        ("ours: each further case", case),
        ("kubectl exec, one by one", one_by_one),
        (f"kubectl exec, {AT_ONCE} at once", together),
    ]
    print(f"{len(PODS)} pods, {len(CELLS)} cells, a third blocked       seconds  against ours")
    for name, seconds in rows:
        print(f"  {name:40} {seconds:8.2f} {seconds / case:11.1f} x")
    record(
        [
            Row(TABLE, "ours: a run with one case", "s", (alone,), 20, "Ansible, pods and the first enforcement"),
            Row(TABLE, "ours: each further case", "s", (case,), 5, WAITS),
            Row(TABLE, "a further case, against kubectl exec one by one", "times", (case / one_by_one,), 1, WAITS),
            Row(
                TABLE, f"a further case, against kubectl exec {AT_ONCE} at once", "times", (case / together,), 1, WAITS
            ),
        ]
    )


if __name__ == "__main__":
    main()
