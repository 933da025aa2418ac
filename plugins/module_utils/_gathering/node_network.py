# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links and routes of a node for a drawing of the network. Nothing fails: a part that cannot be read is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_optional_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.links import compact_links, gateway_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

_LINKS, _ROUTES = 50, 100  # a node of Calico has a route for each of its pods, and nodes with ipvs have many addresses
_SHOWN = ("name", "kind", "mtu", "addresses")
_INSIDE = ("loopback", "dummy", "ifb")


def read_node_network(reader: Reader) -> dict[str, Any]:
    """Return C(links) with name, kind, MTU and addresses, and C(routes) to networks as texts."""
    routes = [
        route
        for version in ("-4", "-6")
        for route in _read(reader, _drawn_routes, "ip", version, "-json", "route", "show", "table", "main")
    ]
    links = _read(reader, _drawn_links, "ip", "-details", "-json", "address", "show")
    return {"links": links, "routes": routes[:_ROUTES]}


def _read(reader: Reader, parse: Callable[[list[Mapping[str, Any]]], list[Any]], *command: str) -> list[Any]:
    """Parse what a program prints; nothing when it prints something else."""
    try:
        return parse(parse_json_objects(reader.output(None, *command) or "[]"))
    except InputError:
        return []


def _drawn_links(links: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Shorten the output of C(ip -details -json address), without the links to pods and those that lead nowhere."""
    found = compact_links(links)["links"]
    shown = [{name: one[name] for name in _SHOWN if one.get(name)} for one in found if one.get("kind") not in _INSIDE]
    for one in shown:
        own = [address for address in one.get("addresses", []) if not address.startswith("fe80:")]
        one.update(addresses=own[:10])
    return shown[:_LINKS]


def _drawn_routes(routes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write routes to networks that have a gateway, as ip(8) does. The default route is left out."""
    found = []
    for route in routes:
        destination, via = read_optional_text(route, "dst") or "", gateway_of(route)
        if "/" not in destination or destination.startswith(("fe80:", "ff00:")) or not via:
            continue
        found.append(f"{destination} via {via} dev {route.get('dev', '')}")
    return found


__all__ = ["read_node_network"]
