# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected result of each cell of a matrix: by default, by policies and by rules of the user. No I/O, no Ansible.

A rule overrides policies, and policies override the default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES, family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_fields
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    SERVICE_KINDS,
    CellKey,
    Endpoint,
    Listener,
    Target,
    targets_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell, by_key
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.traffic_policies import rule_traffic

# The source address that a target should see, by the kinds of source and target, and the reason. A pod's at a node is
# a setting, because it depends on the network: the bridge leaves it alone, Flannel and Calico translate it.
_SOURCES = {
    ("pod", "pod"): ("own", "pods reach one another without NAT"),
    ("node", "node"): ("own", "nodes reach one another without NAT"),
    ("node", "pod"): ("any", "a node may use its address on the overlay"),
    **{
        (source, target): ("any", "a Service may translate the source")
        for source in ("pod", "node", "controller")
        for target in (*SERVICE_KINDS, "dns")
    },
    ("pod", "outside"): ("translated", "a pod's address is not known outside"),
    ("node", "outside"): ("any", "a node's address may be known outside"),
}


@dataclass(frozen=True)
class NetworkSettings:
    """Properties of the whole network.

    Attributes:
        overhead: bytes by which encapsulation makes a pod's MTU smaller than its node's; None: not compared
        pod_to_node_source: V(own) when nodes see the addresses of pods, V(any) when nodes may see others
        overhead_ipv6: that of IPv6 packets, where it differs; None: it does not
    """

    overhead: int | None = None
    pod_to_node_source: str = "any"
    overhead_ipv6: int | None = None

    def overhead_of(self, family: str) -> int:
        """Return the bytes that encapsulation takes from packets of a family."""
        own = self.overhead_ipv6 if family == "ipv6" else None
        return (own if own is not None else self.overhead) or 0


DEFAULT_SETTINGS = NetworkSettings()


@dataclass(frozen=True)
class Expectation:
    """The result that a cell should show.

    Attributes:
        outcome: V(reachable), V(blocked), or V(any) when policies leave the cell open: then it is not judged
        source: the address that the target should see, where it is observed: the source's V(own) (no NAT), one that
            was V(translated), or V(any)
        mtu: the path MTU in bytes of IP packet; None: any
        because: the reason for the expectation
        decided_by: V(api) or V(implementation) when policies decide the outcome, as in ExpectedCell; else None
        hint: words that help a reader when the cell is not reachable
    """

    outcome: str
    source: str
    mtu: int | None
    because: str
    decided_by: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class ExpectationRule:
    """An entry of the option C(expectations): it overrides fields of the expectation in all cells that it matches.

    Attributes:
        source, target: glob patterns of the names of endpoints
        source_kind, target_kind: kinds of endpoints; None: any
        checks, families: of the cells; empty: all
        outcome, source_address: new outcome and source of the Expectation; None: unchanged
    """

    source: str = "*"
    target: str = "*"
    source_kind: str | None = None
    target_kind: str | None = None
    checks: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    outcome: str | None = None
    source_address: str | None = None


def load_rules(data: Iterable[Mapping[str, Any]]) -> list[ExpectationRule]:
    """Return the rules of the option C(expectations). A field that is None has its default.

    Raises:
        InputError: an entry has an unknown field, or sets neither outcome nor source_address
    """
    rules = []
    names = [field.name for field in fields(ExpectationRule)]
    for index, entry in enumerate(data):
        given = read_fields(entry, f"expectations[{index}]", names)
        lists: dict[str, Any] = {name: tuple(given.get(name, ())) for name in ("checks", "families")}
        rule = ExpectationRule(**{**given, **lists})
        if rule.outcome is None and rule.source_address is None:
            raise InputError(f"expectations[{index}] {given} sets nothing: give it outcome or source_address")
        rules.append(rule)
    return rules


def check_rules(endpoints: Sequence[Endpoint], targets: Sequence[Target], rules: Sequence[ExpectationRule]) -> None:
    """Refuse rules that expect_all() would refuse, before anything is probed. Raises InputError as it does."""
    # A large matrix is no list here, and most rules match soon.
    unused = dict(enumerate(_Matcher(rule, endpoints) for rule in rules))
    for key in matrix(endpoints, targets) if rules else ():
        unused = {index: matcher for index, matcher in unused.items() if not matcher.matches(key)}
        if not unused:
            return
    _refuse_unused(rules, unused, endpoints)


