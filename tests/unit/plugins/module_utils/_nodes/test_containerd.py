# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps for containerd. The tests of the module containerd have more of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes import containerd


@pytest.fixture
def config(monkeypatch, tmp_path):
    """The path of the configuration on a machine without containerd."""
    monkeypatch.setattr(containerd, "CONFIG", tmp_path / "containerd/config.toml")
    monkeypatch.setattr(containerd, "SOCKET", tmp_path / "containerd.sock")
    return containerd.CONFIG


@pytest.fixture
def machine():
    """A module that keeps what it was asked to run, and to which every unit is disabled and stopped."""
    asked = []

    def run_command(command, environ_update):
        asked.append(" ".join(command))
        return (0, "", "")

    return SimpleNamespace(check_mode=False, run_command=run_command, asked=asked)


def test_without_the_packages_there_is_only_the_configuration(config, machine):
    steps, diff = containerd.set_up(machine, f"image = '{containerd.MARK}'\n", "1.36.4", installed=False)
    assert (steps, machine.asked) == ([f"write {config}"], [])
    assert [one["after"] for one in diff] == [config.read_text()] == ["image = ''\n"]


def test_a_new_configuration_restarts_containerd_and_then_starts_both_at_boot(config, machine):
    steps, _diff = containerd.set_up(machine, "version = 2\n", "1.36.4")
    commands = ["systemctl restart containerd", "systemctl enable containerd kubelet"]
    assert steps == [f"write {config}", *commands]
    assert [one for one in machine.asked if " is-" not in one] == commands


def test_a_stopped_containerd_is_started(config, machine):
    containerd.set_up(machine, "version = 2\n", "1.36.4")
    steps, diff = containerd.set_up(machine, "version = 2\n", "1.36.4")
    assert (steps[0], diff) == ("systemctl start containerd", [])
