# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import socket
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import sockets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.sockets import (
    bind_socket,
    is_connected,
    open_socket,
    read_datagram,
    read_until,
    receive_stamped,
    stamp_arrivals,
)

HERE = "127.0.0.1"


def record(address=HERE):
    return Record("a", "", Target("b", "pod", address, ()), Try("tcp", 80))


def wake(steps, has_data=True):
    """Wake a conversation that then ends. Return its result."""
    with pytest.raises(StopIteration) as ended:
        steps.send(has_data)
    return ended.value.value


@pytest.fixture
def pair():
    """A socket that does not block, and its other end."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def taken():
    """A source port that another socket has."""
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(("address", "family"), [(HERE, socket.AF_INET), ("::1", socket.AF_INET6)])
def test_a_socket_has_the_target_s_family_and_does_not_block(address, family):
    with open_socket(record(address), socket.SOCK_STREAM) as sock:
        assert (sock.family, sock.type, sock.getblocking()) == (family, socket.SOCK_STREAM, False)


def test_a_socket_that_the_kernel_refuses(monkeypatch):
    def refuse(*_arguments):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(sockets.socket, "socket", refuse)
    with pytest.raises(ClusterError, match=r"^a: no socket for tcp over ipv4: Too many open files \(root is needed"):
        open_socket(record(), socket.SOCK_STREAM)


def test_the_first_free_source_port_is_taken(taken):
    with socket.socket() as closed:
        closed.bind(("", 0))
        free = closed.getsockname()[1]
    with socket.socket() as sock:
        bind_socket(sock, [taken, free])
        assert sock.getsockname()[1] == free


def test_without_a_free_source_port_the_kernel_chooses(taken):
    with socket.socket() as sock:
        bind_socket(sock, [taken])
        assert sock.getsockname()[1] == 0


def test_another_error_of_a_source_port_is_raised():
    with socket.socket() as sock:
        sock.bind(("", 0))
        with pytest.raises(OSError, match="Invalid argument"):
            bind_socket(sock, [4000])


def test_a_handshake_is_complete_when_there_is_a_peer():
    with socket.socket() as server, socket.socket() as sock:
        server.bind((HERE, 0))
        server.listen()
        assert not is_connected(sock)
        sock.connect(server.getsockname())
        assert is_connected(sock)


def test_a_handshake_that_failed():
    class Refused:
        def getsockopt(self, *_arguments):
            return errno.ECONNREFUSED

    with pytest.raises(ConnectionRefusedError, match="Connection refused"):
        is_connected(Refused())


def test_an_answer_in_two_parts(pair):
    ours, theirs = pair
    steps = read_until(ours, b"\n", lambda: 7.0)
    theirs.send(b"one")
    assert next(steps) == 7.0
    theirs.send(b" two\nmore")
    assert wake(steps) == b"one two\nmore"


def test_an_answer_is_read_to_its_close(pair):
    ours, theirs = pair
    theirs.send(b"one\ntwo")
    steps = read_until(ours, b"\n", lambda: 7.0, beyond=True)
    assert next(steps) == 7.0
    theirs.close()
    assert wake(steps) == b"one\ntwo"


@pytest.mark.parametrize("data", [b"", b"without", b"without end"])
def test_an_answer_that_closes_early_or_is_too_long(pair, monkeypatch, data):
    monkeypatch.setattr(sockets, "_LONGEST_ANSWER", 8)
    ours, theirs = pair
    theirs.send(data)
    theirs.close()
    steps = read_until(ours, b"\n", lambda: 7.0)
    with pytest.raises(StopIteration) as ended:
        next(steps)
    assert ended.value.value == data


@pytest.mark.parametrize(
    "read", [lambda sock: read_until(sock, b"\n", lambda: 7.0), lambda sock: read_datagram(sock, lambda: 7.0)]
)
def test_no_answer_before_the_deadline(pair, read):
    steps = read(pair[0])
    assert next(steps) == 7.0
    assert wake(steps, has_data=False) is None


def test_a_datagram(pair):
    ours, theirs = pair
    steps = read_datagram(ours, lambda: 7.0)
    assert next(steps) == 7.0
    assert steps.send(True) == 7.0  # the loop may wake a conversation without need
    theirs.send(b"data")
    assert wake(steps) == b"data"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_packet_has_the_time_of_its_arrival_and_not_of_its_reading(family):
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.socket(family, socket.SOCK_DGRAM) as here, socket.socket(family, socket.SOCK_DGRAM) as there:
        here.bind((address, 0))
        stamp_arrivals(here)
        # The kernel begins to stamp packets a moment after it was asked to. Earlier ones get the time of their reading.
        for _attempt in range(30):
            before = time.monotonic()
            there.sendto(b"early", here.getsockname()[:2])
            after = time.monotonic()
            time.sleep(0.1)
            data, arrived = receive_stamped(here, 100)
            # A busy machine may also let the process stand still between two looks at the clock.
            if before - 0.02 < arrived < after + 0.02:
                break
    assert data == b"early"
    assert before - 0.02 < arrived < after + 0.02


def test_without_a_stamp_a_packet_arrives_when_it_is_read():
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        there.send(b"x")
        before = time.monotonic()
        assert receive_stamped(here, 100)[1] >= before
