# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.failures import (
    NodeState,
    describe_state,
    explain_failure,
    hide_secrets,
)

# The journals of a kubelet that ends at once, and of one that runs, from nodes with v1.36.3.
ENDS = """\
Flag --pod-infra-container-image has been deprecated, will be removed in 1.35.
I1128 09:12:40.104417    2153 server.go:214] "--pod-infra-container-image will not be pruned by the image garbage"
E1128 09:12:40.219313    2153 run.go:72] "command failed" err="failed to run Kubelet: running with swap on"
kubelet.service: Main process exited, code=exited, status=1/FAILURE
kubelet.service: Failed with result 'exit-code'.
"""
RUNS = """\
I1128 09:14:02.004417    2153 kubelet.go:100] "Starting"
E1128 09:14:02.104417    2153 kubelet_node_status.go:110] "Unable to register node with API server" err="refused"
E1128 09:14:03.104417    2153 kubelet.go:3132] "Container runtime network not ready"
E1128 09:14:04.104417    2153 pod_workers.go:1324] "Error syncing pod, skipping" err="CrashLoopBackOff" pod="etcd"
E1128 09:14:05.104417    2153 kubelet.go:3132] "Container runtime network not ready"
"""
CONTAINERD = """\
time="2026-11-28T09:14:02.10Z" level=info msg="Start streaming server"
time="2026-11-28T09:14:03.10Z" level=error msg="RunPodSandbox failed" error="failed to get sandbox image"
time="2026-11-28T09:14:09.10Z" level=error msg="RunPodSandbox failed" error="failed to get sandbox image"
"""
# The kubelet before kubeadm has configured it, in one line.
WAITS = (
    'E1128 09:10:40.219313    1900 run.go:72] "command failed" err="failed to load kubelet config file, path: '
    "/var/lib/kubelet/config.yaml, error: failed to load Kubelet config file /var/lib/kubelet/config.yaml, error "
    'failed to read kubelet config file \\"/var/lib/kubelet/config.yaml\\", error: open: no such file or directory"'
)
STATIC_PODS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


def container(name, state, attempt=0):
    """A container as crictl prints it, shortened."""
    return {
        "id": f"{name}{attempt}",
        "metadata": {"name": name, "attempt": attempt},
        "state": f"CONTAINER_{state}",
        "createdAt": "1795860380000000000",
    }


