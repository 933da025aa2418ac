# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links have a larger MTU than the path carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    OVER_PODS,
    Scope,
    either_end,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    NICS,
    OVERLAY_LINKS,
    NodeFacts,
    NodeLink,
    as_network,
)

_OVERHEADS = {"vxlan": 50, "wireguard": 60}  # bytes, over IPv4; over IPv6 20 more
_LARGE = frozenset(("mtu", "tcp"))  # the checks with large packets


def find(gathered: Gathered) -> Iterator[Found]:
    yield from _overlays(gathered)
    yield from _nics(gathered)
    ends = _ends_of_large_packets(gathered)
    yield from _older_pods(gathered, ends)
    yield from _smaller_pods(gathered, ends)


def _overlays(gathered: Gathered) -> Iterator[Found]:
    """Yield overlay links whose packets are too large for the NIC that carries them."""
    found: dict[tuple[str, int, str, int, int], list[str]] = defaultdict(list)
    for node in gathered.nodes:
        for link in node.links or ():
            lower = node.link(link.lower or gathered.node_link(node))
            header = _header(link)
            if link.name in _own_overlays(node) and lower and 0 < lower.mtu < link.mtu + header:
                found[link.name, link.mtu, lower.name, lower.mtu, header].append(node.name)
    for (link_name, mtu, lower_name, lower_mtu, header), names in sorted(found.items()):
        fits = lower_mtu - header
        yield Found(
            tuple(sorted(names)),
            f"{link_name} has an MTU of {mtu} on {named(names)}, and {lower_name} carries {fits} with the "
            "overlay's header",
            (f"{link_name} {mtu} + {header} bytes of header > {lower_name} {lower_mtu}",),
            f"set the network's MTU to {fits} (Flannel: Backend.MTU, Calico: veth_mtu), and start its pods and "
            "yours again",
            tuple(Scope(one.sources, one.targets, OVER_PODS, _LARGE, across=True) for one in either_end(names)),
        )


def _header(link: NodeLink) -> int:
    """Return the bytes that an overlay link puts around each packet."""
    over_ipv4 = _OVERHEADS.get(link.kind, 0)
    return over_ipv4 + 20 if over_ipv4 and ":" in (link.local or "") else over_ipv4


def _own_overlays(node: NodeFacts) -> tuple[str, ...]:
    """Return the names of the overlay links that carry the node's pods: not those of an earlier network."""
    names = OVERLAY_LINKS.get(str(node.network), ())
    is_canal = node.network == "calico" and not node.has_own_addresses
    return (*names, *OVERLAY_LINKS["flannel"]) if is_canal else names


def _nics(gathered: Gathered) -> Iterator[Found]:
    """Yield NICs of one network whose MTUs differ: what the larger sends, the smaller drops without a word."""
    found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node in gathered.nodes:
        link = node.link(gathered.node_link(node))
        addresses = [
            one for one in (link.addresses if link else ()) if one.partition("/")[0] in gathered.internal[node.name]
        ]
        if link and link.mtu and link.kind in NICS and addresses:
            found[str(as_network(addresses[0]))][link.mtu].append(node.name)
    for network, by_mtu in sorted(found.items()):
        if len(by_mtu) > 1:
            smallest, largest = min(by_mtu), max(by_mtu)
            larger = frozenset(name for mtu, names in by_mtu.items() if mtu > smallest for name in names)
            smaller = frozenset(by_mtu[smallest])
            yield Found(
                tuple(sorted(larger)),
                f"The NICs of {named(larger)} have an MTU of {largest}, and those of {named(by_mtu[smallest])} "
                f"have {smallest}",
                tuple(f"{network}: MTU {mtu} on {named(names)}" for mtu, names in sorted(by_mtu.items())),
                f"give all NICs of {network} one MTU, which the switches between them carry",
                (
                    *(Scope(one.sources, one.targets, None, _LARGE, across=True) for one in either_end(larger)),
                    # Inside of a node, the bridge carries more than the NIC, from which a cell's MTU is expected.
                    Scope(smaller, smaller, checks=frozenset(("mtu",))),
                ),
            )


