# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import Question, no_connection, refusal


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            Question("Node", "https://10.0.0.1:6443", "/admin.conf"),
            "k8s: cannot read Node objects from https://10.0.0.1:6443 (kubeconfig /admin.conf): so",
        ),
        (Question("Node", None, "/admin.conf"), "k8s: cannot read Node objects (kubeconfig /admin.conf): so"),
        (Question("Node"), "k8s: cannot read Node objects: so"),
    ],
)
def test_failure(question, sentence):
    assert question.failure("so") == sentence


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, "Forbidden", b'{"message": "nodes is forbidden"}'), "nodes is forbidden"),
        ((401, "Unauthorized", '{"message": "Unauthorized"}'), "Unauthorized: the API rejects these credentials"),
        ((502, "Bad Gateway", "<html>"), "502 Bad Gateway"),
        ((503, "Service Unavailable", '{"message": ""}'), "503 Service Unavailable"),
        ((500, "", "[]"), "500"),
        ((None, None, None), "no reason is given"),
    ],
)
def test_refusal(answer, words):
    assert refusal(*answer) == words


def test_no_connection_takes_the_words_of_the_operating_system():
    try:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except OSError as error:
            raise RuntimeError("HTTPSConnectionPool: Max retries exceeded") from error
    except RuntimeError as error:
        assert no_connection(error) == "Connection refused"


def test_no_connection_without_such_words():
    assert no_connection(RuntimeError("timed out")) == "timed out"
    assert no_connection(RuntimeError()) == "RuntimeError"