@pytest.mark.parametrize(
    ("output", "message"),
    [
        pytest.param("", "it printed nothing", id="nothing"),
        pytest.param(
            "[init] Using Kubernetes version: v1.36.3\nerror execution phase preflight: [preflight] Some fatal errors "
            "occurred:\n\t[ERROR Port-6443]: Port 6443 is in use\n\t[ERROR Mem]: too little\n[preflight] If you know\n",
            "error execution phase preflight: [preflight] Some fatal errors occurred: | "
            "[ERROR Port-6443]: Port 6443 is in use | [ERROR Mem]: too little",
            id="marked errors alone",
        ),
        pytest.param("1\n2\n\n3\n4\n5\n6\n", "2 | 3 | 4 | 5 | 6", id="last lines where nothing is marked"),
        pytest.param(
            "error: token abcdef.0123456789abcdef is unknown, also abcdef.0123456789abcdef",
            "error: token TOKEN is unknown, also TOKEN",
            id="tokens in a marked error",
        ),
        pytest.param(
            '{"token": "abcdef.0123456789abcdef"}', '{"token": "TOKEN"}', id="a token in an echoed configuration"
        ),
    ],
)
def test_failures(output, message):
    explained = explain_failure("kubeadm init", output)
    assert explained == f"kubeadm init failed: {message}"
    assert not re.search(r"[a-z0-9]{6}\.[a-z0-9]{16}", explained)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        pytest.param(NodeState(), [], id="nothing could be read"),
        pytest.param(
            NodeState(kubelet=ENDS),
            [
                'the kubelet says: "command failed" err="failed to run Kubelet: running with swap on"',
            ],
            id="a kubelet that ends says why",
        ),
        pytest.param(NodeState(kubelet=WAITS), [], id="a kubelet that waits for its configuration"),
        pytest.param(
            NodeState(kubelet=f"{WAITS}\n{RUNS}"),
            [
                'the kubelet says: "Error syncing pod, skipping" err="CrashLoopBackOff" pod="etcd" | '
                '"Container runtime network not ready"',
            ],
            id="the last two errors of a kubelet that runs, each once",
        ),
        pytest.param(
            NodeState(containerd=CONTAINERD),
            ['containerd says: msg="RunPodSandbox failed" error="failed to get sandbox image"'],
            id="containerd",
        ),
        pytest.param(
            NodeState(
                manifests=STATIC_PODS,
                containers=json.dumps(
                    {
                        "containers": [
                            container("etcd", "EXITED", 3),
                            container("etcd", "EXITED", 0),
                            container("kube-apiserver", "RUNNING"),
                            container("coredns", "RUNNING"),
                        ]
                    }
                ),
            ),
            [
                "static pods: etcd is exited after 4 starts | kube-apiserver is running | "
                "kube-controller-manager has not started | kube-scheduler has not started"
            ],
            id="the newest attempt of each static pod, by crictl",
        ),
        pytest.param(
            NodeState(
                manifests=STATIC_PODS[:3],
                containers="crictl: command not found",
                logs=(
                    "/var/log/pods/kube-system_etcd-master_3f0c/etcd/2.log",
                    "/var/log/pods/kube-system_etcd-master_3f0c/etcd/10.log",
                    "/var/log/pods/kube-system_kube-apiserver-master_9a/kube-apiserver/0.log",
                ),
            ),
            [
                "static pods: etcd started 11 times | kube-apiserver started once | "
                "kube-controller-manager has not started"
            ],
            id="by the logs without crictl",
        ),
        pytest.param(NodeState(logs=("/var/log/pods/kube-system_kube-proxy-x_1/kube-proxy/0.log",)), [], id="a worker"),
    ],
)
def test_the_state_of_a_node(state, told):
    assert describe_state(state) == told


def test_the_state_follows_the_error():
    state = NodeState(kubelet=ENDS, manifests=("etcd",))
    explained = explain_failure("kubeadm init", "error: timed out waiting for the condition", state)
    assert explained == (
        "kubeadm init failed: error: timed out waiting for the condition; the kubelet says: "
        '"command failed" err="failed to run Kubelet: running with swap on"; '
        "static pods: etcd has not started"
    )


@pytest.mark.parametrize("text", ["[]", "{}", '{"containers": [{"state": "x"}]}', "null", "3"])
def test_another_output_of_crictl(text):
    logs = ("/var/log/pods/kube-system_etcd-master_3f0c/etcd/2.log",)
    assert describe_state(NodeState(containers=text, logs=logs, manifests=("etcd",))) == [
        "static pods: etcd started 3 times"
    ]


def test_long_lines_are_cut():
    [told] = describe_state(NodeState(containerd=f"level=error msg={'x' * 5000}"))
    assert len(told) < 400
    assert told.endswith("x…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token=abcdef.0123456789abcdef,", "token=TOKEN,"),
        ("Authorization: Bearer eyJhbGciOi.eyJpc3MiOi.sig_-x end", "Authorization: Bearer SECRET end"),
        ("jwt eyJhbGciOi.eyJpc3MiOi.sig_-x end", "jwt TOKEN end"),
        (f'key "{"0a" * 32}", sha256:{"0a" * 32}', f'key "KEY", sha256:{"0a" * 32}'),
        ("--certificate-key 0123abcd end", "--certificate-key SECRET end"),
        ("http://me:pass@proxy:3128/ end", "http://SECRET@proxy:3128/ end"),
        ("https://10.0.0.1:6443/api?x=a@b", "https://10.0.0.1:6443/api?x=a@b"),
    ],
)
def test_secrets(text, shown):
    assert hide_secrets(text) == shown


def test_a_secret_in_a_journal_is_hidden():
    kubelet = 'E1128 09:14:02.1 1 x.go:1] "bootstrap" err="token abcdef.0123456789abcdef is unknown"'
    assert describe_state(NodeState(kubelet=kubelet)) == [
        'the kubelet says: "bootstrap" err="token TOKEN is unknown"',
    ]
