# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's route to the pods of another node is missing, leads elsewhere, or refuses them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import FLANNEL_TYPE
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import OVER_PODS, Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    OVERLAY_LINKS,
    FoundRoute,
    NodeFacts,
    as_network,
)

_REFUSING = ("blackhole", "unreachable", "prohibit")
_RESTART = {
    "flannel": "read the log of the pod kube-flannel there, and delete the pod: it sets all routes when it starts",
    "calico": "read the log of the pods calico-node on these nodes, and delete the pods: Felix, or BIRD without VXLAN, "
    "sets all routes when it starts",
}
# Backends of Flannel that set a route for each node's podCIDR, and the links of some that do not.
_BACKENDS = ("vxlan", "host-gw", "ipip")
_ONE_FOR_ALL = ("flannel-wg", "flannel0")
_OF_KUBE_ROUTER = "tun-"  # the beginning of the names of its tunnels to other nodes, whose routes have no gateway


@dataclass(frozen=True)
class _Wrong:
    source: str
    target: str
    problem: str
    evidence: str


def find(gathered: Gathered) -> Iterator[Found]:
    subnets = {name: ipv4(found) for name, found in gathered.pod_subnets.items()}
    absent = _without_announcement(gathered) | gathered.strays
    known: dict[str, str] = {name: subnet for name, subnet in subnets.items() if subnet and name not in absent}
    usual = {f"{subnet} {subnet.partition('/')[0]}": name for name, subnet in known.items()}
    wrong = [
        one
        for node in gathered.nodes
        if node.routes is not None and _sets_routes(gathered, node) and not _has_policy_routing(node)
        for one in _of_node(gathered, node, known, usual)
    ]
    wrong += _of_calico(gathered)
    for some in _groups(wrong):
        yield _found(gathered, some)


def _groups(wrong: Sequence[_Wrong]) -> Iterable[list[_Wrong]]:
    """Group what one sentence can say: all sources have the problem with all targets."""
    by_problem, by_source, by_target = (defaultdict(list) for _grouping in range(3))
    for one in wrong:
        by_problem[one.problem].append(one)
        by_source[one.source, one.problem].append(one)
        by_target[one.target, one.problem].append(one)
    if all(map(_has_all_pairs, by_problem.values())):
        return by_problem.values()
    return (by_source if len(by_source) <= len(by_target) else by_target).values()


def _has_all_pairs(some: Iterable[_Wrong]) -> bool:
    pairs = {(one.source, one.target) for one in some}
    sources, targets = map(set, zip(*pairs))
    return pairs == {(source, target) for source in sources for target in targets if source != target}


def _without_announcement(gathered: Gathered) -> set[str]:
    """The nodes that Flannel has not announced yet, though it announces others: so nobody has a route to them."""
    silent = {name for name, node in gathered.objects.items() if node.announced is None}
    return silent if len(silent) < len(gathered.objects) else set()


def _sets_routes(gathered: Gathered, node: NodeFacts) -> bool:
    """Whether the node's network may set a route to each other node's pods, on this node."""
    # WireGuard, IPsec, UDP and the backends for clouds have one route for all pods, or none.
    is_one_for_all = any(link.name.startswith(_ONE_FOR_ALL) for link in node.links or ())
    by_flannel = node.network == "flannel" and _backend(gathered, node) in ("", *_BACKENDS) and not is_one_for_all
    return node.name not in gathered.strays and (by_flannel or node.network == "bridge")


def _backend(gathered: Gathered, node: NodeFacts) -> str:
    """The backend that Flannel announces for a node; empty when it is not known."""
    known = gathered.objects.get(node.name)
    return known.annotations.get(FLANNEL_TYPE, "") if known else ""


def _flannel_sets(gathered: Gathered, node: NodeFacts) -> bool:
    """Whether Flannel surely sets a route to each other node's pods: the API says so, or its link for VXLAN."""
    has_link = any(link.name in OVERLAY_LINKS["flannel"] for link in node.links or ())
    return node.network == "flannel" and (has_link or _backend(gathered, node) != "")


