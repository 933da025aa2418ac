# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import (
    is_secret_name,
    without_secrets,
)

KEY = "-----BEGIN RSA PRIVATE KEY-----\nTUlJRXBBSUJBQUtDQVFFQQ==\n-----END RSA PRIVATE KEY-----"

# Each text holds the word c0ffee, or for encoded ones the second value, and must lose it.
SECRETS = [
    ("token eyJhbGciOi.eyJzdWIiOic0ffee.c2lnbmF0dXJl_-", "eyJhbGciOi"),
    ("kubeadm join --token abcdef.0123456789abcdef", "0123456789abcdef"),
    ("the token abcdef.0123456789abcdef expired", "0123456789abcdef"),
    ("https://user:c0ffee@registry.example/v2", "c0ffee"),
    ("https://:c0ffee@registry.example/v2", "c0ffee"),
    ("Authorization: Bearer c0ffee-value", "c0ffee"),
    ("authorization: Basic dXNlcjpjMGZmZWU=", "dXNlcjpjMGZmZWU"),
    ('password="c0ffee" next', "c0ffee"),
    ('password="two c0ffee" next', "c0ffee"),
    ("password: 'two c0ffee'", "c0ffee"),
    ('{"password": "say \\"c0ffee\\" twice"}', "c0ffee"),
    ("clientSecret: c0ffee", "c0ffee"),
    ("AWS_SECRET_ACCESS_KEY=c0ffee", "c0ffee"),
    ("api-key: c0ffee", "c0ffee"),
    ("--oidc-client-secret=c0ffee --v=2", "c0ffee"),
    ("--password c0ffee --v=2", "c0ffee"),
    ("--certificate-key c0ffee", "c0ffee"),
    ("client-key-data: c0ffee", "c0ffee"),
    ("?user=a&token=c0ffee&x=1", "c0ffee"),
    (f"read {KEY} from a file", "TUlJRXBB"),
    (KEY.partition("\n-----END")[0], "TUlJRXBB"),
    (base64.b64encode(KEY.encode()).decode(), "VFVsSlJYQkJT"),
    (base64.b64encode(KEY.replace("RSA ", "").encode()).decode(), "VFVsSlJYQkJT"),
    (base64.b64encode(KEY.replace("RSA ", "EC ").encode()).decode(), "VFVsSlJYQkJT"),
    ("ghp_0123456789abcdefc0ffee", "c0ffee"),
    ("AKIA0123456789ABCDEF", "0123456789ABCDEF"),
    # JSON in a log line
    (r'msg="post {\"password\":\"c0ffee\"}"', "c0ffee"),
    (r'msg="post {\"auth\": \"two c0ffee\"}"', "c0ffee"),
    ('{"secret": {"value": "c0ffee"}}', "c0ffee"),
    ("tokens: [c0ffee]", "c0ffee"),
    # a text that is cut within the value
    ('password="two c0ffee', "c0ffee"),
    ("password='two c0ffee", "c0ffee"),
    ('"password" => "c0ffee"', "c0ffee"),
    ("password := 'c0ffee'", "c0ffee"),
    ('invalid password "c0ffee"', "c0ffee"),
    ("token 'c0ffee' expired", "c0ffee"),
    ("Authorization: Token c0ffee", "c0ffee"),
    ('Authorization: Digest username="a", response="c0ffee"', "c0ffee"),
    ("Cookie: session=c0ffee", "c0ffee"),
    ('"Backend": {"Type": "wireguard", "PSK": "c0ffee"}', "c0ffee"),
    ("PresharedKey = c0ffee", "c0ffee"),
    ("secretKey: c0ffee", "c0ffee"),
    ("accesstoken=c0ffee", "c0ffee"),
    (".dockerconfigjson: c0ffee", "c0ffee"),
    ("postgres://user:p@c0ffee@host/db", "c0ffee"),
    ("amqp://user:c0ffee/b@host", "c0ffee"),
    ("https://0123456789012345c0ffee@git.example/x", "c0ffee"),
    ('Get "https://b.example/x?X-Amz-Signature=c0ffee&x=1"', "c0ffee"),
    (r"https://b.example/x?se=1\u0026sig=c0ffee", "c0ffee"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nc0ffee", "c0ffee"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_replaced(text, secret):
    shown = without_secrets(text)
    assert secret not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "dial tcp 10.0.0.1:6443: refused",
        '-A FORWARD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
        "http: TLS handshake error from 10.0.0.1:51042: EOF",
        "system:node:node1",
        "10.244.1.0/24 10.244.1.0",
        "0a:58:0a:f4:00:01 10.100.198.201",
        "podSubnet: 10.244.0.0/16",
        "podnet/node1-1 -> podnet/node2-1, tcp: timeout",
        "author: somebody",
        'MountVolume.SetUp failed for volume "x" : secret "web-tls" not found',
        "https://registry.example:5000/v2/x@sha256:00",
        'designature=5 "pass"',
        "monkey: see",
    ],
)
def test_other_texts_stay(text):
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "part", ["1", "-", "_", "//", "//a:", 'token="\\\\a', "token=", "-----BEGIN ", "sig=?", "a-", " [ "]
)
def test_a_long_line_costs_little(part):
    start = time.monotonic()
    without_secrets(f"{part * (50_000 // len(part))} token")
    assert time.monotonic() - start < 10


def test_the_rest_of_a_line_stays():
    assert without_secrets("E1 login failed, password=hunter2; user=bob") == "E1 login failed, password=***; user=bob"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "token",
        "bootstrap-token",
        "client-key-data",
        "clientSecret",
        "accessToken",
        "secrets",
    ],
)
def test_a_name_of_a_secret(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["public_key", "subject_key", "authority_key", "key", "name", "author", "tokenizer", "secretary", "path"]
)
def test_a_name_of_no_secret(name):
    assert not is_secret_name(name)
