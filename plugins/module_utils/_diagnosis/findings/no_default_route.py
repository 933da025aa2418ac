# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node has no default route."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import PROXIED, Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts, as_network


def find(gathered: Gathered) -> Iterator[Found]:
    service = ipv4(gathered.cluster.service_networks if gathered.cluster else ()) or "10.96.0.0/12"
    names = frozenset(node.name for node in gathered.nodes if node.routes is not None and not _has_way(node, service))
    if names:
        yield Found(
            tuple(sorted(names)),
            f"{named(names)} {several(names, 'has', 'have')} no default route, so the kernel refuses Service addresses "
            "before kube-proxy sees them",
            (f"no route leads to the service network {service}",),
            f"add a default route, or `ip route add {service} dev NIC` with the NIC of the nodes' network",
            (Scope(sources=names, kinds=PROXIED | {"outside"}),),
        )


def _has_way(node: NodeFacts, service: str) -> bool:
    """Whether a route leads to the first address of the service network."""
    if node.data.get("routing_rules"):  # another table may have it
        return True
    # Usually a default route is there, in a group of a few routes.
    small = (group for group in node.routes or () if group.table == "main" and len(group.routes) < 10)
    if any(group.kind == "unicast" and one.startswith("0.0.0.0/0") for group in small for one in group.routes):
        return True
    route = node.route_to(str(as_network(service).network_address + 1))
    return route is not None and route.kind == "unicast"


CAUSE = Cause(
    id="no_default_route",
    severity="error",
    layer="machine",
    title="No default route",
    cause=(
        "A program on the node that asks a Service needs a route to its address before kube-proxy replaces the "
        "address. "
        "Without any route, the kernel answers that the network is unreachable."
    ),
    evidence="The service network without a route.",
    remedy="Add a default route, or a route to the service network by the NIC of the nodes' network.",
    harmless="A node without a default route has a route to the service network.",
    find=find,
)
