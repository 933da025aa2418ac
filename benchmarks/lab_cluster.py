"""Shared by the benchmarks on the lab's cluster: kubectl, temporary pods, and commands in pods by `kubectl exec`."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
KUBECONFIG = ROOT / "lab" / "inventory" / ".podnet" / "admin.conf"
AT_ONCE = 8
RUNS = 3

Case = TypeVar("Case")


def kubectl(*arguments: str, data: Any = None) -> str:
    """Run kubectl and return its output."""
    command = ["kubectl", "--kubeconfig", str(KUBECONFIG), *arguments]
    text = None if data is None else json.dumps(data)
    return subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout


def items(*arguments: str) -> list[dict[str, Any]]:
    """List the objects that `kubectl get` finds."""
    found: list[dict[str, Any]] = json.loads(kubectl("get", *arguments, "-o", "json"))["items"]
    return found


def node_names() -> list[str]:
    """List the names of the cluster's nodes."""
    return [node["metadata"]["name"] for node in items("nodes")]


def pod(namespace: str, name: str, node: str, containers: list[dict[str, Any]]) -> dict[str, Any]:
    """Make a Pod object that runs on the node despite its taints, and stops without a grace period."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "nodeName": node,
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 0,
            "containers": containers,
        },
    }


@contextmanager
def running(pods: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Create the pods and their namespaces, yield the pods when they are ready, and delete all at the end."""
    namespaces = list(dict.fromkeys(one["metadata"]["namespace"] for one in pods))
    objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces] + pods
    kubectl("apply", "-f", "-", data={"apiVersion": "v1", "kind": "List", "items": objects})
    try:
        for name in namespaces:
            kubectl("wait", "-n", name, "--for=condition=Ready", "pod", "--all", "--timeout=120s")
        yield [one for name in namespaces for one in items("pods", "-n", name)]
    finally:
        kubectl("delete", "namespace", *namespaces)


def execute(namespace: str, name: str, *command: str) -> bool:
    """Run a command in the first container of a pod, and tell whether it succeeds."""
    whole = ["kubectl", "--kubeconfig", str(KUBECONFIG), "exec", "-n", namespace, name, "--", *command]
    return subprocess.run(whole, check=False, capture_output=True).returncode == 0


def timed(function: Callable[[Case], bool], cases: Iterable[Case], at_once: int) -> tuple[float, list[bool]]:
    """Run the function on all cases, at_once of them in parallel; return the seconds and the results."""
    start = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(function, cases))
    return time.monotonic() - start, found
