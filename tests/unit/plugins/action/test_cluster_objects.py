# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action against a small API: what it applies, and what it calls a change."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail
from api_server import action_runner, serving

from ansible_collections.podnet.kubernetes.plugins.action import cluster_objects
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import api_requests

MANIFEST = """\
{apiVersion: v1, kind: Namespace, metadata: {name: own}}
---
# An empty document, as kustomize may leave one.
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: own}, spec: {ports: [{port: 80}]}}
"""


@pytest.fixture
def api():
    with serving() as server:
        yield server


@pytest.fixture
def run(api, tmp_path, monkeypatch):
    """Run the action, and return its result."""
    act = action_runner(cluster_objects, api, tmp_path, monkeypatch)

    def run(manifest=MANIFEST, check_mode=False, diff=False):
        return act({"manifest": manifest}, check_mode=check_mode, diff=diff)

    return run


def test_objects_are_applied_in_their_order_and_a_second_time_changes_nothing(run, api):
    result = run()
    apply = "application/apply-patch+yaml"
    assert api.sent == [("apply", "Namespace", "own", apply), ("apply", "Service", "web", apply)]
    assert result["changed"] is True
    assert result["changes"] == ["Namespace own", "Service own/web"]
    again = run()
    assert (again["changed"], again["changes"]) == (False, [])


def test_what_the_cluster_changes_by_itself_is_no_change(run, api):
    run()
    path = "/api/v1/namespaces/own/services/web"
    metadata = {**api.objects[path]["metadata"], "managedFields": [{"manager": "other"}], "generation": 2}
    api.objects[path] = {**api.objects[path], "metadata": metadata, "status": {"loadBalancer": {}}}
    assert run()["changed"] is False


def test_only_the_objects_that_differ_are_named_and_shown(run):
    run()
    result = run(MANIFEST.replace("port: 80", "port: 81"), diff=True)
    assert result["changes"] == ["Service own/web"]
    (diff,) = result["diff"]
    assert diff["before_header"] == diff["after_header"] == "Service own/web"
    assert ("port: 80\n" in diff["before"], "port: 81\n" in diff["after"]) == (True, True)
    assert "resourceVersion" not in diff["before"] + diff["after"]


def test_check_mode_says_the_same_and_keeps_nothing(run, api):
    assert run(check_mode=True)["changes"] == ["Namespace own", "Service own/web"]
    assert api.objects == {}
    run()
    assert run(check_mode=True)["changed"] is False
    assert run(MANIFEST.replace("port: 80", "port: 81"), check_mode=True)["changes"] == ["Service own/web"]
    assert run()["changed"] is False


def test_who_refuses_an_object_is_named(run, api):
    api.refused["Service"] = 'admission webhook "ports.example.com" denied the request: no port 80'
    with pytest.raises(AnsibleActionFail, match=r"ports\.example\.com.* refuses our objects: no port 80$"):
        run()


def test_an_object_is_sent_again_when_the_connection_was_cut(run, api, monkeypatch):
    monkeypatch.setattr(api_requests, "PAUSE", 0)
    api.cut = 2
    assert run()["changes"] == ["Namespace own", "Service own/web"]
    assert api.cut == 0


@pytest.mark.parametrize(
    ("manifest", "error"),
    [
        ("{", "manifest is no YAML: "),
        ("[]", "object 0 of manifest lacks apiVersion, kind or metadata.name: give all three"),
        ("{kind: Namespace, metadata: {name: own}}", "object 0 of manifest lacks apiVersion, kind or metadata.name"),
        (f"{MANIFEST}---\n{{apiVersion: v1, kind: Pod}}", "object 2 of manifest lacks apiVersion, kind or "),
    ],
)
def test_what_is_no_object_is_refused_before_the_first_one_is_applied(run, api, manifest, error):
    with pytest.raises(AnsibleActionFail) as raised:
        run(manifest)
    assert raised.value.message.startswith(error)
    assert api.sent == []
