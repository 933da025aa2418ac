# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import etcd
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import Member
from ansible_collections.podnet.kubernetes.plugins.modules import etcd_members

MASTER = Member("1", "master", ("https://10.0.0.1:2380",), False)
LOST = Member("2", "master2", ("https://10.0.0.2:2380",), False)


@pytest.fixture
def removed(monkeypatch):
    """The identities that etcd was told to remove."""
    told = []
    monkeypatch.setattr(etcd_members, "has_etcd", lambda: True)
    monkeypatch.setattr(etcd, "read_members", lambda: [MASTER, LOST])
    monkeypatch.setattr(etcd, "_ask", lambda _question, body: told.append(body["ID"]))
    return told


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_lost_member(run_module, removed, check_mode):
    result = run_module(etcd_members, absent=["master2"], check_mode=check_mode)
    assert (result["changed"], result["removed"], result["members"]) == (True, ["master2"], ["master", "master2"])
    assert removed == ([] if check_mode else ["2"])


@pytest.mark.parametrize("absent", [["web-2"], ["master2"]])
def test_the_member_of_the_node_itself(run_module, removed, monkeypatch, tmp_path, absent):
    """The inventory has another name for the machine."""
    manifest = tmp_path / "etcd.yaml"
    manifest.write_text("    - --initial-cluster=master=https://10.0.0.1:2380\n    - --name=master2\n")
    monkeypatch.setattr(etcd, "MANIFEST", manifest)
    assert run_module(etcd_members, absent=absent, own=True)["removed"] == ["master2"]
    assert removed == ["2"]
    manifest.unlink()
    assert run_module(etcd_members, absent=["web-2"], own=True)["removed"] == []


def test_a_member_that_is_not_there(run_module, removed):
    result = run_module(etcd_members, absent=["master3"])
    assert (result["changed"], result["removed"], removed) == (False, [], [])


def test_a_worker(run_module, monkeypatch):
    monkeypatch.setattr(etcd_members, "has_etcd", lambda: False)
    assert run_module(etcd_members, absent=["node1"])["changed"] is False


def test_the_last_member(run_module, removed):
    result = run_module(etcd_members, absent=["master", "master2"])
    assert result["msg"] == "master, master2 is all of etcd: its data would be lost"
    assert removed == []
    assert result["needed"] is False


def test_a_member_that_etcd_needs(run_module, removed, monkeypatch):
    def refuse(_question, _body):
        raise ClusterError("etcdserver: unhealthy cluster")

    monkeypatch.setattr(etcd, "_ask", refuse)
    result = run_module(etcd_members, absent=["master2"])
    assert result["needed"] is True
    assert result["msg"] == "etcd would lose its majority without master2 (etcdserver: unhealthy cluster)"
