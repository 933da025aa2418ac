# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of a large matrix that passed and have no detail, as numbers by place. No I/O, no Ansible.

A thousand nodes have millions of such cells. We count them by multiplying sources and targets, and never list them. A
place names a node or an endpoint only where failures are: elsewhere names say nothing about a failure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import MOST_NAMES, Brief
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint, Target
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import (
    CellPlace,
    place_of,
    relation_of,
)

_ENDS = ("pod", "node")


@dataclass(frozen=True)
class Focus:
    """The nodes and endpoints that places name; None: all of them."""

    source_nodes: frozenset[str] | None
    sources: frozenset[str] | None
    target_nodes: frozenset[str] | None
    targets: frozenset[str] | None

    def widen(self, place: CellPlace) -> CellPlace:
        """Return the place without the names that it need not have."""
        return place._replace(
            source_node=_kept(place.source_node, self.source_nodes),
            source=_kept(place.source, self.sources),
            target_node=_kept(place.target_node, self.target_nodes),
            target=_kept(place.target, self.targets),
        )


def _kept(name: str, names: frozenset[str] | None) -> str:
    return name if names is None or name in names else ""


def focus_on(failed: Iterable[Cell], endpoints: Sequence[Endpoint], whole: bool = True) -> Focus:
    """Return the focus on the cells that failed. Where they are too many, names would explain nothing.

    Args:
        failed: the cells that failed
        endpoints: of the whole matrix
        whole: whether these are all cells that failed; of those that are not listed, places lack the target
    """
    nodes = {one.name: _node(one) for one in endpoints}
    every = has_few_nodes(endpoints)
    ends = {(cell.source, cell.target) for cell in failed}
    sources, targets = {source for source, _target in ends}, {target for _source, target in ends}
    return Focus(
        None if every else _few({nodes[name] for name in sources}),
        _few(sources),
        None if every else _few({nodes[name] for name in targets} if whole else nodes),
        _few(targets) if whole else frozenset(),
    )


def has_few_nodes(endpoints: Iterable[Endpoint]) -> bool:
    """Whether places name every node."""
    return len(set(map(_node, endpoints))) <= MOST_NAMES


def _few(names: Collection[str]) -> frozenset[str]:
    return frozenset(names) if len(names) <= MOST_NAMES else frozenset()


@dataclass(frozen=True)
class Crowd:
    """Cells that have no detail.

    Attributes:
        places: the number of those that passed, by place
        by_endpoint: the number of these that begin or end at each endpoint
        by_node: the number of these that begin or end at each node or its pods
        focus: the names that places have
        unlisted: the number of those that did not pass, by place and verdict
        unlisted_by_node: the number of these by the node that does not list them
    """

    places: Counter[CellPlace] = field(default_factory=Counter)
    by_endpoint: Counter[str] = field(default_factory=Counter)
    by_node: Counter[str] = field(default_factory=Counter)
    focus: Focus = Focus(None, None, None, None)
    unlisted: Counter[tuple[CellPlace, str]] = field(default_factory=Counter)
    unlisted_by_node: Counter[str] = field(default_factory=Counter)

    @property
    def cells(self) -> int:
        """The number of all cells that passed."""
        return sum(self.places.values())

    def unlisted_by(self, key: Callable[[CellPlace], Any]) -> dict[Any, Counter[str]]:
        """Return the number of unlisted cells with each verdict, by something that their places have."""
        found: dict[Any, Counter[str]] = defaultdict(Counter)
        for (place, verdict), number in self.unlisted.items():
            found[key(place)][verdict] += number
        return found


class _Side(NamedTuple):
    """A target as places have it, with a check."""

    kind: str
    node: str
    name: str
    check: str
    family: str


def _node(endpoint: Endpoint) -> str:
    return endpoint.node or endpoint.name


def count_crowd(
    endpoints: Sequence[Endpoint],
    targets: Sequence[Target],
    briefs: Iterable[Brief],
    sent: Iterable[Cell],
    focus: Focus,
) -> tuple[Crowd, dict[str, int]]:
    """Count the cells that the briefs are about.

    Args:
        endpoints, targets: of the whole matrix
        briefs: of the nodes
        sent: the cells that these nodes sent, which are none of the crowd
        focus: the names that places should have

    Returns:
        The crowd, and its number of cells by the node that probed them
    """
    briefs = list(briefs)
    counting = _Counting(endpoints, focus)
    by_missing: dict[frozenset[str], list[str]] = defaultdict(list)
    for brief in briefs:
        by_missing[frozenset(brief.missing)].append(brief.node)
    for missing, nodes in by_missing.items():
        counting.add([one for one in targets if one.address and one.name not in missing], set(nodes))
    for cell in sent:
        counting.remove(cell)
    unlisted: Counter[tuple[CellPlace, str]] = Counter()
    for brief in briefs:
        counting.remove_unlisted(brief)
        for one in brief.unlisted:
            unlisted[focus.widen(one.place), one.verdict] += one.cells
    by_node = Counter({brief.node: sum(one.cells for one in brief.unlisted) for brief in briefs})
    places = Counter({place: number for place, number in counting.places.items() if number})
    crowd = Crowd(places, +counting.by_endpoint, +counting.by_node, focus, unlisted, +by_node)
    return crowd, dict(counting.probed)


