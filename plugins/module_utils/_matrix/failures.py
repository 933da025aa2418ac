# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of failures that have something in common, each with one sentence. No I/O, no Ansible.

A cell has several dimensions: kinds, nodes and names of both ends, whether both are on one node, check and family.
A pattern fixes some dimensions. When every observed cell of a pattern fails, the pattern is the footprint of a fault.
A pattern that fixes fewer dimensions is nearer to the fault, so we search the widest patterns. The first pass ignores
the names of pods, because that makes few keys of many cells. The second pass explains the rest with names. Failures
that no pattern explains are grouped by their fault. So are flapping cells, because flapping is scattered by nature.
Cells of an endpoint that is missing say nothing about the network. They are grouped by the reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from operator import itemgetter
from typing import Any, Callable, Optional

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import OPEN_VERDICTS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS, KINDS, Cell, Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import Crowd
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import Judgement
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import CellPlace, place_of

_NO_CROWD = Crowd()
_LIMIT = 12  # groups that a person reads
_SHARE = 0.01  # of all failed cells: a pattern must explain as many
_EXPLAINED = 3  # faults in one sentence
_NAMED = 5  # nodes or endpoints in one sentence


@dataclass(frozen=True)
class Group:
    """Failures that have something in common.

    Attributes:
        message: a sentence with the number of cells, the place of the cells and the fault
        cells: the number of cells; no cell is in two groups
    """

    message: str
    cells: int


_Values = frozenset[str]
_Pattern = tuple[Optional[_Values], ...]  # the fixed values of each dimension; None: any
_SOURCE_KIND, _SOURCE_NODE, _SOURCE, _TARGET_KIND, _TARGET_NODE, _TARGET, _RELATION, _CHECK, _FAMILY = range(9)

# The dimensions that a pattern may fix, without names and with names. The one that says most about a cause is first.
_BY_NODE = (_TARGET_KIND, _SOURCE_KIND, _RELATION, _SOURCE_NODE, _TARGET_NODE, _CHECK, _FAMILY)
_BY_NAME = (_TARGET, _SOURCE, _TARGET_KIND, _SOURCE_KIND, _RELATION, _SOURCE_NODE, _TARGET_NODE, _CHECK, _FAMILY)
_IMPLIED = {_SOURCE: {_SOURCE_KIND, _SOURCE_NODE}, _TARGET: {_TARGET_KIND, _TARGET_NODE}}

_PLURALS = {
    "pod": "pods",
    "node": "nodes",
    "controller": "the controller",
    "service": "Services",
    "headless": "pods of headless Services",
    "nodeport": "NodePorts",
    "loadbalancer": "external addresses of Services",
    "dns": "DNS",
    "outside": "outside addresses",
}
_RELATIONS = {
    "other": "on other nodes",
    "same": "on the same node",
    "several": "with backends on this node and others",
    "host": "with backends in the host network",
    "forwarded": "with backends beyond the node of the port",
    "delivered": "with backends at the node of the port",
}


@dataclass(frozen=True)
class _Failures:
    """A pattern and the failures that it explains.

    Attributes:
        pattern: the fixed dimensions
        keys: the places of these failures, and of failures in the pattern that an earlier pattern explains
        judgements: the failures
        total: number of cells in the pattern; None: all of them have failed
    """

    pattern: _Pattern
    keys: tuple[CellPlace, ...]
    judgements: tuple[Judgement, ...]
    total: int | None = None

    @property
    def faults(self) -> list[tuple[str, int]]:
        """The faults with their counts, the most frequent first."""
        return Counter(str(judgement.fault) for judgement in self.judgements).most_common()


