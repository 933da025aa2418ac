# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.refusals import explain_refusal

GUARD = {
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "guard"},
    "webhooks": [{"name": "other.example.com"}, {"name": "pods.example.com"}],
}


def refused(message):
    """The words of kubernetes.core.k8s about an answer of the API."""
    return "Failed to apply object: " + json.dumps({"kind": "Status", "status": "Failure", "message": message})


def test_a_service_account_that_the_controller_manager_has_not_made():
    said = 'pods "a" is forbidden: error looking up service account own/default: serviceaccount "default" not found'
    assert explain_refusal(refused(said)) == (
        "the API refuses our pods: the controller manager has not made their service account own/default: see whether "
        "kube-controller-manager runs"
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            'Post "https://guard.shop.svc:8443/validate?timeout=10s": connect: connection refused',
            "its Service shop/guard, port 8443: connect: connection refused",
        ),
        (
            'Post "https://guard.shop.svc/x": service "guard" not found',
            'its Service shop/guard, port 443: service "guard" not found',
        ),
        ('Post "https://guard.example.com:9/x": EOF', "its server guard.example.com:9: EOF"),
        ("context deadline exceeded", "context deadline exceeded"),
    ],
)
@pytest.mark.parametrize("before", ["", "failed to call webhook: "])
def test_a_webhook_that_does_not_answer(call, words, before):
    message = refused(f'Internal error occurred: failed calling webhook "pods.example.com": {before}{call}')
    assert explain_refusal(message, [GUARD]) == (
        "the API refuses our objects, because the webhook pods.example.com (ValidatingWebhookConfiguration guard) does "
        f"not answer: {words}: start its server, or delete the configuration of the webhook"
    )
    assert explain_refusal(message).startswith("the API refuses our objects, because the webhook pods.example.com does")


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            'admission webhook "pods.example.com" denied the request: no pods today',
            "the webhook pods.example.com (ValidatingWebhookConfiguration guard) refuses our objects: no pods today",
        ),
        (
            'admission webhook "new.example.com" denied the request',
            "the webhook new.example.com refuses our objects: it gives no reason",
        ),
        (
            'pods "a-1" is forbidden: exceeded quota: small,\nrequested: pods=1',
            'the API refuses our objects: pods "a-1" is forbidden: exceeded quota: small, requested: pods=1',
        ),
    ],
)
def test_other_refusals(message, sentence):
    assert explain_refusal(refused(message), [GUARD, {"kind": "X", "metadata": {"name": "x"}}]) == sentence


def test_bytes_as_python_writes_them():
    status = json.dumps({"kind": "Status", "message": 'pods "a" is forbidden'}).encode()
    assert explain_refusal(f"Failed to create object: {status!r}") == (
        'the API refuses our objects: pods "a" is forbidden'
    )


@pytest.mark.parametrize(
    "message", ["Failed to load kubeconfig", 'x {"kind":"Status"} {', '{"kind":"Status","code":500}']
)
def test_another_error_stays(message):
    assert explain_refusal(message) == message
