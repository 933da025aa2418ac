# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What connection tracking holds of a pair: the flow, and the flow of the answers that it expects. No I/O.

It reads the lines of /proc/net/nf_conntrack, or of C(conntrack -L -o extended).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair

_PROTOCOLS = {"icmp": ("icmp", "icmpv6"), "tcp": ("tcp",), "udp": ("udp",), "mtu": ("udp",), "dns": ("udp",)}
_MOST_PER_PAIR = 4


@dataclass(frozen=True)
class Tracked:
    """A tracked flow of a pair.

    Attributes:
        pair: number of the pair
        flow: of the probes
        answers: of the answers that connection tracking expects
        replied: whether it saw an answer
    """

    pair: int
    flow: Flow
    answers: Flow
    replied: bool


def tracked_flows(lines: Iterable[str], pairs: Iterable[Pair]) -> list[Tracked]:
    """List the flows of the pairs, a few of each."""
    pairs = list(pairs)
    # Most lines of a busy node are about others; a look for the address of a pair is cheaper than reading the line.
    # The kernel writes an IPv6 address with all its zeros, conntrack(8) without them.
    wanted = {f"dst={text} " for pair in pairs for text in (pair.address, _long(pair.address))}
    counts: dict[int, int] = {}
    found = []
    for line in lines:
        if any(text in line for text in wanted):
            for one in _read(line, pairs):
                counts[one.pair] = counts.get(one.pair, 0) + 1
                if counts[one.pair] <= _MOST_PER_PAIR:
                    found.append(one)
    return found


def _read(line: str, pairs: Iterable[Pair]) -> Iterator[Tracked]:
    """Yield the flow of a line, for each pair that it belongs to."""
    protocol = next((word for word in line.split() if word in ("icmp", "icmpv6", "tcp", "udp")), "")
    sources, targets = ([_short(text) for text in re.findall(rf"{end}=(\S+)", line)] for end in ("src", "dst"))
    ports = [int(port) for port in re.findall(r"[sd]port=(\d+)", line)]
    if len(sources) != 2 or len(targets) != 2 or len(ports) not in (0, 4):
        return
    first, second = (ports[:2], ports[2:]) if ports else ([None, None], [None, None])
    for pair in pairs:
        if (
            protocol in _PROTOCOLS[pair.check]
            and (sources[0] in pair.source.addresses and targets[0] == pair.address)
            and first[1] in (None, pair.port)
        ):
            flows = Flow(sources[0], targets[0], *first), Flow(sources[1], targets[1], *second)
            yield Tracked(pair.number, *flows, "[UNREPLIED]" not in line)


def _short(address: str) -> str:
    """Write an address as the API does. A text that is none stays as it is."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def _long(address: str) -> str:
    """Write an address as the kernel does. A text that is none stays as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return found.exploded


__all__ = ["Tracked", "tracked_flows"]