def _ends_of_large_packets(gathered: Gathered) -> set[str]:
    """Return the nodes at both ends of cells in which large packets alone fail.

    Where small ones fail, too, no MTU is the cause.
    """
    small = {(cell.source, cell.target, cell.family) for cell in gathered.failed if cell.check != "mtu"}
    large = [cell for cell in gathered.failed if cell.check == "mtu" and cell.probed]
    alone = [cell for cell in large if (cell.source, cell.target, cell.family) not in small]
    return {node for cell in alone for node in (cell.source_node, *cell.target_nodes)}


def _older_pods(gathered: Gathered, ends: set[str]) -> Iterator[Found]:
    """Yield nodes with pods from before the network's MTU became smaller, where cells fail by it.

    Without such cells it is harmless: the node tells these pods the right MTU.
    """
    for node in gathered.nodes:
        overlays = [
            link for name in _own_overlays(node) if (link := node.link(name)) and link.mtu and _is_used(node, name)
        ]
        smallest = min(overlays, key=lambda link: link.mtu, default=None)
        older = [one for one in node.data.get("veths") or () if smallest and one["mtu"] > smallest.mtu]
        if smallest and older and node.name in ends:
            count = sum(one["count"] for one in older)
            yield Found(
                (node.name,),
                f"{count} pod{'s' * (count != 1)} of {node.name} {'has' if count == 1 else 'have'} a larger MTU than "
                f"the network has now, which is {smallest.mtu}",
                tuple(f"{node.name}: {one['count']} links of pods with MTU {one['mtu']}" for one in older),
                "delete these pods: their controllers make them again with the MTU of the network",
                tuple(
                    Scope(one.sources, one.targets, OVER_PODS, frozenset(("mtu",))) for one in either_end([node.name])
                ),
            )


def _is_used(node: NodeFacts, link: str) -> bool:
    """Whether a route leads to a link. Flannel leaves that of an overlay which it uses no more."""
    return node.routes is None or any(group.device == link for group in node.routes)


def _smaller_pods(gathered: Gathered, ends: set[str]) -> Iterator[Found]:
    """Yield nodes with pods from before the network's MTU became larger, where cells fail by it.

    A bridge has the MTU of its smallest link, so one such pod makes the bridge too small for all others.
    """
    for node in gathered.nodes:
        bridge = node.link(node.bridge) if node.bridge else None
        if bridge is None or node.name not in ends:
            continue
        veths = [one for one in node.data.get("veths") or () if one["master"] == bridge.name]
        smaller = [one for one in veths if one["mtu"] <= bridge.mtu]
        larger = [one for one in veths if one["mtu"] > bridge.mtu]
        if smaller and larger:
            count = sum(one["count"] for one in smaller)
            yield Found(
                (node.name,),
                f"{count} older pod{'s' * (count != 1)} of {node.name} {'has' if count == 1 else 'have'} an MTU of "
                f"{bridge.mtu}, and {bridge.name} with {'it' if count == 1 else 'them'}, where newer ones have "
                f"{max(one['mtu'] for one in larger)}",
                tuple(f"{node.name}: {one['count']} links of pods with MTU {one['mtu']}" for one in veths),
                "delete the pods with the smaller MTU: their controllers make them again with the MTU of the network",
                tuple(Scope(one.sources, one.targets, OVER_PODS, _LARGE) for one in either_end([node.name])),
            )


CAUSE = Cause(
    id="mtu",
    severity="error",
    layer="paths",
    title="An MTU is larger than the path carries",
    cause=(
        "Small packets pass and large ones vanish: connections open and hang. The overlay's MTU leaves no room for its "
        "header, or the NICs of one network have different MTUs. Or pods are older than the network's MTU: they keep "
        "theirs, and a bridge has that of its smallest pod."
    ),
    evidence="Both numbers, and the links that have them.",
    remedy=(
        "Set the MTU of the pod network to the NIC's, less the overhead; give all NICs of the network one MTU; delete "
        "pods that are older."
    ),
    harmless=(
        "Pods have a larger MTU than the overlay link of their own node, and no cell fails: the node tells them the "
        "right one (path MTU discovery). Nodes have a VPN between them, such as WireGuard, whose ends may have "
        "different MTUs."
    ),
    find=find,
)
