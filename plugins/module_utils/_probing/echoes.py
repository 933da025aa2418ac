# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ICMP echo from one source in one address family, over one raw socket."""

from __future__ import annotations

import os
import socket
import time

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt, Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Loop, Steps
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.sockets import (
    open_socket,
    receive_stamped,
    stamp_arrivals,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import decode_echo, encode_echo


class Echoes:
    """Sends echo requests over one raw socket and matches the answers by their numbers.

    Attributes:
        unsent: number of attempts that have not begun yet
    """

    def __init__(self, family: str, settings: ProbeSettings) -> None:
        self.unsent = 0
        self._family, self._settings = family, settings
        self._sock: socket.socket | None = None
        self._waiting: dict[int, tuple[Record, Attempt]] = {}
        self._last = 0.0  # when the last attempt began
        # Each raw socket of a namespace receives all answers, also those to other processes: start at a random number.
        self._number = int.from_bytes(os.urandom(4), "big")

    def send(self, record: Record, loop: Loop) -> None:
        """Begin an attempt. The thread must be in the network namespace of the source."""
        self.unsent -= 1
        attempt = record.begin()
        self._number = (self._number + 1) & 0xFFFFFFFF
        self._waiting[self._number], self._last = (record, attempt), attempt.begun
        if self._sock is None:
            protocol = socket.IPPROTO_ICMP if self._family == "ipv4" else socket.IPPROTO_ICMPV6
            self._sock = open_socket(record, socket.SOCK_RAW, protocol)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            stamp_arrivals(self._sock)
            loop.add(self._sock, self._listen(self._sock), kept=True)
        try:
            self._sock.sendto(encode_echo(self._family, self._number), (record.target.address, 0))
        except OSError as error:
            attempt.fail(error)
            del self._waiting[self._number]

    def _listen(self, sock: socket.socket) -> Steps:
        """Take answers until each attempt has one or has timed out."""
        while self.unsent or self._waiting:
            # Attempts that have not begun yet move the end, so look again after 50 ms.
            if (yield max(self._end(), time.monotonic() + 0.05) if self.unsent else self._end()):
                self._receive(sock)
            elif not self.unsent and time.monotonic() >= self._end():
                return

    def _end(self) -> float:
        """Return when the last attempt counts as lost. It is looked at when most have their answers."""
        end = self._last + self._settings.timeout
        if time.monotonic() < end:
            return end
        return max(
            (record.gives_up(attempt, self._settings) for record, attempt in self._waiting.values()), default=end
        )

    def _receive(self, sock: socket.socket) -> None:
        """Take all answers that have arrived."""
        while True:
            try:
                data, arrived = receive_stamped(sock, 2048)
            except BlockingIOError:
                return
            except OSError:  # it is about one attempt's packet, and the same error also arrives as an ICMP message
                continue
            number, failure = decode_echo(self._family, data) or (-1, None)
            record, attempt = self._waiting.get(number, (None, None))
            if record is None or attempt is None or arrived > record.gives_up(attempt, self._settings):
                continue
            del self._waiting[number]
            if failure is None:
                attempt.answer(at=arrived)
            else:
                attempt.reason, attempt.detail = "unreachable", failure


__all__ = ["Echoes"]
