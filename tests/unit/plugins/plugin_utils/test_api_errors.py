# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl

import pytest

from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import (
    FORWARDED,
    UNREACHED,
    Question,
    no_connection,
    refusal,
    without_password,
)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            Question("Node", "https://10.0.0.1:6443", "/admin.conf"),
            "k8s: cannot read Node objects from https://10.0.0.1:6443 (kubeconfig /admin.conf): so",
        ),
        (Question("Node", None, "/admin.conf"), "k8s: cannot read Node objects (kubeconfig /admin.conf): so"),
        (Question("Node"), "k8s: cannot read Node objects: so"),
        (
            Question("Node", "https://10.0.0.1:6443", "/admin.conf", "http://me:secret@proxy:3128"),
            "k8s: cannot read Node objects from https://10.0.0.1:6443 through the proxy http://proxy:3128 (kubeconfig "
            "/admin.conf): so",
        ),
    ],
)
def test_failure(question, sentence):
    assert question.failure("so") == sentence


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, "Forbidden", b'{"message": "nodes is forbidden"}'), "nodes is forbidden"),
        (
            (401, "Unauthorized", '{"message": "Unauthorized"}'),
            "Unauthorized: the API rejects these credentials, or got none: where the kubeconfig gets them from a "
            "program (exec), run that program by hand to see why it fails",
        ),
        (
            (403, "Forbidden", '{"message": "nodes is forbidden: User \\"system:anonymous\\" cannot list"}'),
            'nodes is forbidden: User "system:anonymous" cannot list: the request had no credentials: where the '
            "kubeconfig gets them from a program (exec), run that program by hand to see why it fails",
        ),
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


def certificate_error(message):
    error = ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {message}")
    error.verify_message = message
    return error


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (Question("Node"), ConnectionRefusedError(111, "Connection refused"), f"Connection refused: {UNREACHED}"),
        (
            Question("Node", proxy="http://proxy"),
            OSError("Tunnel connection failed: 502 Bad Gateway"),
            "Tunnel connection failed: 502 Bad Gateway: the API is asked through a proxy: change proxy-url in the "
            "kubeconfig, or HTTPS_PROXY and NO_PROXY",
        ),
        (
            Question("Node", kubeconfig=f"/out/{FORWARDED}"),
            ConnectionResetError(104, "Connection reset by peer"),
            "Connection reset by peer: the API does not answer through the control plane (podnet_api_through): check "
            "the API there",
        ),
        (
            Question("Node"),
            certificate_error("IP address mismatch, certificate is not valid for '10.0.0.9'."),
            "the certificate is refused: IP address mismatch, certificate is not valid for '10.0.0.9': set "
            "tls-server-name in the kubeconfig to a name in the certificate",
        ),
        (
            Question("Node"),
            certificate_error("self-signed certificate in certificate chain"),
            "the certificate is refused: self-signed certificate in certificate chain: another cluster or a proxy "
            "answers there, or the kubeconfig is old: fetch it again",
        ),
        (
            Question("Node"),
            ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"),
            "[SSL: WRONG_VERSION_NUMBER] wrong version number: check the server in the kubeconfig, and that the way "
            "there changes nothing",
        ),
    ],
)
def test_unanswered(question, error, words):
    assert question.unanswered(error).endswith(f": {words}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("socks5://me@proxy", "socks5://proxy"),
        ("http://a:p@ss@proxy/", "http://proxy/"),
    ],
)
def test_without_password(url, shown):
    assert without_password(url) == shown
