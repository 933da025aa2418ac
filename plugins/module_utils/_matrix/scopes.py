# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pairs that a verification probes when it does not probe all of them. No I/O, no Ansible.

C(node_pairs) has one pod of each node and the nodes themselves, in every direction. C(sample) has each pod and node
with a few others that a seed chooses. We add pairs until every node and every direction between two zones is there.

In both scopes two delegates of each node, the node and one pod, probe Services, the DNS and addresses outside. A target
that each node has, such as a NodePort, is probed from its own node and from one other.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

SCOPES = ("full", "node_pairs", "sample")
LARGEST_SAMPLE = 1000
_ENDS = ("pod", "node")  # kinds that are sources and targets


@dataclass(frozen=True)
class PairScope:
    """The pairs that a user asks for.

    Attributes:
        name: one of SCOPES
        size: in a sample, the number of pods and nodes that each of them probes
        seed: in a sample, the text that chooses them
        label: in a sample, the label of nodes whose values are zones
    """

    name: str = "full"
    size: int = 5
    seed: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.name not in SCOPES:
            raise InputError(f"scope is {self.name!r}: choose from {', '.join(SCOPES)}")
        if not 1 <= self.size <= LARGEST_SAMPLE:
            raise InputError(f"sample_size is {self.size}: it must be from 1 to {LARGEST_SAMPLE}")


@dataclass(frozen=True)
class Selection:
    """The pairs that are probed.

    Attributes:
        endpoints: the endpoints that have a cell
        sources: the names of the sources of each target that not all of them probe
        statement: what was probed and what was left out, for the report; empty for a full proof
    """

    endpoints: list[Endpoint]
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    statement: dict[str, Any] = field(default_factory=dict)


def select_pairs(endpoints: Sequence[Endpoint], scope: PairScope, zones: Mapping[str, str]) -> Selection:
    """Choose the pairs to probe.

    Args:
        endpoints: of the whole cluster
        scope: the pairs that the user asks for
        zones: the zone of each node that has one, by the name of the node
    """
    if scope.name == "full":
        return Selection(list(endpoints))
    return _node_pairs(endpoints) if scope.name == "node_pairs" else _sample(endpoints, scope, zones)


def _node_pairs(endpoints: Sequence[Endpoint]) -> Selection:
    # A Service of ours leads to the first of our pods on a node.
    delegates = _delegates(endpoints, {one.name: (not one.own, one.name) for one in endpoints})
    names = {one.name for one in delegates}
    kept = [one for one in endpoints if one.kind not in _ENDS or one.name in names]
    listed = _sources_of_others(kept, delegates, sorted({_node(one) for one in delegates}))
    # Here the delegates are all sources, and a target that all of them probe lists none.
    sources = {target: some for target, some in listed.items() if not names <= set(some)}
    left_out = len(endpoints) - len(kept)
    counts = _counts(endpoints, kept, sources)
    others = f"{left_out} other pods were left out" if left_out != 1 else "1 other pod was left out"
    says = [
        "Scope node_pairs: one pod of each node and the nodes themselves, in every direction: "
        f"{counts['pairs']} of {counts['all_pairs']} pairs of endpoints. {others}."
    ]
    return Selection(kept, sources, {"name": "node_pairs", **counts, "left_out_pods": left_out, "says": says})


def _sample(endpoints: Sequence[Endpoint], scope: PairScope, zones: Mapping[str, str]) -> Selection:
    dice = _Dice(scope.seed)
    ends = [one for one in endpoints if one.kind in _ENDS]
    pairs = list(_drawn(ends, scope.size, dice))
    pairs += _added(ends, pairs, zones, dice)
    found: dict[str, list[str]] = {ends[target].name: [] for _source, target in pairs}
    for source, target in sorted(pairs):
        found[ends[target].name].append(ends[source].name)
    delegates = _delegates(ends, {one.name: dice.number() for one in ends})
    ring = sorted(sorted({_node(one) for one in ends}), key=lambda _node_name: dice.number())
    chosen = {target: tuple(some) for target, some in found.items()}
    sources = {**chosen, **_sources_of_others(endpoints, delegates, ring)}
    statement = _statement(ends, scope, zones, _counts(endpoints, endpoints, sources))
    return Selection(list(endpoints), sources, statement)


def _node(endpoint: Endpoint) -> str:
    return endpoint.node or endpoint.name


