# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ICMP echo requests as bytes (RFC 792, RFC 4443). No I/O."""

from __future__ import annotations

import struct


def echo_request(family: str, identifier: int, sequence: int, payload: bytes) -> bytes:
    """Write an echo request. The kernel sets the checksum of ICMPv6, which covers the addresses too."""
    kind = 8 if family == "ipv4" else 128
    rest = struct.pack("!HH", identifier, sequence) + payload
    checksum = internet_checksum(bytes([kind, 0, 0, 0]) + rest) if family == "ipv4" else 0
    return struct.pack("!BBH", kind, 0, checksum) + rest


def internet_checksum(data: bytes) -> int:
    """The checksum of RFC 1071. Over data with its right checksum it is 0."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


__all__ = ["echo_request"]
