# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole cluster: its nodes, pods and Services, and the pods and nodes behind a Service. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import Node, read_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod, read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.services import (
    EndpointSlice,
    Service,
    SliceEndpoint,
    read_services,
    read_slices,
)

_LISTS = ("nodes", "pods", "services", "endpoint_slices")


@dataclass(frozen=True)
class Backend:
    """A ready endpoint behind a Service.

    Attributes:
        name: of the pod, or of the node for a host-network pod; None: the endpoint is neither a pod nor a node
        node: name of the node that it is on; None: not known
        overlay: whether it is anything but a host-network pod
    """

    name: str | None
    node: str | None
    overlay: bool


@dataclass(frozen=True)
class Cluster:
    """The objects of a cluster; Services by NAMESPACE/NAME."""

    nodes: tuple[Node, ...]
    pods: tuple[Pod, ...]
    services: Mapping[str, Service]
    slices: tuple[EndpointSlice, ...]

    def backends(self, service: Service, number: int) -> list[Backend]:
        """Return the ready endpoints behind a port number of a Service; one of two slices is there twice.

        Without any ready endpoint, those that are terminating and still serve stand in (KEP-1669).
        """
        slices = self._slices(service, number)
        ready = [self._backend(endpoint) for one in slices for endpoint in one.endpoints]
        return ready or [self._backend(endpoint) for one in slices for endpoint in one.leaving]

    def addressed_backends(self, service: Service, number: int) -> list[tuple[Backend, tuple[str, ...], int]]:
        """Return the ready endpoints behind a port number, each with its addresses and its own port number there.

        A slice without a port number is left out, as kube-proxy leaves it out.
        """
        names = {port.name for port in service.ports if port.number == number}
        return [
            (self._backend(endpoint), endpoint.addresses, port)
            for one in self._slices(service, number)
            for port in {one.port_numbers[name] for name in names if name in one.port_numbers}
            for endpoint in one.endpoints
        ]

    def local_nodes(self, service: Service, number: int) -> tuple[str, ...]:
        """Return the nodes that deliver to an endpoint on themselves: to a ready one, or to one that still serves.

        With a traffic policy Local, each node looks for its own endpoints alone (KEP-2086, KEP-1669).
        """
        endpoints = (one for part in self._slices(service, number) for one in (*part.endpoints, *part.leaving))
        return tuple(sorted({endpoint.node for endpoint in endpoints if endpoint.node}))

    def _slices(self, service: Service, number: int) -> list[EndpointSlice]:
        """Return the slices behind a port number of a Service."""
        names = {port.name for port in service.ports if port.number == number}
        return [one for one in self.slices if one.service == str(service) and one.port_names & names]

    def waiting_nodes(self, service: Service) -> set[str]:
        """Return the nodes of a Service's endpoints that are not ready; an empty name for a node that is not known.

        A pod that never had an address is no endpoint yet.
        """
        waiting = {node for one in self.slices if one.service == str(service) for node in one.waiting_nodes}
        return waiting | {pod.node or "" for pod in self.pods if service.selects(pod) and not pod.addresses}

    def _backend(self, endpoint: SliceEndpoint) -> Backend:
        pod = self._pods.get(endpoint.pod) if endpoint.pod else None
        addresses = self._nodes_by_address
        node_at_address = next((addresses[one] for one in endpoint.addresses if one in addresses), None)
        node = endpoint.node or (pod.node if pod else None) or node_at_address
        if pod.host_network if pod else node_at_address:
            return Backend(node, node, overlay=False)
        return Backend(str(pod) if pod else None, node, overlay=True)

    @cached_property
    def _pods(self) -> dict[str, Pod]:
        return {str(pod): pod for pod in self.pods}

    @cached_property
    def _nodes_by_address(self) -> dict[str, str]:
        return {address: node.name for node in self.nodes for address in node.addresses}


def read_cluster(objects: Any) -> Cluster:
    """Read the objects of a cluster, as the API returns them.

    Args:
        objects: lists of Node, Pod, Service and EndpointSlice objects under the keys nodes, pods, services and
            endpoint_slices

    Raises:
        InputError: a list is missing, or an object in it is not as the API returns it
    """
    missing = [name for name in _LISTS if name not in objects] if isinstance(objects, Mapping) else list(_LISTS)
    if missing:
        raise InputError(
            f"_input has no {missing[0]}: give a dict with {', '.join(_LISTS)}, each of them resources of the "
            "result of kubernetes.core.k8s_info"
        )
    services = read_services(objects["services"])
    return Cluster(
        nodes=read_nodes(objects["nodes"]),
        pods=_complete(read_pods(objects["pods"])),
        services={str(service): service for service in services},
        slices=read_slices(objects["endpoint_slices"]),
    )


def _complete(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    """Check that pods have the fields that only the API fills in."""
    for pod in pods:
        for path, value in (("metadata.uid", pod.uid), ("status.phase", pod.phase)):
            if value is None:
                raise InputError(f"{pod}: {path} is missing: give Pod objects as the API returns them")
    return pods


__all__ = ["Backend", "Cluster", "read_cluster"]
