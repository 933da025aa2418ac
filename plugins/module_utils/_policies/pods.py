# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom policies are about: pods and namespaces, and the ports that are asked for. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.object_fields import (
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
    read_number,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import PROTOCOLS

# The API server gives this label to every namespace and lets nobody change it.
NAME_LABEL = "kubernetes.io/metadata.name"

_ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True)
class NamedPort:
    """A port of a container that has a name."""

    name: str
    protocol: str
    number: int


@dataclass(frozen=True)
class Pod:
    """A pod, as far as policies are concerned.

    Attributes:
        namespace, name, labels: of its metadata
        addresses: by family, V(ipv4) or V(ipv6); at least one. Those of a host-network pod are its node's.
        node: name of the node that it is on; None: not known
        host_network: whether it has no place of its own on the pod network
        ports: of the containers that run as long as the pod: its containers, and its init containers that restart
            always
        init_ports: of the other init containers
    """

    namespace: str
    name: str
    labels: Mapping[str, str]
    addresses: Mapping[str, Address]
    node: str | None = None
    host_network: bool = False
    ports: frozenset[NamedPort] = field(default=frozenset())
    init_ports: frozenset[NamedPort] = field(default=frozenset())

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Port:
    """What is asked for: one of PROTOCOLS with a number, or ICMP with None."""

    protocol: str
    number: int | None


def parse_pods(value: Any) -> tuple[Pod, ...]:
    """Return the pods of a list of Pod objects, without those that have ended.

    Raises:
        InputError: an object is no Pod, is there twice, or lacks an address; a pod has no spec.nodeName, and there are
            host-network pods
    """
    pods: dict[str, Pod] = {}
    for index, item in enumerate(read_list(value, "pods")):
        metadata = read_metadata(item, f"pods[{index}]", "Pod")
        if str(metadata) in pods:
            raise InputError(f"pods[{index}] is a second {metadata}: give one object for each pod")
        with errors_of(metadata):
            status = read_fields(item.get("status") or {}, "status")
            if status.get("phase") in _ENDED:
                continue
            spec = read_fields(item.get("spec") or {}, "spec")
            ports, init_ports = _parse_named_ports(spec)
            pods[str(metadata)] = Pod(
                namespace=metadata.namespace,
                name=metadata.name,
                labels=metadata.labels,
                addresses=_parse_addresses(status),
                node=spec.get("nodeName"),
                host_network=bool(spec.get("hostNetwork")),
                ports=ports,
                init_ports=init_ports,
            )
    _check_nodes(pods.values())
    return tuple(pods.values())


def parse_namespaces(value: Any) -> dict[str, dict[str, str]]:
    """Return the labels of each namespace of a list of Namespace objects, with the one that the API server adds.

    Raises:
        InputError: an object is no Namespace, or is there twice
    """
    namespaces: dict[str, dict[str, str]] = {}
    for index, item in enumerate(read_list(value, "namespaces")):
        metadata = read_metadata(item, f"namespaces[{index}]", "Namespace")
        if metadata.name in namespaces:
            raise InputError(f"namespaces[{index}] is a second {metadata.name}: give one object for each namespace")
        namespaces[metadata.name] = {**metadata.labels, NAME_LABEL: metadata.name}
    return namespaces


def parse_ports(value: Any) -> tuple[Port, ...]:
    """Return the ports that are asked for, each once, of a list of dicts with port and, perhaps, protocol.

    The protocol is TCP by default. ICMP, which NetworkPolicy does not know, is an extension and has no port.

    Raises:
        InputError: there is none, or one is something else
    """
    ports = [_parse_port(item, f"ports[{index}]") for index, item in enumerate(read_list(value, "ports"))]
    if not ports:
        raise InputError("ports is empty: give at least one, such as {'port': 80, 'protocol': 'TCP'}")
    return tuple(dict.fromkeys(ports))


def _parse_port(value: Any, path: str) -> Port:
    """Return one of the ports that are asked for."""
    fields = read_fields(value, path, ("port", "protocol"))
    protocol = fields.get("protocol", "TCP")
    if protocol not in (*PROTOCOLS, "ICMP"):
        raise InputError(f"{path}.protocol is {protocol!r}: give {', '.join(PROTOCOLS)} or ICMP")
    if protocol == "ICMP":
        if "port" in fields:
            raise InputError(f"{path}.port is {fields['port']!r}, and ICMP has no ports: leave it out")
        return Port(protocol, None)
    if isinstance(fields.get("port"), str):
        raise InputError(f"{path}.port is {fields['port']!r}: give a number; names are for the rules of policies")
    return Port(protocol, read_number(fields.get("port"), f"{path}.port"))


def _parse_addresses(status: Mapping[str, Any]) -> dict[str, Address]:
    """Return a pod's addresses by family. An old API server gives one only, in podIP."""
    items = [(f"{path}.ip", read_fields(item, path).get("ip")) for path, item in read_items(status, "podIPs", "status")]
    if not items and "podIP" in status:
        items = [("status.podIP", status["podIP"])]
    if not items:
        raise InputError(
            "status.podIPs is missing: leave out a pod that has no address yet, or write what it will have, such as "
            "[{'ip': '10.244.1.5'}]"
        )
    addresses: dict[str, Address] = {}
    for path, text in items:
        try:
            address = ipaddress.ip_address(str(text))
        except ValueError:
            raise InputError(f"{path} is {text!r}: give an address, such as 10.244.1.5 or fd00:10:244::5") from None
        if addresses.setdefault(f"ipv{address.version}", address) != address:
            raise InputError(f"{path} {text} is a second IPv{address.version} address: a pod has one of each family")
    return addresses


def _parse_named_ports(spec: Mapping[str, Any]) -> tuple[frozenset[NamedPort], frozenset[NamedPort]]:
    """Return the named ports of containers that run as long as the pod does, and those of its other containers."""
    lasting: set[NamedPort] = set()
    ending: set[NamedPort] = set()
    for name in ("containers", "initContainers"):
        for path, item in read_items(spec, name, "spec"):
            container = read_fields(item, path)
            lasts = name == "containers" or container.get("restartPolicy") == "Always"
            (lasting if lasts else ending).update(_parse_container(container, path))
    return frozenset(lasting), frozenset(ending)


def _parse_container(container: Mapping[str, Any], path: str) -> Iterator[NamedPort]:
    """Yield the named ports of a container."""
    for place, item in read_items(container, "ports", path):
        port = read_fields(item, place)
        if "name" in port:
            number = read_number(port.get("containerPort"), f"{place}.containerPort")
            yield NamedPort(port["name"], port.get("protocol", "TCP"), number)


def _check_nodes(pods: Iterable[Pod]) -> None:
    """Raise InputError when it matters on which node a pod is, and that is not known."""
    hosts = [pod for pod in pods if pod.host_network]
    unplaced = [pod for pod in pods if pod.node is None]
    if hosts and unplaced:
        raise InputError(
            f"{unplaced[0]}: spec.nodeName is missing, and {hosts[0]} is on the host network, which pods of the same "
            "node always let in: give the name of the node"
        )


__all__ = ["NAME_LABEL", "NamedPort", "Pod", "Port", "parse_namespaces", "parse_pods", "parse_ports"]
