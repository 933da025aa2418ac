# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that policies are about. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod, read_pods


@dataclass(frozen=True)
class JudgedPods:
    """The pods that have cells, and pods without an address, which have none."""

    pods: tuple[Pod, ...]
    waiting: tuple[Pod, ...]


def choose_pods(value: Any) -> JudgedPods:
    """Choose the pods that have cells from a list of Pod objects.

    Pods that have ended are left out. So are terminating pods whose address another pod has: the kubelet gives an
    address back before the API server forgets the pod.

    Raises:
        InputError: an object is no Pod, is there twice, or lacks an address and does not say its phase; or a pod has
            no spec.nodeName while another one is on the host network
    """
    there = [pod for pod in read_pods(value) if not pod.ended]
    owners = _count_owners(there)
    with_address = []
    for pod in there:
        if not pod.addresses and pod.phase is None:
            raise InputError(
                f"{pod}: status.podIPs is missing: leave out a pod that has no address yet, or write the address that "
                "it will have, such as [{'ip': '10.244.1.5'}]"
            )
        is_gone = pod.terminating and not pod.host_network and any(owners[one] > 1 for one in pod.addresses.values())
        if pod.addresses and not is_gone:
            with_address.append(pod)
    _check_nodes(with_address)
    return JudgedPods(tuple(with_address), tuple(pod for pod in there if not pod.addresses))


def of_known_namespaces(objects: Iterable[Any], namespaces: Any) -> list[Any]:
    """Leave out objects of namespaces that are not listed. One may vanish between two questions to the API.

    Objects without a namespace stay, and odd ones, which whoever reads them names.
    """
    known = read_namespaces(namespaces)
    return [one for one in objects if not isinstance(name := _namespace_of(one), str) or name in known]


def _namespace_of(item: Any) -> Any:
    metadata = item.get("metadata") if isinstance(item, Mapping) else None
    return metadata.get("namespace") if isinstance(metadata, Mapping) else None


def placed_pods(pods: Any, names: Collection[str]) -> list[Mapping[str, Any]]:
    """Return the Pod objects of these names, NAMESPACE/NAME, that have a node and an address on the pod network."""
    return [
        one for one in read_list(pods, "pods") if str(read_metadata(one, "pods", "Pod")) in names and _is_placed(one)
    ]


def _is_placed(pod: Mapping[str, Any]) -> bool:
    spec, status = (read_fields(pod.get(name) or {}, name) for name in ("spec", "status"))
    return bool(spec.get("nodeName") and status.get("podIPs") and not spec.get("hostNetwork"))


def _count_owners(pods: Iterable[Pod]) -> dict[Address, int]:
    """Count the pods on the pod network that have each address. Host-network pods share the address of their node."""
    owners: dict[Address, int] = defaultdict(int)
    for pod in pods:
        for address in () if pod.host_network else pod.addresses.values():
            owners[address] += 1
    return owners


def _check_nodes(pods: Sequence[Pod]) -> None:
    """Refuse pods without a node where the node decides: a pod lets in the host-network pods of its own node."""
    hosts = [pod for pod in pods if pod.host_network]
    unplaced = [pod for pod in pods if pod.node is None]
    if hosts and unplaced:
        raise InputError(
            f"{unplaced[0]}: spec.nodeName is missing, and {hosts[0]} is on the host network, which pods of the same "
            "node always let in: give the name of the node"
        )


__all__ = ["choose_pods", "of_known_namespaces", "placed_pods"]