def matrix(
    endpoints: Sequence[Endpoint], targets: Sequence[Target], sources: Collection[str] | None = None
) -> Iterator[CellKey]:
    """Yield the keys of all cells: every source, every target of its own but itself in its families, and every try.

    With the names of C(sources), yield only the cells of these.

    Raises:
        InputError: a target is no endpoint
    """
    names = {endpoint.name for endpoint in endpoints}
    for target in targets:
        if target.name not in names:
            raise InputError(
                f"targets has {target.name}, which is not in endpoints: give the endpoints that targets was made from"
            )
    used = {family_of(target.address) for target in targets if target.address}
    known = tuple(family for family in FAMILIES if family in used) or FAMILIES[:1]
    probed_by = targets_of(targets)
    for source in endpoints:
        if sources is not None and source.name not in sources:
            continue
        families = known if source.missing and not source.addresses else source.families
        for target in probed_by(source.name):
            if target.name != source.name and source.probes(target.kind):
                # A missing endpoint whose addresses are not known has all known families.
                there = [family_of(target.address)] if target.address else known
                for family in (family for family in there if family in families):
                    for one in target.tries:
                        yield CellKey(source.name, target.name, one.check, family, one.port)


def expect_all(
    endpoints: Sequence[Endpoint],
    targets: Sequence[Target],
    listeners: Iterable[Listener],
    rules: Sequence[ExpectationRule] = (),
    settings: NetworkSettings = DEFAULT_SETTINGS,
    policy_cells: Iterable[ExpectedCell] = (),
    sources: Collection[str] | None = None,
    idle_rules: bool = False,
) -> list[tuple[CellKey, Expectation]]:
    """Return the expectation of every cell of the matrix, in the order of sources, targets and their tries.

    With the names of C(sources), return those of these sources' cells. A part of the matrix need not have a cell for
    each rule, nor the whole of it with C(idle_rules), as in a sample.

    Raises:
        InputError: a target is no endpoint, a rule matches no cell, or no cell of policies is in the matrix
    """
    keys, whole = list(matrix(endpoints, targets, sources)), sources is None
    decided = _decided_by_policies(policy_cells, keys, whole)
    overrides = _overrides(rules, keys, endpoints, whole and not idle_rules)
    return _expect(keys, endpoints, listeners, settings, decided, overrides)


def expect_cells(
    keys: Sequence[CellKey],
    endpoints: Sequence[Endpoint],
    listeners: Iterable[Listener],
    rules: Sequence[ExpectationRule] = (),
    settings: NetworkSettings = DEFAULT_SETTINGS,
    policy_cells: Iterable[ExpectedCell] = (),
) -> list[tuple[CellKey, Expectation]]:
    """Return the expectations of some cells of a matrix. A rule may match none of them."""
    decided = _decided_by_policies(policy_cells, keys, whole=False)
    return _expect(keys, endpoints, listeners, settings, decided, _overrides(rules, keys, endpoints, whole=False))


def _expect(
    keys: Iterable[CellKey],
    endpoints: Iterable[Endpoint],
    listeners: Iterable[Listener],
    settings: NetworkSettings,
    decided: Mapping[CellKey, Mapping[str, str]],
    changes: Iterable[dict[str, Any]],
) -> list[tuple[CellKey, Expectation]]:
    """Return the expectations of cells, of which policies and rules change some."""
    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    mtus = _mtus(listeners)
    expected = []
    for key, overrides in zip(keys, changes):
        source, target = by_name[key.source], by_name[key.target]
        default = default_expectation(source, target, key.check, key.family, mtus, settings)
        if "outcome" not in overrides:
            overrides = {**overrides, **decided.get(key, {})}
        else:
            overrides = {**overrides, "decided_by": None}
        expected.append((key, replace(default, **overrides) if overrides else default))
    return expected


def default_expectation(
    source: Endpoint,
    target: Endpoint,
    check: str,
    family: str,
    mtus: Mapping[tuple[str | None, str], int],
    settings: NetworkSettings,
) -> Expectation:
    """Return the expectation of a cell without policies and rules.

    Args:
        source, target: a pod or a node, and any endpoint
        check, family: of the cell
        mtus: MTU, in bytes, of the NIC of an endpoint in a family, by both names. An unknown MTU is absent.
        settings: of the network
    """
    setting = (settings.pod_to_node_source, f"pod_to_node_source is {settings.pod_to_node_source}")
    seen, because = _SOURCES.get((source.kind, target.kind), setting)
    mtu = _path_mtu(source, target, family, mtus, settings) if check == "mtu" else None
    ruling = rule_traffic(source, target)
    if ruling:
        return Expectation(ruling.outcome, seen, mtu, ruling.because, ruling.decided_by)
    # A name server does not know a question in a wrong domain, or asks others that may not answer.
    hint = f"domain of the question: {target.origin}" if target.origin else None
    return Expectation("reachable", seen, mtu, because, hint=hint)


def _path_mtu(
    source: Endpoint,
    target: Endpoint,
    family: str,
    mtus: Mapping[tuple[str | None, str], int],
    settings: NetworkSettings,
) -> int | None:
    """Return the path MTU that two ends should have; None: it is not known."""
    own = _smaller(mtus, family, source.name, target.name)
    if not source.kind == target.kind == "pod" or settings.overhead is None:
        return own
    carried = _smaller(mtus, family, source.node, target.node)
    if carried is None:
        return None
    # The two families may lose different numbers of bytes, and a pod has one MTU, which fits one of them or both.
    fitting = own in {carried - settings.overhead_of(one) for one in FAMILIES}
    between = carried - settings.overhead_of(family)
    if not fitting or own is None:
        return between
    return own if source.node == target.node else min(own, between)


