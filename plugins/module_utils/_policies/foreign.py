# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effect of NetworkPolicies that a cluster has on the cells of a verification. No I/O, no Ansible.

The oracle knows pods. Here a node stands in as a host-network pod, and a Service with one backend stands for that pod.
Nothing is expected of other cells that an isolated pod begins or ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CellKey, Endpoint, Target
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import Matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import Answer, ask
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import positions

# No namespace of a cluster can have this name.
_NODES = "podnet.node"
_PROTOCOLS = {"icmp": "ICMP", "tcp": "TCP", "udp": "UDP", "dns": "UDP"}


@dataclass(frozen=True)
class ClusterObjects:
    """Lists of Pod, Namespace and NetworkPolicy objects of a cluster, and who implements its policies."""

    pods: Any
    namespaces: Any
    policies: Any
    implementation: str = "strict"


@dataclass(frozen=True)
class Effect:
    """The effect of policies on a verification.

    Attributes:
        policies: names of the policies that select a pod of the verification, NAMESPACE/NAME
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
    pods, answer = _ask(present, targets, objects)
    effects = _Effects(present, targets, answer.matrix, list(list_cells(answer.matrix, answer.decide_open)))
    probed = {endpoint.name for endpoint in present if endpoint.kind == "pod"}
    chosen = sum(1 << index for index, pod in enumerate(answer.matrix.pods) if str(pod) in probed)
    names = effects.names(chosen)
    if not names or not pods:
        return Effect()
    return Effect(names, tuple(effects.cells()), answer.warnings)


def _ask(present: Sequence[Endpoint], targets: Sequence[Target], objects: ClusterObjects) -> tuple[list[Any], Answer]:
    """Ask the oracle about the pods of the verification, the pods behind its Services, and its nodes."""
    wanted = {name for endpoint in present for name in (endpoint.name, *endpoint.backends)}
    pods = [one for one in read_list(objects.pods, "pods") if _name(one) in wanted and _is_placed(one)]
    stand_ins = [_stand_in(endpoint) for endpoint in present if endpoint.kind == "node"]
    namespaces = [*read_list(objects.namespaces, "namespaces"), {"metadata": {"name": _NODES}}]
    ports = dict.fromkeys((_PROTOCOLS[one.check], one.port) for one in _tries(targets))
    asked = [{"protocol": protocol, **({"port": port} if port else {})} for protocol, port in ports]
    return pods, ask([*pods, *stand_ins], namespaces, [], asked, objects.implementation, objects.policies)


def _tries(targets: Iterable[Target]) -> Iterator[Any]:
    for target in targets:
        if target.kind in ("pod", "node"):
            yield from (
                one for one in target.tries if one.check == "icmp" or (one.port and one.check in ("tcp", "udp"))
            )


def _name(pod: Any) -> str:
    return str(read_metadata(pod, "pods", "Pod"))


def _is_placed(pod: Mapping[str, Any]) -> bool:
    spec, status = (read_fields(pod.get(name) or {}, name) for name in ("spec", "status"))
    return bool(spec.get("nodeName") and status.get("podIPs") and not spec.get("hostNetwork"))


def _stand_in(node: Endpoint) -> dict[str, Any]:
    """Return a host-network pod with the addresses of a node."""
    return {
        "metadata": {"namespace": _NODES, "name": node.name},
        "spec": {"nodeName": node.name, "hostNetwork": True},
        "status": {"phase": "Running", "podIPs": [{"ip": address} for address in node.addresses]},
    }


@dataclass(frozen=True)
class _Effects:
    """The cells of a verification, and what the oracle says about pods and nodes."""

    endpoints: Sequence[Endpoint]
    targets: Sequence[Target]
    matrix: Matrix
    computed: Sequence[ExpectedCell]

    def names(self, pods: int) -> tuple[str, ...]:
        """Return the names of the policies that select one of the pods of a mask."""
        bound = (one for layer in self.matrix.layers for way in (layer.ingress, layer.egress) for one in way.bound)
        return tuple(dict.fromkeys(str(name) for name, mask in bound if mask & pods))

    def cells(self) -> Iterator[ExpectedCell]:
        """Yield the cells that begin or end at an isolated pod."""
        by_name = {endpoint.name: endpoint for endpoint in self.endpoints}
        for key in matrix(self.endpoints, [one for one in self.targets if one.name in by_name]):
            if key.check in _PROTOCOLS:
                source, target = by_name[key.source], by_name[key.target]
                ends = [target.name] if target.kind in ("pod", "node") else target.backends
                sent, received = self._isolated["egress"].get(source.name), self._entered(ends)
                if sent or received:
                    yield self._decided(key, target) or _open(key, [*(sent or ()), *received])

    def _entered(self, ends: Iterable[str]) -> list[str]:
        return [name for end in ends for name in self._isolated["ingress"].get(end, ())]

    def _decided(self, key: CellKey, target: Endpoint) -> ExpectedCell | None:
        """Return the cell as the oracle computes it; None: it cannot."""
        end, port = key.target, key.port
        if target.kind not in ("pod", "node"):
            # The ports of our pods are known. A pod that reaches itself through a Service may have its node's address.
            # At a NodePort, the source may be the address of the node.
            known = target.kind == "service" and target.own and len(target.backends) == 1
            if not known or target.backends[0] == key.source:
                return None
            end, port = target.backends[0], self._own_ports.get((target.backends[0], key.check))
        cell = self._by_key.get((self._pod(key.source), self._pod(end), _PROTOCOLS[key.check], key.family, port))
        return cell and cell._replace(source=key.source, target=key.target, port=key.port)

    def _pod(self, name: str) -> str:
        """Return the name of an endpoint in the oracle."""
        return name if "/" in name else f"{_NODES}/{name}"

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
        for layer in self.matrix.layers:
            for direction, way in (("ingress", layer.ingress), ("egress", layer.egress)):
                for name, mask in way.bound:
                    for index in positions(mask):
                        found[direction].setdefault(str(self.matrix.pods[index]), {})[str(name)] = None
        return {direction: {pod: tuple(names) for pod, names in some.items()} for direction, some in found.items()}


def _open(key: CellKey, policies: Iterable[str]) -> ExpectedCell:
    """Return a cell of which nothing is expected."""
    names = ", ".join(dict.fromkeys(policies))
    because = f"selected by {names}, whose effect on this cell is not computed"
    port = None if key.check == "icmp" else key.port
    return ExpectedCell(
        key.source, key.target, port, _PROTOCOLS[key.check], key.family, None, because, decided_by="implementation"
    )


__all__ = ["ClusterObjects", "find_effect"]
