"""Measure what travels between one node and the controller, with all cells and with failures alone, on namespaces.

    python benchmarks/detail.py [--attempts ATTEMPTS] [--transfer BYTES] [--dead PODS] [PODS …]

A node has a third of the pods, and probes all of them with the four checks of pods, as benchmarks/scale.py builds them.
Then the same cells are reported in both ways. "asked" are the options of the module on that node, "sent" is its answer,
"controller" the time that judging and the JSON report of these cells take there. All times but "seconds" are those of
the processor. At last, one of 100 nodes probes in the scope node_pairs: its pod and itself, to a pod on each other node
and these nodes, as a verification does, but with more time for an attempt. The benchmark needs root.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, replace
from typing import Any

from rows import Row, record
from scale import TARGETS_PER_POD, endpoint, make, path, remove

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import Brief
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Cell,
    Endpoint,
    Listener,
    Target,
    as_dict,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge, sum_up
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import json_report, json_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

CHECKS = ("icmp", "tcp", "udp", "mtu")
SIZES = (10, 30, 100)
NODES = 100
TABLE = "One of three nodes with 100 of 300 pods, 119,600 cells, one pod without a responder"


@dataclass(frozen=True)
class Spent:
    """Seconds of probing.

    Attributes:
        clock: as a clock sees them
        own: of the processor, in the program
        kernel: of the processor, in the kernel, which delivers a packet to its target before a call ends
    """

    clock: float
    own: float
    kernel: float

    @property
    def processor(self) -> float:
        """The time of the processor."""
        return self.own + self.kernel


def size(*forms: Any) -> float:
    """Return the megabytes of data as JSON."""
    return len(json.dumps(forms)) / 1e6


def probe_all(
    pods: list[Endpoint], number: int, settings: ProbeSettings, dead: int
) -> tuple[list[Listener], list[Target], list[Cell], Spent]:
    """Probe all pods from the first ones; the last ones have no responder."""
    responder.stop()
    with Namespaces() as namespaces:
        places = [responder.Place(pod.name, path(pod.name), pod.addresses) for pod in pods]
        bound = responder.bind(places, namespaces)
        lost = {pod.name for pod in pods[len(pods) - dead :]}
        for one in bound:
            if one.listener.endpoint in lost:
                one.sock.close()
        responder.start([one for one in bound if one.listener.endpoint not in lost], settings.run, 3600)
        listeners = [one.listener for one in bound]
        targets = find_targets(pods, listeners, CHECKS)
        start, before = time.monotonic(), os.times()
        sources = [Source(pod.name, path(pod.name), pod.addresses) for pod in pods[:number]]
        cells = probe(sources, targets, settings, namespaces)
        clock, used = time.monotonic() - start, os.times()
        return listeners, targets, cells, Spent(clock, used.user - before.user, used.system - before.system)


def report(
    pods: list[Endpoint], listeners: list[Listener], targets: list[Target], cells: list[Cell], briefs: list[Brief]
) -> tuple[float, float]:
    """Judge as the controller does, and return the seconds and the megabytes of report.json."""
    start = time.process_time()
    sources = {pod.name for pod in pods if pod.node == "node"}
    judgements = judge(pods, targets, listeners, cells, briefs=briefs, sources=sources)
    groups = group_failures(judgements, pods)
    made = json_report("bench", pods, listeners, judgements, groups, NetworkSettings(), 0, 0, briefs=briefs)
    return time.process_time() - start, len(json_text(made)) / 1e6


def run(number: int, settings: ProbeSettings, dead: int) -> list[Row]:
    """Measure a node with so many pods, print two lines, and return the rows of docs/times.md."""
    numbers = range(number * TARGETS_PER_POD)
    pods = [replace(endpoint(place), node="node" if place < number else "other") for place in numbers]
    make(pods)
    try:
        listeners, targets, cells, spent = probe_all(pods, number, settings, dead)
    finally:
        responder.stop()
        remove()
    start = time.process_time()
    sources = {pod.name for pod in pods[:number]}
    shown, brief = sum_up(judge(pods, targets, listeners, cells, sources=sources), "node", [])
    judged = time.process_time() - start
    if len(shown) > dead * number * len(CHECKS):
        sys.exit(f"{len(shown)} cells failed: did another process stop the responders of this machine?")
    limit = f"one core for each node; the kernel takes {spent.kernel:.1f} s of it"
    rows = [
        row("probing, one attempt a cell, without the large transfer", "s", spent.clock, limit, 10),
        row("the same, time of the processor", "s", spent.processor, "packets and sockets, in the kernel"),
        row("the node judges its cells, time of the processor", "s", judged),
    ]
    lists = [[as_dict(one) for one in some] for some in (pods, targets, listeners)]
    for name, asked, sent, briefs, own in (
        ("full", lists[:2], cells, [], 0.0),
        ("failures", lists, shown, [brief], judged),
    ):
        rows.append(row(f"the node sends, {name}", "MB", size([as_dict(one) for one in (*sent, *briefs)])))
        rows.append(row(f"the node gets, {name}", "MB", size(*asked)))
        controller, written = report(pods, listeners, targets, list(sent), briefs)
        answer = size([as_dict(cell) for cell in sent], [as_dict(one) for one in briefs])
        print(
            f"{number:5} {len(pods):8} {len(cells):8} {len(sent):8}  {name:9} "
            f"{spent.clock:8.2f} {spent.processor:10.2f} {own:7.2f} {size(*asked):8.3f} {answer:8.3f} "
            f"{controller:11.2f} {written:8.2f}",
            flush=True,
        )
        rows.append(row(f"report.json of these cells, {name}", "MB", written))
        rows.append(row(f"the controller judges and reports them, {name}, time of the processor", "s", controller))
    return rows


def node_pairs() -> Row:
    """Measure the probes of one of many nodes in the scope node_pairs. Each pod and each node is a namespace."""
    ends = [replace(endpoint(place), node=f"n{place // 2}") for place in range(2 * NODES)]
    make(ends)
    try:
        _listeners, _targets, cells, spent = probe_all(ends, 2, ProbeSettings("bench", timeout=60), 0)
    finally:
        responder.stop()
        remove()
    failed = sum(cell.outcome != "reachable" for cell in cells)
    if failed:
        sys.exit(f"{failed} cells failed: did another process stop the responders of this machine?")
    name = f"{NODES} nodes, {len(cells):,} cells of one node, three attempts: its probes"
    limit = "64 KiB each way in each cell of TCP; the targets share this machine's cores"
    print(f"{name}: {spent.clock:.2f} s, {spent.processor:.2f} s of the processor")
    return Row("The nodes' part of a proof, node_pairs, in namespaces", name, "s", (spent.clock,), 5, limit)


def row(name: str, unit: str, value: float, limit: str = "", goal: float | None = None) -> Row:
    """Make a row of the table."""
    return Row(TABLE, name, unit, (value,), goal, limit)


def main() -> None:
    """Print the table."""
    if os.geteuid() != 0:
        sys.exit("network namespaces need root")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pods", nargs="*", type=int, default=SIZES)
    parser.add_argument("--attempts", type=int, default=1)
    parser.add_argument("--transfer", type=int, default=0)
    parser.add_argument("--dead", type=int, default=1, help="how many pods have no responder (default: 1)")
    options = parser.parse_args()
    print(
        " pods  targets    cells     sent  detail     seconds  processor  judged  "
        "asked MB  sent MB  controller  file MB"
    )
    rows: list[Row] = []
    for number in options.pods:
        rows = run(
            number,
            ProbeSettings("bench", attempts=options.attempts, transfer=options.transfer, timeout=60),
            options.dead,
        )
    rows.append(node_pairs())
    if sys.argv[1:] == []:
        record(rows)


if __name__ == "__main__":
    main()
