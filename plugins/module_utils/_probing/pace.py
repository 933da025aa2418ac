# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the probes of a node may begin, and what each attempt sends. No I/O."""

from __future__ import annotations

import math
from typing import NamedTuple

_SLACK = 0.02  # seconds that a late beginning may make up for
_EXCHANGE = 6  # packets that a client sends: SYN, ACK, a request, the ACK of the answer, FIN, and the last ACK
_SEGMENT = 1200  # bytes in a packet of a transfer, at least: IPv6 allows no link with a smaller MTU than 1280


class Cost(NamedTuple):
    """What a node sends for one attempt. The other side answers with about as many packets.

    Attributes:
        packets: their number, without the search for a path MTU
        connections: number of TCP connections and UDP flows, which connection tracking counts alike
    """

    packets: int
    connections: int


def cost_of(check: str, attempts: int, transfer: int) -> Cost:
    """Return the cost of an attempt; that of a check of the path MTU has all attempts of the cell.

    Args:
        check: one of CHECKS
        attempts: of a cell
        transfer: bytes that this attempt carries each way
    """
    if check == "tcp":
        # One packet for each segment that goes, and an acknowledgement for each that comes.
        return Cost(_EXCHANGE + 2 * math.ceil(transfer / _SEGMENT), 1)
    if check == "mtu":
        return Cost(2 * attempts, 1)
    return Cost(1, 0 if check == "icmp" else 1)


class Pace:
    """Says when the next attempt may begin, so that a node keeps to its rates."""

    def __init__(self, packets: float = 0, connections: float = 0) -> None:
        """Take the rates: packets and connections a second. 0: no limit."""
        self._rates = (packets, connections)
        self._next = [0.0, 0.0]

    @property
    def ready(self) -> float:
        """The time of the monotonic clock when the next attempt may begin."""
        return max(self._next)

    def spend(self, now: float, cost: Cost) -> None:
        """Note that an attempt begins now."""
        for place, (rate, units) in enumerate(zip(self._rates, cost)):
            if rate:
                self._next[place] = max(self._next[place], now - _SLACK) + units / rate


__all__ = ["Cost", "Pace", "cost_of"]