def group_failures(
    judgements: Iterable[Judgement], endpoints: Iterable[Endpoint], limit: int = _LIMIT, crowd: Crowd = _NO_CROWD
) -> list[Group]:
    """Group the cells that failed, are flapping or have no result.

    The largest group is first. Scattered failures come later, and last the endpoints that are missing.

    Args:
        judgements: of all cells. The cells that passed show where a fault has no effect.
        endpoints: all sources and targets of the cells
        limit: the largest number of groups of failures, and of missing endpoints; one more group of each counts the
            cells that are left out
        crowd: the cells that passed and have no judgement

    Returns:
        The groups. Every cell that failed, is flapping or was not probed is counted in one of them.
    """
    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    failed: dict[CellPlace, list[Judgement]] = defaultdict(list)
    flapping: dict[CellPlace, list[Judgement]] = defaultdict(list)
    observed: Counter[CellPlace] = Counter()
    missing: Counter[str] = Counter()
    passed: set[CellPlace] = set()
    for judgement in judgements:
        if judgement.verdict in OPEN_VERDICTS:
            continue
        if judgement.verdict == "not probed" and _is_missing(judgement.cell, by_name):
            missing[str(judgement.fault)] += 1
            continue
        key = crowd.focus.widen(place_of(judgement.cell, by_name))
        observed[key] += 1
        if judgement.verdict == "passed":
            passed.add(key)
        else:
            (flapping if judgement.verdict == "flapping" else failed)[key].append(judgement)
    observed.update(crowd.places)
    passed.update(crowd.places)
    groups = _explain_by_node(failed, passed)
    groups += _merged(_explain(_rest(failed, groups), passed, _BY_NAME, at_least=2))
    # A single cell explains nothing. Among many scattered failures, some look alike by chance.
    least = max(2, sum(map(len, failed.values())) * _SHARE)
    groups = [group for group in groups if len(group.judgements) >= least]
    groups.sort(key=lambda group: -len(group.judgements))
    groups += _scattered(_rest(failed, groups), observed) + _scattered(flapping, observed)
    kinds = {key.target_kind for key in observed}
    unprobed = [Group(f"{_cells(count)}: {reason}", count) for reason, count in missing.most_common()]
    found = [Group(_sentence(group, kinds), len(group.judgements)) for group in groups]
    rest = crowd.unlisted_by(lambda _place: None)[None]
    bad = rest["failed"] + rest["flapping"]
    more = [Group(f"{_cells(bad)} failed too and {'is' if bad == 1 else 'are'} not listed: too many failed", bad)]
    return [*_limited(found, limit), *(more if bad else []), *_limited(unprobed, limit)]


def _is_missing(cell: Cell, by_name: Mapping[str, Endpoint]) -> bool:
    """Whether one end of a cell is missing."""
    return bool(by_name[cell.source].missing or by_name[cell.target].missing)


def _rest(failed: Mapping[CellPlace, list[Judgement]], groups: Iterable[_Failures]) -> dict[CellPlace, list[Judgement]]:
    """Return the failures that no group explains."""
    explained = {id(judgement) for group in groups for judgement in group.judgements}
    rest = {key: [one for one in some if id(one) not in explained] for key, some in failed.items()}
    return {key: some for key, some in rest.items() if some}


def _explain_by_node(failed: Mapping[CellPlace, list[Judgement]], passed: Iterable[CellPlace]) -> list[_Failures]:
    """Return the widest patterns, without names, in which all cells fail."""
    by_node: dict[CellPlace, list[Judgement]] = defaultdict(list)
    for key, judgements in failed.items():
        by_node[key._replace(source="", target="")] += judgements
    passed_by_node = {key._replace(source="", target="") for key in passed}
    return _merged(_explain(by_node, passed_by_node, _BY_NODE))


def _explain(
    failed: Mapping[CellPlace, list[Judgement]], passed: set[CellPlace], dimensions: Sequence[int], at_least: int = 1
) -> list[_Failures]:
    """Return patterns without passed keys: first the one that explains most failures, then the best for the rest.

    Args:
        failed, passed: keys of cells. A key of failed and passed cells explains nothing.
        dimensions: the dimensions that a pattern may fix. Of equal patterns, the one with fewer and earlier ones wins.
        at_least: the number of keys that a pattern must explain
    """
    uncovered = set(failed) - passed
    candidates = [one for one in _candidates(uncovered, passed, dimensions).items() if len(one[1]) >= at_least]
    found: list[_Failures] = []
    # More groups than we show, because some get merged. The limit ends the search when every cell fails differently.
    while candidates and uncovered and len(found) < 4 * _LIMIT:
        cells = [sum(len(failed[key]) for key in keys if key in uncovered) for _pattern, keys in candidates]
        pattern, keys = candidates[cells.index(max(cells))]
        news = [key for key in keys if key in uncovered]
        if len(news) < at_least:
            break
        found.append(_Failures(pattern, tuple(keys), tuple(chain.from_iterable(failed[key] for key in news))))
        uncovered.difference_update(news)
    return found


