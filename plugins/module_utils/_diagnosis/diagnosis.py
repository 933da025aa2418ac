# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from what was read to the diagnosis. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import check_shape
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import ClusterFacts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import load_failed_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.odd_data import (
    load_some_node,
    load_some_objects,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_trails import load_trails
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import ALLOCATION


def load_gathered(
    nodes: Any,
    objects: Any = None,
    report: Any = None,
    node_network: str | None = None,
    not_looked_at: Mapping[str, str] | None = None,
    allocation: Any = None,
) -> Gathered:
    """Load everything that a diagnosis knows.

    Args:
        nodes: the dict pod_network_info of each host, by its name in the inventory; None for a host that did not answer
        objects: lists of objects of the cluster, as load_cluster() takes them; None: the API did not answer
        report: report.json of a verification; None: there is none
        node_network: podnet_node_network, one network or two with a comma between them; the IPv4 network counts
        not_looked_at: the reason for each part that the caller could not read
        allocation: the content of the allocation file of the role basic_cni; None: there is none

    Returns:
        What could be read. Single parts of a node and single objects that have another form are left out.

    Raises:
        InputError: a whole argument has another form
    """
    if not isinstance(nodes, Mapping):
        raise InputError(f"the input is {str(nodes)[:80]!r}: give the result of pod_network_info by host")
    odd: list[str] = []
    cluster = None if objects is None else load_some_objects(objects, odd)
    names = frozenset(node.name for node in cluster.nodes) if cluster else frozenset()
    answered = {host: data for host, data in nodes.items() if data}
    by_host = {host: load_some_node(data, names, host, odd) for host, data in answered.items()}
    loaded = by_host.values()
    facts = tuple(node for node in loaded if node.name in names or node.has_kubelet)
    seen = {node.name for node in loaded}
    strangers = [node.name for node in loaded if not (node.name in names or node.has_kubelet)]
    return Gathered(
        facts,
        cluster,
        load_failed_cells(report),
        _ipv4_first(node_network) if node_network else None,
        (
            *_unread(nodes, cluster, seen, not_looked_at or {}),
            *_unread_parts(by_host),
            *odd,
            *(f"{name}: it is no node of the cluster, and has no kubelet" for name in strangers),
        ),
        _allocation(allocation),
        load_trails(report),
        {one["name"]: one["reason"] for one in (report or {}).get("missing_nodes") or ()},
    )


def _ipv4_first(networks: str) -> Network:
    return parse_network(min((text.strip() for text in networks.split(",")), key=lambda text: ":" in text))


def _allocation(document: Any) -> dict[str, tuple[str, ...]]:
    """Read the subnets of each node in an allocation file. Raises InputError for another file."""
    if document is None:
        return {}
    found = document.get("allocation") if isinstance(document, Mapping) else None
    if not isinstance(found, Mapping):
        raise InputError("allocation is no allocation file: give the one of the role basic_cni")
    check_shape(document, ALLOCATION, "allocation")
    return {str(node): tuple(subnets) for node, subnets in found.items()}


def _unread(
    nodes: Mapping[str, Any], cluster: ClusterFacts | None, seen: set[str], reasons: Mapping[str, str]
) -> Iterator[str]:
    """Yield a sentence for each part that was not looked at."""
    yield from (f"{part}: {' '.join(str(reason).split())}" for part, reason in reasons.items())
    silent = [host for host, data in nodes.items() if not data and host not in reasons]
    yield from (f"{host}: it did not answer" for host in silent)
    known = {*nodes, *reasons}
    for node in cluster.nodes if cluster else ():
        if not node.virtual and node.name not in seen and node.name not in known:
            yield f"{node.name}: it is in the cluster, and not in the inventory"


def _unread_parts(nodes: Mapping[str, NodeFacts]) -> Iterator[str]:
    """Yield a sentence for each part that could not be read on some nodes."""
    parts: dict[str, list[str]] = {}
    for host, node in nodes.items():
        for part, reason in (node.data.get("unread") or {}).items():
            parts.setdefault(f"{part}: {reason}", []).append(host)
    yield from (f"{', '.join(hosts)}: {text}" for text, hosts in parts.items())


__all__ = ["load_gathered"]
