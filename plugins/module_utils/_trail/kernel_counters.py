# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the kernel's counters of lost packets moved between two looks. No I/O.

It reads /proc/net/dev, /proc/net/snmp, /proc/net/netstat and /proc/net/snmp6, which are in proc(5), and what
C(tc -s -j qdisc show) prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_number,
    read_text,
    whole_number,
)

# What a counter means, for people. All other counters are ignored.
_MEANINGS = {
    "Ip.InHdrErrors": "wrong IP headers, or a time to live that ended",
    "Ip.InAddrErrors": "addresses that are not this machine's, with forwarding off",
    "Ip.InDiscards": "received and discarded",
    "Ip.OutDiscards": "to send and discarded",
    "Ip.OutNoRoutes": "no route to send on",
    "Ip.FragFails": "too big for the next link",
    "Ip.ReasmFails": "fragments that never became whole",
    "IpExt.InNoRoutes": "no route to forward on",
    "IpExt.InCsumErrors": "wrong IP checksums",
    "TcpExt.IPReversePathFilter": "refused by rp_filter: the answer would take another link",
    "Tcp.InCsumErrors": "wrong TCP checksums",
    "Udp.InCsumErrors": "wrong UDP checksums",
    "Udp.NoPorts": "no process at the UDP port",
    "Udp.RcvbufErrors": "a process that reads its UDP socket too late",
    "Icmp.InCsumErrors": "wrong ICMP checksums",
    "Ip6InHdrErrors": "wrong IPv6 headers, or a hop limit that ended",
    "Ip6InAddrErrors": "IPv6 addresses that are not this machine's, with forwarding off",
    "Ip6InDiscards": "received and discarded, IPv6",
    "Ip6OutDiscards": "to send and discarded, IPv6",
    "Ip6InNoRoutes": "no route to forward on, IPv6",
    "Ip6OutNoRoutes": "no route to send on, IPv6",
    "Ip6InTooBigErrors": "too big for the next link, IPv6",
    "Ip6FragFails": "too big for the next link, IPv6",
    "Udp6InCsumErrors": "wrong UDP checksums, IPv6",
    "Udp6NoPorts": "no process at the UDP port, IPv6",
    "Icmp6InCsumErrors": "wrong ICMPv6 checksums",
}
_QUEUED = "to send, and dropped in the queue of the link"
# The columns of /proc/net/dev that count losses.
_LINK_COLUMNS = {
    2: "received with errors",
    3: "received and dropped",
    10: "to send, with errors",
    11: "to send and dropped",
}


@dataclass(frozen=True)
class Moved:
    """A counter that moved.

    Attributes:
        place: name of the pod or node
        name: of the counter, such as V(TcpExt.IPReversePathFilter), or of the link
        meaning: what it counts
        packets: how many
    """

    place: str
    name: str
    meaning: str
    packets: int


def moved_counters(place: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Moved]:
    """List the counters that moved in between.

    Args:
        place: the name of the pod or node
        before, after: the contents of the files by their names, C(dev), C(snmp), C(netstat) and C(snmp6), and
            the output of tc(8) as C(qdisc)
    """
    old, new = read_counters(before), read_counters(after)
    return [
        Moved(place, name, meaning, count - old[name, meaning])
        for (name, meaning), count in new.items()
        if count > old.get((name, meaning), count)
    ]


def read_counters(files: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Read the counters that have a meaning here, by their names and meanings."""
    found = {
        (name, _MEANINGS[name]): count
        for name, count in (*_tables(files.get("snmp", "")), *_tables(files.get("netstat", "")))
        if name in _MEANINGS
    }
    for line in files.get("snmp6", "").splitlines():
        words = line.split()
        count = whole_number(words[1]) if len(words) == 2 and words[0] in _MEANINGS else None
        if count is not None:
            found[words[0], _MEANINGS[words[0]]] = count
    found.update(_queues(files.get("qdisc", "")))
    for line in files.get("dev", "").splitlines():
        link, colon, rest = line.partition(":")
        numbers = rest.split()
        if colon and len(numbers) >= 12:
            counts = {meaning: whole_number(numbers[column]) for column, meaning in _LINK_COLUMNS.items()}
            found.update({(link.strip(), meaning): count for meaning, count in counts.items() if count is not None})
    return found


def _queues(text: str) -> dict[tuple[str, str], int]:
    """Read how many packets the queues of each link dropped, from what C(tc -s -j qdisc show) prints."""
    found: dict[tuple[str, str], int] = {}
    with suppress(InputError):
        for queue in parse_json_objects(text):
            key = read_text(queue, "dev"), _QUEUED
            found[key] = found.get(key, 0) + read_number(queue, "drops", 0)
    return found


def _tables(text: str) -> list[tuple[str, int]]:
    """Read pairs of lines, the names and then the numbers, each after the name of the protocol."""
    lines = text.splitlines()
    found = []
    for names, numbers in zip(lines[::2], lines[1::2]):
        protocol, _colon, rest = names.partition(":")
        values = numbers.partition(":")[2].split()
        counts = [(f"{protocol}.{name}", whole_number(value)) for name, value in zip(rest.split(), values)]
        found += [(name, count) for name, count in counts if count is not None]  # of some, -1 means that none is set
    return found


__all__ = ["Moved", "moved_counters"]
