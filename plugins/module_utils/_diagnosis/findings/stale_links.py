# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of an earlier pod network are still there."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import collapse_addresses
from itertools import chain

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    META_PLUGINS,
    OVERLAY_LINKS,
    NodeFacts,
    NodeLink,
    as_network,
)

_OWNERS = {
    **{link: owner for owner, links in OVERLAY_LINKS.items() for link in links},
    "tunl0": "calico",
    "cni0": "flannel",
    "cilium_host": "cilium",
    "cilium_vxlan": "cilium",
    "weave": "weave",
    "kube-bridge": "kube-router",
}
_TYPES = {"calico": "calico", "flannel": "flannel", "cilium-cni": "cilium", "weave-net": "weave"}
_ROLES = ("flannel", "calico")  # networks that a role of this collection removes
_APPS = {"flannel": "flannel", "calico-node": "calico", "canal": "flannel", "cilium": "cilium", "weave-net": "weave"}


def find(gathered: Gathered) -> Iterator[Found]:
    running = {_APPS[pod.app] for pod in (gathered.cluster.pods if gathered.cluster else ()) if pod.app in _APPS}
    stale: dict[tuple[str, str], list[tuple[NodeFacts, NodeLink]]] = defaultdict(list)
    for node in gathered.nodes:
        for link in _stale(node, running):
            stale[link.name, _OWNERS[link.name]].append((node, link))
    spans = _spans(gathered) if stale else {}
    for (name, owner), places in sorted(stale.items()):
        nodes = [node.name for node, _link in places]
        harm = [text for node, link in places for text in _harm(spans, node, link)]
        network = places[0][0].network
        yield Found(
            tuple(sorted(nodes)),
            f"{name} on {named(nodes)} is of {owner}, and the pod network is {network}",
            tuple(harm)
            or tuple(
                f"{node.name}: {link.name} has {', '.join(link.addresses) or 'no address'}" for node, link in places
            ),
            f"run {_command(name)} on {several(nodes, 'the node', 'these nodes')}"
            + ("; the entry point remove of the network's role does it, too" if owner in _ROLES else ""),
            either_end(nodes) if harm else (),
            "error" if harm else None,
        )


def _command(link: str) -> str:
    """The command that takes a link away. The kernel refuses to delete its own tunl0."""
    return "`ip address flush dev tunl0; ip link set tunl0 down`" if link == "tunl0" else f"`ip link delete {link}`"


def _stale(node: NodeFacts, running: set[str]) -> Iterator[NodeLink]:
    """Yield the links of a node that another network than its own made."""
    # Which network Multus calls is not known where no other configuration is there.
    if not node.plugins or node.network in META_PLUGINS:
        return
    active = {_TYPES.get(str(plugin["type"]), str(plugin["type"])) for plugin in node.plugins} | running
    if "calico" in active and not node.has_own_addresses:
        active.add("flannel")  # Canal: Flannel carries the packets, Calico has the policies
    for link in node.links or ():
        owner = _OWNERS.get(link.name)
        if owner is None or owner in active or link.name == node.bridge:
            continue
        # The kernel's module makes tunl0 in every namespace. Calico gives it an address.
        if link.name == "tunl0" and not any("." in one for one in link.addresses):
            continue
        yield link


def _spans(gathered: Gathered) -> dict[int, tuple[list[int], list[int]]]:
    """Return the first and the last addresses of the pods' networks, by IP version. The spans are sorted and apart.

    A cluster may have a subnet for each node, and on each node a route to each other one.
    """
    networks = [as_network(one) for one in chain(gathered.pod_networks(), *gathered.pod_subnets.values())]
    spans = {}
    for version in (4, 6):
        # The standard library knows no type for networks of one version among both.
        apart = list(collapse_addresses(one for one in networks if one.version == version))  # type: ignore[type-var]
        spans[version] = [int(one.network_address) for one in apart], [int(one.broadcast_address) for one in apart]
    return spans


def _harm(spans: Mapping[int, tuple[list[int], list[int]]], node: NodeFacts, link: NodeLink) -> Iterator[str]:
    """Yield the routes by a stale link that take packets to pods away."""
    for group in node.routes or ():
        if group.device == link.name and group.table == "main":
            for text in sorted(group.routes):
                destination = as_network(text.partition(" ")[0])
                firsts, lasts = spans[destination.version]
                nearest = bisect_right(firsts, int(destination.broadcast_address)) - 1
                if nearest >= 0 and lasts[nearest] >= int(destination.network_address):
                    yield f"{node.name}: the route {text.replace(' ', ' via ')} dev {link.name} takes packets to pods"


CAUSE = Cause(
    id="stale_links",
    severity="warning",
    layer="paths",
    title="Links of an earlier pod network are left",
    cause=(
        "Another pod network was there before, and its bridge or tunnel stayed. When its routes or addresses take "
        "packets to pods away, it is an error."
    ),
    evidence="The link with its addresses, and its routes that pods' packets take.",
    remedy="`ip link delete LINK` on the node, or the entry point `remove` of the earlier network's role.",
    harmless=(
        "Canal has links of Flannel and of Calico. The kernel makes tunl0 by itself: without an address, no network "
        "left it."
    ),
    find=find,
)