class _Counting:
    """The numbers, while targets are counted."""

    def __init__(self, endpoints: Sequence[Endpoint], focus: Focus) -> None:
        self._endpoints, self._focus = endpoints, focus
        self._by_name = {one.name: one for one in endpoints}
        self.places: Counter[CellPlace] = Counter()
        self.by_endpoint: Counter[str] = Counter()
        self.by_node: Counter[str] = Counter()
        self.probed: Counter[str] = Counter()  # by the node that probed

    def add(self, targets: Sequence[Target], nodes: Collection[str]) -> None:
        """Count all cells of the nodes' sources and these targets."""
        sources = [one for one in self._endpoints if one.kind in (*_ENDS, "controller") and _node(one) in nodes]
        names = {one.name for one in sources}
        common = [one for one in targets if not one.sources]
        self._add_ends([one for one in sources if one.kind in _ENDS], [one for one in common if one.kind in _ENDS])
        for target in common:
            if target.kind not in _ENDS:
                self._add_each([one for one in sources if one.probes(target.kind)], target)
        for target in targets:
            listed = (self._by_name[name] for name in target.sources if name in names)
            self._add_each([one for one in listed if one.probes(target.kind)], target)

    def _add_ends(self, sources: Sequence[Endpoint], targets: Sequence[Target]) -> None:
        """Count the cells of every source and every target, both pods and nodes: all, without those on one node."""
        sides: Counter[_Side] = Counter()
        local: dict[str, list[Target]] = defaultdict(list)
        for target in targets:
            sides.update(self._sides(target))
            local[_node(self._by_name[target.name])].append(target)
        for source in sources:
            here = Counter(side for target in local[_node(source)] for side in self._sides(target))
            for side, number in sides.items():
                self._count(source, side, number - here[side], "other")
            for target in local[_node(source)]:
                if target.name != source.name:
                    self._add_cells(source, target, "same")
        self._count_far_ends(sources, targets)

    def _count_far_ends(self, sources: Sequence[Endpoint], targets: Sequence[Target]) -> None:
        """Count, by target, the cells from other nodes."""
        families = Counter((family, _node(one)) for one in sources for family in one.families)
        everywhere: Counter[str] = Counter()
        for (family, _place), number in families.items():
            everywhere[family] += number
        for target in targets:
            node, family = _node(self._by_name[target.name]), family_of(target.address)
            number = (everywhere[family] - families[family, node]) * len(target.tries)
            self.by_endpoint[target.name] += number
            self.by_node[node] += number

    def _add_each(self, sources: Iterable[Endpoint], target: Target) -> None:
        """Count the cells of a target, source by source."""
        end = self._by_name[target.name]
        for source in sources:
            if source.name != target.name:
                self._add_cells(source, target, relation_of(_node(source), end))

    def _add_cells(self, source: Endpoint, target: Target, relation: str) -> None:
        """Count the cells of one pair, at both ends."""
        for side in self._sides(target):
            if side.family in source.families:
                self._count(source, side, 1, relation)
                self._count_target(source, target.name, 1)

    def _count(self, source: Endpoint, side: _Side, number: int, relation: str) -> None:
        """Count cells at their place and at their source."""
        if not number or side.family not in source.families:
            return
        focus, node = self._focus, _node(source)
        start = (source.kind, _kept(node, focus.source_nodes), _kept(source.name, focus.sources))
        place = CellPlace(*start, side.kind, side.node, side.name, relation, side.check, side.family)
        self.places[place] += number
        self.probed[node] += number
        self.by_endpoint[source.name] += number
        if source.kind in _ENDS:
            self.by_node[node] += number

    def _count_target(self, source: Endpoint, target: str, number: int) -> None:
        """Count cells at their target. A cell between two ends on one node counts once there."""
        self.by_endpoint[target] += number
        end = self._by_name[target]
        if end.kind in _ENDS and not (source.kind in _ENDS and _node(source) == _node(end)):
            self.by_node[_node(end)] += number

    def _sides(self, target: Target) -> Iterator[_Side]:
        end, focus = self._by_name[target.name], self._focus
        node, name = _kept(_node(end), focus.target_nodes), _kept(end.name, focus.targets)
        for one in target.tries:
            yield _Side(end.kind, node, name, one.check, family_of(target.address))

    def remove(self, cell: Cell) -> None:
        """Take a cell out that has a detail."""
        source = self._by_name[cell.source]
        self.places[self._focus.widen(place_of(cell, self._by_name))] -= 1
        self.probed[_node(source)] -= 1
        self.by_endpoint[cell.source] -= 1
        if source.kind in _ENDS:
            self.by_node[_node(source)] -= 1
        self._count_target(source, cell.target, -1)

    def remove_unlisted(self, brief: Brief) -> None:
        """Take the cells out that did not pass. All of their sources are pods and nodes."""
        for one in brief.unlisted:
            self.places[self._focus.widen(one.place)] -= one.cells
            self.probed[brief.node] -= one.cells
            self.by_endpoint[one.place.source] -= one.cells
            self.by_node[brief.node] -= one.cells
        for name, number in brief.unlisted_targets:
            self.by_endpoint[name] -= number
            if self._by_name[name].kind in _ENDS and _node(self._by_name[name]) != brief.node:
                self.by_node[_node(self._by_name[name])] -= number


__all__ = ["Crowd", "count_crowd", "focus_on", "has_few_nodes"]
