# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that may connect to each other under NetworkPolicies: the matrix, as bit sets. No I/O, no Ansible.

A set of pods is an integer here, a mask, in which bit i stands for pods[i].

The rules come from the API reference of NetworkPolicy, and those of administrators from that of AdminNetworkPolicy. A
connection is open in a direction when the first rule of the tier admin that matches allows it; when none matches, or
that rule passes it on, when the NetworkPolicies that select the pod allow it; when none selects the pod, unless the
first rule of the tier baseline that matches denies it. A reading decides the points that the reference leaves open.
Where the strictest and the most lenient reading differ, the implementation decides the cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, product

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import NamedPort, Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.admin import AdminPolicy
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import (
    Peer,
    Policy,
    PolicyPort,
    PolicyRule,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import (
    PodIndex,
    check_namespaces,
    positions,
    union,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import Port
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.readings import (
    IMPLEMENTATIONS,
    MOST_LENIENT,
    STRICTEST,
    Reading,
)


@dataclass(frozen=True)
class Grant:
    """The connections that a rule allows: any source to any target, both masks. C(rule) is such as V(ingress[0])."""

    policy: str
    rule: str
    sources: int
    targets: int


@dataclass(frozen=True)
class AdminMatch:
    """The connections that a rule of an administrator matches: any source to any target, both masks.

    Attributes:
        policy, rule: such as V(AdminNetworkPolicy ops) and V(ingress[0])
        action: V(Allow), V(Deny) or V(Pass)
        sources, targets: the masks
    """

    policy: str
    rule: str
    action: str
    sources: int
    targets: int


@dataclass(frozen=True)
class Direction:
    """The effect of all policies in one direction, for one port in one family.

    Attributes:
        bound: name of each policy with this direction, and the mask of the pods that it selects
        grants: of the rules of these policies, without rules that grant nothing
        admin, baseline: of the rules of administrators in each tier, the one that counts first in front
    """

    bound: tuple[tuple[str, int], ...]
    grants: tuple[Grant, ...]
    admin: tuple[AdminMatch, ...] = ()
    baseline: tuple[AdminMatch, ...] = ()

    @property
    def isolated(self) -> int:
        """The pods that a policy selects. Only rules open connections for them."""
        return union(mask for _name, mask in self.bound)


@dataclass(frozen=True)
class Layer:
    """The cells of one port in one address family.

    Attributes:
        port, family: of the cells
        members: the pods that have an address of the family; the others have no cells
        allowed: for each target, the mask of the sources that reach it
        contested: for each target, the mask of the sources for which the implementation decides
        ingress, egress: the policies and grants, by the reading of the matrix
    """

    port: Port
    family: str
    members: int
    allowed: tuple[int, ...]
    contested: tuple[int, ...]
    ingress: Direction
    egress: Direction

    def allows(self, source: int, target: int) -> bool:
        """Whether pods[source] reaches pods[target]."""
        return bool(self.allowed[target] >> source & 1)

    def implementation_decides(self, source: int, target: int) -> bool:
        """Whether the API leaves open if pods[source] reaches pods[target]."""
        return bool(self.contested[target] >> source & 1)


@dataclass(frozen=True)
class Matrix:
    """The pods, and a layer for each port in each address family that a pod has."""

    pods: tuple[Pod, ...]
    layers: tuple[Layer, ...]


def expected_matrix(
    pods: Sequence[Pod],
    namespaces: Mapping[str, Mapping[str, str]],
    policies: Sequence[Policy],
    ports: Sequence[Port],
    reading: Reading = IMPLEMENTATIONS["calico"].reading,
    admin: Sequence[AdminPolicy] = (),
) -> Matrix:
    """Compute the pods that reach each other on the ports, in every address family that the pods have.

    How it scales: one mask for each label answers a selector for all pods at once, and targets that the same rules let
    in share a row. The time grows with layers times rules times different rows, and with pods times different ipBlocks.
    Each step handles masks of pods/64 machine words. Only the result is quadratic, with two bits a cell.

    Args:
        pods: all sources and targets. Other pods that a policy selects do not matter.
        namespaces: labels of each namespace
        policies: all policies of the cluster, now or as planned
        ports: the ports to ask about
        reading: how the implementation decides the points that the API leaves open
        admin: all policies of administrators, in the order in which they count. Among equal priorities the API leaves
            the order open, and the implementation decides cells that depend on it.

    Raises:
        InputError: the namespace of a pod or a policy is missing
    """
    check_namespaces("pod", pods, namespaces)
    check_namespaces("policy", policies, namespaces)
    index = PodIndex(pods, namespaces)
    families = [family for family in FAMILIES if index.members[family]]
    asked = _Policies(tuple(policies), tuple(_orders(admin)))
    layers = (_layer(index, asked, port, family, reading) for family in families for port in ports)
    return Matrix(tuple(pods), tuple(layers))


@dataclass(frozen=True)
class _Policies:
    """All policies of a cluster.

    Attributes:
        network: the NetworkPolicies
        orders: the policies of administrators, in each order that the API allows; the usual one first
    """

    network: tuple[Policy, ...]
    orders: tuple[tuple[AdminPolicy, ...], ...]


def _orders(admin: Sequence[AdminPolicy]) -> Iterator[tuple[AdminPolicy, ...]]:
    """Yield orders in which each of several policies with one priority comes first once.

    The first policy that matches decides, so these orders give every result that any order gives in one direction.
    """
    groups = [list(group) for _key, group in groupby(admin, key=lambda one: (one.is_baseline, one.priority))]
    for turn in range(max(map(len, groups), default=1)):
        turned = (group[turn % len(group) :] + group[: turn % len(group)] for group in groups)
        yield tuple(chain.from_iterable(turned))


def _layer(index: PodIndex, policies: _Policies, port: Port, family: str, reading: Reading) -> Layer:
    """Compute the cells of a port in a family."""
    question = _Question(index, port, family, reading)
    ingress, egress = question.directions(policies)
    allowed = question.rows(ingress, egress)
    members = index.members[family]
    if port.protocol == "ICMP":  # the API has no rules for other protocols than TCP, UDP and SCTP
        contested = [members & ~(1 << target) if members >> target & 1 else 0 for target in range(len(allowed))]
    else:
        strict, lenient = (
            asked.rows(*asked.directions(policies))
            for asked in (_Question(index, port, family, extreme) for extreme in (STRICTEST, MOST_LENIENT))
        )
        contested = [one ^ other for one, other in zip(strict, lenient)]
        # Any of the policies with one priority may rule a connection, and another one where it leaves its source.
        turns = [question.directions(policies, turn) for turn in range(len(policies.orders))]
        for (entering, _leaving), (_entering, leaving) in product(turns, repeat=2) if len(turns) > 1 else ():
            contested = [a | b ^ c for a, b, c in zip(contested, allowed, question.rows(entering, leaving))]
    return Layer(port, family, members, tuple(allowed), tuple(contested), ingress, egress)


class _Question:
    """A port in a family, under one reading."""

    def __init__(self, index: PodIndex, port: Port, family: str, reading: Reading) -> None:
        self._index, self._port, self._family, self._reading = index, port, family, reading
        self._bindable = index.everyone if reading.policies_bind_host_network else index.everyone & ~index.host_network
        self._matchable = index.everyone if reading.peers_match_host_network else index.everyone & ~index.host_network

    def directions(self, policies: _Policies, turn: int = 0) -> tuple[Direction, Direction]:
        """Return the effect of the policies on ingress and on egress, with one order of those of administrators."""
        ingress, egress = (self._direction(name, policies, turn) for name in ("ingress", "egress"))
        return ingress, egress

    def _direction(self, name: str, policies: _Policies, turn: int) -> Direction:
        """Return the effect of the policies in a direction, "ingress" or "egress"."""
        bound, grants = [], []
        for policy in policies.network:
            rules = policy.ingress if name == "ingress" else policy.egress
            if rules is None:
                continue
            selected = self._index.select(policy.namespace, policy.pod_selector) & self._bindable
            bound.append((str(policy), selected))
            for number, rule in enumerate(rules):
                peers, serving = self._peers(policy, rule), self._serving(rule.ports)
                ends = (peers, selected & serving) if name == "ingress" else (selected, peers & serving)
                grants.append(Grant(str(policy), f"{name}[{number}]", *ends))
        tiers = ([one for one in policies.orders[turn] if one.is_baseline is baseline] for baseline in (False, True))
        admin, baseline = (
            tuple(
                ruling for policy in tier for ruling in self._rulings(name, policy) if ruling.sources and ruling.targets
            )
            for tier in tiers
        )
        return Direction(
            tuple((name, mask) for name, mask in bound if mask),
            tuple(grant for grant in grants if grant.sources and grant.targets),
            admin,
            baseline,
        )

    def _rulings(self, name: str, policy: AdminPolicy) -> Iterator[AdminMatch]:
        """Yield what the rules of an administrator match. They know a host-network pod by its address only."""
        subject = self._admin_peer(policy.subject)
        for number, rule in enumerate(policy.ingress if name == "ingress" else policy.egress):
            peers, serving = union(map(self._admin_peer, rule.peers)), self._serving(rule.ports)
            ends = (peers, subject & serving) if name == "ingress" else (subject, peers & serving)
            yield AdminMatch(str(policy), f"{name}[{number}]", rule.action, *ends)

    def _admin_peer(self, peer: Peer) -> int:
        if peer.ip_block:
            same = f"ipv{peer.ip_block.network.version}" == self._family
            return self._index.within(peer.ip_block) if same else 0
        return self._index.select(None, peer.pod_selector, peer.namespace_selector) & ~self._index.host_network

    def rows(self, ingress: Direction, egress: Direction) -> list[int]:
        """Return, for each target, the mask of the sources that both directions let through. A pod reaches itself."""
        hosts, members = self._index.host_network, self._index.members[self._family]
        entering, leaving = self._entering(ingress), self._leaving(egress)
        for neighbours in self._index.nodes.values():
            # Whatever the policies say.
            if self._reading.own_node_enters:
                for target in positions(neighbours):
                    entering[target] |= neighbours & hosts
            if self._reading.own_node_is_reached:
                for target in positions(neighbours & hosts):
                    leaving[target] |= neighbours
        return [
            ((into & out) | 1 << target) & members if members >> target & 1 else 0
            for target, (into, out) in enumerate(zip(entering, leaving))
        ]

    def _entering(self, ingress: Direction) -> list[int]:
        """Return, for each target, the mask of the sources that it lets in."""
        everyone, isolated = self._index.everyone, ingress.isolated
        opened = [(grant.sources, grant.targets) for grant in ingress.grants]
        rows = _spread([*opened, (everyone, everyone & ~isolated)], everyone)
        free = [0 if isolated >> target & 1 else everyone for target in range(len(rows))]
        return _overruled(rows, free, ingress, everyone)

    def _leaving(self, egress: Direction) -> list[int]:
        """Return, for each target, the mask of the sources that may send to it."""
        everyone, free = self._index.everyone, self._index.everyone & ~egress.isolated
        opened = [(grant.sources, grant.targets) for grant in egress.grants]
        rows = _spread([*opened, (free, everyone)], everyone)
        return _overruled(rows, [free] * len(rows), egress, everyone)

    def _peers(self, policy: Policy, rule: PolicyRule) -> int:
        """Return the pods that the peers of a rule match."""
        if not rule.peers:
            return self._index.everyone
        return union(self._peer(policy, peer) for peer in rule.peers)

    def _peer(self, policy: Policy, peer: Peer) -> int:
        if peer.ip_block:
            same = self._reading.blocks_match_pods and f"ipv{peer.ip_block.network.version}" == self._family
            return self._index.within(peer.ip_block) if same else 0
        return self._index.select(policy.namespace, peer.pod_selector, peer.namespace_selector) & self._matchable

    def _serving(self, ports: Sequence[PolicyPort]) -> int:
        """Return the pods on which the ports of a rule have the port. A rule without ports has all of them."""
        if not ports:
            return self._index.everyone
        return union(self._serving_port(port) for port in ports if port.protocol == self._port.protocol)

    def _serving_port(self, port: PolicyPort) -> int:
        """Return the pods on which an entry of a rule's ports, with the same protocol, is the port."""
        number = self._port.number or 0  # only ICMP has none
        if port.port is None:
            return self._index.everyone
        if isinstance(port.port, str):
            named = NamedPort(port.port, port.protocol, number)
            return self._index.naming(named, self._reading) & self._matchable
        return self._index.everyone if port.port <= number <= (port.end_port or port.port) else 0


def _overruled(rows: list[int], free: Sequence[int], direction: Direction, everyone: int) -> list[int]:
    """Return the rows with the rules of administrators applied.

    Args:
        rows: for each target, the mask of the sources that NetworkPolicies let through
        free: for each target, the mask of the sources that no NetworkPolicy judges
        direction: the rules
        everyone: the mask of all pods
    """
    if not (direction.admin or direction.baseline):
        return rows
    first, last = _first_matches(direction.admin, everyone), _first_matches(direction.baseline, everyone)
    return [
        ((row & ~(last_denied & unjudged)) & ~denied) | allowed
        for row, unjudged, (allowed, denied), (_allowed, last_denied) in zip(rows, free, first, last)
    ]


def _first_matches(rulings: Iterable[AdminMatch], everyone: int) -> list[tuple[int, int]]:
    """Return, for each target, the sources that the first rule that matches allows, and those that it denies.

    Targets that the same rules match stay in one group.
    """
    groups = {(0, 0, 0): everyone}  # targets by the sources that are allowed, denied and passed on
    for ruling in rulings:
        split: dict[tuple[int, int, int], int] = defaultdict(int)
        for (allowed, denied, passed), members in groups.items():
            fresh = ruling.sources & ~(allowed | denied | passed)
            matched = {
                "Allow": (allowed | fresh, denied, passed),
                "Deny": (allowed, denied | fresh, passed),
                "Pass": (allowed, denied, passed | fresh),
            }[ruling.action]
            if members & ruling.targets:
                split[matched] |= members & ruling.targets
            if members & ~ruling.targets:
                split[allowed, denied, passed] |= members & ~ruling.targets
        groups = split
    result = [(0, 0)] * everyone.bit_length()
    for (allowed, denied, _passed), members in groups.items():
        for target in positions(members):
            result[target] = (allowed, denied)
    return result


def _spread(grants: Iterable[tuple[int, int]], everyone: int) -> list[int]:
    """Return, for each target, the union of the sources in the grants that have the target.

    Grants split the targets into groups with the same row. Groups with equal rows are merged again, so there are never
    more groups than different rows.
    """
    groups = {0: everyone}  # targets by their row
    for sources, targets in grants:
        split: dict[int, int] = defaultdict(int)
        for row, members in groups.items():
            if members & targets:
                split[row | sources] |= members & targets
            if members & ~targets:
                split[row] |= members & ~targets
        groups = split
    rows = [0] * everyone.bit_length()
    for row, members in groups.items():
        for target in positions(members):
            rows[target] = row
    return rows


__all__ = [
    "AdminMatch",
    "Direction",
    "Grant",
    "Layer",
    "Matrix",
    "expected_matrix",
]
