# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file system that Kubernetes writes to is full, or read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end, unprobed_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

_BLOCK = 4096  # bytes: less than one page is no file
_SETTINGS = "/etc/kubernetes"
_ETCD = "/var/lib/etcd"
_ETCD_NEEDS = (
    64 * 1024**2
)  # bytes of the next file of its log, which it reserves as a whole (etcd: wal.SegmentSizeBytes)


def find(gathered: Gathered) -> Iterator[Found]:
    lines = {
        node.name: [line for disk in node.data.get("disks") or [] if (line := _fault(disk))] for node in gathered.nodes
    }
    names = sorted(name for name, found in lines.items() if found)
    if names:
        yield Found(
            tuple(names),
            f"Nothing can be written to a file system of {named(names)}: pods do not start there",
            tuple(f"{name}: {line}" for name in names[:5] for line in lines[name]),
            f"make space on {several(names, 'the node', 'the nodes')}, for example by `crictl rmi --prune` and "
            "`journalctl --vacuum-size=100M`, or mount it again for writing",
            (*either_end(names, None), *unprobed_of(names)),
        )


def _fault(disk: Mapping[str, Any]) -> str:
    """Say why nothing can be written to a file system, or nothing."""
    places = disk["places"]
    where = ", ".join(places)
    # Systems that come as an image have a read-only root. There, nothing but kubeadm writes to /etc/kubernetes.
    if disk["read_only"] and set(places) != {_SETTINGS}:
        return f"{where}: read-only"
    if disk["read_only"]:
        return ""
    if disk["files"] and not disk["files_free"]:
        return f"{where}: none of {disk['files']} files (inodes) is free"
    if disk["bytes_free"] < (_ETCD_NEEDS if _ETCD in places else _BLOCK):
        return f"{where}: {disk['bytes_free'] // 1024} of {disk['bytes'] // 1024} KiB are free"
    return ""


CAUSE = Cause(
    id="disk_full",
    severity="error",
    layer="machine",
    title="A disk is full",
    cause=(
        "A file system that kubelet, containerd, etcd or a network's plugin writes to has no space or no inodes left, "
        "or the kernel mounted it read-only after an error."
    ),
    evidence="The directories, and the space or the inodes that their file system has left.",
    remedy="Make space: unused images and old logs are the usual suspects.",
    harmless=(
        "A file system is nearly full: kubelet evicts pods by itself, and says so in the node's conditions. "
        "/etc/kubernetes alone is read-only, as on systems that come as an image."
    ),
    find=find,
)
