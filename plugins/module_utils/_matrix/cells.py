# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is probed and what was found: endpoints, targets and cells, as modules and filters exchange them. No I/O.

Every class here has one JSON form, a dict with its field names, in which what is None or empty is left out. The words
are those of the reports: a pair is a source and a target, a cell is a pair and a check in one address family, and
the matrix is all cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple, TypeVar

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

# What is tried. The source address is seen by tcp and udp; 64 KiB each way are part of tcp; dns is a question over udp.
CHECKS = ("icmp", "tcp", "udp", "mtu", "dns")

# What kinds of endpoint there are. The first two are sources too.
KINDS = ("pod", "node", "service", "dns", "outside")

# What attempts add up to. A cell is flapping when some of its attempts succeeded and some did not; faulty when
# something answered, and wrongly (reason: too big, wrong answer); and not observed when no answer was to be expected.
OUTCOMES = ("reachable", "blocked", "faulty", "flapping", "not observed")
REASONS = ("refused", "timeout", "unreachable", "too big", "wrong answer")

# How a target answers: `podnet` is the collection's own responder, `agnhost` the netexec server of Kubernetes' tests
# (which the lab has outside), `dns` a name server, `nothing` a foreign server of which only the connection is tried.
ANSWERS = ("podnet", "agnhost", "dns", "nothing")

_Form = TypeVar("_Form")


def as_dict(form: Any) -> dict[str, Any]:
    """Return the JSON form of an object of this file: its fields, without those that are None or empty."""
    return {name: value for name, value in asdict(form).items() if value is not None and value != () and value != []}


def _load(kind: type[_Form], data: Mapping[str, Any], **parts: Any) -> _Form:
    """Return the object of which C(data) is the JSON form; C(parts) are fields that were loaded already.

    Raises:
        InputError: a field is unknown, or one that has no default is missing; the message names the field.
    """
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - names)
    if unknown:
        raise InputError(
            f"{kind.__name__.lower()} has no field {', '.join(unknown)}: it has {', '.join(sorted(names))}"
        )
    try:
        return kind(**{**data, **parts})
    except TypeError as error:
        raise InputError(f"{kind.__name__.lower()} {data!r}: {error}") from None


@dataclass(frozen=True)
class Endpoint:
    """Something that can be probed, as the cluster describes it.

    Attributes:
        name: unique in a matrix. A pod is NAMESPACE/NAME, a node its NAME, a Service NAMESPACE/NAME:PORT, DNS
            NAMESPACE/NAME:dns, an outside address itself.
        kind: one of KINDS
        addresses: at most one of each family
        node: name of the node that a pod is on, or that a node is
        uids: by which the cgroups of a pod may be called: its UID, and for a static pod its configuration's hash
        own: whether it was made for the verification, so that any port is free
        port: of a Service, DNS or outside endpoint; None outside where only ICMP is tried
        protocols: of a Service's port: "tcp", "udp" or both
        backends: of a Service or DNS: names of the ready endpoints behind it that are known: pods, or nodes for
            host-network pods
        backend_nodes: of a Service or DNS: names of the nodes that its ready endpoints are on, each once
        overlay_nodes: those of backend_nodes that have a ready endpoint which is not a host-network pod
        question, answer: of DNS: the name that is asked for, and the address (of the first family) in a right answer
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

    def address(self, family: str) -> str | None:
        """Return the endpoint's address in a family, None when it has none."""
        return next((address for address in self.addresses if family_of(address) == family), None)


@dataclass(frozen=True)
class Listener:
    """A port at which an endpoint is probed, as C(connectivity_responder) reports it.

    Attributes:
        endpoint, address: whose it is, and at which of its addresses
        protocol: "tcp" or "udp"
        port: the number
        answers: "podnet", or "nothing" when somebody else has the port
        mtu: of the NIC that has the address, in bytes; None when that NIC was not found
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
        answers: one of ANSWERS; None for icmp
        expect: names of the endpoints of which one must be the one that answers (podnet); empty: any
        question, answer: for dns, as of Endpoint
    """

    check: str
    port: int | None = None
    answers: str | None = None
    expect: tuple[str, ...] = ()
    question: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Target:
    """One address of an endpoint, and the checks that are made of it from every source but itself."""

    name: str
    kind: str
    address: str
    tries: tuple[Try, ...]


class CellKey(NamedTuple):
    """Which cell of the matrix it is."""

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
    """What a source's attempts of one check of a target showed.

    Attributes:
        source, target: names of endpoints
        check, family: one of CHECKS, one of FAMILIES
        port: the port; None for icmp
        outcome: one of OUTCOMES
        reason: of the first attempt that failed: one of REASONS; None when none did
        detail: a sentence's part for a person, such as "64 KiB: 12288 bytes arrived"
        attempts, succeeded: how many there were
        latency_ms: the median of the attempts that succeeded, from the first packet to the answer
        first_success_ms: from the start of the probing to the first answer
        own: ADDRESS:PORT of the probing socket ([ADDRESS]:PORT for IPv6), of the last attempt that succeeded
        seen: ADDRESS:PORT that the target saw, of the same attempt; None: not observed
        answered_by: name of the endpoint that answered (podnet)
        mtu: for mtu: the path MTU in bytes: of the IP packet, not of what it carries
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
        """Which cell of the matrix it is."""
        return CellKey(self.source, self.target, self.check, self.family, self.port)

    @property
    def translated(self) -> bool | None:
        """Whether the source address or port was changed on the way; None when it was not observed."""
        return None if self.seen is None else self.seen != self.own


def load_endpoints(data: Iterable[Mapping[str, Any]]) -> list[Endpoint]:
    """Return the endpoints of which C(data) has the JSON forms. Raises InputError, as all functions here do."""
    tuples = ("addresses", "uids", "protocols", "backends", "backend_nodes", "overlay_nodes")
    return [_load(Endpoint, one, **{name: tuple(one.get(name, ())) for name in tuples}) for one in data]


def load_listeners(data: Iterable[Mapping[str, Any]]) -> list[Listener]:
    """Return the listeners of which C(data) has the JSON forms."""
    return [_load(Listener, one) for one in data]


def load_targets(data: Iterable[Mapping[str, Any]]) -> list[Target]:
    """Return the targets of which C(data) has the JSON forms."""
    return [
        _load(Target, one, tries=tuple(_load(Try, try_, expect=tuple(try_.get("expect", ()))) for try_ in tries))
        for one in data
        for tries in [one.get("tries", ())]
    ]


def load_cells(data: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """Return the cells of which C(data) has the JSON forms."""
    return [_load(Cell, {"port": None, **one}) for one in data]


__all__ = [
    "ANSWERS",
    "CHECKS",
    "KINDS",
    "OUTCOMES",
    "REASONS",
    "Cell",
    "CellKey",
    "Endpoint",
    "Listener",
    "Target",
    "Try",
    "as_dict",
    "load_cells",
    "load_endpoints",
    "load_listeners",
    "load_targets",
]
