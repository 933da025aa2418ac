# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy cluster of three nodes, as the lab showed it, in which a test breaks one thing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.filter.diagnosis import FilterModule
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.private_parts import without_private_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.redaction import without_names
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.account import account_document
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import NOT_JUDGED
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen

HEALTHY = Path(__file__).parent / "unit" / "plugins" / "healthy"
NETWORKS = sorted(path.stem for path in HEALTHY.glob("*.json"))
diagnosis = FilterModule().filters()["diagnosis"]


@lru_cache
def _recorded(network: str) -> str:
    return (HEALTHY / f"{network}.json").read_text()


class World:
    """The data of a cluster, which a test changes.

    Attributes:
        nodes: the result of pod_network_info on each node
        objects: lists of objects of the cluster
        failed: the cells that fail, as (source node, target node or kind, check)
        trails: of packets of these cells
    """

    def __init__(self, network: str = "flannel") -> None:
        data = json.loads(_recorded(network))
        self.nodes: dict[str, Any] = data["nodes"]
        self.objects: dict[str, Any] = data["objects"]
        self.trails: list[dict[str, Any]] = []
        self._fails: Callable[[dict[str, Any], dict[str, Any], str], bool] | None = None
        self._translated: frozenset[str] = frozenset()
        self._lost: dict[str, str] = {}

    def node(self, name: str) -> dict[str, Any]:
        """The Node object."""
        return next(one for one in self.objects["nodes"] if one["metadata"]["name"] == name)

    def link(self, node: str, name: str) -> dict[str, Any]:
        """A link of a node."""
        return next(one for one in self.nodes[node]["links"] if one["name"] == name)

    def add_link(self, node: str, name: str, kind: str, *addresses: str, **more: Any) -> None:
        """Add a link to a node."""
        link = {"name": name, "kind": kind, "mac": "02:00:00:00:00:01", "mtu": 1500, "up": True}
        self.nodes[node]["links"].append({**link, "addresses": list(addresses), **more})

    def add_route(self, node: str, route: str, device: str, kind: str = "unicast", protocol: str = "static") -> None:
        """Add a route, such as "10.244.1.0/24 10.244.1.0", to a node's main table."""
        group = {"table": "main", "device": device, "type": kind, "protocol": protocol, "metric": "0"}
        self.nodes[node]["routes"].append({**group, "routes": [route]})

    def remove_routes(self, node: str, beginning: str) -> list[str]:
        """Remove routes from a node, and return them."""
        gone = []
        for group in self.nodes[node]["routes"]:
            gone += [one for one in group["routes"] if one.startswith(beginning)]
            group["routes"] = [one for one in group["routes"] if not one.startswith(beginning)]
        return gone

    def subnet(self, node: str) -> str:
        """The pod subnet of a node."""
        return str(self.node(node)["spec"]["podCIDR"])

    def rules(self, node: str) -> list[str]:
        """The lines of iptables-save."""
        lines: list[str] = self.nodes[node]["packet_filter"]["iptables"]["lines"]
        return lines

    def add_rule(self, node: str, table: str, rule: str, first: bool = False) -> None:
        """Append a rule to a table of a node, or put it before the others."""
        lines = self.rules(node)
        start = lines.index(f"*{table}")
        end = lines.index("COMMIT", start)
        place = next((n for n in range(start, end) if lines[n].startswith("-A")), end) if first else end
        lines.insert(place, rule)

    def add_knocks(self, outcomes: Mapping[str, str] | None = None) -> None:
        """Have each node knock at the API server and at all other nodes; outcomes: of the doors that do not open."""
        for node, data in self.nodes.items():
            doors = {"tcp 10.100.198.200 6443": "open", "icmp 10.100.198.200": "answer"}
            for name, tables in data["overlay"].items():
                outer = dict(one.split() for one in tables["forwarding"])
                for inner, mac in (one.split() for one in tables["neighbours"]):
                    doors[f"udp {outer[mac]} {self.link(node, name)['vxlan']['port']}"] = "sent"
                    for address in (outer[mac], inner):
                        doors |= {f"tcp {address} 10250": "open", f"icmp {address}": "answer"}
                tables["leaves_checksums"] = True
            data["knocks"] = {door: (outcomes or {}).get(door, word) for door, word in doors.items()}

    def set_policy(self, node: str, chain: str, policy: str) -> None:
        """Set the policy of a chain of the table filter."""
        lines = self.rules(node)
        start = lines.index("*filter")
        place = next(n for n in range(start, len(lines)) if lines[n].startswith(f":{chain} "))
        lines[place] = f":{chain} {policy} [0:0]"

    def each(self) -> Iterable[str]:
        """The names of the nodes."""
        return list(self.nodes)

    def fail(
        self, which: Callable[[dict[str, Any], dict[str, Any], str], bool], translated: Iterable[str] = ()
    ) -> None:
        """Have the cells fail for which the function of source, target and check is true.

        Those of the checks C(translated) reach their targets, which see another source.
        """
        self._fails, self._translated = which, frozenset(translated)

    def lose(self, node: str, reason: str) -> None:
        """Have a node take no part in the verification, for a reason."""
        self._lost[node] = reason
        self._fails = self._fails or (lambda *_cell: False)

    def report(self) -> dict[str, Any] | None:
        """The report of a verification: two pods and the node, a Service on each node, and the DNS."""
        if self._fails is None:
            return None
        nodes = list(self.nodes)
        endpoints: list[dict[str, Any]] = [{"name": name, "kind": "node", "node": name} for name in nodes]
        endpoints += [
            {"name": f"podnet/{name}-{n}", "kind": "pod", "node": name, "addresses": [f"10.244.{number}.20{n}"]}
            for number, name in enumerate(nodes)
            for n in (1, 2)
        ]
        services = [
            {"name": f"podnet/on-{name}:80", "kind": "service", "backend_nodes": [name], "overlay_nodes": [name]}
            for name in nodes
        ]
        dns = {
            "name": "kube-system/kube-dns:dns",
            "kind": "dns",
            "backend_nodes": nodes[:1],
            "overlay_nodes": nodes[:1],
        }
        outside = {"name": "203.0.113.1", "kind": "outside"}
        cells = []
        for source in endpoints:
            for target in [*endpoints, *services, dns, outside]:
                checks = {"service": ("tcp",), "dns": ("dns",)}.get(target["kind"], ("icmp", "tcp", "mtu"))
                for check in checks if source is not target else ():
                    verdict: dict[str, Any] = {"verdict": "passed"}
                    if self._fails(source, target, check):
                        verdict = {"verdict": "failed", "message": "timeout"}
                        if check in self._translated:
                            verdict = {**verdict, "message": "source translated", "translated": True}
                    lost = {source["node"], *target.get("backend_nodes", [target.get("node")])} & set(self._lost)
                    if lost:
                        reason = self._lost[min(lost)]
                        verdict = {"verdict": "not probed", "message": f"not probed: {reason}"}
                    names = {"source": source["name"], "target": target["name"]}
                    cells.append({**names, "check": check, "family": "ipv4", **verdict})
        schema = "podnet.kubernetes/connectivity-report"
        found = [*endpoints, *services, dns, outside]
        missing = [{"name": name, "reason": reason} for name, reason in self._lost.items()]
        head = {"schema": schema, "version": 2, **({"missing_nodes": missing} if missing else {})}
        return {**head, "endpoints": found, "cells": cells, "trails": self.trails}

    def diagnose(self, *only: str, objects: bool = True, **options: Any) -> dict[str, Any]:
        """Diagnose the cluster, and a bundle of it without names, which must have the same findings."""
        nodes, found = copy.deepcopy(self.nodes), copy.deepcopy(self.objects)
        result: dict[str, Any] = diagnosis(nodes, found if objects else None, self.report(), only=list(only), **options)
        assert not any(NOT_JUDGED in one for one in result["not_looked_at"]), result["not_looked_at"]
        parts = BundleParts(nodes, found if objects else None, self.report(), **options)
        assert shape(judged_without_names(parts, *only)) == shape(result)
        return result

    def found(self, *only: str, **options: Any) -> list[str]:
        """The ids of the findings, in their order."""
        return [one["id"] for one in self.diagnose(*only, **options)["findings"]]

    def first(self, id: str, **options: Any) -> dict[str, Any]:
        """The first finding, which must be this one."""
        findings = self.diagnose(**options)["findings"]
        assert [one["id"] for one in findings][:1] == [id], findings
        first: dict[str, Any] = findings[0]
        return first


