# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetworkPolicies are there, and the pod network does not enforce them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

_DEAF = ("flannel", "bridge")
_ENFORCERS = ("calico-node", "canal", "cilium", "kube-router", "kube-network-policies", "weave-net", "antrea")


def nobody_enforces(gathered: Gathered) -> bool:
    """Whether the pod network enforces no policies, and no other program does."""
    networks = {node.network for node in gathered.nodes if node.network}
    pods = gathered.cluster.pods if gathered.cluster else ()
    return bool(networks) and networks <= set(_DEAF) and not any(pod.app in _ENFORCERS for pod in pods)


def find(gathered: Gathered) -> Iterator[Found]:
    cluster = gathered.cluster
    if cluster is not None and cluster.policies and nobody_enforces(gathered):
        networks = {node.network for node in gathered.nodes if node.network}
        yield Found(
            (),
            f"{len(cluster.policies)} NetworkPolicies are there, and the pod network "
            f"({', '.join(sorted(map(str, networks)))}) enforces none",
            (f"policies: {named(cluster.policies)}",),
            "use a network that enforces policies, such as playbooks/calico.yml",
        )


CAUSE = Cause(
    id="unenforced_policies",
    severity="warning",
    layer="pods",
    title="Policies that no network enforces",
    cause=(
        "Flannel and bridge networks do not know NetworkPolicies. The API accepts the policies, and every pod stays "
        "open."
    ),
    evidence="The policies, and the pod network.",
    remedy="Use Calico, or run a policy engine beside the network.",
    harmless="Flannel runs together with Calico (Canal), kube-router or another engine that enforces policies.",
    find=find,
)
