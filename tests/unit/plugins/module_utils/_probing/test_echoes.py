# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import socket
import threading
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import echoes
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.echoes import Echoes
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Loop
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import decode_echo, encode_echo


class RawSocket:
    """A raw socket whose network the test plays, so root is not needed."""

    def __init__(self):
        self.answers = []  # for each request the packets that come back
        self.errors = []  # the first one is raised instead of sending
        self._ours, self.network = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ours.setblocking(False)

    def __getattr__(self, name):
        return getattr(self._ours, name)

    def setsockopt(self, *_arguments):
        """Keep the buffer as it is."""

    def sendto(self, _data, _address):
        for error in self.errors:
            raise error
        for packet in self.answers.pop(0) if self.answers else ():
            self.network.send(packet)


@pytest.fixture
def raw(monkeypatch):
    sock = RawSocket()
    monkeypatch.setattr(echoes, "open_socket", lambda *_arguments: sock)
    yield sock
    sock.network.close()


def attempts(count=1):
    """Send echo requests, the first with number 42. Return the attempts when each has an answer or has timed out."""
    record = Record("a", "", Target("b", "pod", "127.0.0.1", ()), Try("icmp"))
    sender = Echoes("ipv4", ProbeSettings("run", timeout=0.1))
    sender.unsent, sender._number = count, 41
    loop = Loop(10)
    for _attempt in range(count):
        sender.send(record, loop)
    loop.run()
    return [(one.outcome, one.reason, one.detail) for one in record.attempts]


HEADER = b"\x45" + bytes(8) + b"\x01" + bytes(10)  # of IPv4, for ICMP


def reply(number):
    return HEADER + b"\x00" + encode_echo("ipv4", number)[1:]


def unreachable(number):
    return HEADER + b"\x03\x01" + bytes(6) + HEADER + encode_echo("ipv4", number)


def test_the_packets_of_this_test_are_what_the_probe_reads():
    assert decode_echo("ipv4", reply(42)) == (42, None)
    assert decode_echo("ipv4", unreachable(42)) == (42, "host unreachable")


@pytest.mark.parametrize("packets", [[reply(42)], [reply(7), reply(42)], [reply(42), unreachable(42)]])
def test_the_first_answer_to_a_request_counts(raw, packets):
    raw.answers = [packets]
    assert attempts() == [("reachable", None, None)]


def test_an_answer_belongs_to_the_request_of_its_number(raw):
    raw.answers = [[], [reply(43)]]
    assert attempts(2) == [("blocked", "timeout", None), ("reachable", None, None)]


def test_a_late_answer_counts_beside_one_in_time(raw):
    raw.answers = [[], [reply(43)]]
    late = threading.Timer(0.25, raw.network.send, [reply(42)])
    late.start()
    assert attempts(2) == [("reachable", None, None)] * 2
    late.join()


def test_an_answer_beside_one_in_time_is_not_waited_for_without_end(raw):
    raw.answers = [[], [reply(43)]]
    start = time.monotonic()
    assert attempts(2) == [("blocked", "timeout", None), ("reachable", None, None)]
    assert time.monotonic() - start > 0.5  # five times the timeout


def test_an_error_of_the_network(raw):
    raw.answers = [[unreachable(42)]]
    assert attempts() == [("blocked", "unreachable", "host unreachable")]


def test_a_request_that_the_kernel_does_not_send(raw):
    raw.errors = [OSError(errno.ENETUNREACH, "Network is unreachable")]
    assert attempts() == [("blocked", "unreachable", "Network is unreachable")]
