# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with the subnets that the role basic_cni allocated, and the cluster, disagree."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered


def find(gathered: Gathered) -> Iterator[Found]:
    # A file that an earlier cluster with another network left says nothing.
    if not gathered.nodes or any(node.network != "bridge" for node in gathered.nodes):
        return
    wrong = {
        name: (allocated, node.pod_cidrs)
        for name, node in gathered.objects.items()
        if (allocated := gathered.allocation.get(name)) and node.pod_cidrs and set(allocated) != set(node.pod_cidrs)
    }
    if wrong:
        yield Found(
            tuple(sorted(wrong)),
            f"The allocation file and the cluster have different pod subnets for {named(wrong)}",
            tuple(
                f"{name}: {', '.join(allocated)} in the file, podCIDR {', '.join(cidrs)}"
                for name, (allocated, cidrs) in sorted(wrong.items())[:5]
            ),
            "the cluster cannot change podCIDR: pin its values (basic_cni_pins), or delete the Node object, join again "
            "and run playbooks/basic_cni.yml",
            either_end(wrong),
        )


CAUSE = Cause(
    id="allocation_file",
    severity="error",
    layer="cluster",
    title="The allocation file and the cluster disagree",
    cause=(
        "The file of the role basic_cni was restored, or is of another cluster. Routes and bridges follow the file, "
        "and other programs the Node objects."
    ),
    evidence="The subnets of each node in the file and in its Node object.",
    remedy="Pin the cluster's subnets with `basic_cni_pins`, or join the node again.",
    harmless="The cluster has another network, and the file is left from before. The file has nodes that are gone.",
    find=find,
)
