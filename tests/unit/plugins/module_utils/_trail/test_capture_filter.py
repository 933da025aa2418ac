# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel itself runs the program: a datagram between two sockets of this process passes the filter, or does not."""

from __future__ import annotations

import socket
import struct

import pytest
from packet_bytes import geneve, ipv4, ipv6, vxlan
from packet_samples import N1, N2, OTHERS, PLAIN, RUN, SEEN

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.capture_filter import (
    _Step,
    assemble,
    capture_program,
    reject_program,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packet_socket import attach

# What the filter lets pass, and read_packet() refuses: it looks at fewer bytes.
COARSE = {"other udp", "request of another run"}


def filtered(program):
    """A function that says whether a packet passes a program, and the two sockets that it uses."""
    sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    attach(receiver, program)
    receiver.setblocking(False)

    def ask(data):
        sender.send(data)
        try:
            return len(receiver.recv(65536)) == len(data)
        except BlockingIOError:  # the kernel dropped it
            return False

    return ask, (sender, receiver)


@pytest.fixture(scope="module")
def passes():
    """Whether a packet passes the filter of the run."""
    ask, sockets = filtered(capture_program(RUN))
    yield ask
    for sock in sockets:
        sock.close()


@pytest.mark.parametrize("data", [data for data, _packet in SEEN.values()], ids=SEEN)
def test_packets_with_a_mark_pass(passes, data):
    assert passes(data)
    assert passes(ipv4(N1, N2, 17, vxlan(data)))
    assert passes(ipv4(N1, N2, 17, vxlan(data, 4789)))
    assert passes(ipv4(N1, N2, 17, geneve(data, bytes(8))))
    assert passes(ipv6("fd::1", "fd::2", 17, vxlan(data)))
    assert passes(ipv4(N1, N2, 4 if data[0] >> 4 == 4 else 41, data))


@pytest.mark.parametrize("name", sorted({*OTHERS} - COARSE))
def test_other_packets_do_not(passes, name):
    data = OTHERS[name]
    if data:  # an empty datagram is none
        assert not passes(data)
        assert not passes(ipv4(N1, N2, 17, vxlan(data)))


def test_the_packets_of_another_run_do_not_pass():
    ask, (sender, receiver) = filtered(capture_program("run2"))
    with sender, receiver:
        assert not ask(PLAIN["syn"][0])


def test_a_packet_in_a_packet_in_a_packet_does_not_pass(passes):
    assert not passes(ipv4(N1, N2, 17, vxlan(ipv4(N1, N2, 17, vxlan(PLAIN["echo"][0])))))


def test_nothing_passes_a_socket_that_only_sends():
    ask, (sender, receiver) = filtered(reject_program())
    with sender, receiver:
        assert not ask(b"anything")


def test_a_comparison_jumps_further_than_its_own_255_steps():
    far = [_Step(0x15, 7, "end"), *[_Step(0x04, 1)] * 300, "end", _Step(0x06, 1)]
    program = [struct.unpack_from("=HBBI", assemble(far), at) for at in range(0, 8 * 303, 8)]
    # Equal: the next step, which jumps. Unequal: the one behind it.
    assert program[:2] == [(0x15, 0, 1, 7), (0x05, 0, 0, 300)]
    assert len(program) == 303
