# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import fcntl
import json

import certificates
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
    node.answer("kubectl", *([NOT_KNOWN] if paths else []), KNOWN)
    node.answer("kubeadm join", (0, "This node has joined the cluster", ""))
    result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN, check_mode=check_mode)
    assert result["changed"] is True
    assert result["joined"] is False
    assert TOKEN not in json.dumps(result)
    assert len(node.ran("kubectl")) == (1 if paths else 0) + (0 if check_mode else 1)
    joins = [(command, keywords) for command, keywords in node.calls if command[0] == "kubeadm"]
    assert len(joins) == (0 if check_mode else 1)
    for command, keywords in joins:
        assert TOKEN not in " ".join(command)
        assert json.loads(keywords["data"]) == GIVEN


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("more", [(), ("manifests/kube-apiserver.yaml",)], ids=["a worker", "also the control plane"])
def test_a_node_that_has_joined_is_left_alone(run_module, node, more, check_mode):
    node.has("kubelet.conf", "pki/ca.crt", *more)
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
    node.answer("--unit=kubelet", (0, f'E1128 09:14:02.1 1 x.go:1] "{TOKEN} ended"\n', ""))
    node.is_silent()
    result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN)
    assert result["msg"] == ('kubeadm join failed: error: token TOKEN has ended; the kubelet says: "TOKEN ended"')
    assert TOKEN not in json.dumps(result)


def test_another_kubeadm_on_the_node(run_module, node, tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN, timeout=0)
    assert result["msg"] == "another kubeadm has been running on this node for 0 s"
    assert node.calls == []


def test_a_join_after_which_the_api_does_not_know_the_node(run_module, node):
    node.answer("kubeadm join", (0, "This node has joined the cluster", ""))
    node.answer("kubectl", NOT_KNOWN)
    node.answer("--unit=kubelet", (0, 'E1128 09:14:02.1 1 x.go:1] "Unable to register node"\n', ""))
    node.is_silent()
    result = run_module(kubeadm_join, name="node1", configuration=CONFIGURATION, token=TOKEN, timeout=0)
    assert result["msg"] == (
        "kubeadm join ended well, and yet the API does not know node1 after 0 s: Error from server (NotFound): nodes "
        '"node1" not found; the kubelet says: "Unable to register node"'
    )


@pytest.mark.parametrize("path", ["pki/ca.crt", "kubelet.conf"])
def test_a_node_of_another_cluster_is_left_alone(run_module, node, path):
    data = base64.b64encode(certificates.OTHER_CA.encode()).decode()
    node.has(path)
    text = certificates.OTHER_CA if path == "pki/ca.crt" else f"    certificate-authority-data: {data}\n"
    (node.kubernetes / path).write_text(text)
    node.answer("kubectl", (1, "", "Unable to connect to the server: tls: failed to verify certificate: x509: unknown"))
    pinned = {"discovery": {"bootstrapToken": {"caCertHashes": [certificates.CA_PIN]}}}
    result = run_module(kubeadm_join, name="node1", configuration=pinned, token=TOKEN)
    assert result["msg"] == (
        f"node1 belongs to another cluster (CA {certificates.OTHER_CA_PIN} instead of {certificates.CA_PIN}): reset "
        f"it, by playbooks/reset.yml --limit node1; {node.kubernetes / path} holds that CA"
    )
    assert node.ran("kubeadm") == []


def test_a_node_with_the_pinned_ca_joins(run_module, node):
    node.has("pki/ca.crt")
    (node.kubernetes / "pki" / "ca.crt").write_text(certificates.CA)
    node.answer("kubeadm join", (0, "", ""))
    node.answer("kubectl", KNOWN)
    pinned = {"discovery": {"bootstrapToken": {"caCertHashes": [certificates.CA_PIN]}}}
    assert run_module(kubeadm_join, name="node1", configuration=pinned, token=TOKEN)["changed"] is True


@pytest.fixture
def moved(node):
    """A node of the cluster whose kubelet announces 10.0.0.1."""
    node.has("kubelet.conf", "pki/ca.crt")
    node.flags.write_text('KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1"\n')
    node.answer("-o name", KNOWN)
    return node


