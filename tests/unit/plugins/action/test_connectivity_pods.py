# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action against a small API: what it sends, what it waits for, and what it says when the API refuses."""

from __future__ import annotations

import time
from threading import Barrier
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from api_objects import node
from api_server import READY, action_runner, serving

from ansible_collections.podnet.kubernetes.plugins.action import connectivity_pods
from ansible_collections.podnet.kubernetes.plugins.lookup import k8s

OWN = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "own"}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "node1-1", "namespace": "own"},
    "spec": {"nodeName": "node1"},
}
NODE = {"apiVersion": "v1", "kind": "Node", **node("node1", "10.0.0.1")}
NODE["status"]["conditions"] = READY["conditions"]
WEBHOOK = {"metadata": {"name": "guard"}, "webhooks": [{"name": "pods.example.com"}]}
NO_ANSWER = (
    'Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: '
    'Post "https://guard.shop.svc:8443/x": refused'
)


@pytest.fixture
def api():
    with serving() as server:
        server.objects["/api/v1/nodes/node1"] = NODE
        yield server


@pytest.fixture
def run(api, tmp_path, monkeypatch):
    """Run the action, and return its result."""
    act = action_runner(connectivity_pods, api, tmp_path, monkeypatch)

    def run(check_mode=False, **options):
        return act({"objects": [OWN, POD], **options}, check_mode=check_mode)

    return run


def test_objects_are_applied_in_their_order_and_waited_for(run, api):
    api.ready_at = 3
    result = run(config_maps=True)
    apply = "application/apply-patch+yaml"
    assert api.sent == [("apply", "Namespace", "own", apply), ("apply", "Pod", "node1-1", apply)]
    assert (result["changed"], result["unready"], api.looks) == (True, [], 3)
    assert [one["metadata"]["name"] for one in result["objects"]["pods"]] == ["node1-1"]
    assert [one["metadata"]["name"] for one in result["objects"]["nodes"]] == ["node1"]
    assert sorted(result["objects"]) == ["endpoint_slices", "nodes", "pods", "services"]
    assert result["config_maps"] == []


def test_all_pods_are_made_at_once_after_their_namespace(run, api):
    """Each request for a pod is answered when all are there."""
    pods = [{**POD, "metadata": {"name": f"node1-{number}", "namespace": "own"}} for number in range(4)]
    api.together = Barrier(len(pods))
    assert run(objects=[OWN, *pods])["unready"] == []
    assert api.sent[0][1] == "Namespace"
    assert {one[2] for one in api.sent[1:]} == {"node1-0", "node1-1", "node1-2", "node1-3"}


def test_what_is_not_ready_in_time_is_named(run, api):
    api.ready_at = 1000
    assert run(timeout=0.3)["unready"] == ["pod own/node1-1 is Pending"]


@pytest.mark.parametrize(("answer", "pauses"), [(0.0125, [0.2] * 4), (0.2, [0.8])])
def test_the_api_has_as_long_to_rest_as_it_takes_to_answer(monkeypatch, answer, pauses):
    """An answer to each of four questions takes so many seconds; the wait ends after a second."""
    clock, slept = [0.0], []

    def pass_time(seconds):
        clock[0] += seconds
        return []

    def sleep(seconds):
        slept.append(round(seconds, 6))
        pass_time(seconds)

    monkeypatch.setattr(connectivity_pods, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep))
    cluster = SimpleNamespace(read=lambda **_question: pass_time(answer))
    _found, unready = connectivity_pods.wait(cluster, [OWN, POD], [], [], [], 1.0)
    assert unready
    assert slept == pauses


