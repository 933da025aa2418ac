# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a machine from being a node: its system, its name and its packages. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# RFC 1123, as Kubernetes checks it.
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
# The first versions of Kubernetes that need containerd 2, and that are the last ones for containerd 1.
_NEEDS_CONTAINERD_2, _LAST = (1, 38), (1, 37)


@dataclass(frozen=True)
class FutureNode:
    """A machine that is to be a node, before anything is changed.

    Attributes:
        name: in the inventory
        distribution: the first word of its name
        version: of the distribution
        packages: the versions of the packages that count
        keeps_version: whether it is a node of a cluster, and this is no upgrade
    """

    name: str
    distribution: str
    version: str
    packages: Mapping[str, str]
    keeps_version: bool

    @property
    def system(self) -> str:
        """The distribution and its release. Releases of Debian have one number."""
        release = self.version.partition(".")[0] if self.distribution == "Debian" else self.version
        return f"{self.distribution} {release}"

    def major_of_containerd(self, supported: Mapping[str, int]) -> int:
        """The major version of containerd that it has, or else that its distribution brings."""
        major = self.packages.get("containerd", "").partition(".")[0]
        return int(major) if major.isdigit() else supported[self.system]


def find_unfit(machine: FutureNode, supported: Mapping[str, int], kubernetes: str) -> tuple[list[str], list[str]]:
    """Say in sentences without the machine's name what keeps it from being a node.

    Args:
        machine: what was read
        supported: the systems that the roles support, each with the major version of its containerd
        kubernetes: the version of Kubernetes

    Returns:
        The faults, and what is only worth a warning.
    """
    faults = []
    if not _NAME.fullmatch(machine.name):
        faults.append("its name cannot be that of a node: use lower-case letters, digits, hyphens and dots (RFC 1123)")
    if "containerd.io" in machine.packages:
        faults.append(
            "it has containerd.io, Docker's own package, which conflicts with the distribution's containerd: remove "
            "containerd.io first, or use another machine"
        )
    # The packages alone would change the version of a node without a drain, and before its control plane.
    kubelet = machine.packages.get("kubelet")
    if machine.keeps_version and kubelet and kubelet.partition("-")[0] != kubernetes:
        faults.append(
            f"it is a node of a cluster and has the package kubelet {kubelet}, and podnet_kubernetes_version is "
            f"{kubernetes}: set podnet_kubernetes_version to the version of the cluster; playbooks/upgrade.yml gives a "
            "running cluster another one"
        )
    if machine.system not in supported:
        return [*faults, f"it runs {machine.system}; the roles support {', '.join(supported)}"], []
    more, warnings = _check_containerd(machine.system, machine.major_of_containerd(supported), kubernetes)
    return faults + more, warnings


def _check_containerd(system: str, major: int, kubernetes: str) -> tuple[list[str], list[str]]:
    """Compare the version of containerd with that of Kubernetes: faults, and warnings."""
    minor = tuple(int(part) for part in kubernetes.split(".")[:2])
    if major < 2 and minor >= _NEEDS_CONTAINERD_2:
        return [
            f"Kubernetes {kubernetes} needs the RuntimeConfig call of containerd 2, but {system} there has containerd "
            f"{major}: set podnet_kubernetes_version to 1.37 or older, or install containerd 2 first"
        ], []
    is_last = major < 2 and minor >= _LAST
    return [], [f"Kubernetes {kubernetes} is the last one that runs on containerd {major}"] if is_last else []


__all__ = ["FutureNode", "find_unfit"]
