# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the objects of a cluster to endpoints, and from endpoints to targets. No I/O, no Ansible."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import show
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    FAMILIES,
    Endpoint,
    Listener,
    Target,
    Try,
    as_dict,
)

# The variables that errors name.
_SELECTORS = "connectivity_pod_selectors"
_SERVICES = "connectivity_services"
_DNS = "connectivity_dns_service"
_DOMAIN = "connectivity_cluster_domain"
_FAMILIES = "connectivity_families"
_OUTSIDE = "connectivity_outside_addresses"
_CHECKS = "connectivity_checks"
_OWN = "own_namespace"

_ANY = ("any",)  # in place of families: each endpoint's own

_DNS_PORT = 53
_API_SERVICE = "default/kubernetes"
_DOMAIN_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


@dataclass(frozen=True)
class Selector:
    """Existing pods: those of a namespace that have all of these labels."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"the namespace {show(self.namespace)}" + (f" and {_labels(self.labels)}" if self.labels else "")

    def selects(self, pod: Pod) -> bool:
        """Return whether a pod is one of them."""
        has_labels = all(pod.labels.get(key) == value for key, value in self.labels.items())
        return pod.namespace == self.namespace and has_labels


@dataclass(frozen=True)
class Wanted:
    """What is to be verified.

    Attributes:
        own_namespace: the namespace whose pods and Services were made for the verification
        pod_selectors: of existing pods
        services: existing Services, NAMESPACE/NAME
        dns: the Service of the cluster's DNS, NAMESPACE/NAME
        cluster_domain: below which the DNS has the names of Services
        outside_addresses, outside_port: of endpoints outside the cluster; without a port only ICMP is tried
        families: of FAMILIES, in the order in which endpoints have their addresses; empty: those that all pods and
            nodes have; V(any) alone: those that the endpoint itself has
    """

    own_namespace: str | None = None
    pod_selectors: tuple[Selector, ...] = ()
    services: tuple[str, ...] = ()
    dns: str | None = None
    cluster_domain: str = "cluster.local"
    outside_addresses: tuple[str, ...] = ()
    outside_port: int | None = None
    families: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pod:
    """A pod: its endpoint (with all its addresses), and what decides whether it can be probed."""

    endpoint: Endpoint
    namespace: str
    labels: Mapping[str, str]
    phase: str
    host_network: bool
    terminating: bool

    @property
    def on_pod_network(self) -> bool:
        """Whether it has, or will have, a place on the pod network."""
        return not (self.host_network or self.terminating or self.phase in ("Succeeded", "Failed"))


@dataclass(frozen=True)
class ServicePort:
    """A port of a Service; protocol is lower case, name empty when it has none."""

    number: int
    protocol: str
    name: str


@dataclass(frozen=True)
class Service:
    """A Service; addresses are its cluster IPs: none when it is headless or of type ExternalName."""

    name: str
    namespace: str
    addresses: tuple[str, ...]
    ports: tuple[ServicePort, ...]


@dataclass(frozen=True)
class Backend:
    """A ready endpoint behind a Service.

    Attributes:
        name: of the pod, or of the node for a host-network pod; None when it is neither
        node: name of the node that it is on; None when it is not known
        overlay: whether it is something else than a host-network pod
    """

    name: str | None
    node: str | None
    overlay: bool


@dataclass(frozen=True)
class Slice:
    """An EndpointSlice of a Service (NAMESPACE/NAME): names of its ports, and its ready endpoints."""

    service: str
    ports: frozenset[str]
    backends: tuple[Backend, ...]


@dataclass(frozen=True)
class Cluster:
    """The objects of a cluster, as far as they matter here. Nodes have all their internal addresses."""

    nodes: tuple[Endpoint, ...]
    pods: tuple[Pod, ...]
    services: Mapping[str, Service]
    slices: tuple[Slice, ...]


def load_cluster(objects: Mapping[str, Any]) -> Cluster:
    """Return what matters of a cluster's objects.

    Args:
        objects: lists of Node, Pod, Service and EndpointSlice objects, under the keys nodes, pods, services and
            endpoint_slices

    Raises:
        InputError: a list is missing or has something else in it.
    """
    try:
        nodes = tuple(_load_node(one) for one in objects["nodes"])
        pods = tuple(_load_pod(one) for one in objects["pods"])
        services = [_load_service(one) for one in objects["services"]]
        node_by_address = {address: node.name for node in nodes for address in node.addresses}
        pod_by_name = {pod.endpoint.name: pod for pod in pods}
        slices = tuple(
            _load_slice(one, pod_by_name, node_by_address)
            for one in objects["endpoint_slices"]
            if "kubernetes.io/service-name" in (one["metadata"].get("labels") or {})
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(
            "nodes, pods, services and endpoint_slices are wanted, each a list of objects as kubernetes.core.k8s_info "
            f"returns them ({type(error).__name__}: {error})"
        ) from error
    return Cluster(nodes, pods, {service.name: service for service in services}, slices)


def load_selectors(data: Iterable[Any]) -> tuple[Selector, ...]:
    """Return the selectors of a list of dicts with namespace and, perhaps, match_labels.

    Raises:
        InputError: one of them is something else, or a label is not a text.
    """
    return tuple(_load_selector(one) for one in data)


def find_endpoints(cluster: Cluster, wanted: Wanted) -> list[Endpoint]:
    """Return what is to be probed: pods by node and name, nodes, Services, DNS and what is outside.

    Args:
        cluster: the whole cluster; its pods may be more than those that are wanted
        wanted: what is to be verified; its own pods and Services are ready

    Raises:
        InputError: something that is wanted is not there or could only fail; the text names it and the variable.
    """
    pods = _select_pods(cluster.pods, wanted)
    nodes = sorted(cluster.nodes, key=lambda node: node.name)
    for node in nodes:
        if not node.addresses:
            raise InputError(f"node {node.name} has no InternalIP in its status: see --node-ip of its kubelet")
    _check_distinct([*pods, *nodes])
    families = _choose_families(pods, nodes, wanted.families)
    others = [
        *_services(cluster, wanted),
        *([_dns(cluster, wanted.dns, wanted.cluster_domain)] if wanted.dns else []),
        *(_outside(address, wanted.outside_port) for address in wanted.outside_addresses),
    ]
    return [
        *(_restrict(endpoint, families) for endpoint in [*pods, *nodes]),
        *(_restrict_strictly(endpoint, families) for endpoint in others),
    ]


def find_targets(endpoints: Iterable[Endpoint], listeners: Iterable[Listener], checks: Iterable[str]) -> list[Target]:
    """Return what is probed of every address of the endpoints, in their order.

    Args:
        endpoints: of the whole matrix
        listeners: of all nodes
        checks: of CHECKS, which is also the order of the tries

    Returns:
        A target for each address that has something to try.

    Raises:
        InputError: there is no check, a check is unknown, or a listener is not at an address of an endpoint.
    """
    endpoints, chosen = list(endpoints), set(_known(_CHECKS, checks, CHECKS))
    if not chosen:
        raise InputError(f"{_CHECKS} is empty: give one or more of {', '.join(CHECKS)}")
    at: dict[tuple[str, str], list[Listener]] = {
        (endpoint.name, address): [] for endpoint in endpoints for address in endpoint.addresses
    }
    for listener in listeners:
        if (listener.endpoint, listener.address) not in at:
            raise InputError(
                f"the listener at {listener.address}, {listener.protocol} port {listener.port}, belongs to "
                f"{listener.endpoint}, and no endpoint has that name and address: give the endpoints it was made for"
            )
        at[listener.endpoint, listener.address].append(listener)
    targets = []
    for endpoint in endpoints:
        for address in endpoint.addresses:
            tries = tuple(one for one in _tries(endpoint, at[endpoint.name, address]) if one.check in chosen)
            if tries:
                targets.append(Target(endpoint.name, endpoint.kind, address, tries))
    return targets


def target_as_dict(target: Target) -> dict[str, Any]:
    """Return the JSON form of a target, its tries without what is None or empty."""
    return {**as_dict(target), "tries": [as_dict(one) for one in target.tries]}


def _load_node(data: Mapping[str, Any]) -> Endpoint:
    """Return the node of a Node object."""
    name, found = data["metadata"]["name"], data["status"].get("addresses") or []
    addresses = tuple(one["address"] for one in found if one["type"] == "InternalIP")
    return Endpoint(name, "node", addresses, node=name)


def _load_pod(data: Mapping[str, Any]) -> Pod:
    """Return the pod of a Pod object.

    The kubelet calls the cgroups of a static pod by the hash of its configuration, not by the UID that the API has.
    """
    metadata, spec, status = data["metadata"], data["spec"], data["status"]
    config_hash = (metadata.get("annotations") or {}).get("kubernetes.io/config.hash")
    endpoint = Endpoint(
        name=f"{metadata['namespace']}/{metadata['name']}",
        kind="pod",
        addresses=tuple(one["ip"] for one in status.get("podIPs") or []),
        node=spec.get("nodeName"),
        uids=(metadata["uid"], *([config_hash] if config_hash else [])),
    )
    return Pod(
        endpoint=endpoint,
        namespace=metadata["namespace"],
        labels=metadata.get("labels") or {},
        phase=status["phase"],
        host_network=bool(spec.get("hostNetwork")),
        terminating=bool(metadata.get("deletionTimestamp")),
    )


def _load_service(data: Mapping[str, Any]) -> Service:
    """Return the Service of a Service object."""
    metadata, spec = data["metadata"], data["spec"]
    addresses = spec.get("clusterIPs") or [spec.get("clusterIP")]
    return Service(
        name=f"{metadata['namespace']}/{metadata['name']}",
        namespace=metadata["namespace"],
        addresses=tuple(address for address in addresses if address and address != "None"),
        ports=tuple(
            ServicePort(port["port"], port.get("protocol", "TCP").lower(), port.get("name") or "")
            for port in spec.get("ports") or []
        ),
    )


def _load_slice(data: Mapping[str, Any], pods: Mapping[str, Pod], nodes: Mapping[str, str]) -> Slice:
    """Return the slice of an EndpointSlice object, given the pods by name and the nodes' names by address.

    An endpoint of which it is unknown whether it is ready counts as ready, as the API reference says.
    """
    metadata = data["metadata"]
    return Slice(
        service=f"{metadata['namespace']}/{metadata['labels']['kubernetes.io/service-name']}",
        ports=frozenset(port.get("name") or "" for port in data.get("ports") or []),
        backends=tuple(
            _load_backend(one, metadata["namespace"], pods, nodes)
            for one in data.get("endpoints") or []
            if (one.get("conditions") or {}).get("ready") is not False
        ),
    )


def _load_backend(
    data: Mapping[str, Any], namespace: str, pods: Mapping[str, Pod], nodes: Mapping[str, str]
) -> Backend:
    """Return who an endpoint of an EndpointSlice is."""
    reference = data.get("targetRef") or {}
    name = f"{reference.get('namespace') or namespace}/{reference.get('name')}"
    pod = pods.get(name) if reference.get("kind") == "Pod" else None
    node_at_address = next((nodes[address] for address in data["addresses"] if address in nodes), None)
    node = data.get("nodeName") or (pod.endpoint.node if pod else None) or node_at_address
    if pod.host_network if pod else node_at_address:
        return Backend(node, node, overlay=False)
    return Backend(name if pod else None, node, overlay=True)


def _load_selector(data: Any) -> Selector:
    """Return the selector of a dict with namespace and, perhaps, match_labels."""
    if (
        not isinstance(data, Mapping)
        or not set(data) <= {"namespace", "match_labels"}
        or not (isinstance(data.get("namespace"), str) and data["namespace"])
    ):
        raise InputError(f"{_SELECTORS} has {data!r}: give a dict with namespace and, perhaps, match_labels")
    labels = data.get("match_labels") or {}
    if not isinstance(labels, Mapping) or not all(isinstance(value, str) for value in labels.values()):
        raise InputError(
            f"{_SELECTORS} has the match_labels {labels!r}: give a dict of texts, with quotes around numbers and true"
        )
    return Selector(data["namespace"], labels)


def _labels(labels: Mapping[str, str]) -> str:
    """Return labels as kubectl takes them."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "no labels"


