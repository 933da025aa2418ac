# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node has no default route."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import PROXIED, Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts, as_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import is_address


def find(gathered: Gathered) -> Iterator[Found]:
    for service, names in sorted(_without_way(gathered).items()):
        yield Found(
            tuple(sorted(names)),
            f"{named(names)} {several(names, 'has', 'have')} no default route, so the kernel refuses Service addresses "
            "before kube-proxy sees them",
            (f"no route leads to the Services, such as {service}",),
            f"add a default route, or `ip route add {service} dev NIC` with the NIC of the nodes' network",
            (Scope(sources=names, kinds=PROXIED | {"outside"}, families=frozenset(("ipv4",))),),
        )


def _without_way(gathered: Gathered) -> Mapping[str, frozenset[str]]:
    """Return the nodes that have no route to Services, by the Services' network or an address in it."""
    known = ipv4(gathered.cluster.service_networks if gathered.cluster else ())
    found: dict[str, set[str]] = defaultdict(set)
    for node in gathered.nodes:
        service = known or _name_server(node)
        if service and node.routes is not None and not _has_way(node, service):
            found[service].add(node.name)
    return {service: frozenset(names) for service, names in found.items()}


def _name_server(node: NodeFacts) -> str | None:
    """An IPv4 address of a Service: the name server of pods, unless it is the node's own cache."""
    servers = node.settings.get("clusterDNS")
    found = [one for one in servers if is_address(str(one))] if isinstance(servers, list) else []
    return next((one for one in found if ":" not in one and not ip_address(one).is_link_local), None)


def _has_way(node: NodeFacts, service: str) -> bool:
    """Whether a route leads to the first address of the service network."""
    if node.data.get("routing_rules", []) != []:  # another table may have it; null: they could not be read
        return True
    # Usually a default route is there, in a group of a few routes.
    small = (group for group in node.routes or () if group.table == "main" and len(group.routes) < 10)
    if any(group.kind == "unicast" and one.startswith("0.0.0.0/0") for group in small for one in group.routes):
        return True
    network = as_network(service)
    route = node.route_to(str(network.network_address + (1 if network.prefixlen < 32 else 0)))
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
    evidence="The service network, or the address of the DNS, without a route.",
    remedy="Add a default route, or a route to the service network by the NIC of the nodes' network.",
    harmless=("A node without a default route has a route to the service network. Services have IPv6 addresses alone."),
    find=find,
)
