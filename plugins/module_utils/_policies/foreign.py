# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effect of policies that a cluster has on the cells of a verification. No I/O, no Ansible.

The oracle knows pods. Here a node stands in as a host-network pod, and a Service with one backend stands for that pod.
Nothing is expected of other cells that an isolated pod begins or ends, or that a rule of an administrator may deny.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CellKey, Endpoint, Target
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.admin import is_admin
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.egress_blocks import (
    EgressBlocks,
    read_egress_blocks,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import Matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import Answer, ask
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import positions, union
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import of_known_namespaces, placed_pods

# No namespace of a cluster can have this name.
_NODES = "podnet.node"
_ANY = {"protocol": "ICMP"}  # for questions about ends alone
# The path MTU is probed at the UDP port.
_PROTOCOLS = {"icmp": "ICMP", "tcp": "TCP", "udp": "UDP", "mtu": "UDP", "dns": "UDP"}


@dataclass(frozen=True)
class ClusterObjects:
    """Lists of Pod, Namespace and policy objects of a cluster, and who implements its policies.

    The policies are NetworkPolicies, and those of administrators with their kind.
    """

    pods: Any
    namespaces: Any
    policies: Any
    implementation: str = "strict"


@dataclass(frozen=True)
class Effect:
    """The effect of policies on a verification.

    Attributes:
        policies: names of the NetworkPolicies that select a pod of the verification, NAMESPACE/NAME, and of the
            policies of administrators that may deny one of its cells, KIND NAME
        cells: the cells that these policies decide or leave open
        warnings: sentences of the oracle
    """

    policies: tuple[str, ...] = ()
    cells: tuple[ExpectedCell, ...] = ()
    warnings: tuple[str, ...] = ()


def find_effect(endpoints: Sequence[Endpoint], targets: Sequence[Target], objects: ClusterObjects) -> Effect:
    """Compute the effect of the policies of a cluster on the cells of a verification.

    Args:
        endpoints, targets: of the whole matrix
        objects: of the cluster

    Raises:
        InputError: an object is not as the API returns it
    """
    present = [endpoint for endpoint in endpoints if not endpoint.missing]
    known = of_known_namespaces(read_list(objects.policies, "policies"), objects.namespaces)
    objects = replace(objects, policies=known)
    pods, answer = _ask(present, targets, objects)
    effects = _Effects(
        present,
        targets,
        answer,
        list(list_cells(answer.matrix, answer.decide_open)),
        _Rules(_ask_ends(pods, present, objects, map(_without_ports, filter(is_admin, known)))),
        _Rules(_ask_ends(pods, present, objects, _not_computed(filter(is_admin, known), present))),
        read_egress_blocks(known),
    )
    probed = {endpoint.name for endpoint in present if endpoint.kind == "pod"}
    chosen = sum(1 << index for index, pod in enumerate(answer.matrix.pods) if str(pod) in probed)
    names = effects.names(chosen)
    if not names or not pods:
        return Effect()
    return Effect(names, tuple(effects.cells()), answer.warnings)


def _ask(present: Sequence[Endpoint], targets: Sequence[Target], objects: ClusterObjects) -> tuple[list[Any], Answer]:
    """Ask the oracle about the pods of the verification, the pods behind its Services, and its nodes."""
    wanted = {name for endpoint in present for name in (endpoint.name, *endpoint.backends)}
    pods = placed_pods(objects.pods, wanted)
    stand_ins = [_stand_in(endpoint) for endpoint in present if endpoint.kind == "node"]
    ports = dict.fromkeys((_PROTOCOLS[one.check], one.port) for one in _tries(targets))
    asked = [{"protocol": protocol, **({"port": port} if port else {})} for protocol, port in ports] or [_ANY]
    return pods, ask([*pods, *stand_ins], _namespaces(objects), [], asked, objects.implementation, objects.policies)


def _ask_ends(
    pods: Sequence[Any], present: Iterable[Endpoint], objects: ClusterObjects, admin: Iterable[Mapping[str, Any]]
) -> Matrix:
    """Ask the oracle which ends the rules of administrators match. An address outside stands in as a node does."""
    stand_ins = [_stand_in(one) for one in present if one.kind in ("node", "outside")]
    return ask([*pods, *stand_ins], _namespaces(objects), [], [_ANY], "strict", list(admin)).matrix


def _without_ports(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy of an administrator whose rules concern all ports: those behind Services of others are unknown.

    Where the policy is odd, the oracle has said so.
    """
    spec = policy["spec"]
    rules = {
        way: [{name: value for name, value in rule.items() if name != "ports"} for rule in spec[way]]
        for way in ("ingress", "egress")
        if spec.get(way)
    }
    return {**policy, "spec": {**spec, **rules}}


def _not_computed(admin: Iterable[Mapping[str, Any]], present: Sequence[Endpoint]) -> Iterator[dict[str, Any]]:
    """Yield policies that deny what the oracle does not compute: rules for nodes, and for names of the DNS.

    Such a rule may concern any node, or any address outside.
    """
    networks = {
        field: [str(ip_network(address)) for one in present if one.kind == kind for address in one.addresses]
        for field, kind in (("nodes", "node"), ("domainNames", "outside"))
    }
    for policy in admin:
        peers = [peer for rule in policy["spec"].get("egress") or () for peer in rule["to"]]
        met = [network for field, some in networks.items() if any(field in peer for peer in peers) for network in some]
        if met:
            rules = {"ingress": [], "egress": [{"action": "Deny", "to": [{"networks": met}]}]}
            yield {**policy, "spec": {**policy["spec"], **rules}}


def _namespaces(objects: ClusterObjects) -> list[Any]:
    return [*read_list(objects.namespaces, "namespaces"), {"metadata": {"name": _NODES}}]


def _tries(targets: Iterable[Target]) -> Iterator[Any]:
    for target in targets:
        if target.kind in ("pod", "node"):
            yield from (
                one for one in target.tries if one.check == "icmp" or (one.port and one.check in ("tcp", "udp", "mtu"))
            )


def _stand_in(node: Endpoint) -> dict[str, Any]:
    """Return a host-network pod with the addresses of a node."""
    return {
        "metadata": {"namespace": _NODES, "name": node.name},
        "spec": {"nodeName": node.name, "hostNetwork": True},
        "status": {"phase": "Running", "podIPs": [{"ip": address} for address in node.addresses]},
    }


def _in_oracle(name: str) -> str:
    """Return the name of an endpoint in the oracle."""
    return name if "/" in name else f"{_NODES}/{name}"


class _Rules:
    """The connections that rules of administrators concern which deny something."""

    def __init__(self, asked: Matrix) -> None:
        self._numbers = {str(pod): number for number, pod in enumerate(asked.pods)}
        ways = [way for layer in asked.layers for way in (layer.ingress, layer.egress)]
        rules = [rule for way in ways for rule in (*way.admin, *way.baseline) if rule.action == "Deny"]
        self._rules = [(rule.policy, rule.sources, rule.targets) for rule in rules]

    def of(self, source: str, ends: Iterable[str]) -> list[str]:
        """Return the policies that concern a connection from a source to one of its ends."""
        if not self._rules:
            return []
        sender, receivers = self._mask([source]), self._mask(ends)
        return [policy for policy, sources, targets in self._rules if sources & sender and targets & receivers]

    def _mask(self, names: Iterable[str]) -> int:
        known = (self._numbers.get(_in_oracle(name)) for name in names)
        return union(1 << number for number in known if number is not None)


@dataclass(frozen=True)
class _Effects:
    """The cells of a verification, and what the oracle says about pods and nodes.

    C(denials) are the rules that may deny a cell, C(unclear) those that the oracle does not compute.
    """

    endpoints: Sequence[Endpoint]
    targets: Sequence[Target]
    answer: Answer
    computed: Sequence[ExpectedCell]
    denials: _Rules
    unclear: _Rules
    blocks: EgressBlocks

    def names(self, pods: int) -> tuple[str, ...]:
        """Return the names of the policies that select one of the pods of a mask, and of those that may deny a cell."""
        bound = (
            one for layer in self.answer.matrix.layers for way in (layer.ingress, layer.egress) for one in way.bound
        )
        selecting = [str(name) for name, mask in bound if mask & pods]
        ruling = (
            name
            for rules in (self.denials, self.unclear)
            for key, target in self._keys
            for name in rules.of(key.source, _ends(target))
        )
        return tuple(dict.fromkeys((*selecting, *ruling)))

    def cells(self) -> Iterator[ExpectedCell]:
        """Yield the cells that begin or end at an isolated pod, or that an administrator may deny."""
        seen: set[CellKey] = set()
        for key, target in self._keys:
            ends = _ends(target)
            sent, received = self._isolated["egress"].get(key.source, ()), self._entered(ends)
            unclear = self.unclear.of(key.source, ends)
            policies = [*sent, *received, *self.denials.of(key.source, ends), *unclear]
            if policies:
                cell = (None if unclear else self._decided(key, target, sent)) or _open(key, policies)
                if cell.key not in seen:  # the cell of UDP is that of the path MTU, too
                    seen.add(cell.key)
                    yield cell

    @cached_property
    def _keys(self) -> list[tuple[CellKey, Endpoint]]:
        """The cells that policies may decide, with their targets."""
        by_name = {endpoint.name: endpoint for endpoint in self.endpoints}
        keys = matrix(self.endpoints, [one for one in self.targets if one.name in by_name])
        return [(key, by_name[key.target]) for key in keys if key.check in _PROTOCOLS]

    def _entered(self, ends: Iterable[str]) -> list[str]:
        return [name for end in ends for name in self._isolated["ingress"].get(end, ())]

    def _decided(self, key: CellKey, target: Endpoint, sent: Iterable[str]) -> ExpectedCell | None:
        """Return the cell as the oracle computes it; None: it cannot."""
        end, port = key.target, key.port
        if target.kind not in ("pod", "node"):
            # The ports of our pods are known. A pod that reaches itself through a Service may have its node's address.
            # At a NodePort, the source may be the address of the node.
            known = target.kind == "service" and target.own and len(target.backends) == 1
            if not known or target.backends[0] == key.source:
                return None
            end, port = target.backends[0], self._own_ports.get((target.backends[0], key.check))
        cell = self._by_key.get((_in_oracle(key.source), _in_oracle(end), _PROTOCOLS[key.check], key.family, port))
        if cell and target.kind == "service":
            cell = self._through(cell, ip_address(str(target.address(key.family))), sent)
        return cell and cell._replace(source=key.source, target=key.target, port=key.port)

    def _through(self, cell: ExpectedCell, address: Address, sent: Iterable[str]) -> ExpectedCell:
        """Return the cell of a Service by that of the pod behind it."""
        undecided = self.blocks.undecided(address, () if cell.allowed else sent)
        if not undecided:
            return cell
        allowed = cell.allowed if self.answer.decide_open else None
        return cell._replace(allowed=allowed, because=f"{cell.because}; {undecided}", decided_by="implementation")

    @cached_property
    def _by_key(self) -> dict[tuple[Any, ...], ExpectedCell]:
        return {(one.source, one.target, one.protocol, one.family, one.port): one for one in self.computed}

    @cached_property
    def _own_ports(self) -> dict[tuple[str, str], int | None]:
        return {(target.name, one.check): one.port for target in self.targets for one in target.tries}

    @cached_property
    def _isolated(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """For each direction, the policies that isolate each pod, by the pod's name."""
        found: dict[str, dict[str, dict[str, None]]] = {"ingress": {}, "egress": {}}
        for layer in self.answer.matrix.layers:
            for direction, way in (("ingress", layer.ingress), ("egress", layer.egress)):
                for name, mask in way.bound:
                    for index in positions(mask):
                        found[direction].setdefault(str(self.answer.matrix.pods[index]), {})[str(name)] = None
        return {direction: {pod: tuple(names) for pod, names in some.items()} for direction, some in found.items()}


def _ends(target: Endpoint) -> tuple[str, ...]:
    """Return the endpoints that get the packets to a target."""
    return (target.name,) if target.kind in ("pod", "node", "outside") else target.backends


def _open(key: CellKey, policies: Iterable[str]) -> ExpectedCell:
    """Return a cell of which nothing is expected."""
    names = ", ".join(dict.fromkeys(policies))
    because = f"selected by {names}, whose effect on this cell is not computed"
    port = None if key.check == "icmp" else key.port
    return ExpectedCell(
        key.source, key.target, port, _PROTOCOLS[key.check], key.family, None, because, decided_by="implementation"
    )


__all__ = ["ClusterObjects", "find_effect"]
