# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets over the loopback link of this machine, as root."""

from __future__ import annotations

import errno
import os
import socket
import time

import pytest
from descriptors import open_files

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail import packet_socket
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import Mark, payload_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packet_socket import Watcher, deafen

RUN = f"socket{os.getpid()}"  # another process may run the same test now
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")


@pytest.fixture
def watcher():
    found = Watcher(RUN)
    yield found
    found.close()


def send(*payloads):
    """Send datagrams to a socket on this machine, and return when all have arrived."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for payload in payloads:
                sender.sendto(payload, receiver.getsockname())
                receiver.recv(65536)
        return receiver.getsockname()[1]


def packets(watcher):
    """Wait a moment for the packets that the watcher saw."""
    deadline, found = time.monotonic() + 5, []
    while not found and time.monotonic() < deadline:
        found += watcher.packets(100)
    return found


@needs_root
def test_a_link_sees_a_packet_leave_and_arrive(watcher):
    port = send(payload_of(Mark(1, 2), RUN))
    found = packets(watcher)
    assert [(link, packet_type) for link, packet_type, _packet in found] == [("lo", 4), ("lo", 0)]
    (first, second) = (packet for _link, _type, packet in found)
    assert first == second
    assert (first.mark, first.kind) == (Mark(1, 2), "probe")
    assert (first.flow.target, first.flow.target_port) == ("127.0.0.1", port)


@needs_root
def test_other_packets_never_reach_the_process(watcher):
    send(*[b"something else " * 50] * 500, payload_of(Mark(0, 0), "another"))
    assert list(watcher.packets(1000)) == []
    assert watcher.lost() == 0


@needs_root
def test_packets_that_the_process_reads_too_late_are_counted(watcher):
    send(*[payload_of(Mark(0, 0), RUN, 1400)] * 400)
    assert watcher.lost() > 0


@needs_root
def test_a_read_is_bounded(watcher):
    send(*[payload_of(Mark(0, number), RUN) for number in range(10)])
    assert len(list(watcher.packets(3))) == 3


@needs_root
def test_a_deaf_socket_hears_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        deafen(receiver)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", receiver.getsockname())
        receiver.setblocking(False)
        with pytest.raises(BlockingIOError):
            receiver.recv(10)


def test_a_kernel_that_refuses_the_socket(monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(packet_socket.socket, "socket", refuse)
    with pytest.raises(ClusterError, match="no packet socket: Operation not permitted"):
        Watcher(RUN)


@needs_root
def test_a_kernel_that_refuses_the_filter(monkeypatch):
    monkeypatch.setattr(packet_socket, "capture_program", lambda run: b"\xff" * 8)
    before = open_files()
    with pytest.raises(ClusterError, match="the kernel refuses the filter of a packet socket"):
        Watcher(RUN)
    assert open_files() == before