def _has_policy_routing(node: NodeFacts) -> bool:
    """Whether rules choose other routing tables, which are not followed here."""
    return bool(node.data.get("routing_rules", []) != [])  # null: they could not be read


def _of_node(
    gathered: Gathered, node: NodeFacts, known: Mapping[str, str], usual: Mapping[str, str]
) -> Iterator[_Wrong]:
    """Yield what is wrong with a node's routes. Most nodes have the usual ones over an overlay: no closer look."""
    routes = frozenset().union(*(group.routes for group in node.routes or () if group.table == "main"))
    rest = {name for route, name in usual.items() if route not in routes} - {node.name}
    suspects = [name for name in rest if not _is_direct(gathered, routes, known[name], name)]
    if not suspects:
        return
    # In a cluster whose routers carry pods' packets, no node has a route to another one's pods.
    is_usual = len(suspects) < len(known) - 1 or _flannel_sets(gathered, node) or _others_have_routes(gathered, known)
    overlays = OVERLAY_LINKS["flannel"]
    for name in sorted(suspects):
        network = as_network(known[name])
        route = node.route_to(str(network.network_address + 2))
        shown = f"{node.name}: the way to {known[name]} is {route or 'none'}"
        if route is None or route.network.prefixlen == 0:
            if not is_usual:
                continue
            yield _Wrong(node.name, name, "has no route to", shown)
        elif route.kind in _REFUSING:
            yield _Wrong(node.name, name, f"has a route that refuses packets ({route.kind}) to", shown)
        elif _is_tunnel(route, str(network.network_address)):
            continue
        elif route.gateway and route.gateway in gathered.address_owners:
            owner = gathered.address_owners[route.gateway]
            if owner != name:
                yield _Wrong(node.name, name, f"has a route by {owner} to", shown)
        elif route.device in overlays or not route.gateway or _others_direct(gathered, routes, known, node.name):
            yield _Wrong(node.name, name, "has a route that leads elsewhere to", shown)


def _of_calico(gathered: Gathered) -> Iterator[_Wrong]:
    """Yield the ways to blocks of Calico that are missing or refused.

    Where no node has any, routers have them, or nobody: then no pod reaches one of another node.
    """
    pools = [as_network(one) for one in gathered.pod_networks()]
    nodes = [node for node in gathered.nodes if _has_blocks(node)]
    blocks = {
        block: node.name
        for node in nodes
        for block in gathered.pod_subnets[node.name]
        if any(_lies_in(as_network(block), pool) for pool in pools)
    }
    reached = {node.name: _destinations(node) & blocks.keys() for node in nodes if not _has_policy_routing(node)}
    by_nodes = any(reached.values()) or gathered.reaches_no_pod(reached)
    for source, found in reached.items() if by_nodes else ():
        for block in sorted(one for one in blocks.keys() - found if blocks[one] != source):
            route = gathered.facts[source].route_to(str(as_network(block).network_address))
            shown = f"{source}: the way to {block} is {route or 'none'}"
            if route is None or route.network.prefixlen == 0:
                yield _Wrong(source, blocks[block], "has no route to", shown)
            elif route.kind in _REFUSING:
                yield _Wrong(source, blocks[block], f"has a route that refuses packets ({route.kind}) to", shown)


def _destinations(node: NodeFacts) -> set[str]:
    """The destinations of the routes by which packets leave the node."""
    groups = [group for group in node.routes or () if group.table == "main" and group.kind == "unicast"]
    return {route.partition(" ")[0] for group in groups for route in group.routes}


def _has_blocks(node: NodeFacts) -> bool:
    """Whether Calico gives the node's pods their addresses; its own blocks are then blackhole routes of the node."""
    return node.routes is not None and node.network == "calico" and node.has_own_addresses


def _lies_in(block: Network, pool: Network) -> bool:
    """Whether a block is a part of a pool of the same family."""
    return block.version == pool.version and pool.prefixlen < block.prefixlen and block[0] in pool


