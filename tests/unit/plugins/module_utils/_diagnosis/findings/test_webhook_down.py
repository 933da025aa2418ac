# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


def world_with(resources=("pods",), kind="ValidatingWebhookConfiguration", service=True, **fields):
    """A cluster with a webhook."""
    world = World()
    client = {"service": {"namespace": "hooks", "name": "guard"}} if service else {"url": "https://guard.example"}
    webhook = {"name": "guard.example", "clientConfig": client, "rules": [{"resources": list(resources)}], **fields}
    world.objects["webhooks"] = [{"kind": kind, "metadata": {"name": "guard"}, "webhooks": [webhook]}]
    return world


def endpoint(world, *ready, namespace="hooks"):
    metadata = {"namespace": namespace, "name": "guard-x", "labels": {"kubernetes.io/service-name": "guard"}}
    endpoints = [{"addresses": ["10.244.1.9"], "conditions": one} for one in ready]
    world.objects["endpoint_slices"].append({"metadata": metadata, "endpoints": endpoints})
    return world


@pytest.mark.parametrize("kind", ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"])
@pytest.mark.parametrize("fields", [{}, {"failurePolicy": "Fail"}])
def test_a_webhook_without_a_server(kind, fields):
    (found,) = world_with(kind=kind, **fields).diagnose()["findings"]
    assert (found["id"], found["severity"]) == ("webhook_down", "error")
    assert found["cause"] == "The webhook guard.example has no server, so the API refuses pods"
    assert found["evidence"][0] == f"{kind} guard: failurePolicy is Fail for pods"
    assert found["evidence"][1] == "the Service hooks/guard has no endpoint that is ready"
    assert f"kubectl delete {kind.lower()} guard" in found["remedy"]


def test_no_endpoint_is_ready():
    world = endpoint(world_with(), {"ready": False})
    assert world.found() == ["webhook_down"]
    assert endpoint(world_with(), {"ready": True}, namespace="other").found() == ["webhook_down"]


def test_other_resources_are_a_warning():
    (found,) = world_with(["certificates", "issuers"]).diagnose()["findings"]
    assert found["severity"] == "warning"


@pytest.mark.parametrize("ready", [{"ready": True}, {}])
def test_a_webhook_with_a_server_is_harmless(ready):
    assert endpoint(world_with(), {"ready": False}, ready).found() == []


def test_webhooks_that_need_not_answer_or_have_a_url_are_harmless():
    assert world_with(failurePolicy="Ignore").found() == []
    assert world_with(service=False).found() == []


def test_a_configuration_without_webhooks():
    world = World()
    world.objects["webhooks"] = [{"metadata": {"name": "empty"}}]
    assert world.found() == []
