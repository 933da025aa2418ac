# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's blocks of pod addresses, and the routes to them. No I/O, no Ansible."""

from __future__ import annotations

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_fields, read_list, read_word
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_nodes


def blocks_without_route(affinities: Any, nodes: Any, routes: Any) -> list[str]:
    """Find the blocks that a node has no route to.

    A node has its own blocks as blackhole routes, so all blocks count.

    Args:
        affinities: the BlockAffinity objects; those of nodes that are gone, or that are being deleted, do not count
        nodes: the Node objects of the cluster
        routes: the output of C(ip -json route show) on the node, as data

    Raises:
        InputError: one of the three is no list, or has an item that is no object
    """
    names = {node.name for node in read_nodes(nodes)}
    reached = {
        read_word(read_fields(route, f"routes[{index}]"), "dst", f"routes[{index}]")
        for index, route in enumerate(read_list(routes, "routes"))
    }
    blocks: dict[str, None] = {}
    for index, item in enumerate(read_list(affinities, "affinities")):
        where = f"affinities[{index}]"
        spec = read_fields(read_fields(item, where).get("spec", {}), f"{where}.spec")
        deleted = str(spec.get("deleted")).lower() == "true"
        if read_word(spec, "node", f"{where}.spec") in names and spec.get("state") == "confirmed" and not deleted:
            blocks[str(spec.get("cidr"))] = None
    return [block for block in blocks if block not in reached]


__all__ = ["blocks_without_route"]
