# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints, targets and cells, as modules and filters exchange them. No I/O, no Ansible.

Every class here has one JSON form: a dict of its fields, without those that are None or empty. The reports use the same
words: a pair is a source and a target, a cell is a pair and a check in one address family, the matrix is all cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from heapq import merge
from typing import Any, Callable, NamedTuple, TypeVar

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES, family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

# With tcp and udp the target sees the source address. tcp sends 64 KiB each way. dns is a question over udp.
CHECKS = ("icmp", "tcp", "udp", "mtu", "dns")

# The kinds of endpoints. Pods and nodes are sources too, and the controller is a source alone. A service is a port at a
# cluster IP, a headless one a port of one of its pods, a nodeport a port of a Service at one node, a loadbalancer one
# at an address outside the cluster.
KINDS = ("pod", "node", "controller", "service", "headless", "nodeport", "loadbalancer", "dns", "outside")
SERVICE_KINDS = ("service", "headless", "nodeport", "loadbalancer")

# The results of all attempts of a cell. A cell is flapping when some attempts succeeded and some failed, and faulty
# when the answer was wrong (reason: too big, wrong answer). It is not observed when a target need not answer.
OUTCOMES = ("reachable", "blocked", "faulty", "flapping", "not observed")
REASONS = ("refused", "timeout", "unreachable", "too big", "wrong answer")

_Form = TypeVar("_Form")


def as_dict(form: Any) -> dict[str, Any]:
    """Return the JSON form of an object of this file."""
    return {name: value for name, value in asdict(form).items() if value is not None and value != () and value != []}


def load_form(kind: type[_Form], data: Mapping[str, Any], **parts: Any) -> _Form:
    """Return the object with this JSON form.

    Args:
        kind: the class of the object
        data: the JSON form
        parts: fields that are loaded already

    Raises:
        InputError: a field is unknown, or a field without a default is missing. The message names the field.
    """
    known = fields(kind)  # type: ignore[arg-type]
    names = {field.name for field in known}
    unknown = sorted(set(data) - names)
    if unknown:
        raise InputError(
            f"{kind.__name__.lower()} has no field {', '.join(unknown)}: it has {', '.join(sorted(names))}"
        )
    values = {**data, **parts}
    missing = [field.name for field in known if field.default is MISSING and field.name not in values]
    if missing:
        raise InputError(f"{kind.__name__.lower()} {dict(data)!r} has no {missing[0]}")
    return kind(**values)


@dataclass(frozen=True)
class Endpoint:
    """A pod, node, port of a Service, DNS or outside address that can be probed.

    Attributes:
        name: unique in a matrix. A pod is NAMESPACE/NAME, a node its NAME, a Service NAMESPACE/NAME:PORT, perhaps with
            @ and a pod, a node or an address, DNS NAMESPACE/NAME:dns, an outside address itself.
        kind: one of KINDS
        addresses: at most one of each family; of the controller none, because it may have any
        node: name of a pod's node; of a node its own name
        uids: the UIDs that the names of a pod's cgroups may have: its UID, and the configuration hash of a static pod
        own: whether it was made for the verification, so that all its ports are free
        port: of a Service, the DNS or an outside endpoint; None: only ICMP is tried outside
        protocols: of a Service's port: "tcp", "udp" or both
        backends: of a Service or the DNS: names of the known ready endpoints behind it: pods, or the nodes of
            host-network pods
        backend_nodes: of a Service or the DNS: names of the nodes of its ready endpoints, each once. With C(missing)
            and without a ready endpoint: the nodes that keep its endpoints from being ready
        overlay_nodes: those of backend_nodes with a ready endpoint that is no host-network pod
        question, answer: of the DNS: the name in the question, and the address (of the first family) in a right answer
        via: of a nodeport: name of the node that has the port
        traffic_policy: of a Service or the DNS: V(Local) when a node delivers only to endpoints on itself, V(external)
            when the answer of this address depends on a load balancer
        local_nodes: where the traffic policy is Local: names of the nodes that have such an endpoint
        origin: of the DNS: the place that has the domain of the question, in words
        missing: why nothing is probed from the endpoint or to it, as a sentence; None: it takes part. A missing
            endpoint may have no addresses.
    """

    name: str
    kind: str
    addresses: tuple[str, ...]
    node: str | None = None
    uids: tuple[str, ...] = ()
    own: bool = False
    port: int | None = None
    protocols: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    backend_nodes: tuple[str, ...] = ()
    overlay_nodes: tuple[str, ...] = ()
    question: str | None = None
    answer: str | None = None
    via: str | None = None
    traffic_policy: str | None = None
    local_nodes: tuple[str, ...] = ()
    origin: str | None = None
    missing: str | None = None

    @property
    def families(self) -> frozenset[str]:
        """The address families in which a source can probe. Other endpoints have none."""
        if self.kind == "controller":
            return frozenset(FAMILIES)
        return frozenset(map(family_of, self.addresses)) if self.kind in ("pod", "node") else frozenset()

    def probes(self, kind: str) -> bool:
        """Whether a source probes targets of a kind. Of a cluster, the world outside reaches the NodePorts of nodes."""
        return self.kind != "controller" or kind == "nodeport"

    def address(self, family: str) -> str | None:
        """Return the address in a family; None when the endpoint has no such address."""
        return next((address for address in self.addresses if family_of(address) == family), None)


