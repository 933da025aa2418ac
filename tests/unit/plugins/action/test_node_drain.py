# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action against a small API: which pods it evicts, how long it asks again, and what it says at the end."""

from __future__ import annotations

from itertools import repeat

import pytest
from ansible.errors import AnsibleActionFail
from api_server import action_runner, serving

from ansible_collections.podnet.kubernetes.plugins.action import node_drain
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import api_requests

NODE = "/api/v1/nodes/node2"
PODS = "/api/v1/namespaces/default/pods"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web", "namespace": "default"},
    "status": {"disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2},
}
KEPT = (429, "Cannot evict pod as it would violate the pod's disruption budget.")
LATE = (503, "the server is currently unable to handle the request")
FORBIDDEN = (403, "pods is forbidden")
BROKEN = (500, "This pod has more than one PodDisruptionBudget")


def pod(name, kind="ReplicaSet", **spec):
    owners = [{"kind": kind, "name": "owner"}] if kind else []
    metadata = {"name": name, "namespace": "default", "ownerReferences": owners}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"nodeName": "node2", **spec}}


@pytest.fixture
def api(monkeypatch):
    monkeypatch.setattr(node_drain, "PAUSE", 0)
    monkeypatch.setattr(api_requests, "PAUSE", 0)
    with serving() as server:
        server.objects[NODE] = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node2"}, "spec": {}}
        server.objects[f"{PODS}/a"], server.objects[f"{PODS}/b"] = pod("a"), pod("b")
        server.objects[f"{PODS}/agent"] = pod("agent", "DaemonSet", volumes=[{"name": "data", "emptyDir": {}}])
        yield server


@pytest.fixture
def run(api, tmp_path, monkeypatch):
    """Run the action, and return its result."""
    act = action_runner(node_drain, api, tmp_path, monkeypatch)
    return lambda check_mode=False, **options: act({"name": "node2", **options}, check_mode=check_mode)


def is_cordoned(api):
    return bool(api.objects[NODE]["spec"].get("unschedulable"))


def evicted(api):
    return [path.rpartition("/")[2] for verb, path, *_rest in api.sent if verb == "evict"]


def test_the_pods_leave_and_those_of_daemon_sets_stay(run, api):
    assert run(check_mode=True)["changed"] is True
    assert api.sent == []
    assert run()["changed"] is True
    assert (evicted(api), is_cordoned(api)) == (["a", "b"], True)
    assert run()["changed"] is False
    assert run(check_mode=True)["changed"] is False


def test_a_pod_that_the_scheduler_put_there_before_the_node_was_cordoned_leaves_too(run, api, monkeypatch):
    def cordon(cluster, name, value, set_schedulable=node_drain.set_schedulable):
        api.objects[f"{PODS}/c"] = pod("c")
        set_schedulable(cluster, name, value)

    monkeypatch.setattr(node_drain, "set_schedulable", cordon)
    run()
    assert evicted(api) == ["a", "b", "c"]


@pytest.mark.parametrize("answer", [KEPT, LATE])
def test_a_pod_that_may_not_go_now_is_asked_again_and_holds_no_other(run, api, answer):
    api.evictions[f"{PODS}/a"] = iter([answer, answer])
    run()
    assert evicted(api) == ["a", "b", "a", "a"]


def test_a_budget_that_allows_nothing_is_named_and_the_node_takes_pods_again(run, api):
    api.evictions[f"{PODS}/a"] = repeat(KEPT)
    api.objects[f"{BUDGETS}/web"] = BUDGET
    with pytest.raises(AnsibleActionFail) as raised:
        run(timeout=0.1)
    assert raised.value.message == (
        "after 0.1 s these pods are still there: default/a. PodDisruptionBudgets that allow no eviction: default/web "
        "needs 2 ready pods, and 2 are ready"
    )
    assert is_cordoned(api) is False


def test_a_node_that_cannot_be_given_back_is_named_after_the_reason(run, api, monkeypatch):
    """The API may be away by then."""
    api.evictions[f"{PODS}/a"] = repeat(KEPT)

    def cordon(cluster, name, value, set_schedulable=node_drain.set_schedulable):
        if value:
            raise ClusterError("the API does not answer")
        set_schedulable(cluster, name, value)

    monkeypatch.setattr(node_drain, "set_schedulable", cordon)
    with pytest.raises(AnsibleActionFail) as raised:
        run(timeout=0.1)
    assert raised.value.message.startswith("after 0.1 s these pods are still there: default/a.")
    assert raised.value.message.endswith("; node2 takes no new pods until `kubectl uncordon node2`")


def test_a_node_that_was_cordoned_stays_so(run, api):
    api.objects[NODE]["spec"]["unschedulable"] = True
    api.evictions[f"{PODS}/a"] = repeat(KEPT)
    with pytest.raises(AnsibleActionFail, match="these pods are still there: default/a"):
        run(timeout=0.1)
    assert is_cordoned(api) is True


@pytest.mark.parametrize(
    ("lonely", "options", "fault"),
    [
        (pod("lonely", None), {}, "no controller makes these pods again: default/lonely"),
        (pod("lonely", None), {"empty_dirs": True}, "no controller makes these pods again: default/lonely"),
        (
            pod("lonely", None, volumes=[{"name": "data", "emptyDir": {}}]),
            {"empty_dirs": True},
            "no controller makes these pods again: default/lonely",
        ),
        (
            pod("lonely", volumes=[{"name": "data", "emptyDir": {}}]),
            {"bare_pods": True},
            "these pods lose the data in their emptyDir volumes: default/lonely",
        ),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_pods_that_may_not_go_are_named_before_anything_is_changed(run, api, lonely, options, fault, check_mode):
    api.objects[f"{PODS}/lonely"] = lonely
    with pytest.raises(AnsibleActionFail) as raised:
        run(check_mode=check_mode, **options)
    assert raised.value.message == fault
    assert api.sent == []


@pytest.mark.parametrize("answer", [FORBIDDEN, BROKEN])
def test_another_refusal_ends_it_soon(run, api, monkeypatch, answer):
    monkeypatch.setattr(node_drain, "PATIENCE", 0.1)
    api.evictions[f"{PODS}/a"] = repeat(answer)
    with pytest.raises(AnsibleActionFail, match=answer[1]):
        run()
    assert is_cordoned(api) is False


def test_a_node_that_is_not_there(run):
    with pytest.raises(AnsibleActionFail, match=r"^the cluster has no node node9: give the name of one$"):
        run(name="node9")
