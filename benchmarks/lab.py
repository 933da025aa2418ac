"""Compare our matrix with the same pairs by `kubectl exec`, on the lab's cluster. `make bench` runs it.

Nine pods make 72 pairs. `kubectl exec` makes one HTTP request for each pair. Our matrix also has the three nodes, and
makes four checks of each pair three times: compare the cost of a cell. The first run leaves all pods reachable, the
second drops the packets to every third pod: a third of the pairs of `kubectl exec`, and 30 of our 132. A second play
runs three `ping` tasks and asks the cluster four times with `k8s_info`; the benchmark compares it with our play without
the probes. `make verify` is timed as it is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import permutations
from pathlib import Path
from statistics import median
from typing import Any

from lab_cluster import AT_ONCE, KUBECONFIG, ROOT, RUNS, execute, kubectl, node_names, pod, running, timed
from rows import Row, record

NAMESPACE = "podnet-bench"
IMAGE = "docker.io/library/nginx:1.26"  # has curl
PODS_PER_NODE = 3
TIMEOUT = 1.2  # seconds, as the lab's connectivity_timeout
COMPARED = "the play without the probes, against three ping tasks and four of k8s_info"
TABLE = "The proof of four checks, three attempts a pair, against kubectl exec with one request a pair"


@contextmanager
def pods() -> Iterator[dict[str, tuple[str, str]]]:
    """Run nine web servers, and yield their nodes and addresses by name."""
    readiness = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
    servers = [{"name": "web", "image": IMAGE, "readinessProbe": readiness}]
    objects = [
        pod(NAMESPACE, f"{node}-{number}", node, servers) for node in node_names() for number in range(PODS_PER_NODE)
    ]
    with running(objects) as found:
        yield {one["metadata"]["name"]: (one["spec"]["nodeName"], one["status"]["podIP"]) for one in found}


@contextmanager
def a_third_dropped(found: dict[str, tuple[str, str]]) -> Iterator[None]:
    """Drop on each node the first packets of connections to one of its pods."""
    targets = [found[name] for name in found if name.endswith("-0")]

    def rules(action: str) -> None:
        for node, address in targets:
            rule = ["FORWARD", "-d", address, "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP"]
            subprocess.run(["podman", "exec", f"podnet-{node}", "iptables", "-t", "mangle", action, *rule], check=True)

    rules("-I")
    try:
        yield
    finally:
        rules("-D")


def by_exec(found: dict[str, tuple[str, str]], at_once: int) -> tuple[float, int]:
    """Make an HTTP request for each pair; return the seconds and the number of failed pairs."""

    def reaches(pair: tuple[str, ...]) -> bool:
        url = f"http://{found[pair[1]][1]}/"
        return execute(NAMESPACE, pair[0], "curl", "-s", "-o", "/dev/null", "--max-time", str(TIMEOUT), url)

    seconds, results = timed(reaches, permutations(found, 2), at_once)
    return seconds, results.count(False)


def by_us() -> dict[str, Any]:
    """Run our play; return the seconds of the whole play and of its probes, the cells and the failed pairs."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "bench_namespace": NAMESPACE,
            "podnet_output_dir": folder,
            "connectivity_kubeconfig": str(KUBECONFIG),
        }
        command = ["ansible-playbook", "benchmarks/overhead.yml", "--extra-vars", json.dumps(variables)]
        environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        report = json.loads(Path(folder, "reports", "bench", "report.json").read_text())
    theirs, ours = (play["tasks"] for play in plays_in(done.stdout))
    probing = [
        host["seconds"] for task in ours for host in task["hosts"].values() if "seconds" in host and "cells" in host
    ]
    return {
        "play": spent(ours),
        "probing": max(probing),
        "comparison": spent(theirs),
        "cells": len(report["cells"]),
        "pairs": len({(c["source"], c["target"]) for c in report["cells"]}),
        "failed": len({(c["source"], c["target"]) for c in report["cells"] if c["verdict"] != "passed"}),
    }


def plays_in(text: str) -> list[dict[str, Any]]:
    """Read the plays in what the callback json printed. Other callbacks may print lines before and after it."""
    lines = f"\n{text}"
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(lines, lines.index("\n{") + 1)[0]["plays"]
    return found


