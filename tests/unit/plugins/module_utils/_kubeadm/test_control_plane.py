# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import control_plane
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import Member

LABELS = (0, '{"node-role.kubernetes.io/control-plane":""}', "")
PLAIN = (0, '{"kubernetes.io/hostname":"master2"}', "")
READY = (
    "etcd-master2=True kube-apiserver-master2=True kube-controller-manager-master2=True kube-scheduler-master2=True "
)
VOTING = Member("2", "master2", ("https://10.0.0.2:2380",), False)
LEARNER = Member("2", "master2", ("https://10.0.0.2:2380",), True)
CLUSTER = "kubernetesVersion: v1.36.3\ncontrolPlaneEndpoint: api.example.org:6443\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(control_plane, "_PAUSE", 0.01)


@pytest.mark.parametrize(
    ("paths", "answer", "joined"),
    [
        pytest.param((), None, False, id="a new machine"),
        pytest.param(("kubelet.conf", "manifests/kube-apiserver.yaml"), LABELS, True, id="a control plane"),
        pytest.param(("kubelet.conf", "manifests/kube-apiserver.yaml"), PLAIN, False, id="killed in its join"),
        pytest.param(("kubelet.conf",), (1, "", "Error (NotFound)"), False, id="the Node is gone"),
    ],
)
def test_whether_it_has_joined(node, paths, answer, joined):
    node.has(*paths)
    if answer:
        node.answer("get node master2", answer)
    assert control_plane.has_joined_as_control_plane(node, "master2", 0) is joined


def test_a_worker_is_refused(node):
    node.has("kubelet.conf")
    node.answer("get node master2", PLAIN)
    with pytest.raises(ClusterError, match=r"^master2 is a worker of this cluster, and kubeadm makes no control plane"):
        control_plane.has_joined_as_control_plane(node, "master2", 0)


def test_the_key_is_new_and_goes_through_standard_input_alone(node):
    node.has("manifests/")
    (node.kubernetes / "manifests" / "kube-apiserver.yaml").write_text("    - --advertise-address=10.0.0.1\n")
    node.params = {"timeout": 0}
    node.answer("configmap/kubeadm-config", (0, CLUSTER, ""))
    node.answer("upload-certs", (0, "", ""))
    keys = [control_plane.upload_certificates(node, 7) for _time in range(2)]
    assert keys[0] != keys[1]
    given = [(command, keywords) for command, keywords in node.calls if command[0] == "kubeadm"]
    for key, (command, keywords) in zip(keys, given):
        assert len(key) == 64
        assert key not in " ".join(command)
        assert "--skip-certificate-key-print" in command
        cluster, _line, init = keywords["data"].partition("---\n")
        assert cluster == CLUSTER
        assert json.loads(init)["certificateKey"] == key
        assert json.loads(init)["localAPIEndpoint"] == {"advertiseAddress": "10.0.0.1"}


def test_a_failed_upload_keeps_the_key_to_itself(node, monkeypatch):
    key = "0a" * 32
    monkeypatch.setattr(control_plane.secrets, "token_hex", lambda _bytes: key)
    node.has("manifests/")
    (node.kubernetes / "manifests" / "kube-apiserver.yaml").write_text("    - --advertise-address=10.0.0.1\n")
    node.params = {"timeout": 0}
    node.answer("configmap/kubeadm-config", (0, CLUSTER, ""))
    node.answer("upload-certs", (1, "", f'error: cannot use "{key}", certificateKey: {key}\n'))
    node.is_silent()
    with pytest.raises(ClusterError) as error:
        control_plane.upload_certificates(node, 7)
    assert key not in str(error.value)
    assert "cannot use" in str(error.value)


def test_a_complete_control_plane(node, monkeypatch):
    """Its pods become ready, then etcd gives it a vote."""
    answers = iter([[], [LEARNER], [VOTING]])
    monkeypatch.setattr(control_plane, "read_members", lambda: next(answers))
    node.params = {"timeout": 5}
    late = READY.replace("etcd-master2=True", "etcd-master2=False")
    node.answer("get -n kube-system", (0, "", ""), (0, late, ""), (0, READY, ""))
    control_plane.await_control_plane(node, "master2")
    assert next(answers, None) is None


@pytest.mark.parametrize(
    ("answer", "members", "told"),
    [
        ((1, "", "Unable to connect to the server: EOF"), [], "Unable to connect to the server: EOF"),
        ((0, READY.replace("etcd-master2=True", ""), ""), [VOTING], "not ready: etcd"),
        ((0, READY, ""), [LEARNER], "master2 is no voting member of etcd"),
    ],
)
def test_one_that_does_not_become_complete(node, monkeypatch, answer, members, told):
    monkeypatch.setattr(control_plane, "read_members", lambda: members)
    node.params = {"timeout": 0}
    node.answer("get -n kube-system", answer)
    with pytest.raises(ClusterError) as error:
        control_plane.await_control_plane(node, "master2")
    assert str(error.value) == (
        f"kubeadm join ended well, and yet master2 is no complete control plane after 0 s: {told}: read /var/log/pods "
        "on master2, and run again"
    )
