# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the packet sockets of a node saw: packets, summed up to sights. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow, Outer, Packet

MOST_SIGHTS = 2000  # of one node; a loop of routes must not fill its memory
PACKET_OTHERHOST, PACKET_OUTGOING = 3, 4  # packet(7)


@dataclass(frozen=True)
class Sight:
    """Packets of one kind of a pair, as a link saw them.

    Attributes:
        place: name of the pod, or of the node, in whose namespace the link is
        link: its name
        direction: V(in) or V(out), seen from the kernel
        kind: V(probe), V(answer) or V(error)
        pair: number of the pair
        flow, outer: addresses and ports, of the first packet; TCP probes differ in the port of their source
        numbers: of the probes, sorted
        order: of the first packet among all that the place saw, from 0
        other_mac: whether the frame was for another MAC address than that of the link, as usual at the port of a bridge
        detail, mtu: of an error
    """

    place: str
    link: str
    direction: str
    kind: str
    pair: int
    flow: Flow
    outer: Outer | None
    numbers: tuple[int, ...]
    order: int
    other_mac: bool = False
    detail: str | None = None
    mtu: int | None = None


@dataclass
class Sightings:
    """Collects packets and sums them up.

    Attributes:
        full: whether it refused a packet, because it had MOST_SIGHTS sights
    """

    full: bool = False
    _numbers: dict[Sight, set[int]] = field(default_factory=dict)
    _firsts: dict[Sight, tuple[int, Flow]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def add(self, place: str, link: str, packet_type: int, packet: Packet) -> None:
        """Note a packet that a place saw, after all that it saw earlier."""
        direction = "out" if packet_type == PACKET_OUTGOING else "in"
        other_mac = packet_type == PACKET_OTHERHOST
        mark, parts = packet.mark, (Flow(packet.flow.source, packet.flow.target), packet.outer)
        key = Sight(place, link, direction, packet.kind, mark.pair, *parts, (), 0, other_mac, packet.detail, packet.mtu)
        if key not in self._numbers:
            if len(self._numbers) >= MOST_SIGHTS:
                self.full = True
                return
            self._firsts[key] = self._seen.get(place, 0), packet.flow
        self._seen[place] = self._seen.get(place, 0) + 1
        self._numbers.setdefault(key, set()).add(mark.number)

    def sights(self) -> list[Sight]:
        """Return the sights in the order of their first packets."""
        found = [
            replace(key, numbers=tuple(sorted(numbers)), order=self._firsts[key][0], flow=self._firsts[key][1])
            for key, numbers in self._numbers.items()
        ]
        return sorted(found, key=lambda one: (one.place, one.order))


def sight_as_dict(sight: Sight) -> dict[str, Any]:
    """Return the JSON form of a sight, without fields that are None."""
    form = {name: value for name, value in asdict(sight).items() if value is not None}
    return {**form, "numbers": list(sight.numbers)}


def load_sights(data: Iterable[Mapping[str, Any]]) -> list[Sight]:
    """Load sights from their JSON forms, as the module returns them."""
    return [
        Sight(
            **{
                **one,
                "flow": Flow(**one["flow"]),
                "outer": Outer(**one["outer"]) if one.get("outer") else None,
                "numbers": tuple(one["numbers"]),
            }
        )
        for one in data
    ]


__all__ = ["Sight", "Sightings", "load_sights", "sight_as_dict"]
