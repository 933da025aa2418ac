"""Fixtures that the scenarios share, and the order of their tests. `molecule verify -s SCENARIO` runs the tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import broken_overlay
import machines
import nine_pods as nine
import pytest
import testinfra
import yaml
from broken_overlay import Overlay
from cluster import Kubectl, Pods
from machines import ROOT, SNAPSHOT, Inventory, read_inventory
from testinfra.host import Host

Ended = subprocess.CompletedProcess[str]

# The order of the files. Within a file, tests run in the order of their lines. A scenario has one cluster, and its
# tests change the cluster: a file may need the state in which the file before it left the cluster.
ORDER = (
    # Scenarios with one file of tests. The tests are one story, whose last test removes the network.
    "test_basic_cni.py",
    "test_calico.py",
    "test_calico_bird.py",
    # The scenarios flannel_dual and calico_dual: first what both have, then a story that ends with the removal.
    "test_two_families.py",
    "test_flannel_dual.py",
    "test_calico_dual.py",
    "test_switch_network.py",
    "test_flannel_calico.py",
    "test_host_gw.py",
    "test_two_subnets.py",
    # The scenario lifecycle: first what leaves the cluster as it is, then a node leaves and comes back, then all leave.
    "test_lock.py",
    "test_certificates.py",
    "test_secrets.py",
    "test_remove_node.py",
    "test_reset.py",
    # The scenario control_planes: one story.
    "test_control_planes.py",
    # The scenario hardening. Its last test resets the machines.
    "test_hardening.py",
    # The scenario upgrade: one story.
    "test_upgrade.py",
    # Scenarios with Flannel, on the lab and on virtual machines. First the files that leave the cluster as it is.
    "test_api_access.py",
    "test_inventories.py",
    "test_cluster.py",
    "test_connectivity.py",
    "test_containment.py",
    "test_detail.py",
    "test_diagnosis.py",
    # Makes faults for a moment and takes them back.
    "test_findings.py",
    "test_nodes.py",
    "test_plain_secrets.py",
    "test_pods.py",
    "test_scopes.py",
    "test_services.py",
    # Compares with the cluster's first installation, so it runs before the files that install Flannel again.
    "test_rerun.py",
    # These stop the kubelet and other services for a while. The file before them asks since when they run.
    "test_faults.py",
    "test_missing_nodes.py",
    # Removes Flannel and installs it again: one story.
    "test_uninstall.py",
    # Needs a cluster that works, breaks it and mends it: one story.
    "test_wrong_interface.py",
)


@pytest.hookimpl(trylast=True)  # after pytest has grouped the tests by their parameters
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by ORDER, and refuse a file that ORDER does not name."""
    unknown = sorted({item.path.name for item in items} - set(ORDER))
    if unknown:
        raise pytest.UsageError(f"molecule/conftest.py: ORDER does not name {', '.join(unknown)}")
    items.sort(key=lambda item: (ORDER.index(item.path.name), item.reportinfo()[1] or 0))


