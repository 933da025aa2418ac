"""Without `common_hardening` etcd holds Secrets as they are. By the same search, the scenario hardening finds none."""

from __future__ import annotations

import secrets

import pytest
from etcd_data import has_text

pytestmark = pytest.mark.more


def test_a_secret_is_readable_in_etcd(kubectl, on):
    value = f"value-{secrets.token_hex(16)}"
    metadata = {"name": f"molecule-{secrets.token_hex(4)}", "namespace": "default"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"password": value}}
    kubectl.output("create", "--filename=-", data=secret)
    try:
        assert has_text(on("master"), value)
        assert not on("master").file("/etc/kubernetes/hardening").exists
    finally:
        kubectl.output("delete", "secret", metadata["name"])