def judged_without_names(parts: BundleParts, *only: str) -> dict[str, Any]:
    """Judge a bundle of a cluster, from which secrets and names were removed."""
    redacted = without_names(without_private_parts(parts), b"a key of a test")
    return account_document(redacted.judged(chosen(list(only))))


def shape(document: dict[str, Any]) -> Any:
    """What is the same in every bundle of a cluster, whatever the names are."""
    findings = [
        (one["id"], one["severity"], one["explained_cells"], len(one["nodes"]), len(one["evidence"]))
        for one in document["findings"]
    ]
    kinds = ("failed_cells", "unprobed_cells", "unexplained_cells")
    counts = (*(document[kind] for kind in kinds), len(document["not_looked_at"]))
    return sorted(findings), counts


def across(node: str, kinds: Iterable[str] = ("pod", "service", "dns")) -> Callable[..., bool]:
    """Say which cells cross the border of a node: one end on it, the other on another node."""

    def fails(source: dict[str, Any], target: dict[str, Any], _check: str) -> bool:
        ends = set(target.get("overlay_nodes") or [target.get("node")])
        return target["kind"] in set(kinds) and ends != {source["node"]} and node in ends | {source["node"]}

    return fails


__all__ = ["NETWORKS", "World", "across", "diagnosis", "judged_without_names", "shape"]
