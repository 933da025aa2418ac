"""Reports for the tests of their pages: a small cluster that fails, a large one, one with many nodes, hostile names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

HOSTILE = "</script><img src=x onerror=alert(1)>&\"'{{ 7 * 7 }}"
EXPECTED = {"outcome": "reachable", "source": "own", "because": "pods reach one another without NAT"}


def pods(nodes: int, each: int, namespace: str = "podnet-connectivity") -> list[dict[str, Any]]:
    """Pods on nodes, and the nodes."""
    found = []
    for node in range(1, nodes + 1):
        for number in range(1, each + 1):
            address = f"10.244.{node}.{number + 1}"
            found.append(
                {
                    "name": f"{namespace}/node{node}-{number}",
                    "kind": "pod",
                    "addresses": [address],
                    "node": f"node{node}",
                    "own": True,
                }
            )
        found.append(
            {
                "name": f"node{node}",
                "kind": "node",
                "addresses": [f"192.0.2.{node}"],
                "node": f"node{node}",
                "own": False,
            }
        )
    return found


def cells(
    endpoints: Iterable[Mapping[str, Any]], fails: Any = lambda a, b, check: False, checks=("icmp", "tcp")
) -> Any:
    """The cells between all endpoints; fails says which of them fail."""
    every = list(endpoints)
    found = []
    for source in every:
        for target in every:
            if source is target or source["kind"] not in ("pod", "node"):
                continue
            for place, check in enumerate(checks):
                bad = fails(source, target, check)
                cell = {
                    "source": source["name"],
                    "target": target["name"],
                    "check": check,
                    "family": "ipv4",
                    "outcome": "blocked" if bad else "reachable",
                    "attempts": 3,
                    "succeeded": 0 if bad else 3,
                    "expected": EXPECTED,
                    "verdict": "failed" if bad else "passed",
                }
                if bad:
                    cell.update(reason="timeout", message="timeout")
                else:
                    more = 0 if source["node"] == target.get("node") else 0.4
                    cell.update(latency_ms=0.08 + more + 0.01 * place, first_success_ms=12.0 + 40 * more)
                found.append(cell)
    return found


def report(endpoints: list[dict[str, Any]], some: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A report of these cells, with a schema."""
    failed = sum(1 for cell in some if cell["verdict"] == "failed")
    counts = {"cells": len(some), "passed": len(some) - failed, "failed": failed, "flapping": 0, "not_observed": 0}
    head = {"schema": "podnet.kubernetes/connectivity-report", "version": 2, "name": "lab"}
    times = {"started": "2026-03-01T10:00:00Z", "finished": "2026-03-01T10:00:07Z"}
    settings = {"settings": {"overhead": 50, "pod_to_node_source": "any"}}
    return {
        **head,
        **times,
        **settings,
        "summary": counts,
        "groups": [],
        "listeners": [],
        **more,
        "endpoints": endpoints,
        "cells": some,
    }


def node(number: int) -> dict[str, Any]:
    """A node of a cluster with VXLAN, as the report describes it."""
    roles = {"roles": ["control-plane"]} if number == 1 else {}
    return {
        "name": f"node{number}",
        **roles,
        "addresses": [f"192.0.2.{number}"],
        "pod_subnets": [f"10.244.{number}.0/24"],
        "links": [
            {"name": "enp0s3", "kind": "ether", "mtu": 1500, "addresses": ["10.0.2.15/24"]},
            {"name": "enp0s8", "kind": "ether", "mtu": 1500, "addresses": [f"192.0.2.{number}/24"]},
            {"name": "flannel.1", "kind": "vxlan", "mtu": 1450, "addresses": [f"10.244.{number}.0/32"]},
            {"name": "cni0", "kind": "bridge", "mtu": 1450, "addresses": [f"10.244.{number}.1/24"]},
        ],
        "routes": [f"10.244.{other}.0/24 via 10.244.{other}.0 dev flannel.1" for other in (1, 2, 3) if other != number],
    }