def _near(text: str, texts: Iterable[str]) -> str:
    """Return those of the texts that are most like the first one, for the end of an error."""
    return ", ".join(difflib.get_close_matches(text, sorted(set(texts)), n=5, cutoff=0)) or "nothing"


def _select_pods(pods: Iterable[Pod], wanted: Wanted) -> list[Endpoint]:
    """Return the endpoints of the own pods and of those that a selector selects, by node and name."""
    candidates = [pod for pod in pods if pod.on_pod_network]
    own = Selector(wanted.own_namespace) if wanted.own_namespace else None
    selected: dict[str, Endpoint] = {}
    for selector, where in [*([(own, _OWN)] if own else []), *((one, _SELECTORS) for one in wanted.pod_selectors)]:
        matching = [pod for pod in candidates if selector.selects(pod)]
        if not matching:
            raise InputError(
                f"{where} has {selector}, which no running pod on the pod network has: "
                f"{_nearest_pods(selector, candidates)}"
            )
        for pod in matching:
            name, without = pod.endpoint.name, "" if pod.endpoint.addresses else " without an address"
            if pod.phase != "Running" or without:
                raise InputError(
                    f"pod {name} ({where}) is {pod.phase}{without}, and can not be probed: "
                    f"wait until it runs, and see 'kubectl describe pod -n {name.replace('/', ' ')}'"
                )
            selected[name] = replace(pod.endpoint, own=own is not None and own.selects(pod))
    return sorted(selected.values(), key=lambda pod: (pod.node or "", pod.name))


