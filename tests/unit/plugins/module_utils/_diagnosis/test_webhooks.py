# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.webhooks import (
    Webhook,
    read_webhooks,
    services_with_endpoints,
)


def test_webhooks_of_a_configuration():
    service = {"namespace": "policy", "name": "guard", "port": 443}
    rules = [{"resources": ["pods"]}, {"resources": ["services", "endpoints"]}]
    configuration = {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "guard"},
        "webhooks": [
            {"name": "a.example", "clientConfig": {"service": service}, "rules": rules},
            {"name": "b.example", "clientConfig": {"url": "https://b.example"}, "failurePolicy": "Ignore"},
        ],
    }
    name = "ValidatingWebhookConfiguration guard"
    assert [*read_webhooks([configuration, {"metadata": {"name": "empty"}}])] == [
        Webhook("a.example", name, "policy/guard", True, ("pods", "services", "endpoints")),
        Webhook("b.example", name, None, False, ()),
    ]


def slice_of(service, *ready):
    endpoints = [{"conditions": {} if one is None else {"ready": one}} for one in ready]
    metadata = {"namespace": "policy", "labels": {"kubernetes.io/service-name": service}}
    return {"metadata": metadata, "endpoints": endpoints}


def test_a_service_counts_with_one_ready_endpoint():
    slices = [slice_of("a", False, True), slice_of("b", False), slice_of("c"), slice_of("d", None)]
    assert services_with_endpoints([*slices, {**slice_of("e"), "endpoints": None}]) == {"policy/a", "policy/d"}
