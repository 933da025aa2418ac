# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role against a small API: which nodes it drains, and what it says of pods that may not leave."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from api_server import READY, serving, write_kubeconfig
from playbook_runs import last_failure, run_playbook

ROOT = Path(__file__).resolve().parents[4]
NODES = ("master", "node1", "node2")
PLANE = "node-role.kubernetes.io/control-plane"
INVENTORY = {"control_plane": {"hosts": {"master": {}}}, "elsewhere": {"hosts": {"other": {}}}}
PODS = "/api/v1/namespaces/default/pods"


def node(name):
    labels = {PLANE: ""} if name == "master" else {}
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {}, "status": READY}


def pod(name, **metadata):
    metadata = {"name": name, "namespace": "default", **metadata}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"nodeName": "node1"}}


@pytest.fixture
def remove(tmp_path):
    """A function that removes both workers from a cluster with these pods. Returns the run and what was sent."""

    def run(*pods, check_mode=False, **variables):
        with serving() as server:
            write_kubeconfig(tmp_path / "admin.conf", server.server_port)
            server.objects = {f"/api/v1/nodes/{name}": node(name) for name in NODES}
            server.objects |= {f"{PODS}/{one['metadata']['name']}": one for one in pods}
            play = {
                "hosts": "control_plane",
                "connection": "local",
                "gather_facts": False,
                "vars": {
                    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                    "remove_node_names": ["node1", "node2"],
                    "remove_node_kubeconfig": str(tmp_path / "admin.conf"),
                    **variables,
                },
                "roles": ["podnet.kubernetes.remove_node"],
            }
            (tmp_path / "play.yml").write_text(json.dumps([play]))
            collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
            check = ["--check"] if check_mode else []
            (tmp_path / "hosts.json").write_text(json.dumps(INVENTORY))
            done = run_playbook("-i", "hosts.json", *check, "play.yml", cwd=tmp_path, **collections)
            return done, list(server.sent)

    return run


WEB = pod("web", ownerReferences=[{"kind": "ReplicaSet", "name": "web", "controller": True}])


@pytest.mark.more
def test_nodes_are_drained_and_removed_without_a_warning(remove):
    done, sent = remove(WEB)
    assert done.returncode == 0, done.stdout
    assert "[WARNING]" not in done.stdout + done.stderr
    assert [one[:2] for one in sent] == [
        ("apply", "Node"),
        ("evict", f"{PODS}/web"),
        ("apply", "Node"),
        ("delete", "/api/v1/nodes/node1"),
        ("delete", "/api/v1/nodes/node2"),
    ]


@pytest.mark.more
@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["other"], "the cluster has no node other, and the inventory no such host in the groups of its machines"),
        (["master"], "master is the last control plane"),
    ],
)
def test_a_host_of_another_cluster_and_the_last_control_plane_stay(remove, names, fault):
    """The playbook resets the hosts that this role lets pass."""
    done, sent = remove(remove_node_names=names)
    assert done.returncode == 2
    assert last_failure(done)[1].startswith(fault)
    assert sent == []


@pytest.mark.more
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_pod_that_may_not_leave_is_named_before_the_first_node_is_drained(remove, check_mode):
    done, sent = remove(WEB, pod("lonely"), check_mode=check_mode)
    assert done.returncode == 2
    assert last_failure(done)[1].startswith(
        "node1 was not removed: no controller makes these pods again: default/lonely. remove_node_drain_timeout sets"
    )
    assert sent == []


@pytest.mark.more
def test_a_run_without_a_control_plane_is_refused(tmp_path):
    """It would only reset the machine, without a drain and without a question."""
    inventory = {"control_plane": {"hosts": {"master": {}}}, "nodes": {"hosts": {"node2": {}}}}
    (tmp_path / "hosts.json").write_text(json.dumps(inventory))
    given = ["-i", str(tmp_path / "hosts.json"), "-e", "podnet_remove_nodes=node2", "--limit", "node2"]
    done = run_playbook(*given, "playbooks/remove_node.yml", cwd=ROOT)
    assert done.returncode == 2
    assert last_failure(done)[1] == (
        "This playbook needs a control plane, and this run leaves out master: name one beside the other hosts, such as "
        "--limit node2,master."
    )


@pytest.mark.more
@pytest.mark.parametrize("planes", [1, 3])
def test_a_machine_whose_pods_may_not_leave_is_not_reset(tmp_path, planes):
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    dead = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    hosts = dict.fromkeys(("master", "master2", "master3")[:planes], local)
    inventory = {"control_plane": {"hosts": hosts}, "nodes": {"hosts": {"node1": dead, "node2": dead}}}
    (tmp_path / "hosts.json").write_text(json.dumps(inventory))
    with serving() as server:
        write_kubeconfig(tmp_path / "admin.conf", server.server_port)
        server.objects = {f"/api/v1/nodes/{name}": node(name) for name in (*hosts, "node1", "node2")}
        server.objects[f"{PODS}/lonely"] = pod("lonely")
        extra = json.dumps({"podnet_output_dir": str(tmp_path), "podnet_remove_nodes": "node1,node2"})
        given = ["-i", str(tmp_path / "hosts.json"), "-e", extra]
        # Check mode takes no lock of this machine, which another test may have.
        done = run_playbook(*given, "--check", "playbooks/remove_node.yml", cwd=ROOT)
        sent = list(server.sent)
    assert done.returncode == 2
    assert "node1 was not removed: no controller makes these pods again: default/lonely." in done.stdout
    assert "Reset the machines that answer" not in done.stdout
    assert sent == []
