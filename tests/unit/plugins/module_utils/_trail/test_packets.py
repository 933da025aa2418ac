# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets are made byte by byte in tests/packet_bytes.py."""

from __future__ import annotations

import struct

import pytest
from packet_bytes import ipv4, ipv6, udp, vxlan
from packet_samples import A6, B6, CARRIERS, MARK, N1, N2, OTHERS, PLAIN, REQUEST, RUN, SEEN

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Outer, read_packet


@pytest.mark.parametrize(("data", "packet"), SEEN.values(), ids=SEEN)
def test_a_plain_packet(data, packet):
    assert read_packet(data, RUN) == packet


@pytest.mark.parametrize(("data", "packet"), SEEN.values(), ids=SEEN)
@pytest.mark.parametrize(("carry", "outer"), CARRIERS.values(), ids=CARRIERS)
def test_a_packet_inside_another(data, packet, carry, outer):
    found = read_packet(carry(data), RUN)
    assert found.outer == outer
    assert (found.mark, found.kind, found.flow, found.detail, found.mtu) == (
        packet.mark,
        packet.kind,
        packet.flow,
        packet.detail,
        packet.mtu,
    )


@pytest.mark.parametrize(("protocol", "name"), [(4, "syn"), (41, "syn over ipv6")])
def test_ip_in_ip(protocol, name):
    assert read_packet(ipv4(N1, N2, protocol, PLAIN[name][0]), RUN).outer == Outer("ipip", N1, N2)


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_other_packets_do_not_count(data):
    assert read_packet(data, RUN) is None


@pytest.mark.parametrize(("data", "packet"), SEEN.values(), ids=SEEN)
def test_a_packet_cut_anywhere_is_read_or_not_and_never_an_error(data, packet):
    for carried in (data, ipv4(N1, N2, 17, vxlan(data))):
        for end in range(len(carried)):
            found = read_packet(carried[:end], RUN)
            assert found is None or found.mark == MARK


def test_the_first_fragment_over_ipv6():
    fragment = struct.pack("!BBHI", 17, 0, 1, 7)  # RFC 8200, section 4.5: offset 0, more fragments
    later = struct.pack("!BBHI", 17, 0, 8, 7)
    body = udp(4000, 80, REQUEST)
    assert read_packet(ipv6(A6, B6, 44, fragment + body), RUN).mark == MARK
    assert read_packet(ipv6(A6, B6, 44, later + body), RUN) is None
