"""Time the controller's part of a proof of many nodes: input, judging, reports and page. Nothing is probed.

    python benchmarks/controller.py [--scope SCOPE] [--broken] [--rounds ROUNDS] [NODES …]

Each size runs in a process of its own, which makes the objects of a cluster, the endpoints, the pairs of the scope and
the targets as the role does. Each node's answer is made up as a node sends it: it counts the cells that passed, and
lists the others. --broken breaks all cells from the first node to the second.

Without arguments, the figures become rows of docs/times.md.

Ansible's own cost is aside: templates, copies of variables and connections. Bytes are those of the largest input of a
node and of its answer, as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from rows import Row, record

from ansible_collections.podnet.kubernetes.plugins.action.connectivity_assert import ARGUMENTS, assess
from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_endpoints import connectivity_endpoints
from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_scope import connectivity_scope
from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_targets import connectivity_targets

SIZES = (100, 1000)
NAMESPACE = "podnet-connectivity"
ZONE = "topology.kubernetes.io/zone"
LATENCIES = [[0.1 + number / 100, 1] for number in range(90)]  # as many values as two digits have


def metadata(name: str, **more: Any) -> dict[str, Any]:
    """Make the metadata of an object of ours."""
    return {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", **more}


def objects(nodes: int) -> dict[str, Any]:
    """Make the objects of a cluster, with two pods of ours and a Service on each node."""
    names = [f"node{number}.example.org" for number in range(nodes)]
    found: dict[str, list[Any]] = {"nodes": [], "pods": [], "services": [], "endpoint_slices": []}
    for row, name in enumerate(names):
        at = f"{row // 250}.{row % 250}"
        found["nodes"].append(
            {
                "metadata": {"name": name, "labels": {ZONE: f"zone{row % 3}"}},
                "spec": {"podCIDRs": [f"10.{100 + row // 250}.{row % 250}.0/24"]},
                "status": {"addresses": [{"type": "InternalIP", "address": f"10.0.{at}"}]},
            }
        )
        for pod in (1, 2):
            address = f"10.{100 + row // 250}.{row % 250}.{pod}"
            found["pods"].append(
                {
                    "metadata": metadata(f"{name}-{pod}"),
                    "spec": {"nodeName": name, "containers": [{"name": "pause"}]},
                    "status": {"phase": "Running", "podIPs": [{"ip": address}]},
                }
            )
        ports = [{"name": one, "port": 80, "targetPort": 8080, "protocol": one.upper()} for one in ("tcp", "udp")]
        kind = {"type": "NodePort"} if row == 0 else {"type": "ClusterIP"}
        if row == 0:
            ports = [{**one, "nodePort": 30080} for one in ports]
        spec = {**kind, "clusterIPs": [f"10.96.{at}"], "selector": {"on": name}, "ports": ports}
        found["services"].append({"metadata": metadata(f"on-{row}"), "spec": spec})
        reference = {"kind": "Pod", "name": f"{name}-1", "namespace": NAMESPACE}
        address = f"10.{100 + row // 250}.{row % 250}.1"
        ready = {"addresses": [address], "conditions": {"ready": True}, "nodeName": name, "targetRef": reference}
        found["endpoint_slices"].append(
            {
                "metadata": metadata(f"on-{row}-x", labels={"kubernetes.io/service-name": f"on-{row}"}),
                "addressType": "IPv4",
                "ports": [{"name": one["name"], "port": 8080, "protocol": one["protocol"]} for one in ports],
                "endpoints": [ready],
            }
        )
    return found


def listeners(endpoints: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make the listeners that the responders of all nodes report."""
    return [
        {"endpoint": one["name"], "address": one["addresses"][0], "protocol": protocol, "port": 8080, "mtu": mtu}
        for one in endpoints
        if one["kind"] in ("pod", "node")
        for mtu in [1450 if one["kind"] == "pod" else 1500]
        for protocol in ("tcp", "udp")
    ]


