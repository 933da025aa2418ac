# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.echo import echo_request, internet_checksum


def test_the_checksum_of_the_example_of_rfc_1071():
    # Section 3: the words 0001 f203 f4f5 f6f7 add up to ddf2.
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


@pytest.mark.parametrize("payload", [b"", b"odd", b"even", b"\xff" * 1400])
def test_an_echo_request_of_ipv4_has_the_right_checksum(payload):
    packet = echo_request("ipv4", 0x1234, 7, payload)
    assert packet[:2] == b"\x08\x00"
    assert packet[4:8] == bytes.fromhex("12340007")
    assert packet[8:] == payload
    # RFC 1071: the checksum over a packet with its own is zero.
    assert internet_checksum(packet) == 0


def test_the_kernel_writes_the_checksum_of_ipv6():
    assert echo_request("ipv6", 1, 2, b"x") == bytes.fromhex("8000000000010002") + b"x"
