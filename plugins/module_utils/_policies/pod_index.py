# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that selectors, ipBlocks and named ports of policies match, as bit sets. No I/O, no Ansible.

A set of pods is an integer here, a mask, in which bit i stands for pods[i].
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import NamedPort, Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import (
    IPBlock,
    LabelSelector,
    Policy,
    Requirement,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.readings import Reading


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
            mask = union(self._equal.get((requirement.key, value), 0) for value in requirement.values)
        return mask if requirement.operator in ("In", "Exists") else self._all & ~mask


def check_namespaces(kind: str, objects: Iterable[Pod | Policy], namespaces: Mapping[str, object]) -> None:
    """Raise InputError when the namespace of a pod or a policy is missing."""
    for one in objects:
        if one.namespace not in namespaces:
            raise InputError(
                f"namespaces lacks {one.namespace}, the namespace of {kind} {one}: give all namespaces of the cluster"
            )


class PodIndex:
    """Masks of pods for the selectors, ipBlocks and named ports of policies. Answers are kept."""

    def __init__(self, pods: Sequence[Pod], namespaces: Mapping[str, Mapping[str, str]]) -> None:
        self._pods = pods
        self._labels = _LabelIndex(pod.labels for pod in pods)
        self._namespace_labels = _LabelIndex(namespaces.values())
        self._namespaces: dict[str, int] = dict.fromkeys(namespaces, 0)
        self._named: dict[NamedPort, int] = defaultdict(int)
        self._init_named: dict[NamedPort, int] = defaultdict(int)
        self._ambiguous: dict[tuple[str, str], int] = defaultdict(int)
        self._selected: dict[tuple[str | None, LabelSelector | None, LabelSelector | None], int] = {}
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

    def select(self, namespace: str | None, pods: LabelSelector | None, namespaces: LabelSelector | None = None) -> int:
        """Return the pods that a selector selects: in those namespaces that the other selector selects, else in one."""
        key = (namespace, pods, namespaces)
        if key not in self._selected:
            if namespaces is not None:
                masks = list(self._namespaces.values())
                places = union(masks[position] for position in positions(self.select_namespaces(namespaces)))
            else:
                places = self._namespaces[namespace] if namespace else 0
            self._selected[key] = places & self._labels.select(pods)
        return self._selected[key]

    def select_namespaces(self, selector: LabelSelector) -> int:
        """Return the mask of the namespaces that a selector selects; bit i stands for the namespace i."""
        return self._namespace_labels.select(selector)

    def within(self, block: IPBlock) -> int:
        """Return the pods with an address in an ipBlock."""
        if block not in self._blocks:
            family = f"ipv{block.network.version}"
            self._blocks[block] = union(
                1 << position
                for position, pod in enumerate(self._pods)
                if family in pod.addresses and block.has(pod.addresses[family])
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


def union(masks: Iterable[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result


def positions(mask: int) -> Iterator[int]:
    """Yield the positions of the bits in a mask, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


__all__ = ["PodIndex", "check_namespaces", "positions", "union"]
