# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import json
import os
import threading
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import node as _kubeadm_node
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import (
    INIT_OBJECTS,
    INIT_TRACES,
    JOIN_TRACES,
    missing_objects,
)

EVERYTHING = missing_objects("")
PROXY = "rolebinding.rbac.authorization.k8s.io/kube-proxy"
WITHOUT_PROXY = (0, "dns: {}\nproxy:\n  disabled: true\n", "")
READY, AWAY = (0, "ok", ""), (1, "", "The connection to the server 10.0.0.1:6443 was refused - did you specify")
FORBIDDEN = (1, "", 'Error from server (Forbidden): configmaps "kubeadm-config" is forbidden')
TOKEN = "abcdef.0123456789abcdef"
PIN = f"sha256:{'7c2e6913' * 8}"


def objects(namespace, *left_out):
    """The output of kubectl for the objects of a namespace, without some of them."""
    names = [name for where, name in INIT_OBJECTS if where == namespace and name not in left_out]
    return 0, "".join(f"{name}\n" for name in names), ""


def initialised(node):
    """Let kubeadm init have come so far that the API can be asked."""
    node.has("admin.conf", "manifests/kube-apiserver.yaml", "pki/ca.crt")


@pytest.mark.parametrize(
    "paths", [(), ("admin.conf",), ("manifests/kube-apiserver.yaml",)], ids=["nothing", "admin.conf", "manifest"]
)
def test_an_init_that_never_came_to_its_api(node, paths):
    node.has(*paths)
    assert _kubeadm_node.find_progress(node, 5).missing == EVERYTHING
    assert node.calls == []


def test_an_api_that_never_answers(node, monkeypatch):
    initialised(node)
    node.answer("/readyz", AWAY)
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "monotonic", lambda: sum(slept))
    assert _kubeadm_node.find_progress(node, 3).missing == EVERYTHING
    assert 3 <= sum(slept) < 6
    assert len(node.calls) == len(node.ran("/readyz")) > 1


def test_an_api_that_starts_is_waited_for(node):
    initialised(node)
    node.answer("/readyz", AWAY, AWAY, READY)
    node.answer("-n kube-system", objects("kube-system"))
    node.answer("-n kube-public", objects("kube-public"))
    assert _kubeadm_node.find_progress(node, 5).missing == ()
    assert len(node.ran("/readyz")) == 3
    conf = str(node.kubernetes / "admin.conf")
    assert all(command[:3] == ["kubectl", "--kubeconfig", conf] for command, _keywords in node.calls)


@pytest.mark.parametrize(
    ("system", "public", "missing"),
    [
        pytest.param(objects("kube-system"), objects("kube-public"), (), id="all there"),
        pytest.param(objects("kube-system", PROXY), objects("kube-public"), (f"kube-system/{PROXY}",), id="kube-proxy"),
        pytest.param(
            objects("kube-system"), (0, "", ""), ("kube-public/configmap/cluster-info",), id="nothing in kube-public"
        ),
        pytest.param(FORBIDDEN, FORBIDDEN, EVERYTHING, id="killed before admin.conf got its rights"),
    ],
)
def test_what_init_left_to_do(node, system, public, missing):
    initialised(node)
    node.answer("/readyz", READY)
    node.answer("-n kube-system", system)
    node.answer("-n kube-public", public)
    assert _kubeadm_node.find_progress(node, 5).missing == missing
    assert len(node.calls) == 4  # none of these answers is worth another try


def test_a_cluster_without_kube_proxy_says_so_itself(node):
    initialised(node)
    node.answer("/readyz", READY)
    node.answer("{.data.ClusterConfiguration} configmap/kubeadm-config", AWAY, WITHOUT_PROXY)
    node.answer("-n kube-system", objects("kube-system", PROXY))
    node.answer("-n kube-public", objects("kube-public"))
    assert _kubeadm_node.find_progress(node, 5).missing == ()


def test_an_api_that_goes_away_between_questions_is_asked_again(node):
    initialised(node)
    node.answer("/readyz", READY)
    node.answer("-n kube-system", AWAY, objects("kube-system"))
    node.answer("-n kube-public", AWAY, AWAY, objects("kube-public"))
    assert _kubeadm_node.find_progress(node, 5).missing == ()


