"""The cluster of a scenario: kubectl on the controller, and web servers to test with."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

IMAGE = "docker.io/library/nginx:1.26"


@dataclass(frozen=True)
class Kubectl:
    """kubectl on the controller, with the admin.conf that the roles fetched."""

    kubeconfig: Path

    def run(self, *arguments: str, data: Any = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl with the data as JSON on its standard input."""
        command = ["kubectl", "--kubeconfig", str(self.kubeconfig), *arguments]
        return subprocess.run(command, input=json.dumps(data), capture_output=True, text=True, check=False)

    def output(self, *arguments: str, data: Any = None) -> str:
        """Run kubectl, which must succeed, and give its output."""
        done = self.run(*arguments, data=data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make(self, objects: list[dict[str, Any]]) -> None:
        """Make or change objects, the namespaces first.

        The API refuses a pod without a service account, and a busy controller manager makes that of a new namespace
        later than the second for which the API waits.
        """
        spaces = [one for one in objects if one["kind"] == "Namespace"]
        others = [one for one in objects if one["kind"] != "Namespace"]
        self._apply(spaces)
        for one in spaces:
            place = f"--namespace={one['metadata']['name']}"
            self.output("wait", "--for=create", "serviceaccount/default", place, "--timeout=180s")
        self._apply(others)

    def _apply(self, items: list[dict[str, Any]]) -> None:
        if items:
            self.output("apply", "--filename=-", data={"apiVersion": "v1", "kind": "List", "items": items})

    def items(self, *arguments: str) -> list[dict[str, Any]]:
        """List the objects that `kubectl get` finds."""
        found: list[dict[str, Any]] = json.loads(self.output("get", *arguments, "--output=json"))["items"]
        return found


@dataclass(frozen=True)
class Pods:
    """One web server on each node, behind one Service."""

    kubectl: Kubectl
    namespace: str = "molecule"
    name: str = "web"

    def start(self) -> None:
        """Make the pods, and wait until they answer."""
        items = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}, *self._objects()]
        self.kubectl.make(items)
        self.kubectl.output(
            "rollout", "status", f"daemonset/{self.name}", "--namespace", self.namespace, "--timeout=180s"
        )

    def _objects(self) -> list[dict[str, Any]]:
        labels = {"app": self.name}
        probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
        container = {"name": "web", "image": IMAGE, "readinessProbe": probe}
        spec = {"containers": [container], "tolerations": [{"operator": "Exists"}], "terminationGracePeriodSeconds": 0}
        daemons = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}
        metadata = {"name": self.name, "namespace": self.namespace}
        service = {"selector": labels, "ports": [{"port": 80}]}
        return [
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": daemons},
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
        ]

    def delete(self) -> None:
        """Delete the namespace with all its objects."""
        self.kubectl.output("delete", "namespace", self.namespace, "--ignore-not-found")

    def found(self) -> dict[str, dict[str, Any]]:
        """Read the pods, by the names of their nodes."""
        return {pod["spec"]["nodeName"]: pod for pod in self.kubectl.items("pods", "--namespace", self.namespace)}

    def execute(self, node: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the pod on a node."""
        pod = self.found()[node]["metadata"]["name"]
        return self.kubectl.run("exec", "--namespace", self.namespace, pod, "--", *command)

    def fetches(self, node: str, host: str) -> bool:
        """Say whether the pod on a node gets the web page of a host."""
        return self.execute(node, "curl", "--silent", "--fail", "--max-time", "5", f"http://{host}/").returncode == 0

    def unreachable(self) -> set[tuple[str, str]]:
        """Find the pairs of nodes whose pods do not reach each other, from the first to the second."""
        pods = self.found()
        pairs = list(permutations(pods, 2))
        with ThreadPoolExecutor(len(pairs)) as pool:
            reached = pool.map(lambda pair: self.fetches(pair[0], pods[pair[1]]["status"]["podIP"]), pairs)
            return {pair for pair, reaches in zip(pairs, reached, strict=True) if not reaches}