def verification() -> Row:
    """Measure a verification of the lab as a user runs it."""
    seconds, cells = [], ""
    command = ["ansible-playbook", "playbooks/verify.yml"]
    for _run in range(RUNS):
        # A run waits for the end of the namespace of the one before.
        kubectl("wait", "--for=delete", "namespace/podnet-connectivity", "--timeout=60s")
        begin = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        seconds.append(time.monotonic() - begin)
        cells = re.findall(r"(\d+) cells: ", done.stdout)[-1]
    limit = "the start of pods; Ansible's tasks, and three modules on three nodes with two processors"
    print(f"make verify, {cells} cells: {median(seconds):.1f} s")
    return Row("A verification of the lab", f"{cells} cells: `make verify`", "s", tuple(seconds), 6, limit)


def spent(tasks: list[dict[str, Any]]) -> float:
    """Count the seconds from the start of the first task to the end of the last."""
    moments = [task["task"]["duration"] for task in tasks if task["hosts"]]
    times = [datetime.fromisoformat(moment[key]) for moment in moments for key in ("start", "end") if key in moment]
    return (max(times) - min(times)).total_seconds()


def values(runs: list[dict[str, Any]], key: str) -> tuple[float, ...]:
    """Pick a figure of each run."""
    return tuple(run[key] for run in runs)


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Pick the run whose play took the median time."""
    return sorted(runs, key=lambda result: float(result["play"]))[len(runs) // 2]


def main() -> None:
    """Print the table."""
    if not KUBECONFIG.exists():
        sys.exit("the lab has no cluster: run `make flannel` first")
    with pods() as found:
        pairs = len(found) * (len(found) - 1)
        title = f"{len(found)} pods, {pairs} pairs"
        print(f"{title:32}    seconds  pairs  failed   ms/pair            cells   ms/cell")
        ratios, measured = [], []
        by_us()  # a warm-up: the first play is the slowest
        for title, broken in (("all open", False), ("a third dropped", True)):
            with a_third_dropped(found) if broken else pods_as_they_are():
                runs = [by_us() for _run in range(RUNS)]
                # Each of the dropped pods has pairs with the other pods, and ours with the two other nodes too.
                lost = PODS_PER_NODE * (len(found) - 1 + 2) if broken else 0
                if {run["failed"] for run in runs} != {lost}:
                    sys.exit(f"{title}: {lost} pairs should fail, and {[run['failed'] for run in runs]} did")
                if not broken:  # a proof that fails also names the causes, which no other task does
                    ratios += [(run["play"] - run["probing"]) / run["comparison"] for run in runs]
                ours = middle(runs)
                rows = [
                    ("ours: the probes", ours["probing"], ours["pairs"], ours["failed"], ours["cells"]),
                    ("ours: the whole play", ours["play"], ours["pairs"], ours["failed"], ours["cells"]),
                ]
                name, causes = f"{ours['pairs']} pairs, {title}", "the causes are named; " if broken else ""
                measured += [
                    Row(TABLE, f"{name}: our probes", "s", values(runs, "probing"), 10, "three attempts, 0.15 s apart"),
                    Row(TABLE, f"{name}: our whole play", "s", values(runs, "play"), 6, f"{causes}forks of Ansible"),
                ]
                shares = f"timeouts; {lost} of our pairs are dropped, and a third of those of kubectl exec"
                for way, at_once in (("one by one", 1), (f"{AT_ONCE} at once", AT_ONCE)):
                    seconds, failed = by_exec(found, at_once)
                    if failed != (PODS_PER_NODE * (len(found) - 1) if broken else 0):
                        sys.exit(f"{title}: {failed} pairs failed by kubectl exec")
                    rows.append((f"kubectl exec, {way}", seconds, pairs, failed, pairs))
                    against = tuple(run["probing"] / run["pairs"] / (seconds / pairs) for run in runs)
                    what = f"{name}: our probes for a pair, against kubectl exec {way}"
                    measured.append(Row(TABLE, what, "times", against, 1, shares if broken else "the check mtu"))
            print(f"{title}:")
            for name, seconds, tried, failed, cells in rows:
                cost, ratio = seconds / tried * 1000, seconds / tried / (ours["probing"] / ours["pairs"])
                print(f"  {name:32} {seconds:8.2f} {tried:6} {failed:7} {cost:9.1f} {ratio:7.1f} x", end=" ")
                print(f"{cells:6} {seconds / cells * 1000:9.1f}")
        print(f"{COMPARED}: {median(ratios):.2f} x", end=" ")
        print(f"({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} runs)")
    compared = Row(TABLE, COMPARED, "times", tuple(ratios), 1.5, "our tasks do more than ping")
    record([verification(), *measured, compared])


@contextmanager
def pods_as_they_are() -> Iterator[None]:
    """Leave all pods reachable."""
    yield


if __name__ == "__main__":
    main()
