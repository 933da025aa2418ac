"""Measure processor time and memory of the policies' matrix at several sizes.

    python benchmarks/policies.py [PODSxPOLICIESxPORTS …]

The cluster has ten namespaces. Pods have three labels, and fifty pods share one application. One peer in ten is an
ipBlock, and a quarter of the policies have egress rules too. Each size runs in a process of its own, which has its own
peak of memory.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from rows import Row, record

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import choose_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports

SIZES = ("9x5x4", "100x50x2", "1000x200x2", "1000x1000x2", "5000x200x2")
NAMESPACES = 10
TABLE = "The oracle: the cells that policies allow"
LIMIT = "reading the objects; then selectors that many pods share"


def namespace(number: int) -> dict[str, Any]:
    """Make the Namespace object with that number."""
    return {"metadata": {"name": f"ns{number}", "labels": {"stage": ("test", "production")[number % 2]}}}


def pod(number: int) -> dict[str, Any]:
    """Make the Pod object with that number."""
    return {
        "metadata": {
            "namespace": f"ns{number % NAMESPACES}",
            "name": f"pod{number}",
            "labels": {"app": f"app{number // 50}", "tier": f"tier{number % 4}", "track": "stable"},
        },
        "spec": {
            "nodeName": f"node{number % 20}",
            "containers": [{"ports": [{"name": "http", "containerPort": (80, 8080)[number % 2]}]}],
        },
        "status": {"podIPs": [{"ip": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}]},
    }


def peer(chance: random.Random, pods: int) -> dict[str, Any]:
    """Make a peer: one in ten is an ipBlock."""
    kind = chance.randrange(10)
    if kind == 0:
        third = chance.randrange(pods) >> 8
        return {"ipBlock": {"cidr": f"10.0.{third}.0/24", "except": [f"10.0.{third}.64/26"]}}
    if kind < 4:
        return {"namespaceSelector": {"matchLabels": {"stage": "production"}}, "podSelector": selector(chance, pods)}
    return {"podSelector": selector(chance, pods)}


def selector(chance: random.Random, pods: int) -> dict[str, Any]:
    """Make a selector: half of them select an application, half a tier."""
    if chance.randrange(2):
        return {"matchLabels": {"app": f"app{chance.randrange(pods // 50 + 1)}"}}
    return {"matchExpressions": [{"key": "tier", "operator": "In", "values": [f"tier{chance.randrange(4)}"]}]}


def policy(number: int, chance: random.Random, pods: int) -> dict[str, Any]:
    """Make the NetworkPolicy object with that number."""
    port = ({"port": 80}, {"port": "http"}, {"port": 8000, "endPort": 8100}, {"protocol": "UDP"})[number % 4]
    two, one = [peer(chance, pods), peer(chance, pods)], [peer(chance, pods)]
    rules = {"ingress": [{"from": two, "ports": [port]}, {"from": one}]}
    if number % 4 == 0:
        rules["egress"] = [{"to": [peer(chance, pods)], "ports": [{"port": 80}]}]
    return {
        "metadata": {"namespace": f"ns{number % NAMESPACES}", "name": f"policy{number}"},
        "spec": {"podSelector": selector(chance, pods), **rules},
    }


def measure(size: tuple[int, int, int]) -> tuple[float, float, float, int]:
    """Measure the processor time of parsing and of the matrix, the megabytes, and the number of allowed cells."""
    chance = random.Random(1)
    pods, policies, ports = size
    objects = [pod(number) for number in range(pods)]
    rules = [policy(number, chance, pods) for number in range(policies)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    parsed = (
        choose_pods(objects).pods,
        read_namespaces([namespace(number) for number in range(NAMESPACES)]),
        parse_policies(rules),
        parse_ports([{"port": 80 + number} for number in range(ports)]),
    )
    middle = time.process_time()
    matrix = expected_matrix(*parsed)
    end = time.process_time()
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    allowed = sum(bin(row).count("1") for layer in matrix.layers for row in layer.allowed)
    return middle - start, end - middle, memory, allowed


def main() -> None:
    """Print the table."""
    print("  pods  policies  ports      cells  allowed  parsing s  matrix s      MB")
    rows = []
    for text in sys.argv[1:] or SIZES:
        pods, policies, ports = (int(number) for number in text.split("x"))
        with get_context("spawn").Pool(1) as pool:
            parsing, seconds, memory, allowed = pool.apply(measure, ((pods, policies, ports),))
        cells = pods * pods * ports
        print(f"{pods:6} {policies:9} {ports:6} {cells:10} {allowed / cells:8.0%}", end=" ")
        print(f"{parsing:10.3f} {seconds:9.3f} {memory:7.0f}", flush=True)
        name = f"{pods:,} pods, {policies:,} policies, {ports} ports"
        rows.append(Row(TABLE, name, "s", (parsing + seconds,), 5, LIMIT))
        if pods >= 1000:  # below, the memory is that of the interpreter
            rows.append(Row(TABLE, f"{name}: memory", "MB", (memory,), 100, "an object for each pod and rule"))
    if not sys.argv[1:]:
        record(rows)


if __name__ == "__main__":
    main()
