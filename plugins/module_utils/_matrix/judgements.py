# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether each cell of a matrix shows the expected result, and the fault when it does not. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of, without_port
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import (
    MOST_FAR_NODES,
    Brief,
    Unlisted,
    tally_cells,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Cell,
    CellKey,
    Endpoint,
    Listener,
    Target,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import (
    Crowd,
    count_crowd,
    focus_on,
    has_few_nodes,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    DEFAULT_SETTINGS,
    Expectation,
    ExpectationRule,
    NetworkSettings,
    expect_all,
    expect_cells,
    matrix,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import CellPlace, place_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import Rulebook

VERDICTS = ("passed", "failed", "flapping", "not observed", "not judged", "not probed")

_NOT_THERE = "which is not in the matrix: give the endpoints and targets of that run"

# Faults of a source address: the connection works, and yet the cell fails.
SOURCE_FAULTS = ("source translated", "source not translated", "source is not the pod's address")


@dataclass(frozen=True)
class Judgement:
    """A cell, the expectation, and the verdict.

    Attributes:
        cell: the cell. A missing cell has the outcome "not observed", after no attempt. A cell without detail has the
            outcome that is expected, after no attempt.
        expected: the expectation
        verdict: one of VERDICTS
        fault: the trouble, in words that are the same in all cells with the same trouble; None: the cell has none
        detail: more about the fault in this cell; None: there is no more to say
    """

    cell: Cell
    expected: Expectation
    verdict: str
    fault: str | None = None
    detail: str | None = None

    @property
    def message(self) -> str | None:
        """The fault with its detail; None when the cell has no fault."""
        return f"{self.fault}: {self.detail}" if self.fault and self.detail else self.fault

    @property
    def is_brief(self) -> bool:
        """Whether the node reported only that the cell passed."""
        return self.verdict == "passed" and not self.cell.attempts


def judge(
    endpoints: Sequence[Endpoint],
    targets: Sequence[Target],
    listeners: Iterable[Listener],
    cells: Iterable[Cell],
    rules: Sequence[ExpectationRule] = (),
    settings: NetworkSettings = DEFAULT_SETTINGS,
    policy_cells: Iterable[ExpectedCell] = (),
    briefs: Iterable[Brief] = (),
    sources: Collection[str] | None = None,
    idle_rules: bool = False,
) -> list[Judgement]:
    """Judge every cell of the matrix, in the order of sources, targets and their tries.

    A cell without a result is "not probed", which is no better than a failure. But the brief of a node says that those
    of its cells have passed.

    Args:
        endpoints, targets, listeners: of the whole matrix
        cells: the results of all nodes
        rules, settings, policy_cells, idle_rules: as expect_all() takes them
        briefs: of the nodes that sent only the cells that did not pass
        sources: names of the sources whose cells to judge; None: all

    Raises:
        InputError: a cell is not in the matrix or is there twice, a node counts more or fewer cells than the matrix
            has, or expect_all() refuses its arguments
    """
    expected = expect_all(endpoints, targets, listeners, rules, settings, policy_cells, sources, idle_rules)
    found = _by_key(cells, {key for key, _expectation in expected})
    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    by_node = {brief.node: brief for brief in briefs}
    passed: Counter[str] = Counter()
    judgements = []
    for key, expectation in expected:
        source, cell = by_name[key.source], found.get(key)
        node = source.node or source.name
        if cell:
            judgements.append(judge_cell(cell, expectation, source))
        elif node in by_node and key.target not in by_node[node].missing:
            judgements.append(Judgement(Cell(*key, outcome=expectation.outcome, attempts=0), expectation, "passed"))
            passed[node] += 1
        else:
            reason = source.missing or by_name[key.target].missing or f"no result from {node}"
            judgements.append(_missing(key, expectation, reason))
    _check_counts(by_node.values(), passed)
    return judgements


def judge_exceptions(
    endpoints: Sequence[Endpoint],
    targets: Sequence[Target],
    book: Rulebook,
    cells: Sequence[Cell],
    briefs: Sequence[Brief],
) -> tuple[list[Judgement], Crowd]:
    """Judge the cells of a large matrix that did not pass, and count the others.

    This is judge(), without an object for each cell that passed. A rule may match no cell.

    Raises:
        InputError: as judge() does
    """
    by_node = {brief.node: brief for brief in briefs}
    apart = {one.name for one in endpoints if (one.node or one.name) not in by_node}
    found = _by_key(cells, None)
    keys = list(matrix(endpoints, targets, apart))
    _check_keys(found, endpoints, targets, set(keys), apart)
    keys += [key for key in found if key.source not in apart]
    keys += _unprobed(endpoints, targets, by_node, apart)
    order = {one.name: number for number, one in enumerate(endpoints)}
    keys = sorted(dict.fromkeys(keys), key=lambda key: (order[key.source], order[key.target]))
    judgements = []
    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    for key, expectation in expect_cells(keys, endpoints, book.listeners, book.rules, book.settings, book.policy_cells):
        source, cell = by_name[key.source], found.get(key)
        reason = source.missing or by_name[key.target].missing or f"no result from {source.node or source.name}"
        judgements.append(judge_cell(cell, expectation, source) if cell else _missing(key, expectation, reason))
    bad = [one.cell for one in judgements if one.verdict in ("failed", "flapping")]
    sent = [cell for key, cell in found.items() if key.source not in apart]
    focus = focus_on(bad, endpoints, whole=not any(brief.unlisted for brief in briefs))
    crowd, probed = count_crowd(endpoints, targets, briefs, sent, focus)
    _check_counts(briefs, probed)
    return judgements, crowd


def _unprobed(
    endpoints: Sequence[Endpoint], targets: Sequence[Target], by_node: Mapping[str, Brief], apart: Collection[str]
) -> Iterator[CellKey]:
    """Yield the cells that nodes with a brief left out."""
    lost = {name for brief in by_node.values() for name in brief.missing} | {
        one.name for one in targets if not one.address
    }
    if lost:
        others = {one.name: one.node or one.name for one in endpoints if one.name not in apart}
        for key in matrix(endpoints, [one for one in targets if one.name in lost], others):
            if key.target in by_node[others[key.source]].missing:
                yield key


def _check_keys(
    found: Iterable[CellKey],
    endpoints: Iterable[Endpoint],
    targets: Iterable[Target],
    keys: Collection[CellKey],
    apart: Collection[str],
) -> None:
    """Raise InputError when a cell is not in the matrix, of which C(keys) are the cells of the sources C(apart)."""
    by_name = {one.name: one for one in endpoints}
    tries = {
        (target.name, one.check, family_of(target.address), one.port): target
        for target in targets
        if target.address
        for one in target.tries
    }
    for key in found:
        source, target = by_name.get(key.source), tries.get(key[1:])
        right = key in keys if key.source in apart else source and target and _probes(source, target, key.family)
        if not right:
            raise InputError(f"cells has {key}, {_NOT_THERE}")


def _probes(source: Endpoint, target: Target, family: str) -> bool:
    """Whether a source probes a target in a family."""
    listed = not target.sources or source.name in target.sources
    return listed and source.name != target.name and source.probes(target.kind) and family in source.families


def _check_counts(briefs: Iterable[Brief], passed: Mapping[str, int]) -> None:
    """Raise InputError when a node counts more or fewer cells that passed than the matrix has."""
    for brief in briefs:
        if brief.cells != passed.get(brief.node, 0):
            raise InputError(
                f"briefs: {brief.node} counts {brief.cells} cells that passed, and the matrix has "
                f"{passed.get(brief.node, 0)} that it did not send: "
                "give endpoints, targets, cells and briefs of one run"
            )


def sum_up(
    judgements: Iterable[Judgement],
    node: str,
    missing: Collection[str] = (),
    endpoints: Iterable[Endpoint] = (),
    most: int | None = None,
    seed: str = "",
) -> tuple[list[Cell], Brief]:
    """Return the cells of a node that it has to send, and its brief of the others.

    Args:
        judgements: of the cells of a node
        node: its name
        missing: names of endpoints that the node left out
        endpoints: of the whole matrix
        most: how many cells to send, or one for each of MOST_FAR_NODES nodes that cells fail to when these are more;
            None: all that did not pass
        seed: decides which cells these are
    """
    passed: list[Cell] = []
    others: list[Judgement] = []
    for one in judgements:
        if one.verdict == "passed":
            passed.append(one.cell)
        else:
            others.append(one)
    brief = tally_cells(node, passed, missing)
    if most is None or len(others) <= most:
        return [one.cell for one in others], brief
    by_name = {one.name: one for one in endpoints}
    listed = choose_fairly(others, by_name, most, f"{seed}/{node}")
    rest = [one for number, one in enumerate(others) if number not in listed]
    named = has_few_nodes(by_name.values())
    counts: Counter[tuple[CellPlace, str]] = Counter()
    for one in rest:
        place = place_of(one.cell, by_name)
        counts[place._replace(target="", target_node=place.target_node if named else ""), one.verdict] += 1
    unlisted = tuple(Unlisted(place, verdict, number) for (place, verdict), number in counts.items())
    targets = Counter(one.cell.target for one in rest)
    sent = [one.cell for number, one in enumerate(others) if number in listed]
    return sent, replace(brief, unlisted=unlisted, unlisted_targets=tuple(targets.items()))


def choose_fairly(judgements: Sequence[Judgement], by_name: Mapping[str, Endpoint], most: int, seed: str) -> set[int]:
    """Choose cells to list: each node that cells fail to in turn, and within a node by the seed.

    MOST_FAR_NODES such nodes get a cell, also when C(most) is smaller. Cells that are not judged, or that cannot be
    observed, come last.

    Returns:
        The positions of the cells in C(judgements)
    """
    numbers = Random(seed)  # of its methods, random() alone gives the same in every Python
    drawn = [numbers.random() for _judgement in judgements]
    turns: Counter[tuple[bool, str]] = Counter()
    order = []
    for position in sorted(range(len(judgements)), key=drawn.__getitem__):
        one = judgements[position]
        target = by_name[one.cell.target]
        key = (one.verdict not in ("failed", "flapping"), target.node or target.name)
        order.append((key[0], turns[key], drawn[position], position))
        turns[key] += 1
    order.sort()
    first = sum(1 for is_last, turn, _drawn, _position in order if not is_last and turn == 0)
    return {position for _is_last, _turn, _drawn, position in order[: max(min(first, MOST_FAR_NODES), most)]}


def judge_cell(cell: Cell, expected: Expectation, source: Endpoint) -> Judgement:
    """Judge one cell; C(source) is the endpoint that it starts from."""
    if expected.outcome == "any":
        return Judgement(cell, expected, "not judged")
    if cell.outcome == "flapping":
        counts = f"{cell.succeeded} of {cell.attempts} attempts succeeded"
        return Judgement(cell, expected, "flapping", "flapping", counts)
    if cell.outcome == "not observed":
        return Judgement(cell, expected, "not observed")
    if expected.outcome == "blocked":
        fault, detail = _blocked_fault(cell, expected)
    else:
        fault, detail = _reachable_fault(cell, expected, source)
    return Judgement(cell, expected, "failed" if fault else "passed", fault, detail)


_Fault = tuple["str | None", "str | None"]  # fault and detail of a Judgement


def _blocked_fault(cell: Cell, expected: Expectation) -> _Fault:
    if cell.outcome == "blocked":
        return None, None
    return f"{cell.outcome}, should be blocked{f': {expected.because}' if expected.decided_by else ''}", None


def _reachable_fault(cell: Cell, expected: Expectation, source: Endpoint) -> _Fault:
    """Return the fault of a cell that should be reachable: the first of MTU, outcome and source address."""
    # A black hole on the way is faulty. When its size is known, the size says more than "too big".
    if None not in (cell.mtu, expected.mtu) and cell.mtu != expected.mtu and cell.outcome != "blocked":
        return f"path MTU {cell.mtu}, should be {expected.mtu}", cell.detail or cell.reason
    if cell.outcome != "reachable":
        # The reason is a detail: it names pods, and as a fault it would separate cells that fail together.
        allowed = f"should be reachable: {expected.because}" if expected.decided_by else None
        return cell.reason or cell.outcome, "; ".join(filter(None, (cell.detail, allowed, expected.hint))) or None
    if cell.mtu is None and expected.mtu is not None:
        return f"path MTU not found, should be {expected.mtu}", cell.detail
    return _source_fault(cell, expected.source, source)


def _source_fault(cell: Cell, expected: str, source: Endpoint) -> _Fault:
    if cell.own is None or cell.seen is None or expected == "any":
        return None, None
    if expected == "translated":
        return (None, None) if cell.translated else (SOURCE_FAULTS[1], f"{cell.seen} was seen")
    address = without_port(cell.own)
    # After masquerading, a node's pods have the node's address. The kernel translates the port of a node's connection
    # when a pod's connection has taken that port by chance. So only a new address is a fault of a node's source.
    if cell.translated and (source.kind == "pod" or address != without_port(cell.seen)):
        return SOURCE_FAULTS[0], f"{cell.own} was seen as {cell.seen}"
    if source.kind == "pod" and address not in source.addresses:
        return SOURCE_FAULTS[2], f"{address}, not {' or '.join(source.addresses)}"
    return None, None


def _missing(key: CellKey, expected: Expectation, reason: str) -> Judgement:
    """Judge a cell that no node reported."""
    cell = Cell(*key, outcome="not observed", attempts=0)
    if expected.outcome == "any":
        return Judgement(cell, expected, "not judged")
    return Judgement(cell, expected, "not probed", f"not probed: {reason}")


def _by_key(cells: Iterable[Cell], wanted: set[CellKey] | None) -> dict[CellKey, Cell]:
    """Return the cells by their keys. Raises InputError when a cell is none of C(wanted), or is there twice."""
    found: dict[CellKey, Cell] = {}
    for cell in cells:
        key = cell.key
        if key in found:
            raise InputError(f"cells has {key} twice: give the cells of one run")
        if wanted is not None and key not in wanted:
            raise InputError(f"cells has {key}, {_NOT_THERE}")
        found[key] = cell
    return found


__all__ = ["SOURCE_FAULTS", "VERDICTS", "Judgement", "judge", "judge_exceptions", "sum_up"]
