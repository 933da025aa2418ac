# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bad cells of a verification, and sets of cells that a fault explains. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import BAD_VERDICTS
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import check_shape
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import REPORT

_SCHEMA = "podnet.kubernetes/connectivity-report"
_VERSIONS = (1, 2)


@dataclass(frozen=True)
class FailedCell:
    """A cell that failed, is flapping or was not probed, with the place of both ends.

    Attributes:
        target_nodes: the node of the target, or the nodes of the backends of a Service
        message: the fault in words
        via: the node whose NodePort was asked, which is on the way; empty for other targets
        source_addresses: of the source, as the verification read them
        probed: False: a node took no part in the verification
        translated: whether the target saw another source address or port than the socket's
    """

    source: str
    source_kind: str
    source_node: str
    target: str
    target_kind: str
    target_nodes: frozenset[str]
    check: str
    family: str
    message: str
    via: str = ""
    source_addresses: tuple[str, ...] = ()
    probed: bool = True
    translated: bool = False

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}, {self.check}: {self.message}"


@dataclass(frozen=True)
class Scope:
    """A set of cells. A field that is None fits any cell.

    Attributes:
        sources, targets: nodes of the source, and of the target or a backend. The node of a NodePort counts as both: it
            takes packets in, and sends them to a backend
        kinds: of the target
        checks: names of checks
        across: only cells between different nodes
        source_names: of the sources themselves, such as podnet-connectivity/node1-1
        families: address families, ipv4 and ipv6
        unprobed: only cells that were not probed. A fault of the network explains none of them
        translated: only cells whose target saw another source address or port than the socket's
    """

    sources: frozenset[str] | None = None
    targets: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    checks: frozenset[str] | None = None
    source_kinds: frozenset[str] | None = None
    across: bool = False
    source_names: frozenset[str] | None = None
    unprobed: bool = False
    families: frozenset[str] | None = None
    translated: bool = False

    def covers(self, cell: FailedCell) -> bool:
        """Whether the cell is in the set."""
        return (
            cell.probed is not self.unprobed
            and (self.sources is None or cell.source_node in self.sources or cell.via in self.sources)
            and (self.targets is None or bool(cell.target_nodes & self.targets) or cell.via in self.targets)
            and (self.kinds is None or cell.target_kind in self.kinds)
            and (self.checks is None or cell.check in self.checks)
            and (self.source_kinds is None or cell.source_kind in self.source_kinds)
            and (self.source_names is None or cell.source in self.source_names)
            and (self.families is None or cell.family in self.families)
            and (cell.translated or not self.translated)
            and not (self.across and cell.target_nodes <= {cell.source_node} and cell.via in ("", cell.source_node))
        )


class CellsByNode:
    """Bad cells by the nodes of their ends: of 1,000 nodes with a finding each, no finding looks at all cells."""

    def __init__(self, cells: Sequence[FailedCell]) -> None:
        self._cells = cells
        self._from: dict[str, list[int]] = defaultdict(list)
        self._to: dict[str, list[int]] = defaultdict(list)
        for number, cell in enumerate(cells):
            for node in {cell.source_node, cell.via} - {""}:
                self._from[node].append(number)
            for node in {*cell.target_nodes, cell.via} - {""}:
                self._to[node].append(number)

    def covered(self, scopes: Iterable[Scope]) -> set[int]:
        """Return the numbers of the cells that are in one of the sets."""
        return {number for one in scopes for number in self._near(one) if one.covers(self._cells[number])}

    def _near(self, scope: Scope) -> Iterable[int]:
        """The cells that may be in a set."""
        if scope.sources is not None:
            return (number for node in scope.sources for number in self._from.get(node, ()))
        if scope.targets is not None:
            return (number for node in scope.targets for number in self._to.get(node, ()))
        return range(len(self._cells))


PROXIED = frozenset(("service", "nodeport", "loadbalancer", "dns"))  # kinds of targets that kube-proxy leads to pods
OVER_PODS = PROXIED | {"pod", "headless"}  # kinds of targets whose packets go to pods


def scope_as_dict(scope: Scope) -> dict[str, Any]:
    """Return the JSON form of a scope: the fields that choose."""
    chosen = {name: value for name, value in vars(scope).items() if value is not None and value is not False}
    return {name: value if value is True else sorted(value) for name, value in chosen.items()}


def either_end(nodes: Iterable[str], kinds: frozenset[str] | None = OVER_PODS) -> tuple[Scope, ...]:
    """Return the cells between different nodes that have one of these nodes at an end."""
    names = frozenset(nodes)
    return Scope(sources=names, kinds=kinds, across=True), Scope(targets=names, kinds=kinds, across=True)


def unprobed_of(nodes: Iterable[str]) -> tuple[Scope, ...]:
    """Return the cells that were not probed and have one of these nodes at an end."""
    names = frozenset(nodes)
    return Scope(sources=names, unprobed=True), Scope(targets=names, unprobed=True)


def load_failed_cells(report: Any) -> tuple[FailedCell, ...]:
    """Read the bad cells from a report (report.json) of a verification.

    Raises:
        InputError: it is no such report
    """
    if report is None:
        return ()
    if not isinstance(report, Mapping) or report.get("schema") != _SCHEMA:
        raise InputError(f"report is no report.json of a verification: its schema is not {_SCHEMA}")
    if report.get("version") not in _VERSIONS:
        known = " and ".join(map(str, _VERSIONS))
        raise InputError(
            f"report has version {report.get('version')!r} of its schema, and this collection reads {known}: "
            "use the version of the collection that wrote it"
        )
    check_shape(report, REPORT, "report")
    endpoints: dict[str, Mapping[str, Any]] = {one["name"]: one for one in report["endpoints"]}
    return tuple(_cell(one, endpoints) for one in report["cells"] if one["verdict"] in BAD_VERDICTS)


def _cell(cell: Mapping[str, Any], endpoints: Mapping[str, Mapping[str, Any]]) -> FailedCell:
    unknown = [cell[end] for end in ("source", "target") if cell[end] not in endpoints]
    if unknown:
        raise InputError(f"report has a cell of {unknown[0]}, which is none of its endpoints")
    source, target = endpoints[cell["source"]], endpoints[cell["target"]]
    nodes = target.get("overlay_nodes") or target.get("backend_nodes") or [target.get("node") or target["name"]]
    return FailedCell(
        cell["source"],
        source["kind"],
        source.get("node") or source["name"],
        cell["target"],
        target["kind"],
        frozenset(nodes),
        cell["check"],
        cell["family"],
        str(cell.get("message") or cell.get("reason") or cell.get("outcome")),
        target.get("via") or "",
        tuple(source.get("addresses") or ()),
        cell["verdict"] != "not probed",
        bool(cell.get("translated")),
    )


__all__ = [
    "OVER_PODS",
    "PROXIED",
    "CellsByNode",
    "FailedCell",
    "Scope",
    "either_end",
    "load_failed_cells",
    "scope_as_dict",
    "unprobed_of",
]
