# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of a report as it is drawn: nodes with their links and pods, and what failed. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import without_port
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import BAD_VERDICTS, OPEN_VERDICTS

_TUNNELS = ("vxlan", "ipip", "sit", "gre", "tun", "wireguard", "ip6tnl", "geneve", "tunnel")


@dataclass(frozen=True)
class DrawnLink:
    """A link of a node; addresses are in CIDR form."""

    name: str
    kind: str
    mtu: int
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """The number of cells, and of those that are not as they should be, by verdict."""

    cells: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)

    @property
    def bad(self) -> int:
        """The number of cells that are not as they should be."""
        return sum(self.verdicts.values())

    @property
    def state(self) -> str:
        """How the drawing marks it: failed when a third of the cells are bad, some when fewer are."""
        if not self.cells:
            return "none"
        return "failed" if 3 * self.bad >= self.cells else "some" if self.bad else "passed"


@dataclass(frozen=True)
class DrawnPod:
    """A pod, with its first address."""

    name: str
    address: str
    count: Count


@dataclass(frozen=True)
class DrawnNode:
    """A node.

    Attributes:
        main: the names of the NICs that have an address of the node
        nics, tunnels, bridges: its links
        routes: routes to networks, as ip(8) writes them
        leaves_as: the source addresses that targets outside the cluster saw of its pods
        seen_as: the source addresses that nodes saw of its pods, where they were translated
        unrouted: pod subnets of other nodes without a route, where nodes have routes to them
        within: bad cells of which both ends are here
        missing: why it took no part
    """

    name: str
    roles: tuple[str, ...]
    addresses: tuple[str, ...]
    subnets: tuple[str, ...]
    main: tuple[str, ...]
    nics: tuple[DrawnLink, ...]
    tunnels: tuple[DrawnLink, ...]
    bridges: tuple[DrawnLink, ...]
    routes: tuple[str, ...]
    pods: tuple[DrawnPod, ...]
    count: Count
    within: int
    leaves_as: tuple[str, ...]
    seen_as: tuple[str, ...]
    unrouted: tuple[str, ...]
    missing: str

    @property
    def links_known(self) -> bool:
        """Whether the node itself described its links and routes."""
        return bool(self.nics)


@dataclass(frozen=True)
class BadPair:
    """Two nodes between which cells are bad: the number in each direction by verdict."""

    first: str
    second: str
    there: Mapping[str, int]
    back: Mapping[str, int]

    @property
    def both(self) -> Mapping[str, int]:
        """The number in both directions by verdict."""
        return Counter(self.there) + Counter(self.back)


@dataclass(frozen=True)
class Network:
    """What the drawing shows."""

    nodes: tuple[DrawnNode, ...]
    pairs: tuple[BadPair, ...]
    outside: tuple[str, ...]
    routed: bool  # whether nodes have routes to the pod subnets of others


def network_of(report: Mapping[str, Any]) -> Network:
    """Read the network of a report. An older report has no links, roles and pod subnets."""
    endpoints = {one["name"]: one for one in report["endpoints"]}
    counts, between = _counts(report, endpoints)
    seen: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for cell in report["cells"]:
        source, target = endpoints[cell["source"]], endpoints[cell["target"]]
        if source["kind"] == "pod" and cell.get("translated") and target["kind"] in ("outside", "node"):
            seen[_node(source), target["kind"]][without_port(cell.get("seen") or "")] = None
    known = {one["name"]: one for one in report.get("nodes") or []}
    out = {one["name"]: one["reason"] for key in ("missing_nodes", "excluded_nodes") for one in report.get(key) or []}
    names = dict.fromkeys([*known, *(_node(one) for one in endpoints.values() if one["kind"] in ("pod", "node"))])
    pods: dict[str, list[DrawnPod]] = defaultdict(list)
    for one in endpoints.values():
        if one["kind"] == "pod":
            address = next(iter(one.get("addresses") or []), "")
            pods[_node(one)].append(DrawnPod(one["name"], address, counts[one["name"]]))
    nodes = [
        _drawn(name, known.get(name, {}), endpoints.get(name, {}), pods[name], counts, between, seen, out)
        for name in names
        if name
    ]
    routes = {node.name: {route.partition(" ")[0] for route in node.routes} for node in nodes}
    unrouted = {
        node.name: tuple(
            f"{subnet} ({other.name})"
            for other in nodes
            if other is not node
            for subnet in other.subnets
            if subnet not in routes[node.name]
        )
        for node in nodes
        if node.links_known
    }
    routed = any(
        subnet in routes[node.name]
        for node in nodes
        for other in nodes
        if other is not node
        for subnet in other.subnets
    )
    if routed:
        nodes = [replace(node, unrouted=unrouted.get(node.name, ())) for node in nodes]
    pairs = [
        BadPair(first, second, there, between.get((second, first), {}))
        for (first, second), there in between.items()
        if first < second or (first != second and (second, first) not in between)
    ]
    pairs.sort(key=lambda pair: (-sum(pair.both.values()), pair.first, pair.second))
    outside = tuple(one["name"] for one in endpoints.values() if one["kind"] == "outside")
    return Network(tuple(nodes), tuple(pairs), outside, routed)


