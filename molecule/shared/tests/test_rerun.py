"""A run on a finished cluster changes nothing and restarts no service, and check mode reports no change.

The second run is a user's: the playbooks of examples/ with the collection from its archive, in a directory where
Ansible finds no file of the clone. The inventory of the scenario replaces that of the example.
"""

from __future__ import annotations

import re
from datetime import datetime

import installed
import pytest

# Of a worker in check mode. A task more needs a reason.
MOST_TASKS = 30
PLAYBOOKS = ["machines.yml", "flannel.yml", "connectivity.yml"]


@pytest.fixture(scope="module")
def second_run(inventory, tmp_path_factory):
    """A user's run of the examples."""
    folder = tmp_path_factory.mktemp("stranger")
    project = folder / "project"
    installed.make_project(project, installed.build(folder))
    return installed.run("ansible-playbook", "--inventory", str(inventory.path), *PLAYBOOKS, cwd=project)


def test_a_second_run_from_the_installed_archive_changes_nothing(second_run, changes, inventory):
    assert changes(second_run) == dict.fromkeys(["localhost", *inventory.nodes], 0)


def test_the_modules_alone_proved_every_pair_of_machines(second_run, inventory):
    """Each pair has four checks: ICMP, TCP, UDP and path MTU."""
    cells = len(inventory.nodes) * (len(inventory.nodes) - 1) * 4
    assert f"{cells} cells: {cells} passed" in second_run.stdout


def test_the_role_in_a_play_of_its_own_proved_the_web_servers(second_run, reports):
    report = reports("web")
    assert report["summary"]["passed"] == report["summary"]["cells"]
    names = {endpoint["name"] for endpoint in report["endpoints"] if endpoint["kind"] == "pod"}
    assert len([name for name in names if name.startswith("default/web-")]) == len(names) == 2
    found = {(cell["target"], cell["check"], cell.get("port")) for cell in report["cells"]}
    assert found >= {(name, "tcp", 80) for name in names} | {("default/web:80", "tcp", 80)}


@pytest.fixture(scope="module")
def check(play):
    """A run in check mode."""
    return play("playbooks/flannel.yml", "--check")


def test_check_mode_reports_no_change(check, changes, inventory):
    counts = changes(check)
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


def test_a_worker_has_few_tasks_where_nothing_is_to_do(check, inventory):
    """Each of them takes a process of the controller, and some take a round trip."""
    ran = dict(re.findall(r"^(\S+) +: ok=(\d+)", check.stdout, re.MULTILINE))
    assert {name: ran[name] for name in inventory.workers if int(ran[name]) > MOST_TASKS} == {}


@pytest.mark.parametrize("service", ["containerd", "kubelet"])
def test_services_run_since_before_flannel_was_installed(node, kubectl, service):
    """Neither the rest of the first run nor the second run restarted them."""
    property_ = "ActiveEnterTimestamp"
    started = node.check_output(f"systemctl show --timestamp=unix --property={property_} --value {service}")
    (flannel,) = kubectl.items("daemonsets", "--namespace=kube-flannel")
    installed = datetime.fromisoformat(flannel["metadata"]["creationTimestamp"])
    assert int(started.removeprefix("@")) < installed.timestamp()
