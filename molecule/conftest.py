"""What the tests of the scenarios share: the machines as their inventory describes them, the cluster, and pods on it.

Run by `molecule verify -s SCENARIO`, file by file in alphabetical order.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import testinfra
import yaml
from testinfra.host import Host

ROOT = Path(__file__).resolve().parents[1]
IMAGE = "docker.io/library/nginx:1.26"


@dataclass(frozen=True)
class Inventory:
    """The machines as their inventory describes them."""

    path: Path
    nodes: dict[str, str]  # name -> address on the node network
    workers: list[str]
    variables: dict[str, Any]  # those that all nodes have
    lab: bool  # they are the lab's containers

    @property
    def output(self) -> Path:
        """Where the roles leave admin.conf and reports."""
        return self.path / ".podnet"


@dataclass(frozen=True)
class Kubectl:
    """kubectl on the controller, with the admin.conf that the roles fetched."""

    kubeconfig: Path

    def run(self, *arguments: str, data: Any = None) -> subprocess.CompletedProcess[str]:
        """Return how kubectl ended, with JSON of the data as its input."""
        command = ["kubectl", "--kubeconfig", str(self.kubeconfig), *arguments]
        return subprocess.run(command, input=json.dumps(data), capture_output=True, text=True, check=False)

    def output(self, *arguments: str, data: Any = None) -> str:
        """Return what kubectl printed, which must not fail."""
        done = self.run(*arguments, data=data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def items(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the objects that `kubectl get` finds."""
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
        labels = {"app": self.name}
        probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
        container = {"name": "web", "image": IMAGE, "readinessProbe": probe}
        spec = {"containers": [container], "tolerations": [{"operator": "Exists"}], "terminationGracePeriodSeconds": 0}
        template = {"metadata": {"labels": labels}, "spec": spec}
        metadata = {"name": self.name, "namespace": self.namespace}
        objects = [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}},
            {
                "apiVersion": "apps/v1",
                "kind": "DaemonSet",
                "metadata": metadata,
                "spec": {"selector": {"matchLabels": labels}, "template": template},
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": metadata,
                "spec": {"selector": labels, "ports": [{"port": 80}]},
            },
        ]
        self.kubectl.output("apply", "--filename=-", data={"apiVersion": "v1", "kind": "List", "items": objects})
        self.kubectl.output(
            "rollout", "status", f"daemonset/{self.name}", "--namespace", self.namespace, "--timeout=90s"
        )

    def delete(self) -> None:
        """Delete the pods and all that was made with them."""
        self.kubectl.output("delete", "namespace", self.namespace, "--ignore-not-found")

    def found(self) -> dict[str, dict[str, Any]]:
        """Return the pods by the names of their nodes."""
        return {pod["spec"]["nodeName"]: pod for pod in self.kubectl.items("pods", "--namespace", self.namespace)}

    def execute(self, node: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Return how a command ended that was run in the pod on the node."""
        pod = self.found()[node]["metadata"]["name"]
        return self.kubectl.run("exec", "--namespace", self.namespace, pod, "--", *command)

    def fetches(self, node: str, host: str) -> bool:
        """Return whether the pod on the node gets the page of a host."""
        return self.execute(node, "curl", "--silent", "--fail", "--max-time", "5", f"http://{host}/").returncode == 0

    def unreachable(self) -> set[tuple[str, str]]:
        """Return the pairs of nodes whose pods do not get from the first to the second."""
        pods = self.found()
        pairs = list(permutations(pods, 2))
        with ThreadPoolExecutor(len(pairs)) as pool:
            reached = pool.map(lambda pair: self.fetches(pair[0], pods[pair[1]]["status"]["podIP"]), pairs)
            return {pair for pair, reaches in zip(pairs, reached, strict=True) if not reaches}


@cache
def read_inventory(path: Path) -> Inventory:
    """Return the inventory of that path."""
    command = ["ansible-inventory", "--inventory", str(path), "--list"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    variables: dict[str, dict[str, Any]] = found["_meta"]["hostvars"]
    nodes = {name: own["ansible_host"] for name, own in variables.items()}
    workers = found["nodes"]["hosts"]
    return Inventory(path, nodes, workers, variables[workers[0]], "lab" in found)


def inventory_of(config: pytest.Config) -> Inventory:
    """Return the inventory that Molecule names; the lab's without Molecule."""
    return read_inventory(Path(config.getoption("ansible_inventory") or ROOT / "lab" / "inventory"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `node` once on each."""
    if "node" in metafunc.fixturenames:
        metafunc.parametrize("node", inventory_of(metafunc.config).nodes, indirect=True, scope="session")


@pytest.fixture(scope="session")
def inventory(pytestconfig: pytest.Config) -> Inventory:
    """The inventory of the machines."""
    return inventory_of(pytestconfig)


@pytest.fixture(scope="session")
def lab(inventory: Inventory) -> dict[str, Any]:
    """The defaults of the role lab: what its inventory does not set. On other machines the test is skipped."""
    if not inventory.lab:
        pytest.skip("this is about the lab's own machines")
    defaults: dict[str, Any] = yaml.safe_load((ROOT / "lab" / "roles" / "lab" / "defaults" / "main.yml").read_text())
    return defaults


@pytest.fixture(scope="session")
def on(inventory: Inventory, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Host]:
    """Returns a node by its name, as root. Not by the inventory: testinfra evaluates no templates in SSH settings."""
    if inventory.lab:
        return lambda name: testinfra.get_host(f"podman://podnet-{name}")
    settings = tmp_path_factory.mktemp("vagrant") / "ssh_config"
    settings.write_bytes(subprocess.run(["vagrant", "ssh-config"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    return lambda name: testinfra.get_host(f"ssh://{name}?ssh_config={settings}&sudo=true")


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest, on: Callable[[str], Host]) -> Host:
    """Each node in turn."""
    return on(request.param)


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone."""
    return ROOT


@pytest.fixture(scope="session")
def reports(inventory: Inventory) -> Callable[[str], Any]:
    """Reads what a verification of that name reported."""
    return lambda name: json.loads((inventory.output / "reports" / name / "report.json").read_text())


@pytest.fixture(scope="session")
def kubeconfig(inventory: Inventory) -> Path:
    """The admin.conf that the roles fetched."""
    return inventory.output / "admin.conf"


@pytest.fixture(scope="session")
def kubectl(kubeconfig: Path) -> Kubectl:
    """The kubectl of the controller."""
    return Kubectl(kubeconfig)


@pytest.fixture(scope="session")
def pods(kubectl: Kubectl) -> Iterator[Pods]:
    """One web server on each node."""
    pods = Pods(kubectl)
    pods.start()
    yield pods
    pods.delete()


@pytest.fixture(scope="session")
def play(inventory: Inventory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a playbook, named by its path in the clone, and returns how it ended."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["ansible-playbook", "--inventory", str(inventory.path), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def changes() -> Callable[[subprocess.CompletedProcess[str]], dict[str, int]]:
    """Returns how many changes each node had in a run that must have ended well."""

    def read(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
        assert done.returncode == 0, done.stdout
        return {
            host: int(count)
            for host, count in re.findall(r"^(\S+) +: ok=\d+ +changed=(\d+)", done.stdout, re.MULTILINE)
        }

    return read


@pytest.fixture(scope="session")
def scratch() -> Path:
    """The directory of this run of Molecule, where prepare.yml left its snapshots."""
    return Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])


def entries(part: Any) -> list[Any]:
    """Return the entries of a part of a snapshot."""
    return [[name, value] for name, value in part.items()] if isinstance(part, dict) else part


@pytest.fixture(scope="session")
def differences() -> Callable[[Any, Any], list[str]]:
    """Returns what is in one of two snapshots of a node only."""

    def compare(before: Any, now: Any) -> list[str]:
        lines = [
            {json.dumps([key, one]) for key, part in snapshot.items() for one in entries(part)}
            for snapshot in (before, now)
        ]
        return sorted(lines[0] ^ lines[1])

    return compare


def needs_the_overlay(source: dict[str, Any], target: dict[str, Any]) -> bool | None:
    """Return whether packets from source to target cross the overlay; None when some backends are across and some not.

    It carries what goes to a pod on another node. Nodes and host-network pods are reached without it, and what a pod
    sends to a node is answered to the pod's node, whose address it came with.
    """
    if target["kind"] in ("service", "dns"):
        across = {
            node in target.get("overlay_nodes", []) and node != source["node"] for node in target["backend_nodes"]
        }
        return across.pop() if len(across) == 1 else None
    return bool(target["kind"] == "pod" and target["node"] != source["node"])


@dataclass(frozen=True)
class Overlay:
    """What a report shows of an overlay that carries nothing: sets of (source, target, check)."""

    expected: set[tuple[str, str, str]]
    failed: set[tuple[str, str, str]]
    outcomes: set[str]  # of those that failed


@pytest.fixture(scope="session")
def overlay() -> Callable[[Any], Overlay]:
    """Computes from the topology in a report which cells an overlay without packets must fail, and which did."""

    def compute(report: Any) -> Overlay:
        endpoints = {endpoint["name"]: endpoint for endpoint in report["endpoints"]}
        decided = {
            (source, target): needs_the_overlay(endpoints[source], endpoints[target])
            for source, target in {(cell["source"], cell["target"]) for cell in report["cells"]}
        }
        # All of them are there: pairs that cross and pairs that do not, of pods, nodes, Services and DNS.
        for kind in ("pod", "service"):
            assert {needs for (_s, target), needs in decided.items() if endpoints[target]["kind"] == kind} >= {
                True,
                False,
            }
        cells = [cell for cell in report["cells"] if decided[cell["source"], cell["target"]] is not None]
        keys = {id(cell): (cell["source"], cell["target"], cell["check"]) for cell in cells}
        wrong = [cell for cell in cells if cell["verdict"] != "passed"]
        return Overlay(
            {keys[id(cell)] for cell in cells if decided[cell["source"], cell["target"]]},
            {keys[id(cell)] for cell in wrong},
            {cell["outcome"] for cell in wrong},
        )

    return compute
