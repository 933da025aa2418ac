# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The watch of one node: its sockets see every link, while it sends the probes of its own pairs.

Nodes do not wait for each other. Each one sends through its whole watch, and _trail/clocks.py finds the probes that it
sent while another node surely watched.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import MOST_NUMBERS, Mark
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packet_socket import Watcher
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.senders import Sender, open_sender
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import Sight, Sightings

_LEAD, _TAIL = 0.1, 0.6  # seconds of the watch before the first probe, and after the last one for its answer
_INTERVAL = 0.25  # seconds between two probes of a pair
_MOST_PACKETS = 50_000  # that a watch reads
_AT_ONCE = 256  # packets of one socket between two looks at the clock


@dataclass(frozen=True)
class WatchedPlace:
    """A network namespace to watch.

    Attributes:
        name: of the pod or node
        namespace: path, empty for that of this process
    """

    name: str
    namespace: str


@dataclass(frozen=True)
class Sent:
    """A probe that a node sent.

    Attributes:
        pair, number: its mark
        at: seconds of the node's clock since 1970
        error: why the kernel refused to send it; None when it did not
    """

    pair: int
    number: int
    at: float
    error: str | None = None


@dataclass(frozen=True)
class Watched:
    """What a watch brought.

    Attributes:
        began, ended: seconds of the node's clock since 1970
        sent, sights: probes and packets
        lost: packets that the kernel dropped before this process read them
        full: whether a limit ended the counting
    """

    began: float
    ended: float
    sent: tuple[Sent, ...]
    sights: tuple[Sight, ...]
    lost: int
    full: bool


def watch(
    places: Sequence[WatchedPlace], pairs: Sequence[Pair], run: str, seconds: float, namespaces: Namespaces
) -> Watched:
    """Watch some places for some seconds, and send the probes of the pairs that begin there.

    A machine that stood still meanwhile sends them late, and watches that much longer.

    Raises:
        ClusterError: this process cannot enter a namespace or open a socket there
    """
    sightings, sent = Sightings(), []
    with ExitStack() as stack:
        stack.callback(namespaces.enter, "")
        watchers: dict[int, tuple[str, Watcher]] = {}
        for place in places:
            namespaces.enter(place.namespace)
            watcher = Watcher(run)
            stack.callback(watcher.close)
            watchers[watcher.fileno()] = (place.name, watcher)
        senders = list(_open_senders(places, pairs, run, namespaces, stack))
        poll = select.poll()
        for descriptor in watchers:
            poll.register(descriptor, select.POLLIN)
        clock, start = time.time(), time.monotonic()
        due = _times(seconds, senders)
        left, end = _MOST_PACKETS, seconds
        while left > 0:
            now = time.monotonic() - start
            while due and due[0][0] <= now:
                _moment, number, pair, place_of, sender = due.pop(0)
                namespaces.enter(place_of.namespace)
                sent.append(_send(sender, Mark(pair.number, number), clock + time.monotonic() - start))
                # A machine that stood still sends late. Its answers have their time all the same.
                end = max(end, now + _TAIL)
            if now >= end:
                break
            patience = min([end, *(one[0] for one in due[:1])]) - (time.monotonic() - start)
            for descriptor, _event in poll.poll(max(0.0, patience) * 1000):
                left -= _read(*watchers[descriptor], min(left, _AT_ONCE), sightings)
        ended = clock + time.monotonic() - start
        # What arrived before the end counts, however late a busy machine reads it.
        for name, watcher in watchers.values():
            left -= _read(name, watcher, left, sightings)
        lost = sum(watcher.lost() for _name, watcher in watchers.values())
    full = sightings.full or left <= 0
    return Watched(clock, ended, tuple(sent), tuple(sightings.sights()), lost, full)


def _read(name: str, watcher: Watcher, most: int, sightings: Sightings) -> int:
    """Note what a place saw, and return the number of packets."""
    count = 0
    for link, packet_type, packet in watcher.packets(max(0, most)):
        sightings.add(name, link, packet_type, packet)
        count += 1
    return count


def _open_senders(
    places: Sequence[WatchedPlace], pairs: Sequence[Pair], run: str, namespaces: Namespaces, stack: ExitStack
) -> Iterator[tuple[Pair, WatchedPlace, Sender]]:
    """Open a sender for each pair whose source is one of the places."""
    named = {place.name: place for place in places}
    for pair in pairs:
        place = named.get(pair.source.name)
        if place:
            namespaces.enter(place.namespace)
            sender = open_sender(pair, run)
            stack.callback(sender.close)
            yield pair, place, sender


def _times(
    seconds: float, senders: Sequence[tuple[Pair, WatchedPlace, Sender]]
) -> list[tuple[float, int, Pair, WatchedPlace, Sender]]:
    """List when which probe is due, in seconds from the start, through the whole watch."""
    span = max(0.0, seconds - _LEAD - _TAIL)
    count = min(MOST_NUMBERS, int(span / _INTERVAL) + 1)
    step = span / count
    # The pairs of a node take turns, so that one does not send while the other waits.
    turns = [(number, index) for number in range(count) for index in range(len(senders))]
    return [
        (_LEAD + number * step + index * step / (len(senders) + 1), number, *senders[index]) for number, index in turns
    ]


def _send(sender: Sender, mark: Mark, at: float) -> Sent:
    """Send a probe, and note whether the kernel refuses."""
    try:
        sender.send(mark)
    except OSError as error:
        return Sent(mark.pair, mark.number, at, error.strerror or str(error))
    return Sent(mark.pair, mark.number, at)


__all__ = ["Sent", "Watched", "WatchedPlace", "watch"]