def _counts(
    report: Mapping[str, Any], endpoints: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Count], dict[tuple[str, str], Counter[str]]]:
    """Count the judged cells of each pod and node, and the bad ones between nodes."""
    counted = report.get("passed_without_detail") or {}
    every = Counter(counted.get("by_endpoint", {}))
    every.update({f"{node}/": number for node, number in counted.get("by_node", {}).items()})
    bad: dict[str, Counter[str]] = defaultdict(Counter)
    between: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (source_name, target_name, verdict), count in Counter(
        (cell["source"], cell["target"], cell["verdict"] if cell["verdict"] in BAD_VERDICTS else "")
        for cell in report["cells"]
        if cell["verdict"] not in OPEN_VERDICTS
    ).items():
        source, target = endpoints[source_name], endpoints[target_name]
        on_nodes = [one for one in (source, target) if one["kind"] in ("pod", "node")]
        for end in {*(f"{_node(one)}/" for one in on_nodes), source_name, target_name}:
            every[end] += count
            if verdict:
                bad[end][verdict] += count
        if verdict and len(on_nodes) == 2:
            between[_node(source), _node(target)][verdict] += count
    found = defaultdict(Count, {name: Count(count, bad[name]) for name, count in every.items()})
    return found, between


def _drawn(
    name: str,
    known: Mapping[str, Any],
    endpoint: Mapping[str, Any],
    pods: Iterable[DrawnPod],
    counts: Mapping[str, Count],
    between: Mapping[tuple[str, str], Mapping[str, int]],
    seen: Mapping[tuple[str, str], Iterable[str]],
    out: Mapping[str, str],
) -> DrawnNode:
    addresses = tuple(known.get("addresses") or endpoint.get("addresses") or ())
    links = [
        DrawnLink(one["name"], one.get("kind", ""), one.get("mtu", 0), tuple(one.get("addresses", ())))
        for one in known.get("links", ())
    ]
    nics = [link for link in links if link.addresses and link.kind not in (*_TUNNELS, "bridge")]
    main = [link.name for link in links if {one.partition("/")[0] for one in link.addresses} & {*addresses}]
    return DrawnNode(
        name,
        tuple(known.get("roles", ())),
        addresses,
        tuple(known.get("pod_subnets", ())),
        tuple(main),
        tuple(sorted(nics, key=lambda link: link.name not in main)),
        tuple(link for link in links if link.kind in _TUNNELS and link.addresses),
        tuple(link for link in links if link.kind == "bridge" and link.addresses and link.name != "docker0"),
        tuple(known.get("routes", ())),
        tuple(sorted(pods, key=lambda pod: (-pod.count.bad, pod.name))),
        counts[f"{name}/"],
        sum(between.get((name, name), {}).values()),
        tuple(seen.get((name, "outside"), ())),
        tuple(seen.get((name, "node"), ())),
        (),
        str(out.get(name, "")),
    )


def _node(endpoint: Mapping[str, Any]) -> str:
    return str(endpoint.get("node") or endpoint["name"])


__all__ = ["BadPair", "Count", "DrawnLink", "DrawnNode", "DrawnPod", "Network", "network_of"]
