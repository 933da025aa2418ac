# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service objects (core/v1) and EndpointSlice objects (discovery.k8s.io/v1) of the API. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    Metadata,
    errors_of,
    read_fields,
    read_items,
    read_labels,
    read_list,
    read_metadata,
    read_port_number,
    read_text,
    read_word,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod

_SERVICE_NAME = "kubernetes.io/service-name"


@dataclass(frozen=True)
class ServicePort:
    """A port of a Service; protocol is in lower case, name is empty when the port has none."""

    number: int
    protocol: str
    name: str
    node_port: int | None = None


@dataclass(frozen=True)
class Service:
    """A Service. Its fields are those of the API reference, "Service v1 core".

    Attributes:
        namespace, name: of its metadata
        addresses: its cluster IPs: none when it is headless or of type ExternalName
        ports: its ports
        headless: whether it has no cluster IP on purpose, so that its name stands for the addresses of its pods
        external_name: the name for which a Service of type ExternalName stands
        local_inside, local_outside: whether its internalTrafficPolicy or its externalTrafficPolicy is Local
        external_addresses: of load balancers, and its externalIPs, without those in other_balancers
        other_balancers: addresses of load balancers to which nodes send packets (ipMode Proxy), in place of answering
        restricted: whether it has loadBalancerSourceRanges
        selector: labels of its pods; empty when its endpoints are made otherwise
    """

    namespace: str
    name: str
    addresses: tuple[str, ...]
    ports: tuple[ServicePort, ...]
    headless: bool = False
    external_name: str | None = None
    local_inside: bool = False
    local_outside: bool = False
    external_addresses: tuple[str, ...] = ()
    other_balancers: tuple[str, ...] = ()
    restricted: bool = False
    selector: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def selects(self, pod: Pod) -> bool:
        """Whether a pod is behind the Service, or will be once it is ready."""
        labelled = all(pod.labels.get(key) == value for key, value in self.selector.items())
        return bool(self.selector) and labelled and pod.namespace == self.namespace and not pod.ended


@dataclass(frozen=True)
class SliceEndpoint:
    """An endpoint of an EndpointSlice.

    Attributes:
        addresses: as the API has them
        node: name of its node; None: the object does not say it
        pod: NAMESPACE/NAME of the pod that the endpoint refers to; None: it refers to no pod
    """

    addresses: tuple[str, ...]
    node: str | None
    pod: str | None


@dataclass(frozen=True)
class EndpointSlice:
    """An EndpointSlice of a Service.

    Attributes:
        service: NAMESPACE/NAME
        port_names: names of its ports
        endpoints: those that are ready
        leaving: those that are terminating and still serving. They stand in when no endpoint is ready (KEP-1669).
        port_numbers: numbers of its ports, by their names
        waiting_nodes: nodes of its endpoints that are not ready; empty for an endpoint whose node is not known
    """

    service: str
    port_names: frozenset[str]
    endpoints: tuple[SliceEndpoint, ...]
    leaving: tuple[SliceEndpoint, ...] = ()
    port_numbers: Mapping[str, int] = field(default_factory=dict)
    waiting_nodes: frozenset[str] = frozenset()


def read_services(value: Any) -> tuple[Service, ...]:
    """Read a list of Service objects. Raises InputError when an object is no Service; the message names the field."""
    services = []
    for index, item in enumerate(read_list(value, "services")):
        metadata = read_metadata(item, f"services[{index}]", "Service")
        with errors_of(metadata):
            services.append(_read_service(metadata, read_fields(item, "service")))
    return tuple(services)


def read_slices(value: Any) -> tuple[EndpointSlice, ...]:
    """Read a list of EndpointSlice objects, without those that belong to no Service, and those that have names.

    kube-proxy leaves slices of the addressType FQDN out.

    Raises:
        InputError: an object is no EndpointSlice; the message names the field
    """
    slices = []
    for index, item in enumerate(read_list(value, "endpoint_slices")):
        metadata = read_metadata(item, f"endpoint_slices[{index}]", "EndpointSlice")
        if _SERVICE_NAME in metadata.labels and item.get("addressType") != "FQDN":
            service = f"{metadata.namespace}/{metadata.labels[_SERVICE_NAME]}"
            with errors_of(metadata):
                slices.append(_read_slice(service, metadata.namespace, read_fields(item, "slice")))
    return tuple(slices)


