# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The space on the file systems that Kubernetes writes to. Nothing is changed."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

# Where kubelet, containerd, etcd and the plugins of networks write. kubeadm and these programs have no other defaults.
_PLACES = (
    "/var/lib/kubelet",
    "/var/lib/containerd",
    "/var/lib/etcd",
    "/var/lib/cni",
    "/var/log",
    "/etc/kubernetes",
    "/run",
)


def read_disks(reader: Reader) -> list[dict[str, Any]]:
    """Read the space of each file system once.

    Returns:
        For each: its places among those that programs write to, bytes and bytes_free (for root), files and files_free
        (inodes; files is 0 where a file system counts none), and whether it is read_only.
    """
    found: dict[int, dict[str, Any]] = {}
    for place in _PLACES:
        path = reader.at(place)
        try:
            device, space = path.stat().st_dev, os.statvfs(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            reader.unread[place] = error.strerror or str(error)
            continue
        one = found.setdefault(
            device,
            {
                "places": [],
                "bytes": space.f_blocks * space.f_frsize,
                "bytes_free": space.f_bfree * space.f_frsize,
                "files": space.f_files,
                "files_free": space.f_ffree,
                "read_only": bool(space.f_flag & os.ST_RDONLY),
            },
        )
        one["places"].append(place)
    return list(found.values())


__all__ = ["read_disks"]
