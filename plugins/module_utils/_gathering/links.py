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

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    read_number,
    read_objects,
    read_optional_object,
    read_optional_text,
    read_text,
    read_texts,
)

_LISTED = 4000  # routes, neighbours or forwarding entries of a link


def compact_links(links: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Shorten the output of `ip -d -j address`.

    Returns:
        links: all but veth links, with name, kind, mac, mtu, up, master, addresses (CIDR form), and for VXLAN its
        identifier, local address, port and link; and veths: the number of veth links of each master and MTU

    Raises:
        InputError: a link has another form
    """
    shown, veths = [], Counter[tuple[str, int]]()
    for link in filter(None, links):  # ip of older releases prints an empty object for a link that it filters out
        kind, held = read_optional_text(read_optional_object(link, "linkinfo"), "info_kind"), _held(link)
        # A veth with an address is a NIC of a container node, or of a VM-like setup.
        if kind == "veth" and not any(one.get("scope") == "global" for one in held):
            master = read_optional_text(link, "master") or ("cali" if _name(link).startswith("cali") else "")
            veths[master, read_number(link, "mtu", 0)] += 1
            continue
        shown.append(_link(link, kind, [f"{one['local']}/{read_number(one, 'prefixlen')}" for one in held]))
    counted = [{"master": master, "mtu": mtu, "count": count} for (master, mtu), count in sorted(veths.items())]
    return {"links": shown, "veths": counted}


def _name(link: Mapping[str, Any]) -> str:
    return read_text(link, "ifname")


def _held(link: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The addresses of a link; an entry without one is left out."""
    held = read_objects(link, "addr_info") if "addr_info" in link else []
    return [one for one in held if read_optional_text(one, "local")]


def _link(link: Mapping[str, Any], kind: str | None, addresses: list[str]) -> dict[str, Any]:
    """Describe a link in short."""
    data = read_optional_object(read_optional_object(link, "linkinfo"), "info_data")
    flags = read_texts(link, "flags")
    shown: dict[str, Any] = {
        "name": _name(link),
        "kind": kind or read_optional_text(link, "link_type"),
        "mac": read_optional_text(link, "address"),
        "mtu": read_number(link, "mtu", 0) or None,
        "up": "UP" in flags,
        "carrier": "LOWER_UP" in flags,
        "master": read_optional_text(link, "master"),
        "addresses": addresses,
    }
    if kind == "vxlan":
        numbers = {name: read_number(data, name, 0) or None for name in ("id", "port")}
        # iproute2 has another name for an IPv6 address.
        local = read_optional_text(data, "local") or read_optional_text(data, "local6")
        shown["vxlan"] = {**numbers, "local": local, "link": read_optional_text(data, "link")}
    return {name: value for name, value in shown.items() if value is not None}


def compact_routes(routes: Iterable[Mapping[str, Any]], everything: str = "0.0.0.0/0") -> list[dict[str, Any]]:
    """Group the output of `ip -j route show table all` by table, link, type, protocol and metric.

    Args:
        routes: the output for one family
        everything: the network for which ip(8) writes "default" in this family

    Returns:
        Groups, each with the list routes, of texts such as "10.244.1.0/24 10.244.1.0": destination and gateway, or the
        destination alone. Left out: the kernel's local table, multicast, and routes to single pods of Calico.

    Raises:
        InputError: a route has another form
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for route in filter(None, routes):
        table, kind = str(route.get("table", "main")), str(route.get("type", "unicast"))
        destination, nexthops = read_text(route, "dst"), [route]
        if route.get("nexthops"):
            nexthops = read_objects(route, "nexthops")
        destination = everything if destination == "default" else destination
        if table == "local" or kind in ("local", "broadcast", "multicast", "anycast"):
            continue
        if destination.startswith(("fe80:", "ff00:")):
            continue
        for hop in nexthops:
            device = str(hop.get("dev") or route.get("dev") or "")
            if device.startswith("cali") and "/" not in destination:
                continue
            gateway = gateway_of(hop)
            key = (table, device, kind, str(route.get("protocol", "")), str(route.get("metric", 0)))
            groups.setdefault(key, []).append(f"{destination} {gateway}" if gateway else destination)
    names = ("table", "device", "type", "protocol", "metric")
    return [{**dict(zip(names, key)), "routes": found[:_LISTED]} for key, found in groups.items()]


def gateway_of(route: Mapping[str, Any]) -> str | None:
    """Read the gateway of a route or of a next hop, also one of the other family. Raises InputError."""
    return read_optional_text(route, "gateway") or read_optional_text(read_optional_object(route, "via"), "host")


def compact_neighbours(neighbours: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write permanent neighbours of an overlay link as "ADDRESS MAC", for IPv4. Raises InputError."""
    found = [
        f"{read_text(one, 'dst')} {read_text(one, 'lladdr')}"
        for one in neighbours
        if "lladdr" in one and ":" not in read_text(one, "dst") and "PERMANENT" in read_texts(one, "state")
    ]
    return sorted(found)[:_LISTED]


def compact_forwarding(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write the forwarding entries of an overlay link, of `bridge -j fdb show`, as "MAC ADDRESS". Raises InputError."""
    found = [f"{read_text(one, 'mac')} {read_text(one, 'dst')}" for one in entries if "dst" in one and "mac" in one]
    return sorted(found)[:_LISTED]


__all__ = ["compact_forwarding", "compact_links", "compact_neighbours", "compact_routes", "gateway_of"]
