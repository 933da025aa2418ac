# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets of probes that never block: open them, give them a source port, read what has arrived."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Callable, Generator, Iterable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Record

Deadline = Callable[[], float]  # a time of the monotonic clock, which can move while somebody waits

_VERSIONS = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the message with the time has the same number
_TIME = struct.Struct("ll")  # struct timespec
_LONGEST_ANSWER = 65536  # bytes; stop reading from a server that writes more


def open_socket(record: Record, kind: socket.SocketKind, protocol: int = 0) -> socket.socket:
    """Open a socket in the current namespace, for the address family of the record's target.

    Raises:
        ClusterError: the kernel refuses, because this process lacks a right or has too many open files
    """
    try:
        return socket.socket(_VERSIONS[record.family], kind | socket.SOCK_NONBLOCK, protocol)
    except OSError as error:
        raise ClusterError(
            f"{record.source}: no socket for {record.try_.check} over {record.family}: {error.strerror} "
            "(root is needed, and enough open files)"
        ) from None


def bind_socket(sock: socket.socket, ports: Iterable[int]) -> None:
    """Bind a socket to the first source port that is free. When all are taken, the kernel chooses one."""
    # Sockets of this process that are connected to different targets share a port.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for port in ports:
        try:
            sock.bind(("", port))
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise


def stamp_arrivals(sock: socket.socket) -> None:
    """Have the kernel note when each packet arrives, for receive_stamped()."""
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def receive_stamped(sock: socket.socket, size: int) -> tuple[bytes, float]:
    """Receive a packet, and the time of the monotonic clock when it arrived. This process may read it much later."""
    data, notes, _flags, _address = sock.recvmsg(size, socket.CMSG_SPACE(_TIME.size))
    now = time.monotonic()
    for level, kind, content in notes:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(content) == _TIME.size:
            seconds, nanoseconds = _TIME.unpack(content)
            # The kernel's time is that of the wall clock, which somebody may set meanwhile.
            return data, now - max(0.0, time.time() - seconds - nanoseconds / 1e9)
    return data, now


def is_connected(sock: socket.socket) -> bool:
    """Whether the TCP handshake is complete. Raises OSError when it failed."""
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    try:
        sock.getpeername()
    except OSError as error:
        if error.errno == errno.ENOTCONN:
            return False
        raise
    return True


def wait(deadline: Deadline) -> Generator[float, bool, bool]:
    """Wait for data. Return False at the deadline, if it has not moved meanwhile."""
    limit = deadline()
    return (yield limit) or deadline() > limit


def read_until(
    sock: socket.socket, end: bytes, deadline: Deadline, beyond: bool = False
) -> Generator[float, bool, bytes | None]:
    """Read a connection up to C(end), or with C(beyond) up to its close. Return None at the deadline.

    When the other side closes early or sends too much, return the bytes that have arrived.
    """
    data = b""
    while (beyond or end not in data) and len(data) < _LONGEST_ANSWER:
        try:
            part = sock.recv(65536)
        except BlockingIOError:
            if not (yield from wait(deadline)):
                return None
            continue
        if not part:
            break
        data += part
    return data


def read_datagram(sock: socket.socket, deadline: Deadline) -> Generator[float, bool, bytes | None]:
    """Read the next datagram. Return None at the deadline."""
    while True:
        try:
            return sock.recv(65536)
        except BlockingIOError:
            if not (yield from wait(deadline)):
                return None


__all__ = [
    "Deadline",
    "bind_socket",
    "is_connected",
    "open_socket",
    "read_datagram",
    "read_until",
    "receive_stamped",
    "stamp_arrivals",
    "wait",
]