def test_a_node_with_a_new_address(run_module, moved):
    moved.answer("systemctl restart kubelet", (0, "", ""))
    moved.answer("jsonpath", (0, "10.0.0.1 node1", ""), (0, "10.0.0.2 node1", ""))
    result = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"])
    assert (result["changed"], result["joined"], result["old_node_ip"]) == (True, True, ["10.0.0.1"])
    assert moved.flags.read_text() == 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.2"\n'
    again = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"])
    assert (again["changed"], again["old_node_ip"]) == (False, [])
    assert len(moved.ran("systemctl")) == 1


@pytest.mark.parametrize("first", [(0, "", ""), (1, "", "failed")])
def test_a_move_that_failed_goes_on_with_the_next_run(run_module, moved, first):
    """The flags have the new address then, and the kubelet may still announce the old one."""
    moved.answer("systemctl restart kubelet", first, (0, "", ""))
    moved.answer("jsonpath", (0, "10.0.0.1 node1", ""), (0, "10.0.0.2 node1", ""))
    moved.is_silent()
    assert run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"], timeout=0)["failed"]
    for _run in range(1 if first[0] == 0 else 2):
        result = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"], timeout=0)
    assert (result["changed"], result["old_node_ip"]) == (True, ["10.0.0.1"])
    assert run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"])["changed"] is False


def test_a_move_ends_when_the_api_shows_the_addresses_of_both_families(run_module, moved):
    moved.answer("systemctl restart kubelet", (0, "", ""))
    moved.answer("jsonpath", (0, "10.0.0.1 node1", ""), (0, "10.0.0.1 fd00::2 node1", ""))
    result = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.1", "fd00::2"])
    assert result["changed"]
    assert len(moved.ran("jsonpath")) == 2


def test_a_new_address_in_check_mode(run_module, moved):
    result = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"], check_mode=True)
    assert (result["changed"], result["old_node_ip"]) == (True, ["10.0.0.1"])
    assert moved.flags.read_text() == 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1"\n'


def test_a_new_address_that_the_api_never_shows(run_module, moved):
    moved.answer("systemctl restart kubelet", (0, "", ""))
    moved.answer("jsonpath", (0, "10.0.0.1 node1", ""))
    moved.is_silent()
    result = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"], timeout=0)
    assert result["msg"] == "the API does not show the new address 10.0.0.2 of node1: it shows 10.0.0.1 node1"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_control_plane_keeps_its_address(run_module, moved, check_mode):
    moved.has("manifests/kube-apiserver.yaml")
    result = run_module(kubeadm_join, name="node1", node_ip=["10.0.0.2"], check_mode=check_mode)
    assert result["msg"].startswith(
        "the address of node1 was 10.0.0.1 and is 10.0.0.2 now, and node1 is a control plane"
    )
    assert moved.flags.read_text() == 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1"\n'
    assert moved.ran("systemctl") == []


KEY = "0123456789abcdef" * 4
PLANE = {**CONFIGURATION, "controlPlane": {"localAPIEndpoint": {"advertiseAddress": "10.0.0.2"}}}


def test_a_control_plane_joins_with_a_key_that_shows_nowhere(run_module, node, monkeypatch):
    awaited = []
    monkeypatch.setattr(kubeadm_join, "await_control_plane", lambda _module, name: awaited.append(name))
    node.answer("kubeadm join", (0, "This node has joined the cluster", ""))
    node.answer("kubectl", KNOWN)
    options = {"control_plane": True, "configuration": PLANE, "token": TOKEN, "certificate_key": KEY}
    result = run_module(kubeadm_join, name="node1", **options)
    assert (result["changed"], result["joined"], awaited) == (True, False, ["node1"])
    assert KEY not in json.dumps(result)
    [(command, keywords)] = [one for one in node.calls if one[0][0] == "kubeadm"]
    assert KEY not in " ".join(command)
    assert json.loads(keywords["data"])["controlPlane"] == {**PLANE["controlPlane"], "certificateKey": KEY}


def test_a_control_plane_without_a_key(run_module, node):
    result = run_module(kubeadm_join, name="node1", control_plane=True, configuration=PLANE, token=TOKEN)
    assert result["msg"] == "certificate_key is missing: node1 needs it to join the cluster"
    assert node.calls == []


def test_a_control_plane_that_is_complete(run_module, node):
    node.has("kubelet.conf", "manifests/kube-apiserver.yaml")
    node.answer("jsonpath={.metadata.labels}", (0, '{"node-role.kubernetes.io/control-plane":""}', ""))
    result = run_module(kubeadm_join, name="node1", control_plane=True)
    assert (result["changed"], result["joined"]) == (False, True)
