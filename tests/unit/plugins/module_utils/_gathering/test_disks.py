# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.disks import read_disks
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader


def test_directories_of_one_file_system_are_read_once(tmp_path):
    for place in ("var/lib/kubelet", "var/lib/cni", "run"):
        (tmp_path / place).mkdir(parents=True)
    space = os.statvfs(tmp_path)
    (found,) = read_disks(Reader(tmp_path))
    assert found["places"] == ["/var/lib/kubelet", "/var/lib/cni", "/run"]
    assert found["bytes"] == space.f_blocks * space.f_frsize
    assert 0 < found["bytes_free"] <= found["bytes"]
    assert found["read_only"] is False


def test_a_directory_that_cannot_be_looked_at_is_named(tmp_path):
    (tmp_path / "var").symlink_to("var")
    reader = Reader(tmp_path)
    assert read_disks(reader) == []
    assert set(reader.unread) == {
        "/var/lib/kubelet",
        "/var/lib/containerd",
        "/var/lib/etcd",
        "/var/lib/cni",
        "/var/log",
    }
