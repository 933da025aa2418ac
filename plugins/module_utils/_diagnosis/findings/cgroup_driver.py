# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubelet and containerd manage cgroups by different drivers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts


def find(gathered: Gathered) -> Iterator[Found]:
    wrong = {}
    for node in gathered.nodes:
        systemd = (node.data.get("cni") or {}).get("systemd_cgroup")
        kubelet = node.flags.get("cgroup-driver") or node.settings.get("cgroupDriver")
        if systemd is None or not kubelet or (kubelet == "systemd") == systemd:
            continue
        if _asks_the_runtime(gathered, node) or not gathered.uses_unit(node, "containerd"):
            continue
        wrong[node.name] = f"{node.name}: kubelet {kubelet}, containerd {'systemd' if systemd else 'cgroupfs'}"
    if wrong:
        yield Found(
            tuple(sorted(wrong)),
            f"kubelet and containerd have different cgroup drivers on {named(wrong)}",
            tuple(wrong[name] for name in sorted(wrong)[:5]),
            "set SystemdCgroup in containerd's configuration as kubelet's cgroupDriver says, and restart both"
            + gathered.remedy(" (role common)", ""),
        )


def _asks_the_runtime(gathered: Gathered, node: NodeFacts) -> bool:
    """Whether the kubelet takes the driver that the runtime reports: since 1.34, with containerd 2."""
    known = gathered.objects.get(node.name)
    if known is None or known.runtime.startswith("containerd://1."):
        return False
    version = re.match(r"v1\.(\d+)", known.version)
    return bool(version) and int(version[1]) >= 34 and node.unit("kubelet").get("ActiveState") == "active"  # type: ignore[index]


CAUSE = Cause(
    id="cgroup_driver",
    severity="error",
    layer="node",
    title="Two cgroup drivers",
    cause=(
        "kubelet's cgroupDriver and containerd's SystemdCgroup differ. Pods are started and killed, or kubelet does "
        "not start."
    ),
    evidence="Both settings.",
    remedy="Set `SystemdCgroup` in /etc/containerd/config.toml as kubelet's cgroupDriver says.",
    harmless=(
        "A kubelet from version 1.34 on runs with containerd 2: it takes the driver that the runtime reports. "
        "The kubelet has another runtime than the containerd whose configuration was read."
    ),
    find=find,
)
