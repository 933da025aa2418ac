# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.errors import AnsibleLookupError
from playbook_runs import run_playbook

from ansible_collections.podnet.kubernetes.plugins.action import cluster_ready
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.cluster_api import ClusterApi

ROOT = Path(__file__).resolve().parents[4]
READY = {"type": "Ready", "status": "True"}
PARAMS = {
    "nodes": "ready",
    "annotation": "",
    "kubelet": "",
    "daemon_sets": ["kube-flannel/flannel"],
    "deployments": ["kube-system/coredns"],
    "left_out": [],
    "timeout": 9,
}
ASKED = {"api_version": "apps/v1", "namespace": "kube-flannel", "resource_name": "flannel"}


def node(ready=True):
    return {
        "metadata": {"name": "node1", "managedFields": [{}]},
        "spec": {},
        "status": {"conditions": [READY] if ready else []},
    }


def daemon_set(ready=1):
    status = {"desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberReady": ready}
    return {"metadata": {"namespace": "kube-flannel", "name": "flannel"}, "status": status}


class Api:
    """An API that gives one answer after another, the last of them ever after: the objects by their kind."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def run(self, _terms, _variables, kind, kubeconfig, **options):
        assert kubeconfig == "admin.conf"
        self.asked.append((kind, options))
        # Each look begins with the DaemonSet.
        if kind == "DaemonSet" and len(self.asked) > 1 and len(self.answers) > 1:
            self.answers.pop(0)
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]
        return self.answers[0].get(kind, [])


def wait(api, params):
    """Wait with this API in the place of the lookup."""
    return cluster_ready.wait(ClusterApi("admin.conf", api).read, params)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that only pauses move, and its pauses."""
    pauses = []
    monkeypatch.setattr(cluster_ready.time, "sleep", pauses.append)
    monkeypatch.setattr(cluster_ready.time, "monotonic", lambda: sum(pauses))
    return pauses


def two_nodes(there, away):
    """A node of the run, and node1, which it leaves out."""
    return [{**node(ready=there), "metadata": {"name": "new"}}, node(ready=away)]


def flannel_of_two(ready):
    numbers = {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberReady": ready}
    return {**daemon_set(), "status": numbers}


@pytest.mark.parametrize(
    ("there", "away", "pods", "waiting"),
    [
        (True, False, 1, []),
        (True, True, 2, []),
        (False, False, 1, ["new is not ready"]),
        (True, False, 0, ["DaemonSet kube-flannel/flannel is not ready"]),
        # The node that is left out is ready, so the pod that is not belongs to the other one.
        (True, True, 1, ["DaemonSet kube-flannel/flannel is not ready"]),
    ],
)
def test_a_node_that_is_left_out_may_be_down(there, away, pods, waiting):
    api = Api({"Node": two_nodes(there, away), "DaemonSet": [flannel_of_two(pods)]})
    assert cluster_ready.look(ClusterApi("admin.conf", api).read, {**PARAMS, "left_out": ["node1"]})[1] == waiting


def test_it_looks_until_all_is_ready(clock):
    api = Api(
        {"Node": [node(ready=False)], "DaemonSet": [daemon_set()]},
        {"Node": [node()], "DaemonSet": [daemon_set(ready=0)]},
        {"Node": [node()], "DaemonSet": [daemon_set()]},
    )
    nodes, waiting = wait(api, PARAMS)
    assert (nodes[0]["metadata"], waiting) == ({"name": "node1"}, [])
    assert len(clock) == 2
    # The cluster has no Deployment of this name, which is no reason to wait.
    # The nodes come last: they have what pods wrote before these were ready.
    assert api.asked[:3] == [
        ("DaemonSet", ASKED),
        ("Deployment", {"api_version": "apps/v1", "namespace": "kube-system", "resource_name": "coredns"}),
        ("Node", {}),
    ]


def test_a_network_without_a_probe_announces_its_addresses_later(clock):
    """Its pods are ready at once. The nodes that count are those with the address."""
    announced = {**node(), "metadata": {"name": "node1", "annotations": {"flannel/ip": "10.0.0.1"}}}
    api = Api({"Node": [node()], "DaemonSet": [daemon_set()]}, {"Node": [announced], "DaemonSet": [daemon_set()]})
    nodes, waiting = wait(api, {**PARAMS, "annotation": "flannel/ip"})
    assert (nodes[0]["metadata"]["annotations"], waiting) == ({"flannel/ip": "10.0.0.1"}, [])
    assert len(clock) == 1


def test_a_kubelet_of_the_version_before(clock):
    new = {**node(), "status": {"conditions": [READY], "nodeInfo": {"kubeletVersion": "v1.36.4"}}}
    api = Api({"Node": [node()], "DaemonSet": [daemon_set()]}, {"Node": [new], "DaemonSet": [daemon_set()]})
    assert wait(api, {**PARAMS, "kubelet": "1.36.4"})[1] == []
    assert len(clock) == 1


def test_the_time_is_up(clock):
    nodes, waiting = wait(Api({"Node": [node(ready=False)]}), PARAMS)
    assert waiting == ["node1 is not ready", "there is no DaemonSet kube-flannel/flannel"]
    assert (len(nodes), sum(clock)) == (1, pytest.approx(PARAMS["timeout"], abs=cluster_ready.PAUSE))


def test_an_api_that_fails_once():
    good = {"Node": [node()], "DaemonSet": [daemon_set()]}
    assert wait(Api(AnsibleLookupError("gone"), good), PARAMS)[1] == []


def test_an_api_that_fails_twice(clock):
    with pytest.raises(ClusterError, match=r"^gone$"):
        wait(Api(AnsibleLookupError("gone")), PARAMS)
    assert len(clock) == 1


def test_without_nodes_it_asks_for_none():
    api = Api({"DaemonSet": [daemon_set()]})
    assert wait(api, {**PARAMS, "nodes": None, "deployments": []}) == ([], [])
    assert [kind for kind, _options in api.asked] == ["DaemonSet"]


def test_a_task_may_go_on_without_a_cluster(tmp_path):
    """As in check mode before the first run."""
    ask = {
        "podnet.kubernetes.cluster_ready": {"kubeconfig": str(tmp_path / "none"), "nodes": "any"},
        "register": "asked",
    }
    told = {"ansible.builtin.assert": {"that": ["asked.nodes is not defined", "'does not exist' in asked.msg"]}}
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [{**ask, "failed_when": False}, told]}]
    (tmp_path / "play.yml").write_text(json.dumps(plays))
    done = run_playbook("-i", "localhost,", "-c", "local", str(tmp_path / "play.yml"), cwd=ROOT)
    assert done.returncode == 0, done.stdout
