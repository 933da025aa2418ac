# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.modules import kubeadm_join

TOKEN = "abcdef.0123456789abcdef"
CONFIGURATION = {"kind": "JoinConfiguration", "discovery": {"bootstrapToken": {"apiServerEndpoint": "10.0.0.1:6443"}}}
GIVEN = {
    "kind": "JoinConfiguration",
    "discovery": {"bootstrapToken": {"apiServerEndpoint": "10.0.0.1:6443", "token": TOKEN}},
}
KNOWN = (0, "node/node1\n", "")
NOT_KNOWN = (1, "", 'Error from server (NotFound): nodes "node1" not found\n')


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("paths", [(), ("kubelet.conf", "pki/ca.crt")], ids=["never joined", "killed while it joined"])
def test_a_node_that_has_yet_to_join(run_module, node, paths, check_mode):
    node.has(*paths)
    node.answer("kubectl", NOT_KNOWN)
    node.answer("kubeadm join", (0, "This node has joined the cluster", ""))
    result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN, check_mode=check_mode)
    assert result["changed"] is True
    assert result["joined"] is False
    assert TOKEN not in json.dumps(result)
    assert len(node.ran("kubectl")) == (1 if paths else 0)
    joins = [(command, keywords) for command, keywords in node.calls if command[0] == "kubeadm"]
    assert len(joins) == (0 if check_mode else 1)
    for command, keywords in joins:
        assert TOKEN not in " ".join(command)
        assert json.loads(keywords["data"]) == GIVEN


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_node_that_has_joined_is_left_alone(run_module, node, check_mode):
    node.has("kubelet.conf", "pki/ca.crt")
    node.answer("kubectl", KNOWN)
    result = run_module(kubeadm_join, name="node1", check_mode=check_mode)
    assert result["changed"] is False
    assert result["joined"] is True
    assert node.ran("kubeadm") == []


def test_check_mode_needs_no_token(run_module, node):
    result = run_module(kubeadm_join, name="node1", check_mode=True)
    assert (result["changed"], result["joined"]) == (True, False)


def test_a_join_without_configuration(run_module, node):
    result = run_module(kubeadm_join, name="node1")
    assert result["msg"] == "configuration is missing: node1 needs it to join the cluster"
    assert node.calls == []


def test_a_join_that_fails(run_module, node):
    node.answer("kubeadm join", (1, f"configuration with {TOKEN}\n", f"error: token {TOKEN} has ended\n"))
    result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN)
    assert result["msg"] == "kubeadm join failed: error: token TOKEN has ended"
    assert TOKEN not in json.dumps(result)


def test_another_kubeadm_on_the_node(run_module, node, tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN, timeout=0)
    assert result["msg"] == "another kubeadm has been running on this node for 0 s"
    assert node.calls == []
