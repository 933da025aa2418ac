# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import node as _kubeadm_node

TOKEN = "abcdef.0123456789abcdef"


class FakeNode:
    """A node in its own directory. A test chooses the answers of its commands."""

    def __init__(self, kubernetes):
        self.params = {}  # as AnsibleModule has them
        self.kubernetes = kubernetes
        self.calls = []  # commands and their keyword arguments
        self.flags = kubernetes.parent / "kubeadm-flags.env"  # the kubelet's options
        self._answers = []

    def has(self, *paths):
        """Put files at these paths below /etc/kubernetes; a path that ends in / is a directory."""
        for path in paths:
            target = self.kubernetes / path
            folder = target if path.endswith("/") else target.parent
            folder.mkdir(parents=True, exist_ok=True)
            if not path.endswith("/"):
                target.touch()

    def answer(self, part, *answers):
        """Answer commands that contain this text: with the answers in their order, the last of them ever after."""
        self._answers.append((part, list(answers)))

    def is_silent(self):
        """Let the journals say nothing, and crictl be missing."""
        self.answer("journalctl", (0, "", ""))
        self.answer("crictl", (127, "", "crictl: not found"))

    def run_command(self, command, **keywords):
        """Return code, output and errors; a command for which there is no answer must not be run."""
        text = " ".join(command)
        self.calls.append((command, keywords))
        for part, answers in self._answers:
            if part in text:
                return answers.pop(0) if len(answers) > 1 else answers[0]
        raise AssertionError(f"nobody expected {text}")

    def ran(self, part):
        """Return the commands that contain this text, each as one line."""
        return [text for text in (" ".join(command) for command, _keywords in self.calls) if part in text]


@pytest.fixture
def node(monkeypatch, tmp_path):
    """A node on which kubeadm never ran."""
    kubernetes = tmp_path / "kubernetes"
    kubernetes.mkdir()
    monkeypatch.setattr(_kubeadm_node, "ADMIN_CONF", kubernetes / "admin.conf")
    monkeypatch.setattr(_kubeadm_node, "KUBELET_CONF", kubernetes / "kubelet.conf")
    monkeypatch.setattr(_kubeadm_node, "API_SERVER_MANIFEST", kubernetes / "manifests" / "kube-apiserver.yaml")
    monkeypatch.setattr(_kubeadm_node, "CA", kubernetes / "pki" / "ca.crt")
    monkeypatch.setattr(_kubeadm_node, "KUBELET_FLAGS", tmp_path / "kubeadm-flags.env")
    monkeypatch.setattr(_kubeadm_node, "_POD_LOGS", tmp_path / "pods")
    monkeypatch.setattr(_kubeadm_node, "_LOCK", tmp_path / "lock")
    monkeypatch.setattr(_kubeadm_node, "_PAUSE", 0.01)
    return FakeNode(kubernetes)


@pytest.fixture
def show_options():
    """What has a module repeat its options in its result: ansible-core 2.21 and newer want to be asked."""
    return {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


@pytest.fixture
def run_module(monkeypatch, capsys, node):
    """A function that runs a module on the node with options, and returns its result."""

    def run(module, **options):
        check_mode = options.pop("check_mode", False)
        monkeypatch.setattr(
            AnsibleModule, "run_command", lambda _self, *args, **keywords: node.run_command(*args, **keywords)
        )
        with patch_module_args({**options, "_ansible_check_mode": check_mode}), pytest.raises(SystemExit) as ended:
            module.main()
        printed = capsys.readouterr()
        assert TOKEN not in printed.err
        result = json.loads(printed.out)
        assert bool(ended.value.code) == result.get("failed", False)
        return result

    return run
