"""A web server of two replicas with a PodDisruptionBudget, and requests that tell whether it answers throughout."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterable
from http.client import HTTPException
from typing import Any, Self

NAME = "web-throughout"
IMAGE = "docker.io/library/nginx:1.26"
PORT = 30080
PAUSE = 0.02  # seconds between two requests of one prober
LABELS = {"app": NAME}
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def objects() -> list[dict[str, Any]]:
    """Make its Deployment, PodDisruptionBudget and Service with a NodePort."""
    probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
    # kube-proxy on another node needs a moment to take the pod out of the Service.
    hooks = {"preStop": {"sleep": {"seconds": 8}}}
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": LABELS},
    }
    spec = {
        "containers": [{"name": "web", "image": IMAGE, "readinessProbe": probe, "lifecycle": hooks}],
        "topologySpreadConstraints": [spread],
        # While one of two workers is drained and the other one is cordoned, the control plane is the only place.
        "tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}],
    }
    template = {"metadata": {"labels": LABELS}, "spec": spec}
    selector = {"matchLabels": LABELS}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": NAME},
            "spec": {"replicas": 2, "selector": selector, "template": template},
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": NAME},
            "spec": {"minAvailable": 1, "selector": selector},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME},
            "spec": {"type": "NodePort", "selector": LABELS, "ports": [{"port": 80, "nodePort": PORT}]},
        },
    ]


class Prober:
    """Asks the web server through the NodePort of each node, again and again, and keeps what failed.

    It begins when kube-proxy has the NodePort on each node, or after a minute.

    Args:
        addresses: the nodes' addresses
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        self.answers = 0
        self.failures: list[str] = []
        self._ends = threading.Event()
        self._addresses = list(addresses)
        self._threads = [threading.Thread(target=self._ask, args=[address]) for address in self._addresses]
        self._counts = threading.Lock()

    def __enter__(self) -> Self:
        end = time.monotonic() + 60
        for address in self._addresses:
            while _failure(address) and time.monotonic() < end:
                time.sleep(0.2)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, address: str) -> None:
        while not self._ends.wait(PAUSE):
            if failure := _failure(address):
                self.failures.append(failure)
            else:
                with self._counts:
                    self.answers += 1


def _failure(address: str) -> str:
    """Send one request, and say when and why it failed. Empty: it was answered."""
    try:
        with _OPENER.open(f"http://{address}:{PORT}/", timeout=5) as answer:
            answer.read()
    except (OSError, HTTPException) as error:
        return f"{time.strftime('%H:%M:%S')} {address}: {error}"
    return ""
