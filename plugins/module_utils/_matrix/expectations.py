# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cells of a matrix should show, and whether they do. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    FAMILIES,
    Cell,
    Endpoint,
    Key,
    Listener,
    Target,
    family_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell, by_key

VERDICTS = ("passed", "failed", "flapping", "not observed")

# Faults of a source address: the connection works, and yet the cell fails.
SOURCE_FAULTS = ("source translated", "source not translated", "source is not the pod's address")

# What the source address should be at the target, by the kinds of source and target, and why. A pod's at a node is a
# setting, because it depends on the network: the bridge leaves it alone, Flannel and Calico translate it.
_SOURCES = {
    ("pod", "pod"): ("own", "pods reach one another without NAT"),
    ("node", "node"): ("own", "nodes reach one another without NAT"),
    ("node", "pod"): ("any", "a node may use its address on the overlay"),
    ("pod", "service"): ("any", "a Service may translate the source"),
    ("node", "service"): ("any", "a Service may translate the source"),
    ("pod", "dns"): ("any", "a Service may translate the source"),
    ("node", "dns"): ("any", "a Service may translate the source"),
    ("pod", "outside"): ("translated", "a pod's address is not known outside"),
    ("node", "outside"): ("any", "a node's address may be known outside"),
}


@dataclass(frozen=True)
class Settings:
    """What is true of the network as a whole.

    Attributes:
        overhead: bytes by which encapsulation makes a pod's MTU smaller than its node's; None: not compared
        pod_to_node_source: "own" when nodes see the addresses of pods, "any" when they may see others
    """

    overhead: int | None = None
    pod_to_node_source: str = "any"


@dataclass(frozen=True)
class Expectation:
    """What a cell should show.

    Attributes:
        outcome: "reachable" or "blocked"
        source: which address the target should see, where it is observed: the source's "own" (no NAT), one that was
            "translated", or "any"
        mtu: the path MTU in bytes of IP packet; None: any
        because: where the expectation comes from
        decided_by: V(api) or V(implementation) when policies say the outcome, as of ExpectedCell; None: they do not
    """

    outcome: str
    source: str
    mtu: int | None
    because: str
    decided_by: str | None = None


@dataclass(frozen=True)
class Rule:
    """An expectation by hand: it overrides what it sets, in the cells that match.

    Attributes:
        source, target: glob patterns of the names of endpoints
        source_kind, target_kind: their kinds; None: any
        checks, families: those of the cells; empty: all
        outcome, source_address: as outcome and source of Expectation; None: as without the rule
    """

    source: str = "*"
    target: str = "*"
    source_kind: str | None = None
    target_kind: str | None = None
    checks: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    outcome: str | None = None
    source_address: str | None = None


@dataclass(frozen=True)
class Judgement:
    """A cell, what was expected of it, and what follows.

    Attributes:
        cell: the cell; of one that is missing its outcome is "not observed", after no attempt
        expected: what it should have shown
        verdict: one of VERDICTS
        fault: what is wrong, in words that are the same in all cells with the same trouble; None when nothing is
        detail: what the fault means in this cell; None when there is no more to say
    """

    cell: Cell
    expected: Expectation
    verdict: str
    fault: str | None = None
    detail: str | None = None

    @property
    def message(self) -> str | None:
        """What is wrong with the cell; None when nothing is."""
        return f"{self.fault}: {self.detail}" if self.fault and self.detail else self.fault


