# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetworkPolicies are there, and the pod network does not enforce them."""

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

_DEAF = ("flannel", "bridge")
_PLUGINS = ("cilium-cni", "calico")  # which another network calls besides its own
# Chains of kube-router (in K3s, too), Calico, Cilium and Weave.
_OF_ENGINES = re.compile(r"KUBE-ROUTER-|KUBE-NWPLCY|KUBE-POD-FW-|cali-|CILIUM_|WEAVE-NPC")
_ENFORCERS = ("calico-node", "canal", "cilium", "kube-router", "kube-network-policies", "weave-net", "antrea")


def nobody_enforces(gathered: Gathered) -> bool:
    """Whether the pod network enforces no policies, and no other program does."""
    networks = {node.network for node in gathered.nodes if node.network}
    pods = gathered.cluster.pods if gathered.cluster else ()
    enforced = any(pod.app in _ENFORCERS for pod in pods) or any(map(_has_rules_of_policies, gathered.nodes))
    # K3s has an engine inside, of which only the rules tell.
    enforced = enforced or any(node.distribution == "k3s" for node in gathered.objects.values())
    return bool(networks) and networks <= set(_DEAF) and not enforced


def _has_rules_of_policies(node: NodeFacts) -> bool:
    """Whether a program has set rules for policies on a node, or is called for each pod."""
    chains = (line[1:] for line in node.rules or () if line.startswith(":"))
    tables = (str(chain.get("table")) for chain in node.chains)
    is_called = any(plugin["type"] in _PLUGINS for plugin in node.plugins)
    return is_called or any(map(_OF_ENGINES.match, chains)) or any("network-policies" in table for table in tables)


def find(gathered: Gathered) -> Iterator[Found]:
    cluster = gathered.cluster
    if cluster is not None and cluster.policies and nobody_enforces(gathered):
        networks = {node.network for node in gathered.nodes if node.network}
        yield Found(
            (),
            f"{len(cluster.policies)} NetworkPolicies are there, and the pod network "
            f"({', '.join(sorted(map(str, networks)))}) enforces none",
            (f"policies: {named(cluster.policies)}",),
            gathered.remedy(
                "use a network that enforces policies, such as playbooks/calico.yml",
                "use a network that enforces policies, or run an engine beside this one, such as kube-network-policies",
            ),
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
    harmless=(
        "Flannel runs together with Calico (Canal), kube-router or another engine that enforces policies: its pods say "
        "so, its rules, or the plugins. K3s has an engine inside."
    ),
    find=find,
)
