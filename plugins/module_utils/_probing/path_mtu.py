# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The path MTU to a responder, found with UDP datagrams that nobody may fragment (in the manner of RFC 8899)."""

from __future__ import annotations

import errno
import math
import socket
import time

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt, Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Steps
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    LEAST_MTU,
    UDP_OVERHEAD,
    decode_report,
    encode_request,
    show_peer,
)

# linux/in.h, linux/in6.h. PROBE sets "don't fragment", and sends what is larger than the path MTU known so far.
_PMTUDISC_PROBE = 3
_MTU_DISCOVER = {"ipv4": (socket.IPPROTO_IP, 10), "ipv6": (socket.IPPROTO_IPV6, 23)}
_ROUTE_MTU = {"ipv4": (socket.IPPROTO_IP, 14), "ipv6": (socket.IPPROTO_IPV6, 24)}

_LARGEST = 65535  # bytes of an IPv4 packet (RFC 791); the MTU of lo is larger
# Sizes that are tried at the same time, and how many bytes they may have: no more than sockets take by default.
_AT_ONCE, _BYTES_AT_ONCE = 32, 65536
# How long large datagrams are waited for, in seconds, when small ones were answered: a multiple of what that took.
_SETTLE, _SETTLE_FACTOR = 0.05, 10


class PathMtu:
    """Finds the largest IP packet, in bytes, that arrives, and leaves it in the record.

    Each attempt is two datagrams: a small one, which tells whether the target is reached at all, and one as large as
    the route takes. Only when small ones alone are answered the sizes in between are tried, many at once.
    """

    def __init__(self, sock: socket.socket, record: Record, run: str) -> None:
        self._sock, self._record, self._run = sock, record, run
        self._waiting: dict[str, Attempt] = {}  # by the datagram's name
        self._answered: set[str] = set()
        self._longest = 0.0  # seconds that an answer took
        self._last = 0.0  # when something was sent or came

    def steps(self, attempts: int, interval: float, timeout: float) -> Steps:
        """Go through all attempts, C(interval) seconds apart, and then search if need be.

        The first step is gone in the source's network namespace.
        """
        record, family = self._record, self._record.family
        try:
            self._sock.setsockopt(*_MTU_DISCOVER[family], _PMTUDISC_PROBE)
            self._sock.connect((record.target.address, record.try_.port))
            # That of the NIC when it is larger: the route remembers for minutes what a router once said.
            own = self._sock.getsockname()
            largest = min(_LARGEST, max(self._sock.getsockopt(*_ROUTE_MTU[family]), mtu_of(own[0]) or 0))
            for number in range(attempts):
                attempt = record.begin(show_peer(own))
                self._send(f"small{number}", LEAST_MTU[family], attempt)
                self._send(f"large{number}", largest, attempt)
                while number + 1 < attempts and (yield attempt.begun + interval):
                    self._receive()
            yield from self._settle(record.attempts[-1].begun + timeout)
            large = [f"large{number}" in self._answered for number in range(attempts)]
            if any(large):
                record.mtu = largest
                for attempt, arrived in zip(record.attempts, large):
                    if not arrived:
                        attempt.lose()
            elif self._answered:
                yield from self._search(LEAST_MTU[family], largest, timeout)
        except OSError as error:
            (record.attempts[-1] if record.attempts else record.begin()).fail(error)

    def _search(self, arrives: int, lost: int, timeout: float) -> Steps:
        """Narrow down from a size that arrives and one that does not until they are neighbours."""
        # One that has its answer: what arrives now does not make up for what an attempt lost.
        attempt = [one for one in self._record.attempts if one.ended is not None][-1]
        while lost - arrives > 1:
            number = max(1, min(_AT_ONCE, _BYTES_AT_ONCE // lost))
            step = math.ceil((lost - arrives) / (number + 1))
            sizes = range(arrives + step, lost, step)
            for size in sizes:
                self._send(f"size{size}", size, attempt)
            yield from self._settle(time.monotonic() + timeout)
            arrives = max((size for size in sizes if f"size{size}" in self._answered), default=arrives)
            lost = min((size for size in sizes if size > arrives), default=lost)
        self._record.mtu = arrives

    def _send(self, name: str, size: int, attempt: Attempt) -> None:
        """Send a datagram that makes an IP packet of that size."""
        self._waiting[name], self._last = attempt, time.monotonic()
        try:
            self._sock.send(encode_request(self._run, name, size=size - UDP_OVERHEAD[self._record.family]))
        except OSError as error:
            if error.errno != errno.EMSGSIZE:  # that the route takes less by now is what the search is for
                raise

    def _settle(self, deadline: float) -> Steps:
        """Wait for what is not answered yet; where answers have come, the others do not take many times as long."""
        while self._waiting:
            patience = deadline
            if self._answered and not any(name.startswith("small") for name in self._waiting):
                patience = min(deadline, self._last + max(_SETTLE, _SETTLE_FACTOR * self._longest))
            if not (yield patience):
                break
            self._receive()
        self._waiting.clear()

    def _receive(self) -> None:
        """Take all answers that are there."""
        while True:
            try:
                report = decode_report(self._sock.recv(4096))
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.EMSGSIZE:  # a router says that it was too big: the search finds by how much
                    raise
                continue
            attempt = self._waiting.pop(report.nonce, None) if report else None
            if report is None or attempt is None:
                continue
            self._last = time.monotonic()
            self._answered.add(report.nonce)
            if attempt.ended is None:
                attempt.answer(report.endpoint, report.peer)
                self._longest = max(self._longest, self._last - attempt.begun)


__all__ = ["PathMtu"]