@dataclass(frozen=True)
class Listener:
    """A port at which probes reach an endpoint, as C(connectivity_responder) reports it.

    Attributes:
        endpoint, address: name of the endpoint, and one of its addresses
        protocol: V(tcp) or V(udp)
        port: the number
        answers: V(podnet), or V(nothing) when another program has the port
        mtu: of the NIC with the address, in bytes; None when the NIC was not found
    """

    endpoint: str
    address: str
    protocol: str
    port: int
    answers: str = "podnet"
    mtu: int | None = None


@dataclass(frozen=True)
class Try:
    """One check of a target.

    Attributes:
        check: one of CHECKS
        port: the port; None for icmp
        answers: how the target answers, None for icmp: V(podnet) as our own responder, V(agnhost) as the netexec server
            of Kubernetes' tests, V(dns) as a name server, V(nothing) as a foreign server that is only connected to
        expect: names of endpoints, one of which must answer (podnet); empty: any
        question, answer: for dns, as in Endpoint
    """

    check: str
    port: int | None = None
    answers: str | None = None
    expect: tuple[str, ...] = ()
    question: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Target:
    """One address of an endpoint, and the checks that every source but the endpoint itself makes of it.

    A missing endpoint is a target too, so that its cells are in the matrix. Nothing probes it, and its address may be
    empty, which stands for an address of each family.

    Attributes:
        name, kind: of the endpoint
        address: the address
        tries: the checks
        sources: names of the endpoints that probe it; empty: all
    """

    name: str
    kind: str
    address: str
    tries: tuple[Try, ...]
    sources: tuple[str, ...] = ()


class CellKey(NamedTuple):
    """The place of a cell in the matrix; port is None for icmp."""

    source: str
    target: str
    check: str
    family: str
    port: int | None

    def __str__(self) -> str:
        port = "" if self.port is None else f" {self.port}"
        return f"{self.source} -> {self.target}, {self.check}{port}, {self.family}"


@dataclass(frozen=True)
class Cell:
    """The result of one check that a source made of a target.

    Attributes:
        source, target: names of endpoints
        check, family: one of CHECKS, one of FAMILIES
        port: the port; None for icmp
        outcome: one of OUTCOMES
        reason: of the first attempt that failed, one of REASONS; None when no attempt failed
        detail: more for a reader, such as "64 KiB: 12288 bytes arrived"
        attempts, succeeded: number of all attempts, and of those that succeeded
        latency_ms: median time of the attempts that succeeded, from the first packet to the answer
        first_success_ms: time from the start of the probing to the first answer
        own: ADDRESS:PORT of the probing socket ([ADDRESS]:PORT for IPv6), of the last attempt that succeeded
        seen: ADDRESS:PORT that the target saw in the same attempt; None: not observed
        answered_by: name of the endpoint that answered (podnet)
        mtu: of the check mtu: the path MTU in bytes of IP packet, headers included
    """

    source: str
    target: str
    check: str
    family: str
    port: int | None
    outcome: str
    reason: str | None = None
    detail: str | None = None
    attempts: int = 1
    succeeded: int = 0
    latency_ms: float | None = None
    first_success_ms: float | None = None
    own: str | None = None
    seen: str | None = None
    answered_by: str | None = None
    mtu: int | None = None

    @property
    def key(self) -> CellKey:
        """The place of the cell in the matrix."""
        return CellKey(self.source, self.target, self.check, self.family, self.port)

    @property
    def translated(self) -> bool | None:
        """Whether the source address or port changed on the way; None: the target's view was not observed."""
        return None if self.seen is None else self.seen != self.own


def targets_of(targets: Sequence[Target]) -> Callable[[str], Sequence[Target]]:
    """Return a function from the name of a source to the targets that list it as such or list none, in their order."""
    numbered = list(enumerate(targets))
    common = [one for one in numbered if not one[1].sources]
    listed: dict[str, list[tuple[int, Target]]] = defaultdict(list)
    for number, target in numbered:
        for source in target.sources:
            listed[source].append((number, target))

    def find(source: str) -> Sequence[Target]:
        # Without copies for a full matrix.
        return [one for _number, one in merge(common, listed[source])] if source in listed else everyone

    everyone = [one for _number, one in common]
    return find


def load_endpoints(data: Iterable[Mapping[str, Any]]) -> list[Endpoint]:
    """Load endpoints from their JSON forms. Raises InputError when a field is unknown or missing."""
    tuples = ("addresses", "uids", "protocols", "backends", "backend_nodes", "overlay_nodes", "local_nodes")
    return [load_form(Endpoint, one, **{name: tuple(one.get(name, ())) for name in tuples}) for one in data]


def load_listeners(data: Iterable[Mapping[str, Any]]) -> list[Listener]:
    """Load listeners from their JSON forms. Raises InputError when a field is unknown or missing."""
    return [load_form(Listener, one) for one in data]


def load_targets(data: Iterable[Mapping[str, Any]]) -> list[Target]:
    """Load targets from their JSON forms. Raises InputError when a field is unknown or missing."""
    return [
        load_form(
            Target,
            one,
            tries=tuple(load_form(Try, try_, expect=tuple(try_.get("expect", ()))) for try_ in one.get("tries", ())),
            sources=tuple(one.get("sources", ())),
        )
        for one in data
    ]


def load_cells(data: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """Load cells from their JSON forms. Raises InputError when a field is unknown or missing."""
    return [load_form(Cell, {"port": None, **one}) for one in data]


__all__ = [
    "CHECKS",
    "KINDS",
    "SERVICE_KINDS",
    "Cell",
    "CellKey",
    "Endpoint",
    "Listener",
    "Target",
    "Try",
    "as_dict",
    "load_cells",
    "load_endpoints",
    "load_form",
    "load_listeners",
    "load_targets",
    "targets_of",
]
