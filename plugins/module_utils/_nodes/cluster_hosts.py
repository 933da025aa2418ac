# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a cluster in an inventory as people write it. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOCALHOST = "localhost"


@dataclass(frozen=True)
class ClusterHosts:
    """Patterns of hosts.

    Attributes:
        cluster: all hosts of the cluster
        find_on: the hosts that may have a kubeconfig
    """

    cluster: str
    find_on: str


def find_cluster_hosts(
    groups: Mapping[str, Sequence[str]], control_plane: str, nodes: str, group: str | None
) -> ClusterHosts:
    """Find the hosts of a cluster.

    Args:
        groups: all groups of the inventory, with C(all)
        control_plane, nodes: names of the two groups that make a cluster, if the inventory has both
        group: of all hosts of the cluster; None: without the two groups all hosts belong to the cluster
    """
    has_control_plane = bool(groups.get(control_plane))
    if group:
        cluster = group
    elif has_control_plane and nodes in groups:
        cluster = f"{control_plane}:{nodes}"
    else:
        # Who lists the controller beside other hosts usually does so for its variables.
        cluster = f"all:!{LOCALHOST}" if set(groups.get("all", ())) - {LOCALHOST} else "all"
    return ClusterHosts(cluster, control_plane if has_control_plane else cluster)


__all__ = ["find_cluster_hosts"]
