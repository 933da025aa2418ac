# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The path MTU to a responder, by UDP datagrams with the bit "don't fragment" (in the manner of RFC 8899)."""

from __future__ import annotations

import errno
import math
import socket
import time
from collections.abc import Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt, Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Steps
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    LEAST_MTU,
    UDP_OVERHEAD,
    decode_report,
    encode_request,
    show_peer,
)

# linux/in.h, linux/in6.h. PROBE sets "don't fragment", and ignores the path MTU that the kernel knows.
_PMTUDISC_PROBE = 3
_MTU_DISCOVER = {"ipv4": (socket.IPPROTO_IP, 10), "ipv6": (socket.IPPROTO_IPV6, 23)}
_ROUTE_MTU = {"ipv4": (socket.IPPROTO_IP, 14), "ipv6": (socket.IPPROTO_IPV6, 24)}

_LARGEST = 65535  # bytes of an IPv4 packet (RFC 791); the MTU of lo is larger
# Maximum number of sizes tried at the same time, and of their bytes: sockets take as many by default.
_AT_ONCE, _BYTES_AT_ONCE = 32, 65536


class PathMtu:
    """Finds the size in bytes of the largest IP packet that arrives, and notes it in the record.

    Each attempt sends two datagrams: a small one, which shows whether the target is reachable at all, and one as large
    as the MTU of the route. When only small ones get answers, a search tries the sizes in between, many at once.
    """

    def __init__(
        self, sock: socket.socket, record: Record, run: str, nic_mtu: Callable[[str], int | None] = mtu_of
    ) -> None:
        """Take what the steps need. C(nic_mtu) finds the MTU of the NIC that has an address of the source."""
        self._sock, self._record, self._run, self._nic_mtu = sock, record, run, nic_mtu
        self._sizes: dict[str, int] = {}  # of all datagrams, by name
        self._attempts: dict[str, Attempt] = {}  # of each datagram
        self._answered: set[str] = set()
        self._refused: set[str] = set()  # by the kernel, because their NIC carries less

    def steps(self, settings: ProbeSettings) -> Steps:
        """Make all attempts, and then search if needed.

        The thread must take the first step in the network namespace of the source.
        """
        record, family = self._record, self._record.family
        try:
            self._sock.setsockopt(*_MTU_DISCOVER[family], _PMTUDISC_PROBE)
            self._sock.connect((record.target.address, record.try_.port))
            # Take the MTU of the NIC when it is larger: for minutes the route keeps a smaller value from a router.
            own = self._sock.getsockname()
            largest = min(_LARGEST, max(self._sock.getsockopt(*_ROUTE_MTU[family]), self._nic_mtu(own[0]) or 0))
            for number in range(settings.attempts):
                attempt = record.begin(show_peer(own))
                self._send(f"small{number}", LEAST_MTU[family], attempt)
                self._send(f"large{number}", largest, attempt)
                while number + 1 < settings.attempts and (yield attempt.begun + settings.interval):
                    self._receive()
            yield from self._take_first_answers(settings)
            if self._large() & self._answered:
                record.mtu = largest
                for name in self._large() - self._answered:
                    self._attempts[name].lose()
            elif self._answered:
                yield from self._search(settings.timeout)
        except OSError as error:
            (record.attempts[-1] if record.attempts else record.begin()).fail(error)

    def _take_first_answers(self, settings: ProbeSettings) -> Steps:
        """Wait for the answers of all attempts. When some have theirs, the others may be late: wait longer for them."""
        begun = self._record.attempts[-1].begun
        yield from self._settle(set(self._sizes), begun + settings.timeout)
        late = {name for name, attempt in self._attempts.items() if attempt.ended is None}
        if self._large() & self._answered:
            late |= self._large()
        if self._answered:
            yield from self._settle(late, begun + settings.patience * settings.timeout)

    def _large(self) -> set[str]:
        """The names of the datagrams as large as the MTU of the route."""
        return {name for name in self._sizes if name.startswith("large")}

    def _search(self, timeout: float) -> Steps:
        """Narrow the gap between a size that arrives and one that is lost, until they are neighbours."""
        # Use an attempt that has its answer, so that later answers do not change its outcome.
        attempt = [one for one in self._record.attempts if one.ended is not None][-1]
        arrives, lost = self._gap()
        while lost - arrives > 1:
            number = max(1, min(_AT_ONCE, _BYTES_AT_ONCE // lost))
            step = math.ceil((lost - arrives) / (number + 1))
            sizes = range(arrives + step, lost, step)
            for size in sizes:
                self._send(f"size{size}", size, attempt)
            yield from self._settle({f"size{size}" for size in sizes}, time.monotonic() + timeout)
            arrives, lost = self._gap()
        self._record.mtu = arrives

    def _gap(self) -> tuple[int, int]:
        """Return the largest size that arrived, also late, and the next larger one that was tried, or the same size."""
        arrives = max(self._sizes[name] for name in self._answered)
        return arrives, min((size for size in self._sizes.values() if size > arrives), default=arrives)

    def _send(self, name: str, size: int, attempt: Attempt) -> None:
        """Send a datagram in an IP packet of this size."""
        self._sizes[name], self._attempts[name] = size, attempt
        try:
            self._sock.send(encode_request(self._run, name, size=size - UDP_OVERHEAD[self._record.family]))
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            self._refused.add(name)  # the search finds the size

    def _settle(self, names: set[str], deadline: float) -> Steps:
        """Wait for the answers to these datagrams, as far as they were sent."""
        while names - self._answered - self._refused and (yield deadline):
            self._receive()

    def _receive(self) -> None:
        """Take all answers that have arrived."""
        while True:
            try:
                report = decode_report(self._sock.recv(4096))
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.EMSGSIZE:  # a router reports "too big"; the search finds the size
                    raise
                continue
            attempt = self._attempts.get(report.nonce) if report else None
            if report is None or attempt is None:
                continue
            self._answered.add(report.nonce)
            if attempt.ended is None:
                attempt.answer(report.endpoint, report.peer)


__all__ = ["PathMtu"]
