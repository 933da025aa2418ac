# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packet sockets: they see the packets of all links of a network namespace that a filter in the kernel lets through.

They are of the kind SOCK_DGRAM: the kernel takes the header of the link away, whatever kind of link it is, and a VLAN
tag with it.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.capture_filter import (
    SNAPSHOT,
    capture_program,
    reject_program,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Packet, read_packet

_ETH_P_ALL = 3  # linux/if_ether.h
_SO_ATTACH_FILTER = 26
_SOL_PACKET, _PACKET_STATISTICS = 263, 6


def attach(sock: socket.socket, program: bytes) -> None:
    """Have the kernel filter what arrives at a socket. Raises OSError when it refuses the program."""
    held = ctypes.create_string_buffer(program)
    # struct sock_fprog: the number of instructions, of 8 bytes each, and where they are.
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(program) // 8, ctypes.addressof(held)))


def deafen(sock: socket.socket) -> None:
    """Have the kernel drop what arrives at a socket that only sends."""
    attach(sock, reject_program())


class Watcher:
    """A packet socket in the current namespace. It sees the packets of a run."""

    def __init__(self, run: str) -> None:
        """Open the socket. Raises ClusterError when the kernel refuses."""
        self._run = run
        try:
            self._sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        except OSError as error:
            raise ClusterError(f"no packet socket: {error.strerror} (root is needed, and CAP_NET_RAW)") from None
        try:
            self._sock.setblocking(False)
            attach(self._sock, capture_program(run))
        except OSError as error:
            self._sock.close()
            raise ClusterError(f"the kernel refuses the filter of a packet socket: {error.strerror}") from None

    def fileno(self) -> int:
        """The descriptor, for poll()."""
        return self._sock.fileno()

    def packets(self, most: int) -> Iterator[tuple[str, int, Packet]]:
        """Yield the link, the packet type of packet(7) and the packet for at most C(most) packets that have arrived."""
        for _packet in range(most):
            try:
                data, address = self._sock.recvfrom(SNAPSHOT)
            except BlockingIOError:
                return
            except OSError:  # a link went down
                continue
            packet = read_packet(data, self._run)
            if packet:
                yield str(address[0]), int(address[2]), packet

    def lost(self) -> int:
        """Number of packets that the kernel dropped since the last call, because this process read too late."""
        return int(struct.unpack("II", self._sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1])

    def close(self) -> None:
        """Close the socket, and with it its filter."""
        self._sock.close()


__all__ = ["Watcher", "deafen"]
