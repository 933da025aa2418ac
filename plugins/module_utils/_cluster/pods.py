# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pod objects of the API (core/v1). No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    Metadata,
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
    read_port_number,
    read_text,
    read_word,
)

# The kubelet writes it to the mirror pod of a static pod.
_CONFIG_HASH = "kubernetes.io/config.hash"


@dataclass(frozen=True)
class NamedPort:
    """A port of a container that has a name; protocol is V(TCP), V(UDP) or V(SCTP)."""

    name: str
    protocol: str
    number: int


@dataclass(frozen=True)
class Pod:
    """A pod, as far as networks and policies are concerned.

    Attributes:
        namespace, name, labels: of its metadata
        addresses: by family, V(ipv4) or V(ipv6), in the order of the API; empty until the pod has one. A host-network
            pod has the addresses of its node.
        node: name of its node; None: the object does not say it
        host_network: whether the pod uses the network of its node and has no place on the pod network
        ports: named ports of the containers that run as long as the pod: its containers, and its init containers that
            restart always
        init_ports: named ports of the other init containers
        phase: such as V(Running); None: the object does not say it
        terminating: whether the pod is being deleted
        uid: of its metadata; None: the object does not say it
        config_hash: hash of a static pod's configuration; None: the pod is not static
        owned: whether a controller makes the pod again
        dns_policy: such as V(ClusterFirst), the default of the API
    """

    namespace: str
    name: str
    labels: Mapping[str, str]
    addresses: Mapping[str, Address]
    node: str | None = None
    host_network: bool = False
    ports: frozenset[NamedPort] = field(default=frozenset())
    init_ports: frozenset[NamedPort] = field(default=frozenset())
    phase: str | None = None
    terminating: bool = False
    uid: str | None = None
    config_hash: str | None = None
    owned: bool = False
    dns_policy: str | None = None

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def ended(self) -> bool:
        """Whether all containers have ended, so that the pod has no network any more."""
        return self.phase in ("Succeeded", "Failed")

    @property
    def asks_cluster_dns(self) -> bool:
        """Whether the pod asks the DNS of the cluster. V(Default) takes the node's servers, V(None) the pod's own."""
        return self.dns_policy not in ("Default", "None")

    @property
    def on_pod_network(self) -> bool:
        """Whether the pod has, or will have, a place on the pod network."""
        return not (self.host_network or self.terminating or self.ended)

    @property
    def uids(self) -> tuple[str, ...]:
        """The UIDs in the names of the pod's cgroups. The kubelet takes the hash of a static pod, not the API's UID."""
        return tuple(uid for uid in (self.uid, self.config_hash) if uid)


def read_pods(value: Any) -> tuple[Pod, ...]:
    """Read a list of Pod objects, as the API returns them or a user writes them.

    Raises:
        InputError: an object is no Pod or is there twice, or a field is not as the API has it. The message has the
            name of the pod and the path of the field.
    """
    pods: dict[str, Pod] = {}
    for index, item in enumerate(read_list(value, "pods")):
        metadata = read_metadata(item, f"pods[{index}]", "Pod")
        if str(metadata) in pods:
            raise InputError(f"pods[{index}] is a second {metadata}: give one object for each pod")
        with errors_of(metadata):
            pods[str(metadata)] = _read_pod(metadata, read_fields(item, "pod"))
    return tuple(pods.values())


def _read_pod(metadata: Metadata, fields: Mapping[str, Any]) -> Pod:
    """Read the fields of a Pod object whose metadata are known."""
    more = read_fields(fields["metadata"], "metadata")
    spec, status = (read_fields(fields.get(name, {}), name) for name in ("spec", "status"))
    annotations = read_fields(more.get("annotations", {}), "metadata.annotations")
    ports, init_ports = _read_named_ports(spec)
    return Pod(
        namespace=metadata.namespace,
        name=metadata.name,
        labels=metadata.labels,
        addresses=_read_addresses(status),
        node=read_text(spec, "nodeName", "spec"),
        host_network=bool(spec.get("hostNetwork")),
        ports=ports,
        init_ports=init_ports,
        phase=read_text(status, "phase", "status"),
        terminating="deletionTimestamp" in more,
        uid=read_text(more, "uid", "metadata"),
        config_hash=read_text(annotations, _CONFIG_HASH, "metadata.annotations"),
        owned=bool(more.get("ownerReferences")),
        dns_policy=read_text(spec, "dnsPolicy", "spec"),
    )


def _read_addresses(status: Mapping[str, Any]) -> dict[str, Address]:
    """Return a pod's addresses by family. An object without podIPs may have one address in podIP."""
    items = [(f"{path}.ip", read_fields(item, path).get("ip")) for path, item in read_items(status, "podIPs", "status")]
    if not items and "podIP" in status:
        items = [("status.podIP", status["podIP"])]
    addresses: dict[str, Address] = {}
    for path, text in items:
        try:
            address = ipaddress.ip_address(str(text))
        except ValueError:
            raise InputError(f"{path} is {text!r}: give an address, such as 10.244.1.5 or fd00:10:244::5") from None
        if addresses.setdefault(f"ipv{address.version}", address) != address:
            raise InputError(f"{path} {text} is a second IPv{address.version} address: a pod has one of each family")
    return addresses


def _read_named_ports(spec: Mapping[str, Any]) -> tuple[frozenset[NamedPort], frozenset[NamedPort]]:
    """Return the named ports of the containers that run as long as the pod, and those of its other containers."""
    lasting: set[NamedPort] = set()
    ending: set[NamedPort] = set()
    for name in ("containers", "initContainers"):
        for path, item in read_items(spec, name, "spec"):
            container = read_fields(item, path)
            lasts = name == "containers" or container.get("restartPolicy") == "Always"
            (lasting if lasts else ending).update(_read_container(container, path))
    return frozenset(lasting), frozenset(ending)


def _read_container(container: Mapping[str, Any], path: str) -> Iterator[NamedPort]:
    """Yield the named ports of a container."""
    for place, item in read_items(container, "ports", path):
        port = read_fields(item, place)
        if "name" in port:
            number = read_port_number(port.get("containerPort"), f"{place}.containerPort")
            yield NamedPort(read_word(port, "name", place), read_word(port, "protocol", place) or "TCP", number)


__all__ = ["NamedPort", "Pod", "read_pods"]