def _smaller(mtus: Mapping[tuple[str | None, str], int], family: str, *names: str | None) -> int | None:
    """Return the smaller MTU of two NICs; None: one is not known."""
    known = [mtus[name, family] for name in names if (name, family) in mtus]
    return min(known) if len(known) == len(names) else None


def _decided_by_policies(
    cells: Iterable[ExpectedCell], keys: Iterable[CellKey], whole: bool
) -> dict[CellKey, dict[str, str]]:
    """Return the fields of Expectation that policies set, by the keys of the matrix, or of a part of it.

    Policies decide a UDP port, and with it the path MTU and a question to the DNS, because both use UDP.

    Raises:
        InputError: there are cells of policies, and none of them is in the whole matrix
    """
    cells = list(cells)
    wanted = by_key(cells, "policy_cells")
    decided = {}
    for key in keys:
        cell = wanted.get(key._replace(check="udp") if key.check in ("mtu", "dns") else key)
        if cell:
            is_answer = cell.decided_by == "implementation" and cell.allowed is not None
            remark = " (left open by the API)" if is_answer else ""
            decided[key] = {
                "outcome": cell.outcome,
                "because": f"{cell.because}{remark}",
                "decided_by": cell.decided_by,
            }
    if cells and not decided and whole:
        raise InputError(
            f"policy_cells matches no cell: {cells[0].key} is the first of {len(cells)}, and none is in the matrix: "
            "compute them for the pods and ports that were probed"
        )
    return decided


def _mtus(listeners: Iterable[Listener]) -> dict[tuple[str | None, str], int]:
    """Return the MTU of the NIC of each endpoint in each family, where it is known."""
    mtus: dict[tuple[str | None, str], int] = {}
    for listener in listeners:
        if listener.mtu is not None:
            mtus[listener.endpoint, family_of(listener.address)] = listener.mtu
    return mtus


def _overrides(
    rules: Sequence[ExpectationRule], keys: Sequence[CellKey], endpoints: Sequence[Endpoint], whole: bool
) -> list[dict[str, Any]]:
    """Return, for each key, the fields of Expectation that matching rules set; the last rule wins.

    Raises:
        InputError: a rule matches no key of the whole matrix
    """
    matchers = [_Matcher(rule, endpoints) for rule in rules]
    changes = [_fields(rule, index) for index, rule in enumerate(rules)]
    unused = set(range(len(rules)))
    overrides: list[dict[str, Any]] = []
    for key in keys:
        matching = [index for index, matcher in enumerate(matchers) if matcher.matches(key)]
        unused.difference_update(matching)
        overrides.append({name: value for index in matching for name, value in changes[index].items()})
    if whole:
        _refuse_unused(rules, unused, endpoints)
    return overrides


def _refuse_unused(rules: Sequence[ExpectationRule], unused: Iterable[int], endpoints: Sequence[Endpoint]) -> None:
    """Raise InputError for the first rule that matches no cell, if there is one."""
    for index in sorted(unused):
        given = {name: value for name, value in asdict(rules[index]).items() if value not in (None, ())}
        raise InputError(
            f"expectations[{index}] matches no cell: {given}; the names are "
            f"{', '.join(endpoint.name for endpoint in endpoints[:12])}{', ...' if len(endpoints) > 12 else ''}"
        )


def _fields(rule: ExpectationRule, index: int) -> dict[str, Any]:
    """Return the fields of Expectation that a rule sets."""
    given = {"outcome": rule.outcome, "source": rule.source_address, "because": f"expectations[{index}]"}
    return {name: value for name, value in given.items() if value is not None}


class _Matcher:
    """A rule with the names that its patterns match, so that no pattern is matched for each cell."""

    def __init__(self, rule: ExpectationRule, endpoints: Iterable[Endpoint]) -> None:
        self._sources = {one.name for one in endpoints if _fits(one, rule.source, rule.source_kind)}
        self._targets = {one.name for one in endpoints if _fits(one, rule.target, rule.target_kind)}
        self._checks = rule.checks or CHECKS
        self._families = rule.families or FAMILIES

    def matches(self, key: CellKey) -> bool:
        """Whether the rule applies to the cell."""
        return (
            key.source in self._sources
            and key.target in self._targets
            and key.check in self._checks
            and key.family in self._families
        )


def _fits(endpoint: Endpoint, pattern: str, kind: str | None) -> bool:
    return kind in (None, endpoint.kind) and fnmatchcase(endpoint.name, pattern)


__all__ = [
    "DEFAULT_SETTINGS",
    "Expectation",
    "ExpectationRule",
    "NetworkSettings",
    "check_rules",
    "expect_all",
    "expect_cells",
    "load_rules",
    "matrix",
]
