# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links and routes of a node for a drawing of the network. Nothing fails: a part that cannot be read is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.links import compact_links
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

_LINKS, _ROUTES = 50, 100  # a node of Calico has a route for each of its pods, and nodes with ipvs have many addresses
_SHOWN = ("name", "kind", "mtu", "addresses")
_INSIDE = ("loopback", "dummy", "ifb")


def read_node_network(reader: Reader) -> dict[str, Any]:
    """Return C(links) with name, kind, MTU and addresses, and C(routes) to networks as texts."""
    links = _objects(reader.output(None, "ip", "-details", "-json", "address", "show"))
    routes = [
        route
        for version in ("-4", "-6")
        for route in _objects(reader.output(None, "ip", version, "-json", "route", "show", "table", "main"))
    ]
    return {"links": _drawn_links(links), "routes": _drawn_routes(routes)}


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
        destination, via = str(route.get("dst", "")), route.get("gateway") or (route.get("via") or {}).get("host")
        if "/" not in destination or destination.startswith(("fe80:", "ff00:")) or not via:
            continue
        found.append(f"{destination} via {via} dev {route.get('dev', '')}")
    return found[:_ROUTES]


def _objects(text: str | None) -> list[Mapping[str, Any]]:
    """Read a list of objects; another text is none."""
    with suppress(ValueError):
        found = json.loads(text or "[]")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return []


__all__ = ["read_node_network"]
