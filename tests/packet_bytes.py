"""Packets written by hand, field by field, as the RFCs draw them. Checksums are zero: no reader looks at them."""

from __future__ import annotations

import socket
import struct


def ipv4(source: str, target: str, protocol: int, payload: bytes, *, options: bytes = b"", offset: int = 0) -> bytes:
    """RFC 791, section 3.1. The offset of a fragment counts units of eight bytes."""
    length = 20 + len(options)
    header = struct.pack("!BBHHHBBH", 4 << 4 | length // 4, 0, length + len(payload), 1, offset, 64, protocol, 0)
    return header + socket.inet_aton(source) + socket.inet_aton(target) + options + payload


def ipv6(source: str, target: str, following: int, payload: bytes) -> bytes:
    """RFC 8200, section 3."""
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    return struct.pack("!IHBB", 6 << 28, len(payload), following, 64) + addresses + payload


def udp(source_port: int, target_port: int, payload: bytes) -> bytes:
    """RFC 768."""
    return struct.pack("!4H", source_port, target_port, 8 + len(payload), 0) + payload


def tcp(source_port: int, target_port: int, sequence: int, acknowledged: int, flags: int) -> bytes:
    """RFC 9293, section 3.1, without options."""
    return struct.pack("!2H2I2B3H", source_port, target_port, sequence, acknowledged, 5 << 4, flags, 64240, 0, 0)


def icmp(kind: int, code: int, rest: bytes, payload: bytes) -> bytes:
    """RFC 792, RFC 4443: type, code, checksum, four bytes that depend on the type, and data."""
    return struct.pack("!BBH", kind, code, 0) + rest + payload


def vxlan(inner: bytes, port: int = 8472) -> bytes:
    """RFC 7348, section 5: UDP, flags and VNI, an Ethernet header, and the packet."""
    ethernet = bytes.fromhex("0200000000020200000000010800")
    return udp(40000, port, bytes.fromhex("0800000000000100") + ethernet + inner)


def geneve(inner: bytes, options: bytes) -> bytes:
    """RFC 8926, section 3.4: UDP, a header whose options count in units of four bytes, Ethernet, the packet."""
    ethernet = bytes.fromhex("0200000000020200000000010800")
    return udp(40000, 6081, bytes([len(options) // 4]) + bytes.fromhex("00655800000100") + options + ethernet + inner)