def _delegates(endpoints: Iterable[Endpoint], ranks: Mapping[str, Any]) -> list[Endpoint]:
    """Return one pod and the node itself of each node: those that take part, with most families, of the least rank."""
    groups: dict[tuple[str, str], list[Endpoint]] = defaultdict(list)
    for one in endpoints:
        if one.kind in _ENDS:
            groups[_node(one), one.kind].append(one)
    return [
        min(some, key=lambda one: (bool(one.missing), -len(one.families), ranks[one.name])) for some in groups.values()
    ]


def _sources_of_others(
    endpoints: Iterable[Endpoint], delegates: Iterable[Endpoint], ring: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the sources of each target that is no pod and no node.

    Args:
        endpoints: of the matrix
        delegates: as _delegates() returns them
        ring: the nodes; a target that stands for a node is probed from that node and from the next one
    """
    by_node: dict[str, list[str]] = {node: [] for node in ring}
    for one in delegates:
        by_node[_node(one)].append(one.name)
    following = dict(zip(ring, [*ring[1:], *ring[:1]]))
    everyone = [name for names in by_node.values() for name in names]
    found = {}
    for one in endpoints:
        if one.kind not in (*_ENDS, "controller"):
            home = _home(one)
            names = [*by_node[home], *by_node[following[home]]] if home in following else everyone
            controllers = (other.name for other in endpoints if other.kind == "controller" and other.probes(one.kind))
            found[one.name] = tuple(dict.fromkeys([*names, *controllers]))
    return found


def _home(target: Endpoint) -> str | None:
    """Return the node that a target stands for: many nodes have such a target each."""
    stands = target.kind == "headless" or (target.kind == "service" and target.own)
    return target.via or (target.backend_nodes[0] if stands and len(target.backend_nodes) == 1 else None)


class _Dice:
    """Random numbers that a seed repeats in every version of Python, which promises that of random() alone."""

    def __init__(self, seed: str) -> None:
        self.number = Random(seed).random

    def below(self, most: int) -> int:
        """Return a whole number from 0 up to, and without, C(most)."""
        return int(self.number() * most)

    def choose(self, most: int, size: int) -> set[int]:
        """Return so many numbers below C(most), or all of them. Each set is as likely as any other (Floyd, 1987)."""
        chosen: set[int] = set()
        for last in range(max(0, most - size), most):
            number = self.below(last + 1)
            chosen.add(last if number in chosen else number)
        return chosen


def _drawn(ends: Sequence[Endpoint], size: int, dice: _Dice) -> Iterator[tuple[int, int]]:
    """Yield pairs of each source with C(size) others, as positions."""
    reached: dict[frozenset[str], list[int]] = {}
    for number, source in enumerate(ends):
        if source.families not in reached:
            reached[source.families] = [other for other, one in enumerate(ends) if _meet(source, one)]
        others = reached[source.families]
        own = bisect_left(others, number)
        for chosen in sorted(dice.choose(len(others) - 1, size)):
            yield number, others[chosen + (chosen >= own)]


def _meet(one: Endpoint, other: Endpoint) -> bool:
    """Whether two endpoints have a family in common. The families of a missing one may not be known."""
    return not one.families or not other.families or bool(one.families & other.families)


_Group = tuple[str, ...]  # a set of pods and nodes, such as ("node", "node1", "pod") and ("zone", "east")
_EVERYONE: _Group = ("everyone",)


def _groups_of(end: Endpoint, zones: Mapping[str, str]) -> tuple[_Group, ...]:
    return ("node", _node(end), end.kind), ("kind", end.kind), ("zone", zones.get(_node(end), ""))


def _added(
    ends: Sequence[Endpoint], pairs: Iterable[tuple[int, int]], zones: Mapping[str, str], dice: _Dice
) -> Iterator[tuple[int, int]]:
    """Yield a pair for each direction between two groups that C(pairs) lack.

    Pairs between two nodes that take part must lead from each node to each kind of endpoint and the other way round,
    and from each zone to each zone. Besides, each endpoint must be a target.
    """
    groups: dict[_Group, list[int]] = defaultdict(list)
    for number, end in enumerate(ends):
        groups[("end", str(number))] = [number]
        for group in () if end.missing else (*_groups_of(end, zones), _EVERYONE):
            groups[group].append(number)
    covered = {way for pair in pairs for way in _ways(ends, *pair, zones)}
    for way in _wanted(list(groups)):
        if way not in covered:
            pair = _choose_pair(ends, groups[way[0]], groups[way[1]], way[0] != _EVERYONE, dice)
            if pair:
                covered.update(_ways(ends, *pair, zones))
                yield pair


def _ways(ends: Sequence[Endpoint], source: int, target: int, zones: Mapping[str, str]) -> Iterator[Any]:
    """Yield the directions between groups, as _wanted() has them, that a pair covers."""
    one, other = ends[source], ends[target]
    if one.missing:
        return
    yield _EVERYONE, ("end", str(target))
    if not other.missing and _node(one) != _node(other):
        ours, theirs = _groups_of(one, zones), _groups_of(other, zones)
        yield from ((ours[0], theirs[1]), (ours[1], theirs[0]), (ours[2], theirs[2]))


def _wanted(groups: Iterable[_Group]) -> Iterator[tuple[_Group, _Group]]:
    """Yield the directions between groups that a sample must have."""
    sorts: dict[str, list[_Group]] = defaultdict(list)
    for group in groups:
        sorts[group[0]].append(group)
    yield from product(sorts["node"], sorts["kind"])
    yield from product(sorts["kind"], sorts["node"])
    yield from product(sorts["zone"], sorts["zone"])
    yield from product([_EVERYONE], sorts["end"])


def _choose_pair(
    ends: Sequence[Endpoint], sources: Sequence[int], targets: Iterable[int], across: bool, dice: _Dice
) -> tuple[int, int] | None:
    """Draw a pair, between two nodes if it must be C(across) nodes; None: there is none."""
    first = dice.below(len(sources))
    for number in [*sources[first:], *sources[:first]]:
        source = ends[number]
        able = [
            other
            for other in targets
            if other != number and _meet(source, ends[other]) and not (across and _node(source) == _node(ends[other]))
        ]
        if able:
            return number, able[dice.below(len(able))]
    return None


def _counts(
    endpoints: Sequence[Endpoint], kept: Iterable[Endpoint], sources: Mapping[str, tuple[str, ...]]
) -> dict[str, int]:
    """Count the pairs that are probed, and those of a full proof."""
    kept = list(kept)
    probed = {one.name: sources[one.name] for one in kept if one.name in sources}
    listed = sum(len(some) for some in probed.values())
    return {"pairs": listed + _pairs(kept, probed), "all_pairs": _pairs(endpoints, {})}


def _pairs(endpoints: Sequence[Endpoint], without: Mapping[str, Any]) -> int:
    """Count the pairs of every source and every target, without those of some targets."""
    kinds = Counter(one.kind for one in endpoints)
    ends = kinds["pod"] + kinds["node"]
    targets = [one for one in endpoints if one.kind != "controller" and one.name not in without]
    ports = sum(one.kind == "nodeport" for one in targets)
    return sum(ends - (one.kind in _ENDS) for one in targets) + kinds["controller"] * ports


def _statement(
    ends: Sequence[Endpoint], scope: PairScope, zones: Mapping[str, str], counts: Mapping[str, int]
) -> dict[str, Any]:
    """Return what the report says of a sample, with the chances to meet a fault."""
    others = max(1, len(ends) - 1)
    size = min(scope.size, others)
    least = min(Counter(map(_node, ends)).values(), default=0)
    # Sources draw independently. Pairs that are added only raise the chance.
    missed = math.comb(max(0, others - least), size) / math.comb(others, size)
    chances = {"of_pair": size / others, "of_nodes": 1 - missed**least}
    names = sorted({zones[_node(one)] for one in ends if _node(one) in zones})
    split = f"every direction between the {len(names)} values of {scope.label}" if len(names) > 1 else ""
    lacking = "" if split else f" No zones were told apart: the nodes differ in no label {scope.label}."
    says = [
        f"Scope sample: each pod and node probed {size} of {others} others: {counts['pairs']} of {counts['all_pairs']} "
        "pairs of endpoints. Each node, each endpoint as source and as target"
        f"{f', {split}' if split else ''} and each check have cells.{lacking}",
        "A fault of all cells from or to one endpoint is met for certain, one of a single pair with a chance of "
        f"{_percent(chances['of_pair'])}, one of all pairs from one node to another with at least "
        f"{_percent(chances['of_nodes'])}.",
        f"connectivity_sample_seed={scope.seed} repeats this sample.",
    ]
    drawn = {"size": scope.size, "seed": scope.seed, "label": scope.label, "zones": names}
    return {"name": "sample", **counts, **drawn, "chances": chances, "says": says}


def _percent(chance: float) -> str:
    """Write a chance, rounded down, so that no chance below 1 becomes 100 %."""
    if chance >= 1:
        return "100 %"
    scale = 10 ** max(1, 1 - math.floor(math.log10(100 * chance)))
    return f"{math.floor(100 * chance * scale) / scale:g} %"


__all__ = ["PairScope", "select_pairs"]
