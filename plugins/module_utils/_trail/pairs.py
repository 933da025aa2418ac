# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pairs whose packets are followed, and where the packets of a pair must pass. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES, family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    read_number,
    read_optional_text,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS, Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import MOST_PAIRS

_SIZES = (100, 9000)  # bytes of a large probe


@dataclass(frozen=True)
class Pair:
    """A source and a target, and the probes that go from one to the other. Equal to a cell in all that both have.

    Attributes:
        number: the place in the list of pairs
        source, target: endpoints
        check: one of CHECKS; mtu sends large UDP packets
        address: of the target
        port: of the target; None for icmp
        size: bytes of the whole IP packet, which no router may fragment; 0 for small ones, and with mtu for packets as
            large as the link of the source carries
        ends: endpoints at which a packet may arrive: the target, or the backends of a Service
    """

    number: int
    source: Endpoint
    target: Endpoint
    check: str
    address: str
    port: int | None
    size: int
    ends: tuple[Endpoint, ...]

    @property
    def family(self) -> str:
        """The family of the target's address."""
        return family_of(self.address)

    @property
    def addresses(self) -> list[str]:
        """The addresses that its packets and answers go to."""
        ends = (end.address(self.family) for end in (*self.ends, self.source))
        return list(dict.fromkeys([self.address, *filter(None, ends)]))

    @property
    def nodes(self) -> frozenset[str]:
        """Names of the nodes on the way: of the source, of the ends, and the one whose NodePort is the target."""
        return frozenset(name for name in (self.target.via, *(one.node for one in (self.source, *self.ends))) if name)

    @property
    def places(self) -> frozenset[str]:
        """Names of the pods and nodes on the way."""
        return self.nodes | {one.name for one in (self.source, *self.ends)}

    def __str__(self) -> str:
        port = "" if self.port is None else f" {self.port}"
        size = f", {self.size} bytes" if self.size else ""
        return f"{self.source.name} -> {self.target.name}, {self.check}{port}, {self.family}{size}"


def load_pairs(data: Sequence[Mapping[str, Any]], endpoints: Iterable[Endpoint]) -> list[Pair]:
    """Load pairs from their JSON forms, which may be cells; fields that only a cell has are ignored.

    Raises:
        InputError: a field is missing or wrong, or no endpoint has the name of a source or target
    """
    if len(data) > MOST_PAIRS:
        raise InputError(f"pairs has {len(data)} pairs: give at most {MOST_PAIRS}")
    named = {one.name: one for one in endpoints}
    pairs = []
    for number, one in enumerate(data):
        try:
            pairs.append(_load(number, one, named))
        except InputError as error:
            raise InputError(f"pairs[{number}].{error}") from None
    return pairs


def _load(number: int, one: Mapping[str, Any], named: Mapping[str, Endpoint]) -> Pair:
    """Load one pair."""
    check, family = read_text(one, "check"), read_optional_text(one, "family")
    if check not in CHECKS:
        raise InputError(f"check is {check!r}: choose from {', '.join(CHECKS)}")
    if family not in (None, *FAMILIES):
        raise InputError(f"family is {family!r}: choose from {', '.join(FAMILIES)}")
    source, target = _endpoint(one, "source", named), _endpoint(one, "target", named)
    if source.kind not in ("pod", "node"):
        raise InputError(f"source is the {source.kind} {source.name}: choose a pod or a node")
    address = target.address(family) if family else next(iter(target.addresses), None)
    if address is None or not source.address(family_of(address)):
        raise InputError(f"family is {family}: {source.name} and {target.name} do not both have such an address")
    port = None if check == "icmp" or one.get("port") is None else read_number(one, "port")
    if check != "icmp" and not 1 <= (port or 0) <= 65535:
        raise InputError(f"port is {one.get('port')!r}: give a port number from 1 to 65535")
    size = read_number(one, "size", 0)
    if size and (check in ("tcp", "dns") or not _SIZES[0] <= size <= _SIZES[1]):
        raise InputError(f"size is {size}: give {_SIZES[0]} to {_SIZES[1]}, and with icmp, udp and mtu only")
    ends = tuple(named[name] for name in target.backends if name in named) or (target,)
    return Pair(number, source, target, check, address, port, size, ends)


def _endpoint(one: Mapping[str, Any], field: str, named: Mapping[str, Endpoint]) -> Endpoint:
    """Find the endpoint that a field names."""
    name = read_text(one, field)
    if name not in named:
        raise InputError(f"{field} is {name!r}, which no endpoint is: choose from {nearest(name, named)}")
    return named[name]


__all__ = ["Pair", "load_pairs"]