def hop(place: str, where: str, link: str, direction: str, kind: str | None) -> dict[str, Any]:
    """What a link saw of the packets."""
    return {"place": place, "node": where, "link": link, "direction": direction, "kind": "probe", "link_kind": kind}


def failing() -> dict[str, Any]:
    """Three nodes with VXLAN; node3 drops what arrives by the tunnel. A diagnosis has run, packets were followed."""
    endpoints = [
        *pods(3, 2),
        {"name": "203.0.113.1", "kind": "outside", "addresses": ["203.0.113.1"], "own": False, "port": 8080},
    ]

    def fails(source: Mapping[str, Any], target: Mapping[str, Any], _check: str) -> bool:
        at_ends = {source.get("node"), target.get("node")}
        return "node3" in at_ends and len(at_ends - {None}) == 2 and "node" not in (source["kind"], target["kind"])

    some = cells(endpoints, fails)
    for cell in some:
        if cell["target"] == "203.0.113.1" and cell["source"].startswith("podnet") and cell["check"] == "tcp":
            number = cell["source"][len("podnet-connectivity/node")]
            cell.update(seen=f"192.0.2.{number}:4711", translated=True)
    source, target = "podnet-connectivity/node1-1", "podnet-connectivity/node3-1"
    sentence = (
        "the packets arrived on node3 by enp0s8 in VXLAN at port 8472, and no link of the pod network took them out"
    )
    hops = [
        hop(source, "node1", "eth0", "out", "veth"),
        hop("node1", "node1", "veth1", "in", "veth"),
        hop("node1", "node1", "cni0", "in", "bridge"),
        hop("node1", "node1", "flannel.1", "out", "vxlan"),
        hop("node1", "node1", "enp0s8", "out", None),
        hop("node3", "node3", "enp0s8", "in", None),
    ]
    trail = {
        "source": source,
        "target": target,
        "check": "icmp",
        "family": "ipv4",
        "port": None,
        "size": 0,
        "verdict": "lost",
        "message": sentence,
        "sent": 18,
        "answered": 0,
        "broken_at": 6,
        "hops": hops,
        "evidence": [
            "node3: iptables, table filter, chain INPUT: -A INPUT -p udp --dport 8472 -j DROP counted 251 packets"
        ],
        "lines": ["a line"],
    }
    finding = {
        "id": "overlay-port-dropped",
        "severity": "error",
        "nodes": ["node3"],
        "cause": "node3 drops the packets of the overlay, UDP at port 8472",
        "evidence": ["-A INPUT -p udp --dport 8472 -j DROP", "251 packets"],
        "remedy": "delete the rule, or allow UDP 8472 from the nodes",
        "explains": [{"targets": ["node3"], "kinds": ["pod"], "across": True}],
        "explained_cells": 16,
    }
    change = {
        "source": source,
        "target": target,
        "check": "icmp",
        "family": "ipv4",
        "before": "passed",
        "after": "failed",
    }
    comparison = {
        "with": {"name": "lab", "time": "2026-02-28T10:00:00Z"},
        "worse": [change],
        "better": [],
        "new": [],
        "gone": [],
    }
    return report(
        endpoints,
        some,
        groups=[{"message": "32 cells: pods of node3 <-> pods on other nodes, all checks: timeout", "cells": 32}],
        findings=[finding],
        trails=[trail],
        comparison=comparison,
        nodes=[node(number) for number in (1, 2, 3)],
    )


SCOPES: tuple[dict[str, Any], ...] = (
    {},
    {"sources": ["node1"]},
    {"targets": ["node2"]},
    {"targets": ["node2"], "across": True},
    {"kinds": ["service"]},
    {"source_kinds": ["node"], "checks": ["tcp"]},
    {"source_names": ["podnet-connectivity/node3-1"], "kinds": ["pod", "service"]},
    {"across": True},
    {"sources": ["node3"], "kinds": ["nodeport"]},
    {"targets": ["node3"], "kinds": ["nodeport"]},
    {"across": True, "kinds": ["nodeport"]},
    {"unprobed": True},
    {"unprobed": True, "targets": ["node1"], "checks": ["icmp"]},
    {"families": ["ipv4"], "checks": ["icmp"]},
    {"families": ["ipv6"]},
    {"translated": True},
    {"translated": True, "targets": ["node1"]},
)


