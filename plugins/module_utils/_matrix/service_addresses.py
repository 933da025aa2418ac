# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of a Service besides its cluster IP: node ports, external addresses, pods. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import Backend, Cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.services import Service, ServicePort
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

PROTOCOLS = ("tcp", "udp")  # of a Service that probes can try


def node_port_endpoints(cluster: Cluster, service: Service, inside: Endpoint) -> Iterator[Endpoint]:
    """Yield an endpoint for each node port behind a port of a Service, at each node that has an address.

    Args:
        cluster: the whole cluster
        service: the Service
        inside: the endpoint of the port at the cluster IP, whose other fields the new endpoints have
    """
    numbers: dict[int, list[str]] = defaultdict(list)
    for port in _ports(service, inside):
        if port.node_port is not None:
            numbers[port.node_port].append(port.protocol)
    families = {family_of(address) for address in inside.addresses}
    for number, protocols in numbers.items():
        # One number of the Service has two node ports when its protocols got different ones.
        mark = f"/{protocols[0]}" if len(numbers) > 1 else ""
        for node in sorted(cluster.nodes, key=lambda one: one.name):
            addresses = tuple(address for address in node.addresses if family_of(address) in families)
            if addresses:
                yield replace(
                    inside,
                    name=f"{inside.name}{mark}@{node.name}",
                    kind="nodeport",
                    addresses=addresses,
                    port=number,
                    protocols=tuple(protocol for protocol in PROTOCOLS if protocol in protocols),
                    via=node.name,
                    **policy_fields(cluster, service, inside.port or 0, service.local_outside),
                )


def external_endpoints(service: Service, inside: Endpoint) -> Iterator[Endpoint]:
    """Yield an endpoint for each external address of a port of a Service.

    Connections from inside the cluster get there whatever the traffic policy is, as the API reference says.

    Args:
        service: the Service
        inside: the endpoint of the port at the cluster IP, whose other fields the new endpoints have
    """
    for address in (*service.external_addresses, *service.other_balancers):
        depends = service.restricted or address in service.other_balancers
        yield replace(
            inside,
            name=f"{inside.name}@{address}",
            kind="loadbalancer",
            addresses=(address,),
            traffic_policy="external" if depends else None,
            local_nodes=(),
        )


def headless_endpoints(cluster: Cluster, service: Service) -> Iterator[Endpoint]:
    """Yield an endpoint for each ready backend of each TCP port of a headless Service.

    The name of the Service stands for the addresses of its pods. No node translates them, so the port is the pod's.
    """
    for number in sorted({port.number for port in service.ports if port.protocol == "tcp"}):
        places: dict[tuple[str, int], list[tuple[Backend, tuple[str, ...]]]] = defaultdict(list)
        for backend, addresses, port in cluster.addressed_backends(service, number):
            places[backend.name or addresses[0], port].append((backend, addresses))
        for (name, port), found in places.items():
            backend = found[0][0]
            known = (backend.node,) if backend.node else ()
            yield Endpoint(
                name=f"{service}:{port}@{name.rpartition('/')[2]}",
                kind="headless",
                addresses=tuple(dict.fromkeys(address for _backend, some in found for address in some)),
                port=port,
                protocols=("tcp",),
                backends=(backend.name,) if backend.name else (),
                backend_nodes=known,
                overlay_nodes=known if backend.overlay else (),
            )


def policy_fields(cluster: Cluster, service: Service, number: int, local: bool) -> dict[str, Any]:
    """Return the fields of an endpoint that a traffic policy sets.

    Args:
        cluster: the whole cluster
        service: the Service
        number: of its port
        local: whether the policy is Local
    """
    if not local:
        return {"traffic_policy": None, "local_nodes": ()}
    return {"traffic_policy": "Local", "local_nodes": cluster.local_nodes(service, number)}


def _ports(service: Service, inside: Endpoint) -> Iterable[ServicePort]:
    return (port for port in service.ports if port.number == inside.port and port.protocol in PROTOCOLS)


__all__ = ["PROTOCOLS", "external_endpoints", "headless_endpoints", "node_port_endpoints", "policy_fields"]
