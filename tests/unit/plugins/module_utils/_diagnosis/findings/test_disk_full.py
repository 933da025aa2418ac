# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

MIB = 1024**2
ROOMY = {
    "places": ["/var/lib/kubelet", "/var/lib/containerd", "/var/lib/etcd", "/var/log"],
    "bytes": 20_000 * MIB,
    "bytes_free": 900 * MIB,
    "files": 1_000_000,
    "files_free": 3,
    "read_only": False,
}


def disk(**other):
    return {**ROOMY, **other}


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (disk(places=["/var/lib/cni"], bytes=8192, bytes_free=0), "/var/lib/cni: 0 of 8 KiB are free"),
        (disk(files_free=0), "none of 1000000 files (inodes) is free"),
        (disk(bytes_free=63 * MIB), "64512 of 20480000 KiB are free"),
        (disk(read_only=True), "/var/log: read-only"),
    ],
)
def test_nothing_can_be_written(broken, line):
    world = World()
    world.nodes["node1"]["disks"] = [{**ROOMY, "places": ["/run"]}, broken]
    (found,) = world.diagnose("disk_full")["findings"]
    assert found["nodes"] == ["node1"]
    (evidence,) = found["evidence"]
    assert evidence.startswith("node1: ")
    assert evidence.endswith(line)
    assert world.found() == ["disk_full"]


@pytest.mark.parametrize(
    "harmless",
    [
        disk(),
        disk(files=0, files_free=0),  # btrfs counts no inodes
        disk(places=["/run"], bytes=5 * MIB, bytes_free=40_000),  # only etcd needs more than a page
    ],
)
def test_a_disk_with_space_is_harmless(harmless):
    world = World()
    world.nodes["node1"]["disks"] = [harmless]
    assert world.found() == []
