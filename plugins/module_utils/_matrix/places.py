# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The place of a cell in the cluster, by which failures are grouped. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint


class CellPlace(NamedTuple):
    """The place of a cell. Names are empty in the first pass. An endpoint that is on no node has its name as node."""

    source_kind: str
    source_node: str
    source: str
    target_kind: str
    target_node: str
    target: str
    relation: str
    check: str
    family: str


def place_of(cell: Cell, by_name: Mapping[str, Endpoint]) -> CellPlace:
    """Return the place of a cell."""
    source, target = by_name[cell.source], by_name[cell.target]
    source_node, target_node = source.node or source.name, target.node or target.name
    relation = relation_of(source_node, target)
    return CellPlace(
        source.kind, source_node, source.name, target.kind, target_node, target.name, relation, cell.check, cell.family
    )


def relation_of(source_node: str, target: Endpoint) -> str:
    """Return whether a target, or its backends, are on the source's node; empty where that has no meaning."""
    if target.kind in ("pod", "node"):
        return "same" if source_node == (target.node or target.name) else "other"
    if not target.overlay_nodes:
        return "host" if target.backend_nodes else ""
    if target.via is not None and len(target.backend_nodes) == 1:
        return "delivered" if target.via in target.backend_nodes else "forwarded"
    if source_node not in target.backend_nodes:
        return "other"
    return "same" if len(target.backend_nodes) == 1 else "several"


__all__ = ["CellPlace", "place_of", "relation_of"]
