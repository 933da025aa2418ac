# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links, addresses, routes and neighbours, as ip(8) and bridge(8) show them, in a compact form. No I/O.

A cluster of 1,000 nodes has a million routes, so routes, neighbours and forwarding entries are texts in groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

_LISTED = 4000  # routes, neighbours or forwarding entries of a link


def compact_links(links: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Shorten the output of `ip -d -j address`.

    Returns:
        links: all but veth links, with name, kind, mac, mtu, up, master, addresses (CIDR form), and for VXLAN its
        identifier, local address, port and link; and veths: the number of veth links of each master and MTU
    """
    shown, veths = [], Counter[tuple[str, int]]()
    for link in links:
        kind = (link.get("linkinfo") or {}).get("info_kind")
        addresses = [f"{one.get('local')}/{one.get('prefixlen')}" for one in link.get("addr_info", [])]
        # A veth with an address is a NIC of a container node, or of a VM-like setup.
        if kind == "veth" and not any(one["scope"] == "global" for one in link.get("addr_info", [])):
            name = str(link.get("ifname"))
            veths[str(link.get("master") or ("cali" if name.startswith("cali") else "")), int(link.get("mtu", 0))] += 1
            continue
        shown.append(_link(link, kind, addresses))
    counted = [{"master": master, "mtu": mtu, "count": count} for (master, mtu), count in sorted(veths.items())]
    return {"links": shown, "veths": counted}


def _link(link: Mapping[str, Any], kind: Any, addresses: list[str]) -> dict[str, Any]:
    """Describe a link in short."""
    data = (link.get("linkinfo") or {}).get("info_data") or {}
    shown: dict[str, Any] = {
        "name": link.get("ifname"),
        "kind": kind or link.get("link_type"),
        "mac": link.get("address"),
        "mtu": link.get("mtu"),
        "up": "UP" in link.get("flags", []),
        "carrier": "LOWER_UP" in link.get("flags", []),
        "master": link.get("master"),
        "addresses": addresses,
    }
    if kind == "vxlan":
        names = {"id": "id", "local": "local", "port": "port", "link": "link"}
        shown["vxlan"] = {name: data.get(key) for name, key in names.items()}
    return {name: value for name, value in shown.items() if value is not None}


def compact_routes(routes: Iterable[Mapping[str, Any]], everything: str = "0.0.0.0/0") -> list[dict[str, Any]]:
    """Group the output of `ip -j route show table all` by table, link, type, protocol and metric.

    Args:
        routes: the output for one family
        everything: the network for which ip(8) writes "default" in this family

    Returns:
        Groups, each with the list routes, of texts such as "10.244.1.0/24 10.244.1.0": destination and gateway, or the
        destination alone. Left out: the kernel's local table, multicast, and routes to single pods of Calico.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for route in routes:
        table, kind = str(route.get("table", "main")), str(route.get("type", "unicast"))
        destination, nexthops = str(route.get("dst")), route.get("nexthops") or [route]
        destination = everything if destination == "default" else destination
        if table == "local" or kind in ("local", "broadcast", "multicast", "anycast"):
            continue
        if destination.startswith(("fe80:", "ff00:")):
            continue
        for hop in nexthops:
            device = str(hop.get("dev") or route.get("dev") or "")
            if device.startswith("cali") and "/" not in destination:
                continue
            gateway = hop.get("gateway") or (hop.get("via") or {}).get("host")
            key = (table, device, kind, str(route.get("protocol", "")), str(route.get("metric", 0)))
            groups.setdefault(key, []).append(f"{destination} {gateway}" if gateway else destination)
    names = ("table", "device", "type", "protocol", "metric")
    return [{**dict(zip(names, key)), "routes": found[:_LISTED]} for key, found in groups.items()]


def compact_neighbours(neighbours: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write permanent neighbours of an overlay link as "ADDRESS MAC", for IPv4."""
    found = [
        f"{one['dst']} {one['lladdr']}"
        for one in neighbours
        if "lladdr" in one and ":" not in str(one.get("dst")) and "PERMANENT" in one.get("state", [])
    ]
    return sorted(found)[:_LISTED]


def compact_forwarding(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write the forwarding entries of an overlay link, of `bridge -j fdb show`, as "MAC ADDRESS"."""
    return sorted(f"{one['mac']} {one['dst']}" for one in entries if "dst" in one and "mac" in one)[:_LISTED]


__all__ = ["compact_forwarding", "compact_links", "compact_neighbours", "compact_routes"]
