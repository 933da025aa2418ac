# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of the lint of policies, and the policies, pods and namespaces that it looks at. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import Policy, PolicyRule
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import PodIndex, positions, union

# The name of the rules and of the peers in each direction.
DIRECTIONS = {"ingress": "from", "egress": "to"}


@dataclass(frozen=True)
class Finding:
    """A place in a policy that may not mean what its author meant.

    Attributes:
        id: the kind of the finding
        policy: NAMESPACE/NAME
        path: of the field
        message: a sentence about the field
        remedy: what to do
    """

    id: str
    policy: str
    path: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Surroundings:
    """The cluster in which a policy is in force.

    Attributes:
        pods: all pods of the cluster
        namespaces: labels of each namespace
        policies: all policies of the cluster
        index: the index of the pods
    """

    pods: tuple[Pod, ...]
    namespaces: Mapping[str, Mapping[str, str]]
    policies: Sequence[Policy]
    index: PodIndex

    def selected(self, policy: Policy) -> int:
        """Return the mask of the pods that a policy selects."""
        return self.index.select(policy.namespace, policy.pod_selector)

    def ruled(self, direction: str, but: Policy) -> int:
        """Return the mask of the pods that another policy with rules in a direction selects."""
        others = (one for one in self.policies if one is not but and rules_of(one, direction))
        return union(self.selected(one) for one in others)

    def names(self, mask: int, most: int = 3) -> str:
        """Return the names of pods in one line; of many pods only the first."""
        found = [str(self.pods[position]) for position in positions(mask)]
        return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


@dataclass(frozen=True)
class Subject:
    """A policy under the lint, as it is written and as it was parsed."""

    policy: Policy
    written: Mapping[str, Any]

    def finding(self, kind: str, path: str, message: str, remedy: str) -> Finding:
        return Finding(kind, str(self.policy), path, f"{path} {message}", remedy)

    @property
    def spec(self) -> Mapping[str, Any]:
        """The spec as it is written, without fields that are null."""
        spec = self.written.get("spec") or {}
        return {name: value for name, value in spec.items() if value is not None}


def rules_of(policy: Policy, direction: str) -> Sequence[PolicyRule]:
    """Return the rules of a policy in a direction; none when the policy does not cover the direction."""
    return (policy.ingress if direction == "ingress" else policy.egress) or ()


def covered_rules(policy: Policy) -> Iterator[tuple[str, str, PolicyRule]]:
    """Yield the direction, the path and the rule of each rule that has an effect."""
    for direction in DIRECTIONS:
        for number, rule in enumerate(rules_of(policy, direction)):
            yield direction, f"spec.{direction}[{number}]", rule


def join(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))


__all__ = ["DIRECTIONS", "Finding", "Subject", "Surroundings", "covered_rules", "join", "rules_of"]