def explained() -> dict[str, Any]:
    """A cluster in which everything but TCP from node2 fails or was not probed, with a finding for each of SCOPES."""
    service = {"name": "shop/web:80", "kind": "service", "addresses": ["10.96.0.7"], "own": False, "port": 80}
    port = {"kind": "nodeport", "own": False, "port": 30080, "backend_nodes": ["node1"], "overlay_nodes": ["node1"]}
    endpoints = [
        *pods(3, 2),
        {**service, "backend_nodes": ["node1", "node2"], "overlay_nodes": ["node2"]},
        *({**port, "name": f"shop/web:80@{one}", "addresses": ["192.0.2.9"], "via": one} for one in ("node1", "node3")),
    ]
    some = cells(endpoints, lambda source, _target, check: (source["node"], check) != ("node2", "tcp"))
    for cell in some:
        if cell["verdict"] == "failed" and cell["source"].endswith("node3-1"):
            cell["verdict"] = "not probed"
        elif cell["verdict"] == "failed" and cell["source"].endswith("node1-2") and cell["check"] == "tcp":
            cell.update(outcome="reachable", own="10.244.1.3:40000", seen="192.0.2.1:40000", translated=True)
    texts = {"severity": "error", "nodes": [], "cause": "a cause", "remedy": "a remedy", "evidence": []}
    findings = [
        {"id": f"finding-{n}", **texts, "explains": [scope], "explained_cells": 1} for n, scope in enumerate(SCOPES)
    ]
    return report(endpoints, some, findings=findings)


def large(count: int = 300) -> dict[str, Any]:
    """A cluster whose matrix has this many endpoints; the pods of one node do not answer over UDP."""
    endpoints = []
    for number in range(count):
        where, address = f"worker-{number // 10:02d}", f"10.{number // 200}.{number % 200}.7"
        endpoints.append(
            {
                "name": f"shop-{number % 3}/web-{number:05d}-abcde",
                "kind": "pod",
                "addresses": [address],
                "node": where,
                "own": False,
            }
        )

    def fails(_source: Mapping[str, Any], target: Mapping[str, Any], check: str) -> bool:
        return bool(check == "udp" and target["node"] == "worker-02")

    some = cells(endpoints, fails, ("icmp", "tcp", "udp", "mtu"))
    for place, cell in enumerate(some):
        if "latency_ms" in cell:
            cell["latency_ms"] = 0.05 + place * 7919 % 1000 / 100
    return report(
        endpoints, some, groups=[{"message": "2,990 cells: pods -> pods on worker-02, udp: timeout", "cells": 1}]
    )


def many_nodes(count: int = 50) -> dict[str, Any]:
    """Many nodes, two of which reach each other badly."""

    def fails(source: Mapping[str, Any], target: Mapping[str, Any], _check: str) -> bool:
        return {source["node"], target["node"]} == {"node7", "node31"}

    endpoints = pods(count, 1)
    return report(endpoints, cells(endpoints, fails, ("icmp",)), groups=[{"message": "8 cells: timeout", "cells": 8}])


