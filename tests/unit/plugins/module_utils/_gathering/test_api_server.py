# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.api_server import (
    read_advertised,
    read_server,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader


@pytest.fixture
def reader(tmp_path):
    (tmp_path / "etc/kubernetes/manifests").mkdir(parents=True)
    return Reader(tmp_path)


def kubelet_conf(reader, server):
    reader.at("/etc/kubernetes/kubelet.conf").write_text(f"clusters:\n- cluster:\n    server: {server}\n")


def test_a_node_without_files(reader):
    assert (read_server(reader), read_advertised(reader), reader.unread) == (None, None, {})


def test_the_server_of_the_kubelet(reader):
    kubelet_conf(reader, "https://10.100.198.200:6443")
    assert (read_server(reader), reader.unread) == ("https://10.100.198.200:6443", {})


@pytest.mark.parametrize("server", ["https://10.0.0.1:6443x", "https://10.0.0.1:99999", "https://[fd00::1:6443"])
def test_a_server_that_is_no_url_is_unread(reader, server):
    """It keeps the node out of the cluster, so it must not keep the node out of the diagnosis."""
    kubelet_conf(reader, server)
    assert read_server(reader) is None
    assert reader.unread == {"server": f"the server in kubelet.conf is {server}, which is no URL"}


def test_the_address_that_the_api_server_advertises(reader):
    manifest = "  - command:\n    - kube-apiserver\n    - --advertise-address=10.100.198.200\n"
    reader.at("/etc/kubernetes/manifests/kube-apiserver.yaml").write_text(manifest)
    assert read_advertised(reader) == "10.100.198.200"
