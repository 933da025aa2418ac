# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def differ(world, version, runtime="containerd://2.1.4"):
    world.nodes["node1"]["kubelet"]["settings"]["cgroupDriver"] = "systemd"
    world.nodes["node1"]["cni"]["systemd_cgroup"] = False
    world.node("node1")["status"]["nodeInfo"]["kubeletVersion"] = version
    world.node("node1")["status"]["nodeInfo"]["containerRuntimeVersion"] = runtime


def test_the_drivers_differ():
    world = World()
    differ(world, "v1.29.4")
    found = world.first("cgroup_driver")
    assert found["evidence"] == ["node1: kubelet systemd, containerd cgroupfs"]


def test_a_kubelet_that_asks_the_runtime_is_harmless():
    world = World()
    differ(world, "v1.34.1")
    assert world.found() == []


def test_containerd_1_does_not_tell_its_driver():
    world = World()
    differ(world, "v1.36.3", "containerd://1.7.24~ds1")
    assert world.found() == ["cgroup_driver"]


def test_unless_it_does_not_run():
    world = World()
    differ(world, "v1.34.1")
    world.nodes["node1"]["units"]["kubelet"]["ActiveState"] = "failed"
    assert "cgroup_driver" in world.found()
