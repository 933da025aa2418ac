# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of a matrix of NetworkPolicies, each with the policies that decided it. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import (
    AdminMatch,
    Direction,
    Grant,
    Layer,
    Matrix,
)

_OPEN = "the API leaves this connection to the implementation"


def list_cells(matrix: Matrix, decide_open: bool = True) -> Iterator[ExpectedCell]:
    """Yield the cells of a matrix: each source, each target (the source too), each common family, each port.

    Args:
        matrix: the matrix
        decide_open: whether its reading decides the cells that the API leaves open; otherwise they stay undecided
    """
    explanations = [_Explanation(matrix.pods, layer) for layer in matrix.layers]
    for source, sender in enumerate(matrix.pods):
        for target, receiver in enumerate(matrix.pods):
            pair = 1 << source | 1 << target
            for layer, explanation in zip(matrix.layers, explanations):
                if layer.members & pair == pair:
                    is_open = layer.implementation_decides(source, target)
                    undecided = is_open and not decide_open
                    yield ExpectedCell(
                        source=str(sender),
                        target=str(receiver),
                        port=layer.port.number,
                        protocol=layer.port.protocol,
                        family=layer.family,
                        allowed=None if undecided else layer.allows(source, target),
                        because=_OPEN if undecided else explanation.of(source, target),
                        decided_by="implementation" if is_open else "api",
                    )


class _Explanation:
    """The reasons for the cells of a layer. Grants that concern one end are looked up once for each pod."""

    def __init__(self, pods: Sequence[Pod], layer: Layer) -> None:
        self._pods, self._layer = pods, layer
        every = range(len(pods))
        self._entering = [[one for one in layer.ingress.grants if one.targets >> pod & 1] for pod in every]
        self._leaving = [[one for one in layer.egress.grants if one.sources >> pod & 1] for pod in every]
        # For connections to a target, or from a source, under both tiers of administrators.
        self._ruling_in = [_concerning(layer.ingress, "targets", pod) for pod in every]
        self._ruling_out = [_concerning(layer.egress, "sources", pod) for pod in every]

    def of(self, source: int, target: int) -> str:
        """Return the reason in one line: both directions of an allowed cell, or the directions that deny it."""
        if source == target:
            return "a pod always reaches itself"
        parts = [self._ingress(source, target), self._egress(source, target)]
        allowed = self._layer.allows(source, target)
        text = "; ".join(words for opened, words in parts if allowed or not opened)
        return text + self._remark(source, target)

    def _ingress(self, source: int, target: int) -> tuple[bool, str]:
        """Return whether the target lets the source in, and the reason."""
        sender, receiver = self._pods[source], self._pods[target]
        if sender.host_network and sender.node == receiver.node and not receiver.host_network:
            return True, f"ingress: {sender} is on the network of {sender.node}, the target's own node"
        grants = [grant for grant in self._entering[target] if grant.sources >> source & 1]
        rulings = [[one for one in tier if one.sources >> source & 1] for tier in self._ruling_in[target]]
        return self._reason("ingress", target, self._layer.ingress, grants, rulings)

    def _egress(self, source: int, target: int) -> tuple[bool, str]:
        """Return whether traffic of the source to the target may leave, and the reason."""
        grants = [grant for grant in self._leaving[source] if grant.targets >> target & 1]
        rulings = [[one for one in tier if one.targets >> target & 1] for tier in self._ruling_out[source]]
        return self._reason("egress", source, self._layer.egress, grants, rulings)

    def _reason(
        self,
        name: str,
        pod: int,
        direction: Direction,
        grants: Sequence[Grant],
        rulings: Sequence[Sequence[AdminMatch]],
    ) -> tuple[bool, str]:
        """Return whether these grants and rulings open a direction for a pod, and the reason."""
        if self._pods[pod].host_network:
            return True, f"{name}: {self._pods[pod]} is on the host network, where policies have no effect"
        admin, baseline = rulings
        if admin and admin[0].action != "Pass":
            return _ruled(name, admin[0])
        policies = [policy for policy, mask in direction.bound if mask >> pod & 1]
        if not policies:
            return _ruled(name, baseline[0]) if baseline else (True, f"{name}: no policy selects {self._pods[pod]}")
        if grants:
            return True, f"{name}: allowed by {_some([f'{grant.policy} {grant.rule}' for grant in grants])}"
        return False, f"{name}: selected by {_some(policies)}, and no rule allows it"

    def _remark(self, source: int, target: int) -> str:
        """Return a remark on the source address of a host-network pod whose traffic comes from another node."""
        sender, receiver = self._pods[source], self._pods[target]
        foreign = sender.host_network and not receiver.host_network and sender.node != receiver.node
        if foreign and self._layer.implementation_decides(source, target):
            return f"; {sender} has the address of {sender.node}, or through an overlay that of the tunnel"
        return ""


def _concerning(direction: Direction, ends: str, pod: int) -> list[list[AdminMatch]]:
    """Return the rulings of both tiers whose C(ends), V(sources) or V(targets), have the pod."""
    return [[one for one in tier if getattr(one, ends) >> pod & 1] for tier in (direction.admin, direction.baseline)]


def _ruled(name: str, ruling: AdminMatch) -> tuple[bool, str]:
    """Return what a rule of an administrator decides."""
    allows = ruling.action == "Allow"
    return allows, f"{name}: {'allowed' if allows else 'denied'} by {ruling.policy} {ruling.rule}"


def _some(names: Sequence[str], most: int = 3) -> str:
    """Join names in one line; of many names only the first."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


__all__ = ["list_cells"]