def _is_tunnel(route: FoundRoute, subnet: str) -> bool:
    """Whether a route leads to the other node through a tunnel, as Flannel and kube-router set it."""
    by_flannel = route.device in OVERLAY_LINKS["flannel"] and route.gateway == subnet
    return by_flannel or route.device.startswith(_OF_KUBE_ROUTER)


def _is_direct(gathered: Gathered, routes: frozenset[str], subnet: str, name: str) -> bool:
    """Whether a node has a route to a subnet by an address of the subnet's node."""
    node = gathered.facts.get(name)
    addresses = {*gathered.internal.get(name, ()), *(node.addresses if node else ())}
    return any(f"{subnet} {address}" in routes for address in addresses)


def _others_direct(gathered: Gathered, routes: frozenset[str], known: Mapping[str, str], own: str) -> bool:
    """Whether the node has a direct route to at least one other node's pods."""
    return any(name != own and _is_direct(gathered, routes, subnet, name) for name, subnet in known.items())


def _others_have_routes(gathered: Gathered, known: Mapping[str, str]) -> bool:
    """Whether any node has a direct route to another one's pods."""
    return any(
        _others_direct(gathered, frozenset().union(*(group.routes for group in node.routes or ())), known, node.name)
        for node in gathered.nodes
    )


def _found(gathered: Gathered, some: list[_Wrong]) -> Found:
    sources, targets = frozenset(one.source for one in some), frozenset(one.target for one in some)
    kind = {gathered.facts[name].network for name in sources}
    scopes = [
        Scope(sources=sources, targets=targets, kinds=OVER_PODS),
        Scope(sources=targets, targets=sources, kinds=OVER_PODS),
    ]
    if "bridge" in kind:  # without masquerade a node answers pods by the same routes
        pods, node = frozenset(("pod",)), frozenset(("node",))
        scopes.append(Scope(sources=targets, targets=sources, kinds=node, source_kinds=pods))
    restart = next((text for network, text in _RESTART.items() if network in kind), None)
    remedy = restart or gathered.remedy(
        "run playbooks/basic_cni.yml again, which sets the routes, and systemctl status podnet-routes on the node",
        _commands(gathered, some),
    )
    # "node1 and node2 have no route", not "has".
    problem = some[0].problem if len(sources) == 1 else some[0].problem.replace("has ", "have ", 1)
    return Found(
        tuple(sorted(sources)),
        f"{named(sources)} {problem} the pods on {named(targets)}",
        tuple(one.evidence for one in some[:5]),
        remedy,
        tuple(scopes),
    )


def _commands(gathered: Gathered, some: list[_Wrong]) -> str:
    """The command that sets the first route, for a network whose program is not known."""
    subnet = ipv4(gathered.pod_subnets.get(some[0].target, ())) or "SUBNET"
    hop = ipv4(gathered.internal.get(some[0].target, ())) or some[0].target
    return f"run `ip route replace {subnet} via {hop}` on {some[0].source}, and see what else sets routes to pods there"


CAUSE = Cause(
    id="pod_routes",
    severity="error",
    layer="paths",
    title="A route to a node's pods is missing or wrong",
    cause=(
        "Each node needs a route to the pods of each other node. A restarted network service, an address that "
        "changed, or "
        "another program took it away or set another one."
    ),
    evidence="The route that a packet to the other node's pods takes, as the node's routing table has it.",
    remedy="Run the playbook of the network again; with Flannel or Calico, delete the network's pod on the node.",
    harmless=(
        "Routers, and not nodes, have the routes to pods, as in some clouds. Flannel has a backend that sets one route "
        "for all pods, such as WireGuard, or none. Or a route leads by a router, and none of the "
        "node's routes leads to another node directly. Calico's routes may lead anywhere; where no node has one, the "
        "finding needs a verification in which no pod reached one of another node."
    ),
    find=find,
)
