# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of Services under policies, by what the oracle says of their backends. No I/O, no Ansible.

The API speaks of pods. It does not say whether policies see a packet before or after a node replaces its addresses. So
the implementation decides where an ipBlock has the address of a Service, and at a node port, which may also replace the
source's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import Cluster, read_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.traffic_policies import rule_traffic
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.egress_blocks import (
    EgressBlocks,
    read_egress_blocks,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.foreign import ClusterObjects
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import Answer, ask
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import placed_pods

_KINDS = ("service", "nodeport")
_OPEN = "implementation"
_ITSELF = "the source is behind the Service, and may reach itself from another address"
_UNKNOWN = "a backend of the Service is no pod of the pod network"
_NODE_PORT = "a node port may replace the source's address, which {} may not know"
_PORT = re.compile(r"([^:]+):(\d+)")  # the Service and its port in the name of an endpoint

Backends = Mapping[tuple[str, str], tuple[tuple[str, int], ...]]


def service_cells(endpoints: Sequence[Endpoint], objects: Any, known: ClusterObjects) -> list[ExpectedCell]:
    """Return the cells from pods to Services, at cluster IPs and node ports, by TCP. A traffic policy's are left out.

    Args:
        endpoints: of the proof
        objects: lists of nodes, pods, services and endpoint_slices
        known: the pods, the namespaces, all policies, and who implements them

    Raises:
        InputError: an object is not as the API returns it
    """
    targets = [one for one in endpoints if one.kind in _KINDS and not one.missing and "tcp" in one.protocols]
    sources = [one for one in endpoints if one.kind == "pod" and not one.missing]
    if not targets:  # most proofs ask no Service, and a cluster may be large
        return []
    cluster = read_cluster(objects)
    backends = {(one.name, family): found for one in targets for family, found in _behind(cluster, one)}
    ports = sorted({port for some in backends.values() for _name, port in some})
    if not ports:
        return []
    names = {one.name for one in sources} | {name for some in backends.values() for name, _port in some}
    asked = [{"port": port, "protocol": "TCP"} for port in ports]
    pods = placed_pods(known.pods, names)
    answer = ask(pods, known.namespaces, [], asked, known.implementation, known.policies)
    services = _Services(answer, backends, read_egress_blocks(read_list(known.policies, "policies")))
    return [
        services.cell(source, target, family)
        for target in targets
        for source in sources
        for family in sorted(source.families & set(map(family_of, target.addresses)))
        if not rule_traffic(source, target)
    ]


def _behind(cluster: Cluster, target: Endpoint) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    """Yield the backends in each family: pods with the ports at which they answer."""
    found = _PORT.match(target.name)
    service = cluster.services.get(found[1]) if found else None
    places = cluster.addressed_backends(service, int(found[2])) if found and service else []
    for family in map(family_of, target.addresses):
        some = {
            (backend.name or addresses[0], port)
            for backend, addresses, port in places
            if family_of(addresses[0]) == family
        }
        yield family, tuple(sorted(some))


@dataclass(frozen=True)
class _Services:
    """What the oracle says of pods, and the backends of Services by their endpoint and family."""

    answer: Answer
    backends: Backends
    blocks: EgressBlocks

    def cell(self, source: Endpoint, target: Endpoint, family: str) -> ExpectedCell:
        """Return the cell of a pod and a Service in a family."""
        allowed, because, decided_by = self._ruled(source.name, target, family)
        return ExpectedCell(source.name, target.name, target.port, "TCP", family, allowed, because, decided_by)

    def _ruled(self, source: str, target: Endpoint, family: str) -> tuple[bool | None, str, str]:
        backends = self.backends[target.name, family]
        if any(name == source for name, _port in backends):
            return None, _ITSELF, _OPEN
        found = [self._cells.get((source, name, family, port)) for name, port in backends]
        behind = [cell for cell in found if cell]
        if not behind or len(behind) < len(found):
            return None, _UNKNOWN, _OPEN
        if target.kind == "nodeport":
            names = list(dict.fromkeys(name for end in backends for name in self._concerning(source, end[0], family)))
            return (None, _NODE_PORT.format(", ".join(names)), _OPEN) if names else (True, behind[0].because, "api")
        return self._through(source, target, family, behind)

    def _through(
        self, source: str, target: Endpoint, family: str, behind: Sequence[ExpectedCell]
    ) -> tuple[bool | None, str, str]:
        """Return the ruling of a connection to a cluster IP, by the cells of its backends."""
        first = next((cell for cell in behind if not cell.allowed), behind[0])
        because = f"behind the Service is {first.target}: {first.because}"
        if len({cell.allowed for cell in behind}) > 1:
            return None, f"a node chooses the backend, and policies tell backends apart; {because}", _OPEN
        address = ip_address(str(target.address(family)))
        undecided = self.blocks.undecided(address, () if first.allowed else self._concerning(source, "", family))
        if undecided:
            return (first.allowed if self.answer.decide_open else None), f"{because}; {undecided}", _OPEN
        is_open = any(cell.decided_by == _OPEN for cell in behind)
        return first.allowed, because, _OPEN if is_open else "api"

    def _concerning(self, source: str, target: str, family: str) -> Iterable[str]:
        """Return the policies that restrict the egress of a source, or the ingress of a target."""
        sender, receiver = (self._masks.get(one, 0) for one in (source, target))
        names: dict[str, None] = {}
        for layer in self.answer.matrix.layers:
            if layer.family == family:
                for way, end, mask in ((layer.egress, "sources", sender), (layer.ingress, "targets", receiver)):
                    names |= dict.fromkeys(name for name, bound in way.bound if bound & mask)
                    rulings = (*way.admin, *way.baseline)
                    names |= dict.fromkeys(one.policy for one in rulings if getattr(one, end) & mask)
        return names

    @cached_property
    def _masks(self) -> Mapping[str, int]:
        return {str(pod): 1 << number for number, pod in enumerate(self.answer.matrix.pods)}

    @cached_property
    def _cells(self) -> Mapping[tuple[str, str, str, int | None], ExpectedCell]:
        cells = list_cells(self.answer.matrix, self.answer.decide_open)
        return {(one.source, one.target, one.family, one.port): one for one in cells}


__all__ = ["service_cells"]
