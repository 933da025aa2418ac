# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that may connect to each other under NetworkPolicies: the matrix, as bit sets. No I/O, no Ansible.

A set of pods is an integer here, a mask, in which bit i stands for pods[i].

The rules come from the API reference of NetworkPolicy. A reading decides the points that the reference leaves open.
Where the strictest and the most lenient reading differ, the implementation decides the cell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import NamedPort, Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import (
    IPBlock,
    LabelSelector,
    Peer,
    Policy,
    PolicyPort,
    PolicyRule,
    Requirement,
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
class Direction:
    """The effect of all policies in one direction, for one port in one family.

    Attributes:
        bound: name of each policy with this direction, and the mask of the pods that it selects
        grants: of the rules of these policies, without rules that grant nothing
    """

    bound: tuple[tuple[str, int], ...]
    grants: tuple[Grant, ...]

    @property
    def isolated(self) -> int:
        """The pods that a policy selects. Only rules open connections for them."""
        return _union(mask for _name, mask in self.bound)


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

    Raises:
        InputError: the namespace of a pod or a policy is missing
    """
    for pod in pods:
        _check_namespace("pod", pod, pod.namespace, namespaces)
    for policy in policies:
        _check_namespace("policy", policy, policy.namespace, namespaces)
    index = _Index(pods, namespaces)
    families = [family for family in FAMILIES if index.members[family]]
    layers = (_layer(index, policies, port, family, reading) for family in families for port in ports)
    return Matrix(tuple(pods), tuple(layers))


def _check_namespace(kind: str, one: object, namespace: str, namespaces: Mapping[str, object]) -> None:
    """Raise InputError when the namespace of an object is missing."""
    if namespace not in namespaces:
        raise InputError(
            f"namespaces lacks {namespace}, the namespace of {kind} {one}: give all namespaces of the cluster"
        )


def _layer(index: _Index, policies: Sequence[Policy], port: Port, family: str, reading: Reading) -> Layer:
    """Compute the cells of a port in a family."""
    question = _Question(index, port, family, reading)
    ingress, egress = question.direction("ingress", policies), question.direction("egress", policies)
    allowed = question.rows(ingress, egress)
    members = index.members[family]
    if port.protocol == "ICMP":  # the API has no rules for other protocols than TCP, UDP and SCTP
        contested = [members & ~(1 << target) if members >> target & 1 else 0 for target in range(len(allowed))]
    else:
        strict, lenient = (
            asked.rows(asked.direction("ingress", policies), asked.direction("egress", policies))
            for asked in (_Question(index, port, family, extreme) for extreme in (STRICTEST, MOST_LENIENT))
        )
        contested = [one ^ other for one, other in zip(strict, lenient)]
    return Layer(port, family, members, tuple(allowed), tuple(contested), ingress, egress)


class _LabelIndex:
    """Masks of the objects with a label; bit i stands for labels[i]."""

    def __init__(self, labels: Iterable[Mapping[str, str]]) -> None:
        self._having: dict[str, int] = defaultdict(int)
        self._equal: dict[tuple[str, str], int] = defaultdict(int)
        self._all = 0
        for position, one in enumerate(labels):
            self._all |= 1 << position
            for key, value in one.items():
                self._having[key] |= 1 << position
                self._equal[key, value] |= 1 << position

    def select(self, selector: LabelSelector | None) -> int:
        """Return the mask of a selector; without a selector, of all objects."""
        mask = self._all
        for requirement in selector.requirements if selector else ():
            mask &= self._meeting(requirement)
        return mask

    def _meeting(self, requirement: Requirement) -> int:
        """Return the mask of a requirement. An object without the key meets NotIn, as the API reference says."""
        if requirement.operator in ("Exists", "DoesNotExist"):
            mask = self._having.get(requirement.key, 0)
        else:
            mask = _union(self._equal.get((requirement.key, value), 0) for value in requirement.values)
        return mask if requirement.operator in ("In", "Exists") else self._all & ~mask


class _Index:
    """Masks of pods for the selectors, ipBlocks and named ports of policies. Answers are kept."""

    def __init__(self, pods: Sequence[Pod], namespaces: Mapping[str, Mapping[str, str]]) -> None:
        self._pods = pods
        self._labels = _LabelIndex(pod.labels for pod in pods)
        self._namespace_labels = _LabelIndex(namespaces.values())
        self._namespaces: dict[str, int] = dict.fromkeys(namespaces, 0)
        self._named: dict[NamedPort, int] = defaultdict(int)
        self._init_named: dict[NamedPort, int] = defaultdict(int)
        self._ambiguous: dict[tuple[str, str], int] = defaultdict(int)
        self._selected: dict[tuple[str, LabelSelector | None, LabelSelector | None], int] = {}
        self._blocks: dict[IPBlock, int] = {}
        self.everyone = (1 << len(pods)) - 1
        self.host_network = 0
        self.members = dict.fromkeys(FAMILIES, 0)
        self.nodes: dict[str | None, int] = defaultdict(int)
        for position, pod in enumerate(pods):
            bit = 1 << position
            self._namespaces[pod.namespace] |= bit
            self.nodes[pod.node] |= bit
            self.host_network |= bit * pod.host_network
            for family in pod.addresses:
                self.members[family] |= bit
            for named, found in ((pod.ports, self._named), (pod.init_ports, self._init_named)):
                for port in named:
                    found[port] |= bit
            numbers = Counter((port.name, port.protocol) for port in pod.ports | pod.init_ports)
            for name, count in numbers.items():
                if count > 1:
                    self._ambiguous[name] |= bit

    def select(self, namespace: str, pods: LabelSelector | None, namespaces: LabelSelector | None = None) -> int:
        """Return the pods that a selector selects: in the namespace, or in those that the other selector selects."""
        key = (namespace, pods, namespaces)
        if key not in self._selected:
            places = self._namespaces[namespace]
            if namespaces is not None:
                masks = list(self._namespaces.values())
                places = _union(masks[position] for position in _positions(self._namespace_labels.select(namespaces)))
            self._selected[key] = places & self._labels.select(pods)
        return self._selected[key]

    def within(self, block: IPBlock) -> int:
        """Return the pods with an address in an ipBlock."""
        if block not in self._blocks:
            family = f"ipv{block.network.version}"
            self._blocks[block] = _union(
                1 << position
                for position, pod in enumerate(self._pods)
                if family in pod.addresses
                and pod.addresses[family] in block.network
                and not any(pod.addresses[family] in hole for hole in block.excepted)
            )
        return self._blocks[block]

    def naming(self, port: NamedPort, reading: Reading) -> int:
        """Return the pods in which a rule finds this port by its name."""
        found = self._named.get(port, 0)
        if reading.init_ports_have_names:
            found |= self._init_named.get(port, 0)
        if not reading.shared_names_open_all:
            found &= ~self._ambiguous.get((port.name, port.protocol), 0)
        return found


class _Question:
    """A port in a family, under one reading."""

    def __init__(self, index: _Index, port: Port, family: str, reading: Reading) -> None:
        self._index, self._port, self._family, self._reading = index, port, family, reading
        self._bindable = index.everyone if reading.policies_bind_host_network else index.everyone & ~index.host_network
        self._matchable = index.everyone if reading.peers_match_host_network else index.everyone & ~index.host_network

    def direction(self, name: str, policies: Iterable[Policy]) -> Direction:
        """Return the effect of the policies in a direction, "ingress" or "egress"."""
        bound, grants = [], []
        for policy in policies:
            rules = policy.ingress if name == "ingress" else policy.egress
            if rules is None:
                continue
            selected = self._index.select(policy.namespace, policy.pod_selector) & self._bindable
            bound.append((str(policy), selected))
            for number, rule in enumerate(rules):
                peers, serving = self._peers(policy, rule), self._serving(rule)
                ends = (peers, selected & serving) if name == "ingress" else (selected, peers & serving)
                grants.append(Grant(str(policy), f"{name}[{number}]", *ends))
        return Direction(
            tuple((name, mask) for name, mask in bound if mask),
            tuple(grant for grant in grants if grant.sources and grant.targets),
        )

    def rows(self, ingress: Direction, egress: Direction) -> list[int]:
        """Return, for each target, the mask of the sources that both directions let through. A pod reaches itself."""
        everyone, hosts, members = self._index.everyone, self._index.host_network, self._index.members[self._family]
        entering = [(grant.sources, grant.targets) for grant in ingress.grants]
        entering.append((everyone, everyone & ~ingress.isolated))
        leaving = [(grant.sources, grant.targets) for grant in egress.grants]
        leaving.append((everyone & ~egress.isolated, everyone))
        for neighbours in self._index.nodes.values():
            if self._reading.own_node_enters:
                entering.append((neighbours & hosts, neighbours))
            if self._reading.own_node_is_reached:
                leaving.append((neighbours, neighbours & hosts))
        both = zip(_spread(entering, everyone), _spread(leaving, everyone))
        return [
            ((into & out) | 1 << target) & members if members >> target & 1 else 0
            for target, (into, out) in enumerate(both)
        ]

    def _peers(self, policy: Policy, rule: PolicyRule) -> int:
        """Return the pods that the peers of a rule match."""
        if not rule.peers:
            return self._index.everyone
        return _union(self._peer(policy, peer) for peer in rule.peers)

    def _peer(self, policy: Policy, peer: Peer) -> int:
        if peer.ip_block:
            same = self._reading.blocks_match_pods and f"ipv{peer.ip_block.network.version}" == self._family
            return self._index.within(peer.ip_block) if same else 0
        return self._index.select(policy.namespace, peer.pod_selector, peer.namespace_selector) & self._matchable

    def _serving(self, rule: PolicyRule) -> int:
        """Return the pods on which a rule allows the port."""
        if not rule.ports:
            return self._index.everyone
        return _union(self._serving_port(port) for port in rule.ports if port.protocol == self._port.protocol)

    def _serving_port(self, port: PolicyPort) -> int:
        """Return the pods on which an entry of a rule's ports, with the same protocol, is the port."""
        number = self._port.number or 0  # only ICMP has none
        if port.port is None:
            return self._index.everyone
        if isinstance(port.port, str):
            named = NamedPort(port.port, port.protocol, number)
            return self._index.naming(named, self._reading) & self._matchable
        return self._index.everyone if port.port <= number <= (port.end_port or port.port) else 0


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
        for target in _positions(members):
            rows[target] = row
    return rows


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def _positions(mask: int) -> Iterator[int]:
    """Yield the positions of the bits in a mask, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


__all__ = [
    "Direction",
    "Grant",
    "Layer",
    "Matrix",
    "expected_matrix",
]