def _candidates(
    failed: set[CellPlace], passed: set[CellPlace], dimensions: Sequence[int]
) -> dict[_Pattern, list[CellPlace]]:
    """Return the failed keys of every pattern without passed keys that lies in no wider pattern of this sort."""
    keys = sorted(failed)
    accepted: dict[CellPlace, list[frozenset[int]]] = {key: [] for key in keys}
    candidates: dict[_Pattern, list[CellPlace]] = defaultdict(list)
    for fixed in _choices(dimensions, failed | passed) if failed else ():
        project = _projection(fixed)
        spoiled = set(map(project, passed))
        dimensions_fixed = frozenset(fixed)
        for key in keys:
            if project(key) not in spoiled and not any(wider <= dimensions_fixed for wider in accepted[key]):
                accepted[key].append(dimensions_fixed)
                pattern = tuple(frozenset((key[index],)) if index in fixed else None for index in range(len(key)))
                candidates[pattern].append(key)
    return candidates


def _choices(dimensions: Sequence[int], keys: set[CellPlace]) -> list[tuple[int, ...]]:
    """Return the sets of dimensions to fix, small sets first. None of them is constant, or implied by another."""
    differing = [index for index in dimensions if len({key[index] for key in keys}) > 1]
    choices = chain.from_iterable(combinations(differing, size) for size in range(len(differing) + 1))
    return [one for one in choices if not any(_IMPLIED.get(index, set()) & set(one) for index in one)]


def _projection(fixed: tuple[int, ...]) -> Callable[[CellPlace], Any]:
    """Return a function that takes a key to its values in some dimensions."""
    return itemgetter(*fixed) if fixed else lambda key: ()


def _merged(groups: Iterable[_Failures]) -> list[_Failures]:
    """Merge groups that have the same main fault and differ in one dimension only."""
    merged = list(groups)
    for index in (_CHECK, _FAMILY, _TARGET_KIND, _SOURCE_KIND, _TARGET, _SOURCE, _TARGET_NODE, _SOURCE_NODE):
        alike: dict[Any, list[_Failures]] = defaultdict(list)
        for group in merged:
            others = (*group.pattern[:index], group.pattern[index] is None, *group.pattern[index + 1 :])
            alike[others, group.faults[0][0]].append(group)
        merged = [_union(some, index) for some in alike.values()]
    return merged


def _union(groups: list[_Failures], index: int) -> _Failures:
    """Merge groups that differ in one dimension."""
    values: _Values = frozenset().union(*(group.pattern[index] or () for group in groups))
    return replace(
        groups[0],
        pattern=(*groups[0].pattern[:index], values or None, *groups[0].pattern[index + 1 :]),
        keys=tuple(chain.from_iterable(group.keys for group in groups)),
        judgements=tuple(chain.from_iterable(group.judgements for group in groups)),
    )


def _scattered(failed: Mapping[CellPlace, list[Judgement]], observed: Mapping[CellPlace, int]) -> list[_Failures]:
    """Return a group for each fault, with the narrowest pattern of its cells that one sentence can describe."""
    by_fault: dict[str, dict[CellPlace, list[Judgement]]] = defaultdict(lambda: defaultdict(list))
    for key, judgements in failed.items():
        for judgement in judgements:
            by_fault[str(judgement.fault)][key].append(judgement)
    groups = []
    for some in by_fault.values():
        pattern = tuple(_narrow(index, some, observed) for index in range(len(CellPlace._fields)))
        total = sum(number for key, number in observed.items() if _holds(pattern, key))
        groups.append(_Failures(pattern, tuple(some), tuple(chain.from_iterable(some.values())), total))
    return sorted(groups, key=lambda group: -len(group.judgements))


def _narrow(index: int, keys: Iterable[CellPlace], observed: Iterable[CellPlace]) -> _Values | None:
    """Return the values of keys in a dimension; None when that is every value, or more than a sentence can name."""
    values = frozenset(key[index] for key in keys)
    many = index in (_SOURCE_NODE, _SOURCE, _TARGET_NODE, _TARGET) and len(values) > 2
    return None if many or values == {key[index] for key in observed} else values


def _holds(pattern: _Pattern, key: CellPlace) -> bool:
    """Whether a key is in a pattern."""
    return all(values is None or value in values for values, value in zip(pattern, key))


def _limited(groups: list[Group], limit: int) -> list[Group]:
    """Return the first groups, and one more that counts the cells of the others."""
    left_out = sum(group.cells for group in groups[limit:])
    if not left_out:
        return groups
    return [*groups[:limit], Group(f"and {left_out} more {'cell' if left_out == 1 else 'cells'}", left_out)]


