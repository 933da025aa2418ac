# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes import containerd as containerd_of_node
from ansible_collections.podnet.kubernetes.plugins.modules import containerd

IMAGES = (0, "registry.k8s.io/kube-proxy:v1.36.3\nregistry.k8s.io/pause:3.10.2\n", "")
CONFIG = 'sandbox_image = "@sandbox_image@"\n'
RIGHT = 'sandbox_image = "registry.k8s.io/pause:3.10.2"\n'


@pytest.fixture
def machine(node, monkeypatch, tmp_path):
    """A machine where both units are enabled, and containerd runs with another configuration."""
    node.config, node.socket = tmp_path / "containerd/config.toml", tmp_path / "containerd.sock"
    monkeypatch.setattr(containerd_of_node, "CONFIG", node.config)
    monkeypatch.setattr(containerd_of_node, "SOCKET", node.socket)
    node.answer("kubeadm config images list --kubernetes-version v1.36.3", IMAGES)
    for command in ("restart", "start", "enable "):
        node.answer(f"systemctl {command}", (0, "", ""))
    node.config.parent.mkdir()
    node.config.write_text("old\n")
    node.socket.touch()
    node.options = {"config": CONFIG, "kubernetes_version": "1.36.3"}
    return node


def is_right(machine, socket_is_older=False):
    machine.config.write_text(RIGHT)
    machine.config.chmod(0o644)
    os.utime(machine.config, (100, 100))
    os.utime(machine.socket, (99, 99) if socket_is_older else (101, 101))


def systemd(machine, containerd="enabled", kubelet="enabled", active="active"):
    machine.answer("is-enabled containerd", (0 if containerd == "enabled" else 1, f"{containerd}\n", ""))
    machine.answer("is-enabled kubelet", (0 if kubelet == "enabled" else 1, f"{kubelet}\n", ""))
    machine.answer("is-active containerd", (0 if active == "active" else 3, f"{active}\n", ""))


def changes(machine):
    """The commands that change something."""
    return [text for text in machine.ran("systemctl") if " is-" not in text]


@pytest.mark.parametrize("check_mode", [True, False])
def test_another_configuration(run_module, machine, check_mode):
    systemd(machine, kubelet="disabled")
    result = run_module(containerd, check_mode=check_mode, **machine.options)
    commands = ["systemctl restart containerd", "systemctl enable kubelet"]
    assert (result["changed"], result["steps"]) == (True, [f"write {machine.config}", *commands])
    assert [(one["before"], one["after"]) for one in result["diff"]] == [("old\n", RIGHT)]
    assert changes(machine) == ([] if check_mode else commands)
    assert machine.config.read_text() == ("old\n" if check_mode else RIGHT)


def test_a_second_run(run_module, machine):
    is_right(machine)
    systemd(machine)
    result = run_module(containerd, **machine.options)
    assert (result["changed"], result["steps"], changes(machine)) == (False, [], [])


def test_a_run_that_was_killed_before_the_restart(run_module, machine):
    is_right(machine, socket_is_older=True)
    systemd(machine)
    assert run_module(containerd, **machine.options)["steps"] == ["systemctl restart containerd"]


def test_a_configuration_of_a_clock_that_ran_ahead_is_no_reason_for_a_restart(run_module, machine):
    """Otherwise each run would restart containerd until the clock has reached that time."""
    is_right(machine)
    os.utime(machine.config, (time.time() + 3600,) * 2)
    os.utime(machine.socket)
    systemd(machine)
    assert run_module(containerd, **machine.options)["steps"] == []


def test_containerd_does_not_run(run_module, machine):
    is_right(machine)
    machine.socket.unlink()
    systemd(machine, active="inactive")
    assert run_module(containerd, **machine.options)["steps"] == ["systemctl start containerd"]


@pytest.mark.parametrize("state", ["static", "enabled-runtime"])
def test_a_unit_that_needs_no_enabling(run_module, machine, state):
    is_right(machine)
    systemd(machine, kubelet=state)
    assert run_module(containerd, **machine.options)["steps"] == []


def test_check_mode_before_the_packages(run_module, machine):
    result = run_module(containerd, check_mode=True, installed=False, **machine.options)
    assert result["steps"] == [f"write {machine.config}"]
    assert machine.calls == []


def test_a_pause_image_of_the_user(run_module, machine):
    systemd(machine)
    run_module(containerd, config="mine\n", kubernetes_version="1.36.3")
    assert machine.config.read_text() == "mine\n"
    assert machine.ran("kubeadm") == []


def test_kubeadm_fails(run_module, machine):
    machine._answers.insert(0, ("kubeadm", [(1, "", "no such version\n")]))
    result = run_module(containerd, **machine.options)
    told = "'kubeadm config images list --kubernetes-version v1.36.3' ended with 1: no such version"
    assert (result["msg"], machine.config.read_text()) == (told, "old\n")
