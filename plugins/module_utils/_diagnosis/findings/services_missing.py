# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-proxy's rules are missing on a node."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import PROXIED, Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts


def find(gathered: Gathered) -> Iterator[Found]:
    if not _has_kube_proxy(gathered):
        return
    seen = [node for node in gathered.nodes if node.rules is not None]
    if any(_in_nftables(node) for node in seen):  # without the program nft, a node does not show them
        seen = [node for node in seen if (node.data.get("packet_filter") or {}).get("nftables") is not None]
    with_rules = [node for node in seen if _has_services(node)]
    without = frozenset(node.name for node in seen if not _has_services(node) and _runs_pods(node))
    # kube-proxy may use IPVS, and other networks replace it: then no node has the chains.
    if without and with_rules:
        yield Found(
            tuple(sorted(without)),
            f"kube-proxy's rules are missing on {named(without)}, so Services have no way to their pods there",
            (
                "no rule of the table nat leads to Services by the chain KUBE-SERVICES, as on "
                f"{named(node.name for node in with_rules)}",
            ),
            "see why kube-proxy does not run there; after `iptables -F` it sets its rules again within a minute, "
            "or when its "
            "pod is deleted",
            (Scope(sources=without, kinds=PROXIED),),
        )


def _has_services(node: NodeFacts) -> bool:
    return node.services_in_rules or _in_nftables(node)


def _in_nftables(node: NodeFacts) -> bool:
    return any("kube-proxy" in str(chain.get("table")) for chain in node.chains)


def _has_kube_proxy(gathered: Gathered) -> bool:
    """Whether kube-proxy runs, as far as it is known. After its removal, some nodes may keep its rules."""
    cluster = gathered.cluster
    runs_inside = any(node.distribution for node in gathered.objects.values())
    return cluster is None or runs_inside or any(pod.app == "kube-proxy" for pod in cluster.pods)


def _runs_pods(node: NodeFacts) -> bool:
    """Whether the node is in the cluster: its kubelet runs."""
    return node.unit("kubelet").get("ActiveState") == "active"


CAUSE = Cause(
    id="services_missing",
    severity="error",
    layer="services",
    title="kube-proxy's rules are missing",
    cause="kube-proxy does not run on the node, or a program flushed the packet filter after it.",
    evidence="No rule of the table nat leads to the chain KUBE-SERVICES, as on other nodes.",
    remedy="Delete the pod kube-proxy of the node; stop the program that flushes the rules.",
    harmless=(
        "No node has the chain: kube-proxy uses IPVS, or the network replaces it. kube-proxy was removed, and some "
        "nodes keep its rules. kube-proxy uses nftables, and a node has no program nft that shows it."
    ),
    find=find,
)