def answers(
    endpoints: list[dict[str, Any]], targets: list[dict[str, Any]], broken: set[tuple[str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Make the briefs and the other cells of all nodes; all cells between two nodes of C(broken) are lost."""
    sources = {one["name"]: one["node"] for one in endpoints if one["kind"] in ("pod", "node")}
    common: Counter[str] = Counter()
    own: dict[str, Counter[str]] = {name: Counter() for name in sources}
    for target in targets:
        checks = Counter(one["check"] for one in target["tries"])
        if not target.get("sources"):
            common.update(checks)
            if target["name"] in own:
                own[target["name"]].subtract(checks)
        for source in target.get("sources", ()):
            own[source].update(checks)
    lost = [
        {"source": source, "target": target["name"], "check": one["check"], "family": "ipv4", "port": one.get("port")}
        for target in targets
        for source in target.get("sources") or sources
        if (sources[source], sources.get(target["name"])) in broken
        for one in target["tries"]
    ]
    counts = {node: Counter[str]() for node in sources.values()}
    for source, node in sources.items():
        counts[node].update({check: common[check] + own[source][check] for check in {*common, *own[source]}})
    for cell in lost:
        counts[sources[cell["source"]]][cell["check"]] -= 1
    briefs = [
        {
            "node": node,
            "tallies": [
                {
                    "node": node,
                    "check": check,
                    "family": "ipv4",
                    "outcome": "reachable",
                    "cells": number,
                    "latency_ms": [*LATENCIES[:-1], [1.0, number - len(LATENCIES) + 1]],
                    "first_success_ms": [[3.0, number]],
                }
                for check, number in found.items()
                if number >= len(LATENCIES)
            ]
            or [
                {"node": node, "check": check, "family": "ipv4", "outcome": "reachable", "cells": number}
                for check, number in found.items()
            ],
        }
        for node, found in counts.items()
    ]
    for brief, found in zip(briefs, counts.values()):
        told = {tally["check"] for tally in brief["tallies"]}
        brief["tallies"] += [
            {"node": brief["node"], "check": check, "family": "ipv4", "outcome": "reachable", "cells": number}
            for check, number in found.items()
            if check not in told and number
        ]
    return briefs, [{**cell, "outcome": "blocked", "reason": "timeout", "attempts": 3} for cell in lost]


class Clock:
    """The seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step, of this process's processor alone: the machine may be busy."""
        begin = time.process_time()
        yield
        self.seconds[name] = time.process_time() - begin


def measure(nodes: int, scope: str, broken: bool) -> dict[str, Any]:
    """Do the controller's part for a cluster of that size."""
    clock, given = Clock(), objects(nodes)
    with clock.step("endpoints"):
        found = connectivity_endpoints(given, own_namespace=NAMESPACE)
    with clock.step("scope"):
        chosen = connectivity_scope(found, scope, nodes=given["nodes"], sample_seed="bench")
    listening = listeners(chosen["endpoints"])
    with clock.step("targets"):
        targets = connectivity_targets(chosen["endpoints"], listening, sources=chosen["sources"])
    first, second = (one["metadata"]["name"] for one in given["nodes"][:2])
    briefs, cells = answers(chosen["endpoints"], targets, {(first, second)} if broken else set())
    params: dict[str, Any] = {name: one.get("default") for name, one in ARGUMENTS.items()}
    inputs = {"endpoints": chosen["endpoints"], "targets": targets, "listeners": listening}
    params.update(inputs, name="bench", cells=cells, briefs=briefs, scope=chosen["statement"], nodes=given["nodes"])
    with clock.step("reports"):
        result, contents = assess(params)
    return {
        "nodes": nodes,
        "cells": result["summary"]["cells"],
        "failed": result["summary"]["failed"],
        "groups": [one["message"] for one in result["groups"]],
        "seconds": clock.seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "to_node": len(json.dumps(inputs)),
        "from_node": max(len(json.dumps(one)) for one in briefs),
        "written": {kind: len(text) for kind, text in contents.items()},
    }


def measure_alone(*arguments: Any) -> dict[str, Any]:
    """Measure in a new process, whose peak of memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def show(found: Mapping[str, Any]) -> None:
    """Print a line of the table, and the groups of failures below it."""
    steps = found["seconds"]
    total = sum(steps.values())
    print(
        f"{found['nodes']:6} {found['cells']:10} {found['failed']:7} {steps['endpoints']:10.2f} {steps['scope']:6.2f} "
        f"{steps['targets']:8.2f} {steps['reports']:8.2f} {total:6.1f} {found['megabytes']:5.0f} "
        f"{found['to_node'] / 1e6:8.2f} {found['from_node'] / 1e3:8.1f} {sum(found['written'].values()) / 1e6:8.2f}",
        flush=True,
    )
    for message in found["groups"]:
        print(f"       {message}")


def rows(found: Mapping[int, list[dict[str, Any]]]) -> list[Row]:
    """Make the rows of docs/times.md from the rounds of each size, the smallest first."""
    table = "The controller's part of a proof, node_pairs, simulated, one pair of nodes broken"
    goals = {100: 30, 1000: 60}
    made = []
    for size, runs in found.items():
        cells = f"{size:,} nodes, {runs[0]['cells']:,} cells"
        seconds = tuple(sum(one["seconds"].values()) for one in runs)
        made.append(Row(table, f"{cells}: processor", "s", seconds, goals[size], "the page and report.json"))
        memory = tuple(one["megabytes"] for one in runs)
        made.append(Row(table, f"{cells}: memory", "MB", memory, 500, "modules of Ansible; targets as dicts"))
    small, large = (runs[0] for runs in found.values())
    growth = large["to_node"] / small["to_node"] / (large["nodes"] / small["nodes"])
    name = "bytes of the input of a node per node: 1,000 nodes against 100"
    return [*made, Row(table, name, "times", (growth,), 1.1, "an entry for each endpoint and each target")]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="NODES")
    parser.add_argument("--scope", choices=["full", "node_pairs", "sample"], default="node_pairs")
    parser.add_argument("--broken", action="store_true", help="break all cells from the first node to the second")
    parser.add_argument("--rounds", type=int, default=3, help="how often each size runs (default: 3)")
    options = parser.parse_args()
    usual = len(sys.argv) == 1
    found: dict[int, list[dict[str, Any]]] = {}
    print("                          seconds of the processor                             MB to a  KB of a       MB")
    print(" nodes      cells  failed  endpoints  scope  targets  reports  total    MB     node   answer  written")
    for size in options.sizes or SIZES:
        found[size] = [measure_alone(size, options.scope, options.broken or usual) for _round in range(options.rounds)]
        for one in found[size]:
            show(one)
    if usual:
        record(rows(found))


if __name__ == "__main__":
    main()
