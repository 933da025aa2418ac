"""What the benchmarks on the lab's cluster share: kubectl, pods for a while, and what they do by `kubectl exec`."""

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
    """Return what kubectl prints."""
    command = ["kubectl", "--kubeconfig", str(KUBECONFIG), *arguments]
    text = None if data is None else json.dumps(data)
    return subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout


def items(*arguments: str) -> list[dict[str, Any]]:
    """Return the objects that `kubectl get` finds."""
    found: list[dict[str, Any]] = json.loads(kubectl("get", *arguments, "-o", "json"))["items"]
    return found


def node_names() -> list[str]:
    """Return the names of the cluster's nodes."""
    return [node["metadata"]["name"] for node in items("nodes")]


def pod(namespace: str, name: str, node: str, containers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a Pod object that runs on the node, whatever its taints, and ends at once."""
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
    """Have the pods and their namespaces, and yield the pods once they are ready."""
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
    """Return whether a command succeeds in the first container of a pod."""
    whole = ["kubectl", "--kubeconfig", str(KUBECONFIG), "exec", "-n", namespace, name, "--", *command]
    return subprocess.run(whole, check=False, capture_output=True).returncode == 0


def timed(function: Callable[[Case], bool], cases: Iterable[Case], at_once: int) -> tuple[float, list[bool]]:
    """Return how many seconds the function takes for all cases, so many of them at once, and what it found."""
    start = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(function, cases))
    return time.monotonic() - start, found