def _sentence(group: _Failures, kinds: set[str]) -> str:
    """Describe a group in a sentence; C(kinds) are the kinds of all targets."""
    count = len(group.judgements)
    number = _cells(count) if group.total in (None, count) else f"{count} of {_cells(group.total or 0)}"
    fault = group.faults[0][0]
    examples = _examples(judgement for judgement in group.judgements if judgement.fault == fault)
    if count == 1:
        return f"{number}: {_pair(examples[0].cell)}: {examples[0].message}"
    details = "; ".join(f"{_pair(one.cell)}: {one.detail}" for one in examples if one.detail)
    return f"{number}: {_where(group, kinds)}: {_faults(group.faults)}{f' (such as {details})' if details else ''}"


def _examples(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return a few of the judgements. Where policies decide the cells, each example has another reason."""
    reasons: dict[str | None, Judgement] = {}
    for judgement in judgements:
        reasons.setdefault(judgement.expected.because if judgement.expected.decided_by else None, judgement)
    return list(reasons.values())[:_EXPLAINED]


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _pair(cell: Cell) -> str:
    """Name a cell, for an example."""
    return f"{cell.source} -> {cell.target}, {cell.check}"


def _faults(faults: list[tuple[str, int]]) -> str:
    """Name the faults, with counts when there are several."""
    if len(faults) == 1:
        return faults[0][0]
    more = ["..."] if len(faults) > _EXPLAINED else []
    return ", ".join([f"{fault} ({number})" for fault, number in faults[:_EXPLAINED]] + more)


def _where(group: _Failures, kinds: set[str]) -> str:
    """Describe the place of a group."""
    pattern, sources = group.pattern, {(key.source_kind, key.source_node) for key in group.keys}
    targets = {(key.target_kind, key.target_node) for key in group.keys}
    source = _ends(sources, pattern[_SOURCE_NODE], pattern[_SOURCE])
    target = _ends(targets, pattern[_TARGET_NODE], pattern[_TARGET])
    everything = {kind for kind, _node in targets} == kinds and len(kinds) > 2
    if everything and not pattern[_TARGET_NODE] and not pattern[_TARGET]:
        target = "all targets"
    where = f"{source} -> {target}{_relation_words(pattern)}, {_checks(group)}"
    return f"{where}, {_listed(pattern[_FAMILY])}" if pattern[_FAMILY] else where


def _ends(places: set[tuple[str, str]], nodes: _Values | None, names: _Values | None) -> str:
    """Describe sources or targets by the dimensions that a pattern fixes, or else by their kinds.

    Args:
        places: kind and node of each of them; an endpoint that is on no node has its name as node
        nodes, names: the values that the pattern fixes
    """
    kinds = {kind for kind, _node in places}
    if names:
        return _listed(names)
    if not nodes:
        return _listed(_PLURALS[kind] for kind in KINDS if kind in kinds)
    hosts = frozenset(node for kind, node in places if kind in ("pod", "node"))
    words = []
    if hosts:
        both = f"{_listed(hosts)} and {'its' if len(hosts) == 1 else 'their'} pods"
        words = [_listed(hosts) if "pod" not in kinds else both if "node" in kinds else f"pods on {_listed(hosts)}"]
    return _listed([*words, *sorted(nodes - hosts)])


def _relation_words(pattern: _Pattern) -> str:
    """Say whether source and target are on one node, unless the words for both say it."""
    relation = _listed(pattern[_RELATION])
    source, target = pattern[_SOURCE_NODE] or pattern[_SOURCE], pattern[_TARGET_NODE] or pattern[_TARGET]
    if relation not in _RELATIONS or (source and target):  # several relations have no words either
        return ""
    return f" {_RELATIONS[relation].replace('on ', 'from ', 1) if target else _RELATIONS[relation]}"


def _checks(group: _Failures) -> str:
    """Name the checks."""
    checks = {key.check for key in group.keys}
    if group.pattern[_CHECK] is None and len(checks) > 2:
        return "all checks"
    return _listed(check for check in CHECKS if check in checks)


def _listed(words: Iterable[str] | None) -> str:
    """Join words as a sentence lists them; a set is sorted."""
    some = sorted(words) if isinstance(words, frozenset) else list(words or ())
    if len(some) > _NAMED:
        some = [*some[: _NAMED - 1], f"{len(some) - _NAMED + 1} more"]
    return " and ".join(filter(None, (", ".join(some[:-1]), *some[-1:])))


__all__ = ["Group", "group_failures"]
