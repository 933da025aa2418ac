# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.modules import kubeadm_token

TOKEN = "abcdef.0123456789abcdef"
PIN = f"sha256:{'7c2e6913' * 8}"
LINE = f"kubeadm join 10.100.198.200:6443 --token {TOKEN} --discovery-token-ca-cert-hash {PIN} \n"


@pytest.mark.parametrize(("options", "ttl"), [({}, "10m"), ({"ttl": "90s"}, "90s")])
def test_a_token_is_made(run_module, node, options, ttl):
    node.answer("kubeadm token create", (0, LINE, ""))
    result = run_module(kubeadm_token, **options)
    assert result["changed"] is True
    assert (result["endpoint"], result["token"], result["ca_cert_hashes"]) == ("10.100.198.200:6443", TOKEN, [PIN])
    [command] = node.ran("kubeadm")
    assert f" --ttl={ttl} " in command


def test_check_mode_makes_none(run_module, node):
    result = run_module(kubeadm_token, check_mode=True)
    assert result["changed"] is True
    assert (result["endpoint"], result["token"], result["ca_cert_hashes"]) == ("", "", [])
    assert node.calls == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((1, LINE, f"error: {TOKEN} exists\n"), "kubeadm token create failed: error: TOKEN exists"),
        ((0, f"made {TOKEN}\n", ""), "kubeadm token create printed no join command that could be read"),
    ],
)
def test_failures_keep_the_token_to_themselves(run_module, node, answer, message):
    node.answer("kubeadm token create", answer)
    result = run_module(kubeadm_token)
    assert result["msg"] == message
    assert TOKEN not in json.dumps(result)


def test_the_certificates_are_uploaded_with_a_key(run_module, node, monkeypatch):
    monkeypatch.setattr(kubeadm_token, "upload_certificates", lambda _module, _lock: "0a" * 32)
    node.answer("kubeadm token create", (0, LINE, ""))
    assert run_module(kubeadm_token, certificates=True)["certificate_key"] == "0a" * 32
    assert run_module(kubeadm_token)["certificate_key"] == ""
