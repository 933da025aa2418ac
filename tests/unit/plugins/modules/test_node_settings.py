# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes import containerd
from ansible_collections.podnet.kubernetes.plugins.modules import node_settings

LIVE = "sysctl --ignore net.ipv4.ip_forward"
OFF, ON = (0, "net.ipv4.ip_forward = 0\n", ""), (0, "net.ipv4.ip_forward = 1\n", "")


@pytest.fixture
def machine(node, monkeypatch, tmp_path):
    """A machine with one of the two modules."""
    monkeypatch.setattr(node_settings, "ROOT", tmp_path)
    (tmp_path / "sys/module/overlay").mkdir(parents=True)
    node.file = tmp_path / "etc/modules-load.d/kubernetes.conf"
    node.options = {
        "modules": ["overlay", "br_netfilter"],
        "files": [{"path": str(node.file), "content": "overlay\n"}],
        "sysctls": {"net.ipv4.ip_forward": 1},
    }
    return node


def test_a_bare_machine(run_module, machine):
    machine.answer("modprobe", (0, "", ""))
    machine.answer(LIVE, OFF)
    machine.answer("sysctl --write", (0, "", ""))
    result = run_module(node_settings, **machine.options)
    assert result["changed"] is True
    assert (result["loaded"], result["written"]) == (["br_netfilter"], [str(machine.file)])
    assert result["set"] == {"net.ipv4.ip_forward": "1"}
    assert [one["after"] for one in result["diff"]] == ["overlay\n"]
    assert machine.file.read_text() == "overlay\n"
    # The parameters of a module come with it.
    assert machine.ran("") == ["modprobe br_netfilter", LIVE, "sysctl --write net.ipv4.ip_forward=1"]


def test_check_mode_says_the_same_and_changes_nothing(run_module, machine):
    machine.answer(LIVE, OFF)
    result = run_module(node_settings, check_mode=True, **machine.options)
    assert (result["loaded"], result["written"]) == (["br_netfilter"], [str(machine.file)])
    assert result["set"] == {"net.ipv4.ip_forward": "1"}
    assert not machine.file.exists()


def test_a_machine_that_has_everything(run_module, machine, tmp_path):
    (tmp_path / "proc/sys/net/bridge").mkdir(parents=True)
    machine.file.parent.mkdir(parents=True)
    machine.file.write_text("overlay\n")
    machine.file.chmod(0o644)
    machine.answer(LIVE, ON)
    result = run_module(node_settings, **machine.options)
    assert (result["changed"], result["diff"]) == (False, [])


def test_a_module_that_the_kernel_lacks(run_module, machine):
    machine.answer("modprobe", (1, "", "modprobe: FATAL: Module br_netfilter not found\n"))
    result = run_module(node_settings, **machine.options)
    assert result["msg"] == "'modprobe br_netfilter' ended with 1: modprobe: FATAL: Module br_netfilter not found"
    assert not machine.file.exists()


def test_without_parameters_sysctl_does_not_run(run_module, machine):
    assert run_module(node_settings, files=machine.options["files"])["changed"] is True
    assert machine.calls == []


KEY = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\xff\n"


@pytest.fixture
def keys(machine, tmp_path):
    """The option of a key that the server has, and the machine has not."""
    (tmp_path / "Release.key").write_bytes(KEY)
    machine.answer(LIVE, ON)
    machine.answer("modprobe", (0, "", ""))
    return [{"url": (tmp_path / "Release.key").as_uri(), "path": str(tmp_path / "keyrings/kubernetes.asc")}]


def test_a_key_is_fetched_once(run_module, machine, keys, tmp_path):
    result = run_module(node_settings, keys=keys, **machine.options)
    assert result["written"] == [keys[0]["path"], str(machine.file)]
    assert (tmp_path / "keyrings/kubernetes.asc").read_bytes() == KEY
    (tmp_path / "Release.key").unlink()
    assert run_module(node_settings, keys=keys, **machine.options)["written"] == []


def test_check_mode_fetches_no_key(run_module, machine, keys, tmp_path):
    (tmp_path / "Release.key").unlink()
    result = run_module(node_settings, check_mode=True, keys=keys, **machine.options)
    assert result["written"] == [keys[0]["path"], str(machine.file)]
    assert not (tmp_path / "keyrings").exists()


def test_without_a_key_nothing_is_changed(run_module, machine, keys, tmp_path):
    (tmp_path / "Release.key").write_text("<html>")
    result = run_module(node_settings, keys=keys, **machine.options)
    assert (result["msg"], result["has_keys"]) == ("what it sends is no key in ASCII armour", False)
    assert machine.ran("") == []
    assert not machine.file.exists()


def test_a_failure_after_the_keys_says_so(run_module, node, keys, tmp_path):
    options = {"keys": keys, "files": [{"path": "relative", "content": ""}]}
    assert run_module(node_settings, **options)["has_keys"] is True


@pytest.mark.parametrize("check_mode", [True, False])
def test_containerd_comes_last(run_module, machine, monkeypatch, tmp_path, check_mode):
    config = tmp_path / "config.toml"
    monkeypatch.setattr(containerd, "CONFIG", config)
    for command in ("modprobe", "sysctl --write", "systemctl restart"):
        machine.answer(command, (0, "", ""))
    machine.answer(LIVE, OFF)
    machine.answer("systemctl is-enabled", (0, "enabled\n", ""))
    options = {"config": "version = 2\n", "kubernetes_version": "1.36.4"}
    result = run_module(node_settings, check_mode=check_mode, containerd=options, **machine.options)
    assert result["steps"] == [f"write {config}", "systemctl restart containerd"]
    assert [one["after"] for one in result["diff"]] == ["overlay\n", "version = 2\n"]
    assert (config.exists(), "systemctl restart containerd" in machine.ran("")) == (not check_mode, not check_mode)