@pytest.mark.parametrize(
    ("paths", "ignored"),
    [
        pytest.param((), "Swap", id="first run"),
        pytest.param(("pki/",), ",".join(sorted(["Swap", *INIT_TRACES])), id="over a run that was killed"),
    ],
)
def test_initialise(node, paths, ignored):
    node.has(*paths)
    node.params = {"config": "/etc/kubernetes/kubeadm.yaml", "ignore_preflight_errors": ["Swap"]}
    node.answer("kubeadm init", (0, "", ""))
    _kubeadm_node.initialise(node, 7)
    config, flags = "--config=/etc/kubernetes/kubeadm.yaml", f"--ignore-preflight-errors={ignored}"
    # kubeadm inherits the descriptor of the lock, and keeps the lock when the module is killed.
    assert node.calls == [(["kubeadm", "init", config, "--skip-token-print", flags], {"data": None, "pass_fds": [7]})]


@pytest.mark.parametrize(
    ("output", "errors", "message"),
    [
        (f"[init] made {TOKEN}\n", f"error: {TOKEN} is no good\n", "error: TOKEN is no good"),
        ("[ERROR Mem]: too little\n", "error: preflight\n", "[ERROR Mem]: too little | error: preflight"),
        ("", "killed\n", "killed"),
    ],
)
def test_an_init_that_fails(node, output, errors, message):
    node.params = {"config": "c", "ignore_preflight_errors": [], "control_plane": False}
    node.answer("kubeadm init", (1, output, errors))
    node.is_silent()
    with pytest.raises(ClusterError) as error:
        _kubeadm_node.initialise(node, 7)
    assert str(error.value) == f"kubeadm init failed: {message}"


@pytest.mark.parametrize(
    ("answers", "joined", "questions"),
    [
        pytest.param([(0, "node/node1\n", "")], True, 1, id="known"),
        pytest.param([(1, "", 'Error from server (NotFound): nodes "node1" not found')], False, 1, id="not known"),
        pytest.param([(1, "", "error: unable to read client-cert /x.pem")], False, 1, id="killed before its bootstrap"),
        pytest.param([AWAY, AWAY, (0, "node/node1\n", "")], True, 3, id="known to an API that was away"),
    ],
)
def test_has_joined(node, answers, joined, questions):
    node.has("kubelet.conf")
    node.answer("kubectl", *answers)
    assert _kubeadm_node.has_joined(node, "node1", 5) is joined
    conf = str(node.kubernetes / "kubelet.conf")
    assert (
        node.calls
        == [(["kubectl", "--kubeconfig", conf, "--request-timeout=5s", "get", "node", "node1", "-o", "name"], {})]
        * questions
    )


def test_a_node_without_kubelet_conf_has_not_joined(node):
    assert _kubeadm_node.has_joined(node, "node1", 5) is False
    assert node.calls == []


def test_an_api_that_stays_away_ends_the_wait(node):
    node.has("kubelet.conf")
    node.answer("kubectl", AWAY)
    assert _kubeadm_node.has_joined(node, "node1", 0.05) is False
    assert len(node.calls) > 1


@pytest.mark.parametrize(
    ("paths", "ignored"),
    [
        pytest.param((), "", id="first run"),
        pytest.param(("pki/",), ",".join(sorted(JOIN_TRACES)), id="over a run that was killed"),
    ],
)
def test_the_token_goes_through_standard_input(node, paths, ignored):
    node.has(*paths)
    configuration = {"kind": "JoinConfiguration", "discovery": {"bootstrapToken": {"caCertHashes": ["sha256:0"]}}}
    node.params = {
        "name": "node1",
        "configuration": configuration,
        "token": TOKEN,
        "ignore_preflight_errors": [],
        "control_plane": False,
    }
    node.params["timeout"] = 5
    node.answer("kubeadm join", (0, "", ""))
    node.answer("get node node1", AWAY, (0, "node/node1\n", ""))
    _kubeadm_node.join(node, 7)
    [(command, keywords), *_questions] = node.calls
    assert len(node.ran("get node node1")) == 2
    assert command == ["kubeadm", "join", "--config=/dev/stdin", f"--ignore-preflight-errors={ignored}"]
    assert json.loads(keywords["data"]) == {
        "kind": "JoinConfiguration",
        "discovery": {"bootstrapToken": {"caCertHashes": ["sha256:0"], "token": TOKEN}},
    }
    assert keywords["pass_fds"] == [7]
    assert not [path for path in node.kubernetes.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("configuration", "token", "lacking"),
    [(None, TOKEN, "configuration"), ({}, TOKEN, "configuration"), ({"kind": "x"}, None, "token")],
)
def test_what_a_join_needs(node, configuration, token, lacking):
    node.params = {
        "name": "node1",
        "configuration": configuration,
        "token": token,
        "ignore_preflight_errors": [],
        "control_plane": False,
    }
    with pytest.raises(InputError, match=rf"^{lacking} is missing: node1 needs it to join the cluster$"):
        _kubeadm_node.join(node, 7)
    assert node.calls == []


