# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service objects (core/v1) and EndpointSlice objects (discovery.k8s.io/v1) of the API. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
    read_port_number,
    read_text,
)

_SERVICE_NAME = "kubernetes.io/service-name"


@dataclass(frozen=True)
class ServicePort:
    """A port of a Service; protocol is in lower case, name is empty when the port has none."""

    number: int
    protocol: str
    name: str


@dataclass(frozen=True)
class Service:
    """A Service; addresses are its cluster IPs: none when it is headless or of type ExternalName."""

    namespace: str
    name: str
    addresses: tuple[str, ...]
    ports: tuple[ServicePort, ...]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class SliceEndpoint:
    """A ready endpoint of an EndpointSlice.

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
    """An EndpointSlice of a Service (NAMESPACE/NAME): names of its ports, and its ready endpoints."""

    service: str
    port_names: frozenset[str]
    endpoints: tuple[SliceEndpoint, ...]


def read_services(value: Any) -> tuple[Service, ...]:
    """Read a list of Service objects. Raises InputError when an object is no Service; the message names the field."""
    services = []
    for index, item in enumerate(read_list(value, "services")):
        metadata = read_metadata(item, f"services[{index}]", "Service")
        with errors_of(metadata):
            spec = read_fields(read_fields(item, "service").get("spec", {}), "spec")
            services.append(Service(metadata.namespace, metadata.name, _read_cluster_ips(spec), _read_ports(spec)))
    return tuple(services)


def read_slices(value: Any) -> tuple[EndpointSlice, ...]:
    """Read a list of EndpointSlice objects, without those that belong to no Service.

    Raises:
        InputError: an object is no EndpointSlice; the message names the field
    """
    slices = []
    for index, item in enumerate(read_list(value, "endpoint_slices")):
        metadata = read_metadata(item, f"endpoint_slices[{index}]", "EndpointSlice")
        if _SERVICE_NAME in metadata.labels:
            service = f"{metadata.namespace}/{metadata.labels[_SERVICE_NAME]}"
            with errors_of(metadata):
                slices.append(_read_slice(service, metadata.namespace, read_fields(item, "slice")))
    return tuple(slices)


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
        ports.append(ServicePort(number, protocol.lower(), fields.get("name", "")))
    return tuple(ports)


def _read_slice(service: str, namespace: str, fields: Mapping[str, Any]) -> EndpointSlice:
    """Read a slice of a Service. An endpoint without conditions.ready is ready, as the API reference says."""
    names = [read_fields(item, path).get("name", "") for path, item in read_items(fields, "ports", "slice")]
    endpoints = []
    for path, item in read_items(fields, "endpoints", "slice"):
        endpoint = read_fields(item, path)
        if read_fields(endpoint.get("conditions", {}), f"{path}.conditions").get("ready") is not False:
            endpoints.append(_read_endpoint(endpoint, path, namespace))
    return EndpointSlice(service, frozenset(names), tuple(endpoints))


def _read_endpoint(fields: Mapping[str, Any], path: str, namespace: str) -> SliceEndpoint:
    """Read an endpoint of a slice. A reference without a namespace is to a pod of the slice's own namespace."""
    reference = read_fields(fields.get("targetRef", {}), f"{path}.targetRef")
    pod = f"{reference.get('namespace', namespace)}/{reference.get('name')}" if reference.get("kind") == "Pod" else None
    addresses = tuple(str(address) for _path, address in read_items(fields, "addresses", path))
    if not addresses:
        raise InputError(f"{path}.addresses is empty: give the EndpointSlice as the API returns it")
    return SliceEndpoint(addresses, read_text(fields, "nodeName", path), pod)


__all__ = ["EndpointSlice", "Service", "SliceEndpoint", "read_services", "read_slices"]