def test_selected_pods_of_others_are_waited_for(run, api):
    named = {"metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}}}
    api.objects["/pod"] = {**POD, **named, "status": {"phase": "Pending"}}
    web = {"namespace": "shop", "match_labels": {"app": "web"}}
    late = ["pod shop/web is Pending and has no address"]
    api.ready_at = 1000
    assert run(objects=[], timeout=0.3, pod_selectors=[web])["unready"] == late
    assert run(objects=[], timeout=0.3, pod_selectors=[{**web, "match_labels": {"app": "db"}}])["unready"] == []
    api.objects["/pod"]["status"] = {"phase": "Running", "podIPs": [{"ip": "10.244.0.7"}]}
    assert run(objects=[], pod_selectors=[web])["unready"] == []


def test_a_selector_of_another_form_is_refused_before_anything_is_made(run, api):
    with pytest.raises(AnsibleActionFail, match=r"pod_selectors has \{'labels': 'x'\}: give a dict with namespace"):
        run(pod_selectors=[{"labels": "x"}])
    assert api.sent == []


def test_without_objects_it_only_reads(run, api):
    result = run(objects=[])
    assert (api.sent, result["changed"], result["unready"]) == ([], False, [])


def test_the_objects_come_without_their_managers(run, api):
    api.objects["/pod"] = {**POD, "metadata": {**POD["metadata"], "managedFields": [{"manager": "kubelet"}]}}
    (found,) = run(objects=[])["objects"]["pods"]
    assert found["metadata"] == POD["metadata"]


def test_one_failure_of_the_api_while_it_waits_ends_nothing(run, api):
    api.fails_at, api.ready_at = 1, 2
    assert run()["unready"] == []


def test_an_api_that_has_just_started_and_knows_no_rights_is_asked_again(run, api):
    api.rightless = 4
    assert run()["unready"] == []
    assert api.rightless == 0


def test_credentials_that_may_not_read_config_maps_are_enough(run, api):
    api.forbidden.add("configmaps")
    assert run(config_maps=True)["config_maps"] == []


def test_credentials_that_may_not_read_pods_are_named(run, api):
    api.forbidden.add("pods")
    with pytest.raises(AnsibleActionFail, match=r"^k8s: cannot read Pod objects from .*: pods is forbidden$"):
        run()


def test_a_webhook_that_does_not_answer_is_named(run, api):
    api.objects["/guard"] = {"kind": "ValidatingWebhookConfiguration", **WEBHOOK}
    api.refused["Pod"] = NO_ANSWER
    with pytest.raises(AnsibleActionFail) as raised:
        run()
    assert raised.value.message == (
        "the API refuses our objects, because the webhook pods.example.com (ValidatingWebhookConfiguration guard) does "
        "not answer: its Service shop/guard, port 8443: refused: start its server, or delete the configuration of the "
        "webhook"
    )


def test_pods_that_are_refused_at_once_are_explained_one_after_another(run, api, monkeypatch):
    """Ansible's loader gives a second thread the module of a plugin before the first one has executed it."""
    loading, together = [], []

    def load(*arguments, **options):
        together.append(len(loading))
        loading.append(1)
        time.sleep(0.02)
        loading.pop()
        return loader.get(*arguments, **options)

    loader = k8s.lookup_loader
    monkeypatch.setattr(k8s, "lookup_loader", SimpleNamespace(get=load))
    api.refused["Pod"] = NO_ANSWER
    pods = [{**POD, "metadata": {**POD["metadata"], "name": f"node1-{number}"}} for number in range(4)]
    with pytest.raises(AnsibleActionFail, match=r"the webhook pods\.example\.com"):
        run(objects=[OWN, *pods])
    assert len(together) >= len(pods)
    assert set(together) == {0}


NO_ACCOUNT = (
    'pods "node1-1" is forbidden: error looking up service account own/default: serviceaccount "default" not found'
)


SLOW = "Timeout: request did not complete within requested timeout - context deadline exceeded"


@pytest.mark.parametrize("late", [NO_ACCOUNT, SLOW])
def test_a_pod_is_tried_again_while_the_control_plane_is_late(run, api, monkeypatch, late):
    """It is there after the third try."""
    api.refused["Pod"] = late

    def pause(_seconds):
        if [one[1] for one in api.sent].count("Pod") == 3:
            api.refused.clear()

    monkeypatch.setattr(connectivity_pods.time, "sleep", pause)
    assert run(timeout=9)["unready"] == []
    assert [one[1] for one in api.sent] == ["Namespace", *["Pod"] * 4]


def test_a_service_account_that_never_comes_is_named(run, api):
    api.refused["Pod"] = NO_ACCOUNT
    with pytest.raises(AnsibleActionFail, match=r"has not made their service account own/default: see whether kube-c"):
        run(timeout=0.3)


def test_an_api_that_does_not_answer_is_one_sentence(run, api):
    api.shutdown()
    api.server_close()
    with pytest.raises(AnsibleActionFail, match=r"^k8s: cannot make Namespace objects from http://127.0.0.1:\d+ \("):
        run()


def test_all_objects_are_deleted_and_a_missing_one_is_no_error(run, api):
    run()
    del api.objects["/api/v1/namespaces/own/pods/node1-1"], api.sent[:]
    assert run(state="absent")["changed"] is True
    assert api.sent == [("delete", "/api/v1/namespaces/own"), ("delete", "/api/v1/namespaces/own/pods/node1-1")]
    assert run(state="absent")["changed"] is False


def test_what_may_stay_is_named(run, api):
    run()
    api.forbidden.add("namespaces")
    with pytest.raises(AnsibleActionFail, match=r"may delete nothing; the namespace own may stay: the next run "):
        run(state="absent")


def test_check_mode_asks_nothing(run, api):
    assert run(check_mode=True)["changed"] is True
    assert (api.sent, api.looks) == ([], 0)
