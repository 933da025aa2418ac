# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's blocks of pod addresses, and the routes to them. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]


def blocks_without_route(affinities: Iterable[Object], nodes: Iterable[Object], routes: Iterable[Object]) -> list[str]:
    """Find the blocks that a node has no route to.

    A node has its own blocks as blackhole routes, so all blocks count.

    Args:
        affinities: the BlockAffinity objects; those of nodes that are gone, or that are being deleted, do not count
        nodes: the Node objects of the cluster
        routes: the output of `ip -json route show` on the node, as data
    """
    names = {node["metadata"]["name"] for node in nodes}
    reached = {route.get("dst") for route in routes}
    specs = [affinity["spec"] for affinity in affinities]
    blocks = [spec["cidr"] for spec in specs if spec["node"] in names and _in_use(spec)]
    return [block for block in dict.fromkeys(blocks) if block not in reached]


def _in_use(spec: Object) -> bool:
    return spec["state"] == "confirmed" and str(spec.get("deleted")).lower() != "true"


__all__ = ["blocks_without_route"]