def policy(name: str, spec: dict[str, Any], namespace: str = "shop") -> dict[str, Any]:
    """A NetworkPolicy, as the API stores it."""
    metadata = {"name": name, "namespace": namespace, "uid": "1", "managedFields": [{"manager": "x"}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


DENY = policy("deny", {"podSelector": {}, "policyTypes": ["Ingress"]})
WEB = policy(
    "web",
    {
        "podSelector": {"matchLabels": {"app": "db"}},
        "ingress": [
            {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]},
            {"from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]},
        ],
    },
)


def sequence(text: str = "") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A proof of two steps and its reports: all is denied, then the web reaches the database. text begins all names."""
    names = [f"shop/{text}web", f"shop/{text}db"]
    endpoints = [
        {"name": name, "kind": "pod", "addresses": ["10.244.1.2"], "node": "node1", "own": False} for name in names
    ]
    denied = "ingress: selected by shop/deny, and no rule allows it"
    allowed = f"ingress: allowed by shop/web ingress[0]; egress: no policy selects {names[0]}"
    steps, reports = [], []
    for number, (step, open_pair) in enumerate((("deny-all", None), ("web", (names[0], names[1])))):
        some, changed = cells(endpoints, checks=("tcp",)), []
        for cell in some:
            is_open = open_pair == (cell["source"], cell["target"])
            outcome, because = ("reachable", allowed) if is_open else ("blocked", denied)
            expected = {"outcome": outcome, "source": "own", "because": because, "decided_by": "api"}
            cell.update(port=80, outcome=outcome, expected=expected)
            if number == 0 or is_open:
                ends = {"source": cell["source"], "target": cell["target"]}
                more = {"protocol": "TCP", "port": 80, "family": "ipv4", "because": because}
                changed.append({**ends, **more, "allowed": is_open})
        reports.append(report(endpoints, some, name=f"{text}proof-{number + 1}"))
        steps.append(
            {
                "step": f"{text}{step}",
                "policies": ["shop/deny"] + ["shop/web"] * number,
                "definitions": [
                    DENY,
                    *[WEB] * number,
                    *[policy(text, {"podSelector": {"matchLabels": {text: text}}})] * bool(text),
                ],
                "changed": len(changed),
                "changed_cells": changed,
                "enforcement": f"enforced after {number + 1} s",
                "enforced_after_seconds": float(number + 1),
                "late": 0,
                "summary": reports[-1]["summary"],
            }
        )
    return steps, reports


def hostile() -> dict[str, Any]:
    """Every text that a stranger may choose is hostile."""
    endpoints = [
        {"name": name, "kind": "pod", "addresses": [HOSTILE], "node": f"{HOSTILE}{name[-1]}", "own": False}
        for name in (f"{HOSTILE}/a", f"{HOSTILE}/b")
    ]
    some = cells(endpoints, lambda *_: True)
    for cell in some:
        cell.update(message=HOSTILE, detail=HOSTILE, expected={**EXPECTED, "because": HOSTILE})
    texts = dict.fromkeys(("id", "cause", "remedy"), HOSTILE)
    names = {"source": endpoints[0]["name"], "target": endpoints[1]["name"]}
    trail = {**names, "check": "icmp", "family": "ipv4", "message": HOSTILE, "broken_at": 1, "evidence": [HOSTILE]}
    change = {**names, "check": "icmp", "before": HOSTILE, "after": HOSTILE}
    link = {"name": HOSTILE, "kind": HOSTILE, "mtu": 1500, "addresses": [HOSTILE]}
    where = endpoints[0]["node"]
    return report(
        endpoints,
        some,
        name=HOSTILE,
        groups=[{"message": HOSTILE, "cells": 4}],
        findings=[
            {
                **texts,
                "severity": "error",
                "nodes": [HOSTILE],
                "evidence": [HOSTILE],
                "explains": [{}],
                "explained_cells": 4,
            }
        ],
        trails=[
            {
                **trail,
                "source_change": dict.fromkeys(("old", "new", "place"), HOSTILE),
                "hops": [hop(endpoints[0]["name"], where, HOSTILE, "out", "veth")],
            }
        ],
        missing_nodes=[{"name": HOSTILE, "reason": HOSTILE}],
        comparison={"with": {"name": HOSTILE, "time": HOSTILE}, "worse": [change], "new": [change]},
        nodes=[{"name": where, "roles": [HOSTILE], "pod_subnets": [HOSTILE], "links": [link], "routes": [HOSTILE]}],
    )