def test_a_join_that_fails_keeps_the_token_to_itself(node):
    node.params = {
        "name": "node1",
        "configuration": {"kind": "x"},
        "token": TOKEN,
        "ignore_preflight_errors": [],
        "control_plane": False,
    }
    node.is_silent()
    node.answer("kubeadm join", (1, f"read {TOKEN}\n", f"error execution phase preflight: {TOKEN} has ended\n"))
    with pytest.raises(ClusterError) as error:
        _kubeadm_node.join(node, 7)
    assert str(error.value) == "kubeadm join failed: error execution phase preflight: TOKEN has ended"


def test_credentials(node):
    node.params = {"ttl": "5m"}
    line = f"kubeadm join 10.0.0.1:6443 --token {TOKEN} --discovery-token-ca-cert-hash {PIN}\n"
    node.answer("kubeadm token create", (0, line, "W1123 a warning"))
    made = _kubeadm_node.create_credentials(node)
    assert (made.endpoint, made.token, made.ca_cert_hashes) == ("10.0.0.1:6443", TOKEN, (PIN,))
    conf = node.kubernetes / "admin.conf"
    assert node.ran("") == [f"kubeadm token create --kubeconfig={conf} --ttl=5m --print-join-command"]


def test_a_token_that_cannot_be_made(node):
    node.params = {"ttl": "5m"}
    node.answer("kubeadm token create", (1, TOKEN, f"error: cannot store {TOKEN}"))
    with pytest.raises(ClusterError, match=r"^kubeadm token create failed: error: cannot store TOKEN$"):
        _kubeadm_node.create_credentials(node)


@pytest.fixture
def other_kubeadm(node, tmp_path):
    """The file descriptor by which another process holds the lock."""
    descriptor = os.open(tmp_path / "lock", os.O_CREAT | os.O_WRONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield descriptor
    os.close(descriptor)


def test_the_lock_is_held_inside_and_let_go_after(node, tmp_path):
    def is_free():
        with (tmp_path / "lock").open("w") as other:
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with _kubeadm_node.only_kubeadm(5) as lock:
        assert not is_free()
        os.fstat(lock)
    assert is_free()


def test_another_kubeadm_is_waited_for(other_kubeadm):
    ending = threading.Timer(0.2, fcntl.flock, (other_kubeadm, fcntl.LOCK_UN))
    started = time.monotonic()
    ending.start()
    with _kubeadm_node.only_kubeadm(10):
        assert 0.2 <= time.monotonic() - started < 5
    ending.join()


def test_another_kubeadm_that_does_not_end_is_reported(other_kubeadm):
    started = time.monotonic()
    with (
        pytest.raises(ClusterError, match=r"^another kubeadm has been running on this node for 1 s$"),
        _kubeadm_node.only_kubeadm(0.6),
    ):
        pytest.fail("two at once")
    assert 0.6 <= time.monotonic() - started < 5


def test_a_lock_that_cannot_be_had(node, monkeypatch, tmp_path):
    monkeypatch.setattr(_kubeadm_node, "_LOCK", tmp_path / "absent" / "lock")
    with (
        pytest.raises(ClusterError, match=r"lock cannot be opened \(No such file or directory\): kubeadm needs root"),
        _kubeadm_node.only_kubeadm(5),
    ):
        pytest.fail("no lock, and yet in")
