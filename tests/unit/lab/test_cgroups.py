# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's kubelets use the control groups that the machine has, by recorded /proc/self/mounts."""

from __future__ import annotations

import pytest

NAMES = ("lab_cgroup_version", "common_cgroup_driver", "kubeadm_control_plane_kubelet_configuration")

UNIFIED = """\
proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0
"""
HYBRID = """\
tmpfs /sys/fs/cgroup tmpfs ro,nosuid,nodev,noexec,size=4096k,nr_inodes=1024,mode=755,inode64 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,nosuid,nodev,noexec,relatime,xattr,name=systemd 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,nosuid,nodev,noexec,relatime,memory 0 0
"""
LEGACY = """\
tmpfs /sys/fs/cgroup tmpfs ro,nosuid,nodev,noexec,mode=755 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,nosuid,nodev,noexec,relatime,memory 0 0
"""


@pytest.fixture
def settings(tmp_path, variables):
    """A function that gives the variables of a node on a machine with these mounts."""

    def read(mounts):
        (tmp_path / "mounts").write_text(mounts)
        return variables(NAMES, "--inventory", "lab/inventory", "-e", f"lab_mounts={tmp_path}/mounts")

    return read


def test_one_hierarchy_belongs_to_systemd(settings):
    found = settings(UNIFIED)
    assert found["lab_cgroup_version"] == 2
    assert found["common_cgroup_driver"] == "systemd"
    kubelet = found["kubeadm_control_plane_kubelet_configuration"]
    assert kubelet["failSwapOn"] is False
    assert set(kubelet).isdisjoint({"cgroupRoot", "failCgroupV1"})


@pytest.mark.parametrize("mounts", [HYBRID, LEGACY])
def test_controllers_of_version_1_need_a_root_of_their_own(settings, mounts):
    found = settings(mounts)
    assert found["lab_cgroup_version"] == 1
    assert found["common_cgroup_driver"] == "cgroupfs"
    kubelet = found["kubeadm_control_plane_kubelet_configuration"]
    assert (kubelet["cgroupRoot"], kubelet["failCgroupV1"]) == ("/kubelet", False)
