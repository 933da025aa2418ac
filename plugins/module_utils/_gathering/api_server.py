# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of API servers in files of a node: of the one that the kubelet asks, and of the node's own."""

from __future__ import annotations

from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import without_secrets
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.kubelet import kubeconfig_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader


def read_server(reader: Reader) -> str | None:
    """The address of the API server that the kubelet asks."""
    server = kubeconfig_parts(reader.text("/etc/kubernetes/kubelet.conf") or "").get("server")
    if server is None:
        return None
    try:
        _port = urlsplit(server).port
    except ValueError:
        reader.unread["server"] = f"the server in kubelet.conf is {without_secrets(server)[:200]}, which is no URL"
        return None
    return without_secrets(server)


def read_advertised(reader: Reader) -> str | None:
    """The address that the API server of this node advertises, None on a node without one."""
    for line in (reader.text("/etc/kubernetes/manifests/kube-apiserver.yaml") or "").splitlines():
        name, _equals, value = line.partition("=")
        if name.strip(" -\"'") == "advertise-address":
            return value.strip("\"' ")
    return None


__all__ = ["read_advertised", "read_server"]
