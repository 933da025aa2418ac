# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import json
import threading
import urllib.request

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import etcd

MEMBERS = [
    {"ID": "1", "name": "master", "peerURLs": ["https://10.0.0.1:2380"]},
    {"ID": "2", "name": "master2", "peerURLs": ["https://10.0.0.2:2380"]},
]


@pytest.fixture
def gateway(monkeypatch):
    """A member of etcd that answers without TLS, and notes what it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        status, members, refusal = 200, MEMBERS, ""

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.asked.append((self.path, body))
            refusal = self.refusal if self.path.endswith("remove") else ""
            self.send_response(503 if refusal else self.status)
            self.end_headers()
            error = refusal or "etcdserver: unhealthy cluster"
            self.wfile.write(json.dumps({"members": self.members, "error": error}).encode())

        def log_message(self, *arguments):
            pass

    Handler.asked = []
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(etcd, "_opener", urllib.request.build_opener)
    monkeypatch.setattr(
        etcd, "find_endpoints", lambda _manifest: ["http://127.0.0.1:1", f"http://127.0.0.1:{server.server_port}"]
    )
    yield Handler
    server.shutdown()
    server.server_close()


def test_members_are_removed_and_the_next_endpoint_is_asked(gateway):
    leaving, members = etcd.remove_members(["master2"], [], check_mode=False)
    assert [*map(str, leaving)] == ["master2"]
    assert [*map(str, members)] == ["master", "master2"]
    assert gateway.asked == [("/v3/cluster/member/list", {}), ("/v3/cluster/member/remove", {"ID": "2"})]


def test_check_mode_removes_none(gateway):
    leaving, _members = etcd.remove_members(["master2"], [], check_mode=True)
    assert [*map(str, leaving)] == ["master2"]
    assert gateway.asked == [("/v3/cluster/member/list", {})]


@pytest.mark.parametrize(
    ("error", "is_needed"),
    [
        ("etcdserver: unhealthy cluster", True),
        ("etcdserver: re-configuration failed due to not enough started members", True),
        ("etcdserver: request timed out", False),
    ],
)
def test_a_member_that_etcd_needs_is_told_from_an_etcd_without_an_answer(gateway, monkeypatch, error, is_needed):
    monkeypatch.setattr(gateway, "refusal", error)
    with pytest.raises(ClusterError, match=error) as refused:
        etcd.remove_members(["master2"], [], check_mode=False)
    assert isinstance(refused.value, etcd.MajorityError) == is_needed
    assert str(refused.value).startswith("etcd would lose its majority without master2") == is_needed


def test_the_last_member_stays(gateway, monkeypatch):
    monkeypatch.setattr(gateway, "members", MEMBERS[:1])
    with pytest.raises(ClusterError, match=r"^master is all of etcd: its data would be lost$"):
        etcd.remove_members(["master"], [], check_mode=False)


def test_a_member_that_refuses(gateway, monkeypatch):
    monkeypatch.setattr(gateway, "status", 503)
    with pytest.raises(ClusterError, match=r"unhealthy cluster.*: bring back a majority"):
        etcd.read_members()


def test_which_nodes_have_etcd(monkeypatch, tmp_path):
    monkeypatch.setattr(etcd, "PKI", tmp_path)
    monkeypatch.setattr(etcd, "DATA", tmp_path / "member")
    assert (etcd.has_etcd(), etcd.has_data()) == (False, False)
    for path in ("etcd/ca.crt", "apiserver-etcd-client.crt", "member/wal"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    assert (etcd.has_etcd(), etcd.has_data()) == (True, True)
