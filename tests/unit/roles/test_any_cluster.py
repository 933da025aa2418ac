# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""verify.yml finds the hosts and the API of clusters that other programs made, in inventories as people write them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from playbook_runs import last_failure, run_playbook

ROOT = Path(__file__).resolve().parents[3]
# A controller whose user may not become root, and whose usual Python lacks the Kubernetes client.
VARIABLES = {
    "ansible_become": True,
    "ansible_become_exe": "/nonexistent/sudo",
    "ansible_connection": "local",
    "ansible_python_interpreter": "/nonexistent/python3",
}


@pytest.fixture
def kubeconfig(tmp_path):
    """The path of a kubeconfig as k3s writes it, for an API that refuses."""
    config = {
        "current-context": "default",
        "contexts": [{"name": "default", "context": {"cluster": "default", "user": "default"}}],
        "clusters": [{"name": "default", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "default", "user": {"token": "some"}}],
    }
    path = tmp_path / "k3s.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture
def verify(tmp_path):
    """A function that plays verify.yml, and returns its output and the message of its last error."""

    def run(inventory, **variables):
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
        extra = json.dumps({"podnet_output_dir": str(tmp_path / "out"), **variables})
        options = ("-i", str(tmp_path / "hosts.yml"), "-e", extra)
        done = run_playbook(str(ROOT / "playbooks/verify.yml"), *options, cwd=ROOT)
        return done.stdout, last_failure(done)[1]

    return run


def hosts(*names):
    return {key: {} for key in names}


# No host is connected to, no group has a certain name, and nothing on the controller becomes root.
@pytest.mark.parametrize(
    ("inventory", "chosen"),
    [
        ({"hosts": hosts("alpha", "beta")}, "alpha, beta"),
        ({"hosts": hosts("localhost", "alpha")}, "alpha"),
        ({"children": {"server": {"hosts": hosts("alpha")}, "worker": {"hosts": hosts("beta")}}}, "alpha, beta"),
        (
            {
                "hosts": hosts("localhost", "bastion"),
                "children": {"control_plane": {"hosts": hosts("alpha", "gamma")}, "nodes": {"hosts": hosts("beta")}},
            },
            "alpha, gamma",
        ),
    ],
)
def test_a_kubeconfig_that_is_given(verify, kubeconfig, inventory, chosen):
    before = kubeconfig.read_bytes()
    output, message = verify({"all": {**inventory, "vars": VARIABLES}}, connectivity_kubeconfig=str(kubeconfig))
    found = re.search(r"included: podnet.kubernetes.cluster_access for (.+)\n", output)
    assert ", ".join(sorted(found[1].split(", "))) == chosen
    assert message == (
        f"no connection to the API at https://127.0.0.1:1 (kubeconfig {kubeconfig}): Connection refused: the "
        "controller does not reach the API: set podnet_api_through=control_plane, or give a kubeconfig whose server or "
        "proxy-url the controller reaches"
    )
    assert kubeconfig.read_bytes() == before


def test_a_kubeconfig_that_k3s_wrote(verify, kubeconfig, tmp_path):
    own = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3", "ansible_become": False}
    inventory = {"all": {"hosts": hosts("alpha", "beta"), "vars": own}}
    output, message = verify(inventory, cluster_access_places=["/nonexistent/admin.conf", str(kubeconfig)])
    kept = tmp_path / "out" / "admin.conf"
    assert f"The kubeconfig {kept}, from alpha:{kubeconfig}, is new." in output
    assert message.startswith(f"no connection to the API at https://127.0.0.1:1 (kubeconfig {kept}): ")


def test_hosts_that_do_not_answer(verify):
    """The reason is that of SSH, and not that no kubeconfig is there."""
    nobody = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_become": True}
    output, message = verify({"all": {"hosts": {"alpha": nobody, "beta": nobody}}})
    assert message.startswith("no kubeconfig was found: alpha does not answer: Failed to connect to the host via ssh: ")
    assert "Connection refused; beta does not answer: " in message
    assert "Ask why the host does not answer" in output
    assert message.endswith("the path of a kubeconfig on the controller")


def test_a_dead_host_is_not_asked_again_when_another_has_a_kubeconfig(verify, kubeconfig):
    """Each connection to it takes seconds, and the reason is of no use."""
    own = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3", "ansible_become": False}
    dead = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    output, message = verify({"all": {"hosts": {"alpha": own, "beta": dead}}}, cluster_access_places=[str(kubeconfig)])
    assert "[beta]: UNREACHABLE!" in output
    assert f", from alpha:{kubeconfig}, is new." in output
    assert "Ask why the host does not answer" not in output
    assert message.startswith("no connection to the API at https://127.0.0.1:1 ")


def test_hosts_that_run_nothing_as_root(verify):
    """The task that looks for kubeconfigs hides its results, and the reason with them."""
    own = {"ansible_connection": "local", "ansible_become": True, "ansible_become_exe": "/nonexistent/sudo"}
    own["ansible_become_user"] = "nobody"  # root becomes root without a program
    _output, message = verify({"all": {"hosts": hosts("alpha"), "vars": own}})
    assert message.startswith("no kubeconfig was found: alpha runs nothing as root: ")
    assert "/nonexistent/sudo: not found" in message


def test_hosts_without_python(verify):
    own = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": "/nonexistent/python"}
    _output, message = verify({"all": {"hosts": hosts("alpha"), "vars": own}})
    assert message.startswith("no kubeconfig was found: alpha runs no module: it needs Python")


def test_an_inventory_without_hosts(verify):
    _output, message = verify({"all": {"hosts": {}}})
    assert message.startswith("The inventory has no hosts of all: give an inventory with the nodes of the cluster.")


def test_a_group_that_is_not_there(verify):
    _output, message = verify({"all": {"hosts": hosts("alpha")}}, podnet_group="k8s")
    assert message.startswith("The inventory has no hosts of k8s: give an inventory with the nodes of the cluster.")
