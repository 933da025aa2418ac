# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Services and the DNS that a verification probes. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest, show
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import Cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.services import Service
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.service_addresses import (
    PROTOCOLS,
    external_endpoints,
    headless_endpoints,
    node_port_endpoints,
    policy_fields,
)

_SERVICES = "services"
_DNS = "dns"
_DNS_PORT = 53
_API_SERVICE = "default/kubernetes"
_DOMAIN_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def service_endpoints(
    cluster: Cluster, own_namespace: str | None, asked: Iterable[str], missing: Mapping[str, str] | None = None
) -> list[Endpoint]:
    """Return the endpoints of our own Services, by name, then of those asked for.

    Each TCP or UDP port number is an endpoint at the cluster IP, at each node if it has a node port, and at each
    external address of the Service. A headless Service has an endpoint for each of its pods.

    Args:
        cluster: the whole cluster
        own_namespace: the namespace whose Services were made for the verification
        asked: names of existing Services, NAMESPACE/NAME
        missing: nodes that cannot take part, each with the reason. A Service with endpoints on these alone is missing.

    Raises:
        InputError: a Service is missing, of type ExternalName, or has no port that can be tried or no ready endpoint
    """
    own = sorted(name for name, one in cluster.services.items() if one.namespace == own_namespace and one.addresses)
    endpoints: list[Endpoint] = []
    for name in dict.fromkeys([*own, *asked]):
        service = _find(cluster, name, _SERVICES)
        # Only the connection to a foreign server is tried, and UDP has no connection.
        if name not in own and not any(port.protocol == "tcp" for port in service.ports):
            raise InputError(f"{_SERVICES} has {name}, which has no TCP port, and no other can be tried: leave it out")
        if service.headless:
            endpoints += _headless(cluster, service, missing or {})
        else:
            endpoints += _addresses(cluster, service, name in own, missing or {})
    return endpoints


def _addresses(cluster: Cluster, service: Service, own: bool, missing: Mapping[str, str]) -> Iterator[Endpoint]:
    """Yield the endpoints of a Service at its cluster IP and, after it, at other addresses."""
    for number in sorted({port.number for port in service.ports if port.protocol in PROTOCOLS}):
        inside = _port_endpoint(cluster, service, number, own, missing)
        yield inside
        yield from node_port_endpoints(cluster, service, inside)
        yield from external_endpoints(service, inside)


def _headless(cluster: Cluster, service: Service, missing: Mapping[str, str]) -> list[Endpoint]:
    """Return the endpoints of a headless Service. Raises InputError when it has no ready endpoint."""
    found = list(headless_endpoints(cluster, service))
    waits = {} if found else _missing(cluster, service, missing)
    if waits:
        return [Endpoint(str(service), "headless", (), protocols=("tcp",), **waits)]
    if not found:
        raise InputError(
            f"Service {service} ({_SERVICES}) is headless and has no ready endpoint, so its name has no address: see "
            f"'kubectl get endpointslices -n {service.namespace}', or leave it out"
        )
    return found


def dns_endpoint(
    cluster: Cluster,
    name: str,
    cluster_domain: str,
    origin: str | None = None,
    missing: Mapping[str, str] | None = None,
) -> Endpoint:
    """Return the endpoint of the cluster's DNS, with a question whose answer is known: the address of the API server.

    Args:
        cluster: the whole cluster
        name: of the Service of the DNS, NAMESPACE/NAME
        cluster_domain: the domain of the names of Services, such as cluster.local
        origin: the place that has this domain, in words; None: the user gave it
        missing: as in service_endpoints()

    Raises:
        InputError: the Service is missing, does not answer DNS or has no ready endpoint; or the domain is none
    """
    service = _find(cluster, name, _DNS)
    if not any((port.number, port.protocol) == (_DNS_PORT, "udp") for port in service.ports):
        raise InputError(f"{_DNS} is {name}, which has no UDP port {_DNS_PORT}: give the Service of the cluster's DNS")
    domain = cluster_domain.rstrip(".")
    if not _DOMAIN_NAME.fullmatch(domain):
        raise InputError(f"cluster_domain is {show(cluster_domain)}, not a domain name: give one such as cluster.local")
    return Endpoint(
        name=f"{name}:dns",
        kind="dns",
        addresses=service.addresses,
        port=_DNS_PORT,
        question=f"kubernetes.default.svc.{domain}.",
        answer=_find(cluster, _API_SERVICE, f"the question to {_DNS}").addresses[0],
        origin=origin,
        **_behind(cluster, service, _DNS_PORT, _DNS, missing or {}),
    )


def _find(cluster: Cluster, name: str, option: str) -> Service:
    """Return the Service that an option names.

    Raises:
        InputError: it is missing or has no cluster IP; one that is asked for may be headless
    """
    service = cluster.services.get(name)
    if service is None:
        raise InputError(
            f"{option} has {show(name)}, and the cluster has no such Service (NAMESPACE/NAME): "
            f"near it: {nearest(name, cluster.services)}"
        )
    if service.external_name is not None:
        raise InputError(
            f"{option} has {name}, which is of type ExternalName: it has no address, and its name is another one for "
            f"{service.external_name}: leave it out"
        )
    if not service.addresses and not (service.headless and option == _SERVICES):
        raise InputError(
            f"{option} has {name}, which has no cluster IP, because it is headless: give a Service with a cluster IP"
            if service.headless
            else f"{option} has {name}, which has no cluster IP yet: wait until the API has given it one"
        )
    return service


def _port_endpoint(cluster: Cluster, service: Service, number: int, own: bool, missing: Mapping[str, str]) -> Endpoint:
    there = {port.protocol for port in service.ports if port.number == number}
    return Endpoint(
        name=f"{service}:{number}",
        kind="service",
        addresses=service.addresses,
        own=own,
        port=number,
        protocols=tuple(protocol for protocol in PROTOCOLS if protocol in there),
        **_behind(cluster, service, number, "own_namespace" if own else _SERVICES, missing),
    )


def _behind(cluster: Cluster, service: Service, number: int, option: str, missing: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of an endpoint that name the backends of a Service's port, each once and in order."""
    backends = cluster.backends(service, number)
    waits = {} if backends else _missing(cluster, service, missing)
    if waits:
        return waits
    if not backends:
        raise InputError(
            f"Service {service} ({option}) has no ready endpoint behind port {number}, so it could only fail: see "
            f"'kubectl get endpointslices -n {service.namespace}', or leave it out"
        )
    return {
        "backends": tuple(sorted({backend.name for backend in backends if backend.name})),
        "backend_nodes": tuple(sorted({backend.node for backend in backends if backend.node})),
        "overlay_nodes": tuple(sorted({backend.node for backend in backends if backend.node and backend.overlay})),
        **policy_fields(cluster, service, number, service.local_inside),
    }


def _missing(cluster: Cluster, service: Service, missing: Mapping[str, str]) -> dict[str, Any]:
    """Say why a Service has no ready endpoint, if all of its endpoints are on missing nodes, and name these nodes."""
    waiting = sorted(cluster.waiting_nodes(service))
    if not waiting or not set(waiting) <= set(missing):
        return {}
    reasons = "; ".join(missing[one] for one in waiting)
    reason = f"Service {service} has no ready endpoint, and {reasons}"
    return {"missing": reason, "backend_nodes": tuple(waiting)}


__all__ = ["dns_endpoint", "service_endpoints"]
