# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The route of an address, as C(ip -j route show match) lists it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_number,
    read_text,
)


def read_route(text: str) -> str:
    """Read the most specific of the routes that match an address, as ip(8) shows it to people; V(none) without any.

    Raises:
        InputError: the text is another
    """
    routes = [one for one in parse_json_objects(text) if one]
    if not routes:
        return "none"
    best = min(routes, key=lambda route: (-_length(route), read_number(route, "metric", 0)))
    kind, gateway, device = best.get("type"), best.get("gateway"), best.get("dev")
    parts = [str(kind)] if kind else []
    parts.append(read_text(best, "dst"))
    parts += [f"via {gateway}"] if gateway else []
    parts += [f"dev {device}"] if device else []
    parts += ["by several next hops"] if best.get("nexthops") else []
    return " ".join(parts)


def _length(route: Mapping[str, Any]) -> int:
    """The length of the prefix of a route. That of a single address has none in its text."""
    network = read_text(route, "dst")
    if network == "default":
        return 0
    length = network.partition("/")[2]
    return int(length) if length.isdigit() else 128


__all__ = ["read_route"]