def load_rules(data: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Return the rules, of which C(data) has the fields; one that is None has its default.

    Raises:
        InputError: a rule sets neither outcome nor source_address
    """
    rules = []
    for index, entry in enumerate(data):
        given = {name: value for name, value in entry.items() if value is not None}
        lists: dict[str, Any] = {name: tuple(given.get(name, ())) for name in ("checks", "families")}
        rule = Rule(**{**given, **lists})
        if rule.outcome is None and rule.source_address is None:
            raise InputError(f"expectations[{index}] {given} sets nothing: give it outcome or source_address")
        rules.append(rule)
    return rules


def judge(
    endpoints: Sequence[Endpoint],
    targets: Sequence[Target],
    listeners: Iterable[Listener],
    cells: Iterable[Cell],
    rules: Sequence[Rule] = (),
    settings: Settings = Settings(),
    policy_cells: Iterable[ExpectedCell] = (),
) -> list[Judgement]:
    """Return a judgement of every cell of the matrix, in the order of sources, targets and their tries.

    The matrix is every pod and node that has an address of the target's family, every target but itself, and every
    try of it. A cell that is missing has failed. Policies say the outcome of a cell where no rule does; what they say
    of UDP is said of the path MTU too, which is found with UDP.

    Raises:
        InputError: a target is no endpoint, a cell is not of the matrix or is there twice, a rule matches no cell, or
            there are cells of policies and none is of the matrix; the message names it
    """
    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    keys = list(matrix(endpoints, targets))
    found = _by_key(cells, set(keys))
    said = _said_by_policies(policy_cells, keys)
    mtus = _mtus(listeners)
    judgements = []
    for key, overrides in zip(keys, _overrides(rules, keys, endpoints)):
        source, target = by_name[key.source], by_name[key.target]
        default = expectation(source, target, key.check, key.family, mtus, settings)
        if "outcome" not in overrides:
            overrides = {**overrides, **said.get(key, {})}
        expected = replace(default, **overrides) if overrides else default
        cell = found.get(key)
        judgements.append(judge_cell(cell, expected, source) if cell else _missing(key, expected, source))
    return judgements


def check_rules(endpoints: Sequence[Endpoint], targets: Sequence[Target], rules: Sequence[Rule]) -> None:
    """Refuse, before anything is probed, what judge() would refuse of the rules. Raises InputError as it does."""
    _overrides(rules, list(matrix(endpoints, targets)), endpoints)


def matrix(endpoints: Sequence[Endpoint], targets: Sequence[Target]) -> Iterator[Key]:
    """Yield what cells there should be. Raises InputError when a target is no endpoint."""
    names = {endpoint.name for endpoint in endpoints}
    for target in targets:
        if target.name not in names:
            raise InputError(f"targets has {target.name}, which endpoints has not: give those it was made from")
    for source in endpoints:
        families = {family_of(address) for address in source.addresses} if source.kind in ("pod", "node") else set()
        for target in targets:
            family = family_of(target.address)
            if family in families and target.name != source.name:
                for one in target.tries:
                    yield Key(source.name, target.name, one.check, family, one.port)


def expectation(
    source: Endpoint,
    target: Endpoint,
    check: str,
    family: str,
    mtus: Mapping[tuple[str | None, str], int],
    settings: Settings,
) -> Expectation:
    """Return what a cell should show when nobody says otherwise.

    Args:
        source, target: a pod or a node, and any endpoint
        check, family: of the cell
        mtus: MTU, in bytes, of the NIC of an endpoint in a family, by their names; what is unknown is left out
        settings: of the network
    """
    default = (settings.pod_to_node_source, f"pod_to_node_source is {settings.pod_to_node_source}")
    seen, because = _SOURCES.get((source.kind, target.kind), default)
    mtu = None
    if check == "mtu":
        pods = source.kind == target.kind == "pod" and settings.overhead is not None
        ends = [source.node, target.node] if pods else [source.name, target.name]
        known = [mtus[end, family] for end in ends if (end, family) in mtus]
        if len(known) == len(ends):
            mtu = min(known) - (settings.overhead or 0 if pods else 0)
    return Expectation("reachable", seen, mtu, because)


def without_port(text: str) -> str:
    """Return the address in ADDRESS:PORT or [ADDRESS]:PORT."""
    return text.rpartition(":")[0].strip("[]")


def judge_cell(cell: Cell, expected: Expectation, source: Endpoint) -> Judgement:
    """Return the judgement of a cell; C(source) is its source."""
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


_Fault = tuple["str | None", "str | None"]  # fault and detail, as of Judgement


def _blocked_fault(cell: Cell, expected: Expectation) -> _Fault:
    """Return what is wrong with a cell that should be blocked."""
    if cell.outcome == "blocked":
        return None, None
    return f"{cell.outcome}, should be blocked{f': {expected.because}' if expected.decided_by else ''}", None


def _reachable_fault(cell: Cell, expected: Expectation, source: Endpoint) -> _Fault:
    """Return what is wrong with a cell that should be reachable: the first of MTU, outcome and source address."""
    # A black hole on the way is faulty; when its size is known, it says more than "too big".
    if None not in (cell.mtu, expected.mtu) and cell.mtu != expected.mtu and cell.outcome != "blocked":
        return f"path MTU {cell.mtu}, should be {expected.mtu}", cell.detail or cell.reason
    if cell.outcome != "reachable":
        # Why a cell is open tells its pods, why one is not rarely does: as a fault it would part what fails together.
        allowed = f"should be reachable: {expected.because}" if expected.decided_by else None
        return cell.reason or cell.outcome, "; ".join(filter(None, (cell.detail, allowed))) or None
    if cell.mtu is None and expected.mtu is not None:
        return f"path MTU not found, should be {expected.mtu}", cell.detail
    return _source_fault(cell, expected.source, source)


def _source_fault(cell: Cell, expected: str, source: Endpoint) -> _Fault:
    """Return what is wrong with the source address of a cell that is reachable."""
    if cell.own is None or cell.seen is None or expected == "any":
        return None, None
    if expected == "translated":
        return (None, None) if cell.translated else (SOURCE_FAULTS[1], f"{cell.seen} was seen")
    address = without_port(cell.own)
    # What a node sends has the address that its pods have after masquerading. A port that one of them took at random
    # is not the node's any more: that happens to a connection, and no rule made it.
    if cell.translated and (source.kind == "pod" or address != without_port(cell.seen)):
        return SOURCE_FAULTS[0], f"{cell.own} was seen as {cell.seen}"
    if source.kind == "pod" and address not in source.addresses:
        return SOURCE_FAULTS[2], f"{address}, not {' or '.join(source.addresses)}"
    return None, None


def _missing(key: Key, expected: Expectation, source: Endpoint) -> Judgement:
    """Return the judgement of a cell that nobody reported."""
    cell = Cell(*key, outcome="not observed", attempts=0)
    return Judgement(cell, expected, "failed", f"not probed: no result from {source.node or source.name}")


def _by_key(cells: Iterable[Cell], wanted: set[Key]) -> dict[Key, Cell]:
    """Return the cells by their keys. Raises InputError when one is not wanted, or is there twice."""
    found: dict[Key, Cell] = {}
    for cell in cells:
        key = cell.key
        if key in found:
            raise InputError(f"cells has {key} twice: give the cells of one run")
        if key not in wanted:
            raise InputError(f"cells has {key}, which endpoints and targets do not: give those that were probed")
        found[key] = cell
    return found


def _said_by_policies(cells: Iterable[ExpectedCell], keys: Iterable[Key]) -> dict[Key, dict[str, str]]:
    """Return the fields of Expectation that cells of policies set, by the keys of the matrix.

    Raises:
        InputError: there are such cells, and none is of the matrix
    """
    cells = list(cells)
    wanted = by_key(cells, "policy_cells")
    said = {}
    for key in keys:
        cell = wanted.get(key._replace(check="udp") if key.check == "mtu" else key)
        if cell:
            remark = " (left open by the API)" if cell.decided_by == "implementation" else ""
            said[key] = {
                "outcome": cell.outcome,
                "because": f"{cell.because}{remark}",
                "decided_by": cell.decided_by,
            }
    if cells and not said:
        raise InputError(
            f"policy_cells matches no cell: {cells[0].key} is the first of {len(cells)}, and none is in the matrix: "
            "compute them for the pods and ports that were probed"
        )
    return said


def _mtus(listeners: Iterable[Listener]) -> dict[tuple[str | None, str], int]:
    """Return the MTU of the NIC of each endpoint, in each family where it is known."""
    mtus: dict[tuple[str | None, str], int] = {}
    for listener in listeners:
        if listener.mtu is not None:
            mtus[listener.endpoint, family_of(listener.address)] = listener.mtu
    return mtus


def _overrides(rules: Sequence[Rule], keys: Sequence[Key], endpoints: Sequence[Endpoint]) -> list[dict[str, Any]]:
    """Return, for each key, the fields of Expectation that rules which match it set; the last one wins.

    Raises:
        InputError: a rule matches none
    """
    matchers = [_Matcher(rule, endpoints) for rule in rules]
    fields = [_fields(rule, index) for index, rule in enumerate(rules)]
    unused = set(range(len(rules)))
    overrides: list[dict[str, Any]] = []
    for key in keys:
        matching = [index for index, matcher in enumerate(matchers) if matcher.matches(key)]
        unused.difference_update(matching)
        overrides.append({name: value for index in matching for name, value in fields[index].items()})
    for index in sorted(unused):
        given = {name: value for name, value in asdict(rules[index]).items() if value not in (None, ())}
        raise InputError(
            f"expectations[{index}] matches no cell: {given}; the names are "
            f"{', '.join(endpoint.name for endpoint in endpoints[:12])}{', ...' if len(endpoints) > 12 else ''}"
        )
    return overrides


def _fields(rule: Rule, index: int) -> dict[str, Any]:
    """Return the fields of Expectation that a rule sets."""
    fields = {"outcome": rule.outcome, "source": rule.source_address, "because": f"expectations[{index}]"}
    return {name: value for name, value in fields.items() if value is not None}


class _Matcher:
    """A rule, with the names that its patterns match: so that a cell costs no pattern."""

    def __init__(self, rule: Rule, endpoints: Iterable[Endpoint]) -> None:
        self._sources = {one.name for one in endpoints if _fits(one, rule.source, rule.source_kind)}
        self._targets = {one.name for one in endpoints if _fits(one, rule.target, rule.target_kind)}
        self._checks = rule.checks or CHECKS
        self._families = rule.families or FAMILIES

    def matches(self, key: Key) -> bool:
        """Return whether the rule is about the cell."""
        return (
            key.source in self._sources
            and key.target in self._targets
            and key.check in self._checks
            and key.family in self._families
        )


def _fits(endpoint: Endpoint, pattern: str, kind: str | None) -> bool:
    """Return whether an endpoint has the kind and a name that the pattern matches."""
    return kind in (None, endpoint.kind) and fnmatchcase(endpoint.name, pattern)


__all__ = [
    "SOURCE_FAULTS",
    "VERDICTS",
    "Expectation",
    "Judgement",
    "Rule",
    "Settings",
    "check_rules",
    "expectation",
    "judge",
    "judge_cell",
    "load_rules",
    "matrix",
    "without_port",
]
