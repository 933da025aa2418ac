# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VXLAN tunnels between nodes, and what their knocks at each other met. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    OVERLAY_LINKS,
    NodeFacts,
    NodeLink,
)

KUBELET = 10250
_PASSED = ("open", "refused", "answer")  # a refusal has passed the network, too


@dataclass(frozen=True)
class Tunnel:
    """The way from a node to another one by their VXLAN links.

    Attributes:
        outer: the address of the target on the nodes' network
        inner: its address on the overlay
    """

    source: NodeFacts
    target: NodeFacts
    link: NodeLink
    outer: str
    inner: str

    @property
    def passes_outside(self) -> bool:
        """Whether the target answers on the nodes' network."""
        return any(
            knocked(self.source, *door) in _PASSED for door in (("tcp", self.outer, KUBELET), ("icmp", self.outer))
        )

    def inside(self, protocol: str) -> str | None:
        """How a knock through the tunnel ended; None: the node did not knock."""
        return knocked(self.source, protocol, self.inner, KUBELET if protocol == "tcp" else 0)

    def passes_inside(self, protocol: str) -> bool:
        """Whether a knock through the tunnel was answered."""
        return self.inside(protocol) in _PASSED


def knocked(node: NodeFacts, protocol: str, address: str, port: int = 0) -> str | None:
    """How a node's knock at a door ended; None: it did not knock there."""
    text = f"{protocol} {address}{f' {port}' if port else ''}"
    found = (node.data.get("knocks") or {}).get(text)
    return None if found is None else str(found)


def overlay_link(node: NodeFacts) -> NodeLink | None:
    """The VXLAN link of a node's pod network; that over IPv4 where there are two."""
    names = OVERLAY_LINKS.get(str(node.network), ())
    if node.network == "calico" and not node.has_own_addresses:  # Canal
        names = (*names, *OVERLAY_LINKS["flannel"])
    found = {one.name: one for one in node.links or () if one.kind == "vxlan" and one.local}
    return next((found[name] for name in names if name in found), None)


def silent_tunnels(gathered: Gathered) -> Iterator[Tunnel]:
    """Yield the tunnels through which a knock got no answer, and whose ends agree with each other.

    Where addresses, ports, MACs or routes differ, another finding names the cause.
    """
    ends = {node.name: overlay_link(node) for node in gathered.nodes}
    owners: dict[str, list[NodeFacts]] = defaultdict(list)
    for node in gathered.nodes:
        link = ends[node.name]
        owners[(link.local if link else None) or ""].append(node)
    for node in gathered.nodes:
        link, silent = ends[node.name], _silent(node)
        for inner, outer, mac in _entries(node, link, silent) if link and silent else ():
            holders = owners.get(outer or "", [])
            target = holders[0] if len(holders) == 1 else node
            other = ends[target.name]
            if target is not node and link and other and _agree(link, other, inner, mac):
                back = [one for one, *end in _entries(target, other) if end == [link.local, link.mac]]
                if back and _leads(node, inner, link) and _leads(target, back[0], other):
                    yield Tunnel(node, target, link, str(outer), inner)


def _silent(node: NodeFacts) -> frozenset[str]:
    """The addresses at which a node knocked without an answer."""
    knocks = node.data.get("knocks") or {}
    return frozenset(door.split(" ")[1] for door, outcome in knocks.items() if outcome not in (*_PASSED, "sent"))


def _entries(
    node: NodeFacts, link: NodeLink, inner: Container[str] | None = None
) -> Iterator[tuple[str, str | None, str]]:
    """Yield the overlay address, the outer address and the MAC of other nodes, as a node's kernel knows them."""
    tables = (node.data.get("overlay") or {}).get(link.name) or {}
    outer = dict(one.split(" ", 1) for one in tables.get("forwarding") or ())
    for one in tables.get("neighbours") or ():
        address, _space, mac = one.partition(" ")
        if inner is None or address in inner:
            yield address, outer.get(mac), mac


def _agree(link: NodeLink, other: NodeLink, inner: str, mac: str) -> bool:
    """Whether the far end of a tunnel is as the near end knows it."""
    same = (link.name, link.port) == (other.name, other.port) and other.mac == mac
    return same and link.up and other.up and other.holds(inner)


def _leads(node: NodeFacts, inner: str, link: NodeLink) -> bool:
    """Whether packets to an address on the overlay take the tunnel's link."""
    route = node.route_to(inner)
    return node.routes is None or (route is not None and route.device == link.name)


__all__ = ["KUBELET", "Tunnel", "knocked", "overlay_link", "silent_tunnels"]