def _nearest_pods(selector: Selector, candidates: list[Pod]) -> str:
    """Return which namespaces or labels there are, those that are like the selector's in front."""
    there = [pod for pod in candidates if pod.namespace == selector.namespace]
    if not there:
        return f"namespaces of such pods: {_near(selector.namespace, (pod.namespace for pod in candidates))}"
    labels = _near(_labels(selector.labels), (_labels(pod.labels) for pod in there))
    return f"labels of such pods there: {labels}"


def _check_distinct(endpoints: Iterable[Endpoint]) -> None:
    """Refuse pods and nodes that have the same address: a probe would reach either."""
    owners: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        for address in endpoint.addresses:
            other = owners.setdefault(address, endpoint)
            if other is not endpoint:
                raise InputError(
                    f"{other.kind} {other.name} and {endpoint.kind} {endpoint.name} both have the address {address}: "
                    "wait until one that is being replaced is gone, or mend what gave the address twice"
                )


def _known(variable: str, values: Iterable[str], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values, each once, if all of them are known ones."""
    values = tuple(dict.fromkeys(values))
    for value in values:
        if value not in known:
            raise InputError(f"{variable} has {value!r}, which is none of {', '.join(known)}")
    return values


def _choose_families(pods: list[Endpoint], nodes: list[Endpoint], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the families that are asked for, or those that every pod and node has."""
    if asked == _ANY:
        return FAMILIES
    if not asked:
        common = tuple(family for family in FAMILIES if all(one.address(family) for one in [*pods, *nodes]))
        if not common:
            raise InputError(f"the pods and nodes have no address family in common: set {_FAMILIES} to those to verify")
        return common
    families = _known(_FAMILIES, asked, FAMILIES)
    kind, those = ("pod", pods) if pods else ("node", nodes)
    for family in families:
        shown = family.replace("ip", "IP")
        lacking = [one for one in those if not one.address(family)]
        if len(lacking) == len(those):
            raise InputError(
                f"{_FAMILIES} has {family}, and no {kind} has an {shown} address: leave {family} out, or set the "
                f"cluster up for {shown}"
            )
        # Nodes often have an InternalIP of one family only.
        if pods and lacking:
            raise InputError(
                f"{_FAMILIES} has {family}, and pod {lacking[0].name} has only {', '.join(lacking[0].addresses)}: "
                f"leave {family} out, or do not select that pod ({_SELECTORS})"
            )
    return families


def _restrict(endpoint: Endpoint, families: tuple[str, ...]) -> Endpoint:
    """Return the endpoint with at most one address of each of the families, in their order."""
    addresses = (endpoint.address(family) for family in families)
    return replace(endpoint, addresses=tuple(address for address in addresses if address))


def _restrict_strictly(endpoint: Endpoint, families: tuple[str, ...]) -> Endpoint:
    """Return the same, if there is an address left."""
    restricted = _restrict(endpoint, families)
    if not restricted.addresses:
        variable = {"dns": _DNS, "outside": _OUTSIDE}.get(endpoint.kind, _OWN if endpoint.own else _SERVICES)
        raise InputError(
            f"{endpoint.name} ({variable}) has only {', '.join(endpoint.addresses)}, and what is verified is "
            f"{', '.join(families)}: change {_FAMILIES}, or leave that one out"
        )
    return restricted


def _services(cluster: Cluster, wanted: Wanted) -> list[Endpoint]:
    """Return the endpoints of the own Services by name, then those of the Services that are asked for."""
    own = sorted(
        name for name, one in cluster.services.items() if one.namespace == wanted.own_namespace and one.addresses
    )
    endpoints = []
    for name in dict.fromkeys([*own, *wanted.services]):
        service = _service(cluster, name, _SERVICES)
        numbers = sorted({port.number for port in service.ports if port.protocol in ("tcp", "udp")})
        # Of a foreign server only the connection is tried, which UDP has not.
        if name not in own and not any(port.protocol == "tcp" for port in service.ports):
            raise InputError(f"{_SERVICES} has {name}, which has no TCP port that could be tried: leave it out")
        endpoints += [_service_endpoint(cluster, service, number, name in own) for number in numbers]
    return endpoints


def _service(cluster: Cluster, name: str, variable: str) -> Service:
    """Return the Service of a name (NAMESPACE/NAME) that is asked for in a variable."""
    service = cluster.services.get(name)
    if service is None:
        raise InputError(
            f"{variable} has {show(name)}, and the cluster has no such Service (NAMESPACE/NAME): "
            f"near it: {_near(name, cluster.services)}"
        )
    if not service.addresses:
        raise InputError(
            f"{variable} has {name}, which is headless or of type ExternalName: it has no cluster IP that could be "
            "probed; leave it out, and select its pods instead"
        )
    return service


def _service_endpoint(cluster: Cluster, service: Service, number: int, own: bool) -> Endpoint:
    """Return the endpoint of one port number of a Service."""
    return Endpoint(
        name=f"{service.name}:{number}",
        kind="service",
        addresses=service.addresses,
        own=own,
        port=number,
        protocols=tuple(
            protocol
            for protocol in ("tcp", "udp")
            if any((port.number, port.protocol) == (number, protocol) for port in service.ports)
        ),
        **_behind(cluster, service, number, _OWN if own else _SERVICES),
    )


def _dns(cluster: Cluster, name: str, cluster_domain: str) -> Endpoint:
    """Return the endpoint of the cluster's DNS, with a question of which the answer is known."""
    service = _service(cluster, name, _DNS)
    if not any((port.number, port.protocol) == (_DNS_PORT, "udp") for port in service.ports):
        raise InputError(f"{_DNS} is {name}, which has no UDP port {_DNS_PORT}: give the Service of the cluster's DNS")
    domain = cluster_domain.rstrip(".")
    if not _DOMAIN_NAME.fullmatch(domain):
        raise InputError(f"{_DOMAIN} is {show(cluster_domain)}, which is no domain name: give one like cluster.local")
    return Endpoint(
        name=f"{name}:dns",
        kind="dns",
        addresses=service.addresses,
        port=_DNS_PORT,
        question=f"kubernetes.default.svc.{domain}.",
        answer=_service(cluster, _API_SERVICE, f"the question to {_DNS}").addresses[0],
        **_behind(cluster, service, _DNS_PORT, _DNS),
    )


def _behind(cluster: Cluster, service: Service, number: int, variable: str) -> dict[str, Any]:
    """Return the fields of an endpoint that say who is ready behind a Service's port, each name once and in order."""
    names = {port.name for port in service.ports if port.number == number}
    slices = [one for one in cluster.slices if one.service == service.name and one.ports & names]
    backends = [backend for one in slices for backend in one.backends]
    if not backends:
        raise InputError(
            f"Service {service.name} ({variable}) has no ready endpoint behind port {number}, so that it could only "
            f"fail: see 'kubectl get endpointslices -n {service.namespace}', or leave it out"
        )
    return {
        "backends": tuple(sorted({backend.name for backend in backends if backend.name})),
        "backend_nodes": tuple(sorted({backend.node for backend in backends if backend.node})),
        "overlay_nodes": tuple(sorted({backend.node for backend in backends if backend.node and backend.overlay})),
    }


def _outside(address: str, port: int | None) -> Endpoint:
    """Return the endpoint outside the cluster; its name is its address in the usual form."""
    try:
        name = str(ipaddress.ip_address(address))
    except ValueError:
        name = ""
    if not name or "%" in name:
        raise InputError(f"{_OUTSIDE} is {show(address)}: give an IP address, not a name, network or zone")
    return Endpoint(name, "outside", (name,), port=port)


def _tries(endpoint: Endpoint, listeners: list[Listener]) -> tuple[Try, ...]:
    """Return all that can be tried of an endpoint at the address that has these listeners, in the order of CHECKS."""
    if endpoint.kind == "service":
        if endpoint.own:
            return tuple(Try(check, endpoint.port, "podnet", endpoint.backends) for check in endpoint.protocols)
        return (Try("tcp", endpoint.port, "nothing"),) if "tcp" in endpoint.protocols else ()
    if endpoint.kind == "dns":
        return (Try("dns", endpoint.port, "dns", question=endpoint.question, answer=endpoint.answer),)
    if endpoint.kind == "outside":
        ported = (Try(check, endpoint.port, "agnhost") for check in ("tcp", "udp"))
        return (Try("icmp"), *(ported if endpoint.port is not None else ()))
    ordered = sorted(listeners, key=lambda listener: (CHECKS.index(listener.protocol), listener.port))
    mtu = next((one for one in ordered if one.protocol == "udp" and one.answers == "podnet"), None)
    return (
        Try("icmp"),
        *(_listener_try(one.protocol, one) for one in ordered),
        *([_listener_try("mtu", mtu)] if mtu else []),
    )


def _listener_try(check: str, listener: Listener) -> Try:
    """Return the try of a check at a listener, which is expected to say whose it is when it is ours."""
    expect = (listener.endpoint,) if listener.answers == "podnet" else ()
    return Try(check, listener.port, listener.answers, expect)


__all__ = [
    "Backend",
    "Cluster",
    "Pod",
    "Selector",
    "Service",
    "ServicePort",
    "Slice",
    "Wanted",
    "find_endpoints",
    "find_targets",
    "load_cluster",
    "load_selectors",
    "target_as_dict",
]
