# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The senders of marked probes. Each has its sockets in the namespace that was current when it was made."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import LEAST_MTU
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.echo import echo_request
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import (
    Mark,
    payload_of,
    question_of,
    sequence_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packet_socket import deafen
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair

_VERSIONS = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
# Bytes of the IP header, and of the header of ICMP echo or UDP behind it.
_HEADERS = {"ipv4": 28, "ipv6": 48}
# ip(7), ipv6(7): send with the bit "do not fragment", whatever the route remembers about the path.
_DISCOVER = {"ipv4": (socket.IPPROTO_IP, 10), "ipv6": (socket.IPPROTO_IPV6, 23)}
_PROBE = 3
# linux/tcp.h has these options. The send queue of a socket in repair begins at a number of our choice.
_TCP_REPAIR, _TCP_REPAIR_QUEUE, _TCP_QUEUE_SEQ, _TCP_SEND_QUEUE = 19, 20, 21, 2


class Sender(Protocol):
    """Sends the probes of a pair."""

    def send(self, mark: Mark) -> None:
        """Send a probe. Raises OSError when the kernel refuses, such as without a route."""

    def close(self) -> None:
        """Close all sockets."""


class _Datagrams:
    """Sends probes over one socket, so that connection tracking sees one flow. Nobody reads the answers here."""

    def __init__(self, pair: Pair, kind: int, protocol: int, write: Callable[[Mark], bytes]) -> None:
        self._sock = socket.socket(_VERSIONS[pair.family], kind, protocol)
        self._target, self._write = (pair.address, pair.port or 0), write
        deafen(self._sock)
        if pair.size or pair.check == "mtu":
            self._sock.setsockopt(*_DISCOVER[pair.family], _PROBE)

    def send(self, mark: Mark) -> None:
        """Send a probe."""
        self._sock.sendto(self._write(mark), self._target)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


class _Connections:
    """Opens a connection for each probe. The kernel's own packets show faults of its checksums too."""

    def __init__(self, pair: Pair, run: str) -> None:
        self._pair, self._run = pair, run
        self._socks: list[socket.socket] = []

    def send(self, mark: Mark) -> None:
        """Begin a handshake whose first sequence number is the mark."""
        sock = socket.socket(_VERSIONS[self._pair.family], socket.SOCK_STREAM)
        self._socks.append(sock)
        sock.setblocking(False)
        # Without the four packets that end a connection, and with no memory of it afterwards.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR_QUEUE, _TCP_SEND_QUEUE)
        sock.setsockopt(socket.IPPROTO_TCP, _TCP_QUEUE_SEQ, struct.pack("I", sequence_of(mark, self._run)))
        sock.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 0)
        code = sock.connect_ex((self._pair.address, self._pair.port or 0))
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, os.strerror(code))

    def close(self) -> None:
        """Close all connections."""
        for sock in self._socks:
            with suppress(OSError):
                sock.close()


def open_sender(pair: Pair, run: str) -> Sender:
    """Open the sender of a pair in the current namespace. Raises ClusterError when the kernel refuses a socket."""
    whole = pair.size
    if pair.check == "mtu" and not whole:
        whole = mtu_of(pair.source.address(pair.family) or "") or LEAST_MTU[pair.family]
    size = max(0, whole - _HEADERS[pair.family])
    question = pair.target.question or "kubernetes.default.svc.cluster.local"
    try:
        if pair.check == "tcp":
            return _Connections(pair, run)
        if pair.check == "icmp":
            protocol = socket.IPPROTO_ICMP if pair.family == "ipv4" else socket.IPPROTO_ICMPV6
            identifier = int.from_bytes(os.urandom(2), "big")
            return _Datagrams(
                pair,
                socket.SOCK_RAW,
                protocol,
                lambda mark: echo_request(pair.family, identifier, mark.number, payload_of(mark, run, size)),
            )
        if pair.check == "dns":
            return _Datagrams(pair, socket.SOCK_DGRAM, 0, lambda mark: question_of(mark, run, question))
        return _Datagrams(pair, socket.SOCK_DGRAM, 0, lambda mark: payload_of(mark, run, size))
    except OSError as error:
        raise ClusterError(
            f"{pair.source.name}: no socket for {pair.check} over {pair.family}: {error.strerror} (root is needed)"
        ) from None


__all__ = ["Sender", "open_sender"]