def inventory_of(config: pytest.Config) -> Inventory:
    """Read the inventory that Molecule names, or the lab's without Molecule."""
    return read_inventory(Path(config.getoption("ansible_inventory") or ROOT / "lab" / "inventory"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that has the parameter `node` once on each node."""
    if "node" in metafunc.fixturenames:
        metafunc.parametrize("node", inventory_of(metafunc.config).nodes, indirect=True, scope="session")


@pytest.fixture(scope="session")
def inventory(pytestconfig: pytest.Config) -> Inventory:
    """The inventory of the machines."""
    return inventory_of(pytestconfig)


@pytest.fixture(scope="session")
def lab(inventory: Inventory) -> dict[str, Any]:
    """The defaults of the role lab, for variables that the inventory does not set. Skips the test on other machines."""
    if not inventory.lab:
        pytest.skip("this test is about the lab's own machines")
    defaults: dict[str, Any] = yaml.safe_load((ROOT / "lab" / "roles" / "lab" / "defaults" / "main.yml").read_text())
    return defaults


@pytest.fixture(scope="session")
def on(inventory: Inventory, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Host]:
    """A function that gives a node by its name, as root.

    testinfra cannot use the inventory, because it does not evaluate the templates in the SSH settings.
    """
    if inventory.lab:
        return lambda name: testinfra.get_host(f"podman://podnet-{name}")
    settings = tmp_path_factory.mktemp("vagrant") / "ssh_config"
    settings.write_bytes(subprocess.run(["vagrant", "ssh-config"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    return lambda name: testinfra.get_host(f"ssh://{name}?ssh_config={settings}&sudo=true")


@pytest.fixture
def lost_route(on: Callable[[str], Host], kubectl: Kubectl, inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Two nodes, of which the first has lost its route to the pods of the second."""
    *_others, here, there = inventory.nodes
    subnet = kubectl.output("get", "node", there, "-o", "jsonpath={.spec.podCIDR}")
    route = on(here).check_output(f"ip route show {subnet}").strip()
    on(here).check_output(f"ip route delete {route}")
    yield here, there
    on(here).check_output(f"ip route replace {route}")


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
    """A function that reads the report of a verification by the verification's name."""
    return lambda name: json.loads((inventory.output / "reports" / name / "report.json").read_text())


@pytest.fixture(scope="session")
def kubeconfig(inventory: Inventory) -> Path:
    """The admin.conf that the roles fetched."""
    return inventory.output / "admin.conf"


@pytest.fixture(scope="session")
def kubectl(kubeconfig: Path) -> Kubectl:
    """The controller's kubectl."""
    return Kubectl(kubeconfig)


@pytest.fixture(scope="session")
def pods(kubectl: Kubectl) -> Iterator[Pods]:
    """One web server on each node."""
    pods = Pods(kubectl)
    pods.start()
    yield pods
    pods.delete()


@pytest.fixture(scope="session")
def play(inventory: Inventory) -> Callable[..., Ended]:
    """A function that runs a playbook, named by its path in the clone."""

    def run(*arguments: str) -> Ended:
        command = ["ansible-playbook", "--inventory", str(inventory.path), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def diagnose(play: Callable[..., Ended], inventory: Inventory) -> Callable[[], tuple[Ended, Any]]:
    """A function that diagnoses the network, and returns the run and its findings.json."""

    def run() -> tuple[Ended, Any]:
        done = play("playbooks/diagnose.yml")
        return done, json.loads((inventory.output / "reports" / "diagnosis" / "findings.json").read_text())

    return run


@pytest.fixture(scope="session")
def names_nothing(diagnose: Callable[[], tuple[Ended, Any]]) -> Callable[[], None]:
    """A function that diagnoses a healthy cluster. All of it is looked at, and nothing is found."""

    def run() -> None:
        done, found = diagnose()
        assert done.returncode == 0, done.stdout
        assert (found["findings"], found["not_looked_at"]) == ([], [])

    return run


@pytest.fixture(scope="session")
def install(play: Callable[..., Ended]) -> Callable[..., Ended]:
    """A function that installs a pod network on the cluster."""
    playbook = "molecule/shared/install.yml"
    return lambda network, *arguments: play(playbook, "--extra-vars", f"network={network}", *arguments)


@pytest.fixture(scope="session")
def remove(play: Callable[..., Ended]) -> Callable[..., Ended]:
    """A function that removes a pod network from the cluster and its nodes."""
    playbook = "molecule/shared/remove.yml"
    return lambda network, *arguments: play(playbook, "--extra-vars", f"network={network}", *arguments)


@pytest.fixture(scope="session")
def changes() -> Callable[[Ended], dict[str, int]]:
    """A function that counts the changes on each node in a run, which must have succeeded."""

    def read(done: Ended) -> dict[str, int]:
        assert done.returncode == 0, done.stdout
        return {
            host: int(count)
            for host, count in re.findall(r"^(\S+) +: ok=\d+ +changed=(\d+)", done.stdout, re.MULTILINE)
        }

    return read


@pytest.fixture(scope="session")
def scratch() -> Path:
    """The directory of this run of Molecule, in which prepare.yml left its snapshots."""
    return Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])


@pytest.fixture(scope="session")
def state() -> Callable[[Host], Any]:
    """A function that reads the state of a node, as the snapshots of prepare.yml have it."""
    return lambda host: json.loads(host.check_output("python3 -c %s", SNAPSHOT.read_text()))


@pytest.fixture(scope="session")
def differences() -> Callable[[Any, Any], list[str]]:
    """A function that lists the entries that only one of two snapshots of a node has."""
    return machines.compare


@pytest.fixture(scope="session")
def overlay() -> Callable[[Any], Overlay]:
    """A function that compares a report with the cells that fail when the overlay carries no packets."""
    return broken_overlay.compare


@pytest.fixture(scope="module")
def sequence(inventory: Inventory) -> Callable[[str], dict[str, Any]]:
    """A function that reads a sequence of policies by its name, with the report of each step by the step's name."""

    def read(name: str) -> dict[str, Any]:
        steps = json.loads((inventory.output / "reports" / name / "sequence.json").read_text())
        return {step["step"]: {**step, "report": json.loads(Path(step["report"]).read_text())} for step in steps}

    return read


@pytest.fixture(scope="module", name="nine_pods")
def the_nine_pods(kubectl: Kubectl) -> Iterator[dict[str, str]]:
    """The addresses of nine pods, by NAMESPACE/NAME."""
    nodes = [node["metadata"]["name"] for node in kubectl.items("nodes")]
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"ns": name}}}
        for name in nine.NAMESPACES
    ] + [nine.pod(name, nodes[number % len(nodes)]) for number, name in enumerate(nine.PODS)]
    kubectl.make(objects)
    for namespace in nine.NAMESPACES:
        kubectl.output("wait", "--for=condition=Ready", "pod", "--all", "--namespace", namespace, "--timeout=180s")
    yield nine.addresses(kubectl)
    kubectl.output("delete", "namespace", *nine.NAMESPACES)


@pytest.fixture(scope="module")
def prove(play: Callable[..., Ended], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ended]:
    """A function that runs an entry point of the role network_policies with these variables on the nine pods."""

    def run(**variables: Any) -> Ended:
        path = tmp_path_factory.mktemp("policies") / "variables.yml"
        whole = {
            "network_policies_namespaces": list(nine.NAMESPACES),
            "network_policies_ports": nine.PORTS,
            **variables,
        }
        path.write_text(yaml.safe_dump(whole))
        return play("molecule/shared/policies.yml", "--extra-vars", f"@{path}")

    return run
