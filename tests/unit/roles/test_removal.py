# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The removal of a network takes the pods that the scheduler placed before new pods were kept off the nodes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from api_server import serving, write_kubeconfig
from playbook_runs import last_failure, run_playbook

ROOT = Path(__file__).resolve().parents[3]
NODE_PATH = "/api/v1/nodes/localhost"
LATE = "/api/v1/namespaces/default/pods/late"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "late",
        "namespace": "default",
        "ownerReferences": [{"kind": "ReplicaSet", "name": "web", "controller": True}],
    },
    "spec": {"nodeName": "localhost"},
}
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "localhost"}, "spec": {"podCIDR": "10.244.0.0/24"}}
DEFINITION = {"name": "Flannel", "role": "flannel", "wait_timeout": 1, "remove_bare_pods": False, "bridge": "none0"}


BARE = {**POD, "metadata": {"name": "late", "namespace": "default"}}


@pytest.fixture
def take_pods_off(tmp_path):
    """A function that takes the pods off a network that had none when it was looked for, and returns what was sent."""

    def run(pod, **definition):
        with serving() as server:
            write_kubeconfig(tmp_path / "admin.conf", server.server_port)
            server.objects = {NODE_PATH: NODE, LATE: pod}
            kubeconfig = str(tmp_path / "admin.conf")
            play = {
                "hosts": "localhost",
                "connection": "local",
                "gather_facts": False,
                "vars": {
                    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                    "pod_network_definition": {**DEFINITION, "kubeconfig": kubeconfig, **definition},
                    "pod_network_nodes": [{"metadata": {"name": "localhost"}}],
                },
                "tasks": [
                    # As find.yml keeps them. The pod was not there yet.
                    {"ansible.builtin.set_fact": {"__pod_network_pods": []}},
                    {
                        "ansible.builtin.include_role": {
                            "name": "podnet.kubernetes.pod_network",
                            "tasks_from": "take_pods_off",
                        }
                    },
                ],
            }
            (tmp_path / "play.yml").write_text(json.dumps([play]))
            collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
            done = run_playbook("-i", "localhost,", str(tmp_path / "play.yml"), cwd=tmp_path, **collections)
            return done, list(server.sent), server.objects[NODE_PATH]

    return run


@pytest.mark.more
@pytest.mark.parametrize(("pod", "definition"), [(POD, {}), (BARE, {"remove_bare_pods": True})])
def test_a_pod_that_came_before_the_taint_goes_too(take_pods_off, pod, definition):
    done, sent, _node = take_pods_off(pod, **definition)
    assert done.returncode == 0, done.stdout
    assert [one[0] for one in sent] == ["apply", "delete"]
    assert sent[-1] == ("delete", LATE)


@pytest.mark.more
def test_one_that_no_controller_makes_again_stays_and_the_node_takes_pods_again(take_pods_off):
    done, sent, node = take_pods_off(BARE)
    assert done.returncode == 2, done.stdout
    assert "no controller makes them again: default/late." in last_failure(done)[1]
    assert [one[0] for one in sent] == ["apply", "apply"]
    assert not node["spec"].get("taints")