def _read_service(metadata: Metadata, fields: Mapping[str, Any]) -> Service:
    """Read the fields of a Service whose metadata are known."""
    spec = read_fields(fields.get("spec", {}), "spec")
    inside, outside = _read_balancers(read_fields(fields.get("status", {}), "status"))
    named = spec.get("type") == "ExternalName"
    externals = tuple(str(address) for _path, address in read_items(spec, "externalIPs", "spec"))
    return Service(
        namespace=metadata.namespace,
        name=metadata.name,
        addresses=() if named else _read_cluster_ips(spec),
        ports=_read_ports(spec),
        headless=not named and spec.get("clusterIP") == "None",
        external_name=read_text(spec, "externalName", "spec") if named else None,
        local_inside=spec.get("internalTrafficPolicy") == "Local",
        local_outside=spec.get("externalTrafficPolicy") == "Local",
        external_addresses=tuple(dict.fromkeys((*inside, *externals))),
        other_balancers=outside,
        restricted=bool(spec.get("loadBalancerSourceRanges")),
        selector=read_labels(spec, "selector", "spec"),
    )


def _read_balancers(status: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses of load balancers for which nodes answer, and those to which they send (KEP-1860).

    A load balancer that has only a host name has no address here.
    """
    balancer = read_fields(status.get("loadBalancer", {}), "status.loadBalancer")
    addresses: dict[bool, list[str]] = {True: [], False: []}
    for path, item in read_items(balancer, "ingress", "status.loadBalancer"):
        ingress = read_fields(item, path)
        if "ip" in ingress:
            addresses[ingress.get("ipMode") != "Proxy"].append(str(ingress["ip"]))
    return tuple(addresses[True]), tuple(addresses[False])


def _read_cluster_ips(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cluster IPs of a Service. An object without clusterIPs may have one in clusterIP."""
    items = [item for _path, item in read_items(spec, "clusterIPs", "spec")] or [spec.get("clusterIP")]
    return tuple(str(address) for address in items if address and address != "None")


def _read_ports(spec: Mapping[str, Any]) -> tuple[ServicePort, ...]:
    """Return the ports of a Service. The protocol is TCP by default."""
    ports = []
    for path, item in read_items(spec, "ports", "spec"):
        fields = read_fields(item, path)
        number = read_port_number(fields.get("port"), f"{path}.port")
        protocol = read_text(fields, "protocol", path) or "TCP"
        # 0 stands for a port that was not allocated.
        node_port = read_port_number(fields["nodePort"], f"{path}.nodePort") if fields.get("nodePort") else None
        ports.append(ServicePort(number, protocol.lower(), read_word(fields, "name", path), node_port))
    return tuple(ports)


def _read_slice(service: str, namespace: str, fields: Mapping[str, Any]) -> EndpointSlice:
    """Read a slice of a Service. An endpoint without conditions.ready is ready, as the API reference says."""
    ports = dict(_slice_ports(fields))
    ready, leaving, waiting = [], [], set()
    for path, item in read_items(fields, "endpoints", "slice"):
        endpoint = read_fields(item, path)
        conditions = read_fields(endpoint.get("conditions", {}), f"{path}.conditions")
        if conditions.get("ready") is not False:
            ready.append(_read_endpoint(endpoint, path, namespace))
        elif conditions.get("serving") is True and conditions.get("terminating") is True:
            leaving.append(_read_endpoint(endpoint, path, namespace))
        else:
            waiting.add(read_text(endpoint, "nodeName", path) or "")
    return EndpointSlice(
        service=service,
        port_names=frozenset(ports),
        endpoints=tuple(ready),
        leaving=tuple(leaving),
        port_numbers={name: number for name, number in ports.items() if number},
        waiting_nodes=frozenset(waiting),
    )


def _slice_ports(fields: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """Yield the name and the number of each port of a slice."""
    for path, item in read_items(fields, "ports", "slice"):
        port = read_fields(item, path)
        yield read_word(port, "name", path), read_port_number(port["port"], f"{path}.port") if "port" in port else None


def _read_endpoint(fields: Mapping[str, Any], path: str, namespace: str) -> SliceEndpoint:
    """Read an endpoint of a slice. A reference without a namespace is to a pod of the slice's own namespace."""
    reference = read_fields(fields.get("targetRef", {}), f"{path}.targetRef")
    pod = f"{reference.get('namespace', namespace)}/{reference.get('name')}" if reference.get("kind") == "Pod" else None
    addresses = tuple(str(address) for _path, address in read_items(fields, "addresses", path))
    if not addresses:
        raise InputError(f"{path}.addresses is empty: give the EndpointSlice as the API returns it")
    return SliceEndpoint(addresses, read_text(fields, "nodeName", path), pod)


__all__ = ["EndpointSlice", "Service", "ServicePort", "SliceEndpoint", "read_services", "read_slices"]
