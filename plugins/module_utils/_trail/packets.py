# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets as bytes, from their IP header on: plain, or inside VXLAN, Geneve or IP in IP. No I/O.

RFC 791 (IPv4), RFC 8200 (IPv6), RFC 792 and RFC 4443 (ICMP), RFC 768 (UDP), RFC 9293 (TCP), RFC 7348 (VXLAN), RFC 8926
(Geneve), RFC 2003 and RFC 4213 (IP in IP). Only packets with a mark count.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import decode_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import (
    Mark,
    mark_of_nonce,
    mark_of_payload,
    mark_of_question,
    mark_of_sequence,
)

# Linux, and with it Flannel, uses 8472 for VXLAN; the IANA gave 4789 to VXLAN and 6081 to Geneve.
VXLAN_PORTS = (8472, 4789)
GENEVE_PORT = 6081
# How people call the packets that carry others.
CARRIERS = {"vxlan": "VXLAN", "geneve": "Geneve", "ipip": "IP in IP"}
_ICMP, _IPIP, _TCP, _UDP, _IP6_IN_IP, _ICMP6 = 1, 4, 6, 17, 41, 58
_FRAGMENT = 44
_ETHERNET = 14  # bytes
_SYN, _RST, _ACK = 0x02, 0x04, 0x10

# ICMP errors about a packet, by type; the texts of the codes that say more.
_ERRORS = {3: "destination unreachable", 11: "time to live exceeded", 12: "parameter problem"}
_ERRORS6 = {1: "destination unreachable", 2: "packet too big", 3: "hop limit exceeded", 4: "parameter problem"}
_CODES = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 3): "port unreachable",
    (3, 4): "fragmentation needed",
    (3, 9): "network prohibited",
    (3, 10): "host prohibited",
    (3, 13): "prohibited by a filter",
}
_CODES6 = {
    (1, 0): "no route",
    (1, 1): "prohibited by a filter",
    (1, 3): "address unreachable",
    (1, 4): "port unreachable",
    (1, 6): "rejected by a route",
}


@dataclass(frozen=True)
class Flow:
    """The addresses and ports of a packet; ports are None for ICMP."""

    source: str
    target: str
    source_port: int | None = None
    target_port: int | None = None


@dataclass(frozen=True)
class Outer:
    """The packet around a packet: V(vxlan), V(geneve) or V(ipip), its addresses, and its UDP port; None for V(ipip)."""

    kind: str
    source: str
    target: str
    port: int | None = None


@dataclass(frozen=True)
class Packet:
    """A packet with a mark.

    Attributes:
        mark: of the probe
        kind: V(probe), V(answer), or V(error) for an ICMP error or a TCP reset about a probe
        flow: of the packet itself, of an error those of the error
        outer: the packet around it; None for a plain packet
        detail: the text of an error; None for other packets
        mtu: what an error says that the next link carries, in bytes; None for other packets
    """

    mark: Mark
    kind: str
    flow: Flow
    outer: Outer | None = None
    detail: str | None = None
    mtu: int | None = None


@dataclass(frozen=True)
class _Ip:
    """The parts of an IP header, and what follows it."""

    source: str
    target: str
    protocol: int
    payload: bytes


def read_packet(data: bytes, run: str) -> Packet | None:
    """Read a packet that begins with its IP header. None for a packet without a mark of this run."""
    ip = _read_ip(data)
    if ip is None:
        return None
    packet = _read_plain(ip, run)
    if packet is not None:
        return packet
    outer, inner = _unwrap(ip)
    if outer is None:
        return None
    inside = _read_ip(inner)
    packet = _read_plain(inside, run) if inside else None
    return replace(packet, outer=outer) if packet else None


def _read_ip(data: bytes) -> _Ip | None:
    """Read an IP header. None for other bytes, and for all fragments but the first, which lack the next header."""
    version = data[0] >> 4 if data else 0
    if version == 4 and len(data) >= 20:
        length = (data[0] & 15) * 4
        if struct.unpack_from("!H", data, 6)[0] & 0x1FFF:
            return None
        source, target = (socket.inet_ntop(socket.AF_INET, data[start : start + 4]) for start in (12, 16))
        return _Ip(source, target, data[9], data[length:])
    if version == 6 and len(data) >= 40:
        source, target = (socket.inet_ntop(socket.AF_INET6, data[start : start + 16]) for start in (8, 24))
        if data[6] == _FRAGMENT and len(data) >= 48:
            later = struct.unpack_from("!H", data, 42)[0] & 0xFFF8
            return None if later else _Ip(source, target, data[40], data[48:])
        return _Ip(source, target, data[6], data[40:])
    return None


def _unwrap(ip: _Ip) -> tuple[Outer | None, bytes]:
    """Take the packet out of a packet that carries another. None for one that carries none."""
    data = ip.payload
    if ip.protocol in (_IPIP, _IP6_IN_IP):
        return Outer("ipip", ip.source, ip.target), data
    if ip.protocol == _UDP and len(data) > 16:
        port = struct.unpack_from("!H", data, 2)[0]
        if port in VXLAN_PORTS:
            return Outer("vxlan", ip.source, ip.target, port), data[16 + _ETHERNET :]
        if port == GENEVE_PORT:
            return Outer("geneve", ip.source, ip.target, port), data[16 + (data[8] & 0x3F) * 4 + _ETHERNET :]
    return None, b""


def _read_plain(ip: _Ip, run: str) -> Packet | None:
    """Read a packet that carries no other, but may be an error about one."""
    if ip.protocol == _UDP and len(ip.payload) >= 8:
        return _read_udp(ip, run)
    if ip.protocol == _TCP and len(ip.payload) >= 14:
        return _read_tcp(ip, run)
    if ip.protocol in (_ICMP, _ICMP6) and len(ip.payload) >= 8:
        return _read_icmp(ip, run)
    return None


def _read_udp(ip: _Ip, run: str) -> Packet | None:
    """Read a request, the report in answer to one, or a DNS message."""
    flow = Flow(ip.source, ip.target, *struct.unpack_from("!2H", ip.payload))
    data = ip.payload[8:]
    mark = mark_of_payload(data, run)
    if mark:
        return Packet(mark, "probe", flow)
    report = decode_report(data)
    mark = mark_of_nonce(report.nonce) if report else None
    if mark:
        return Packet(mark, "answer", flow)
    asked = mark_of_question(data, run)
    return Packet(asked[0], "answer" if asked[1] else "probe", flow) if asked else None


def _read_tcp(ip: _Ip, run: str) -> Packet | None:
    """Read the first two packets of a handshake, or the reset in place of the second."""
    source_port, target_port, sequence, acknowledged, _offset, flags = struct.unpack_from("!2H2I2B", ip.payload)
    flow = Flow(ip.source, ip.target, source_port, target_port)
    if flags & (_SYN | _ACK) == _SYN:
        mark = mark_of_sequence(sequence, run)
        return Packet(mark, "probe", flow) if mark else None
    mark = mark_of_sequence((acknowledged - 1) & 0xFFFFFFFF, run)
    if mark and flags & _SYN:
        return Packet(mark, "answer", flow)
    return Packet(mark, "error", flow, detail="connection refused") if mark and flags & _RST else None


def _read_icmp(ip: _Ip, run: str) -> Packet | None:
    """Read an echo request, its reply, or an error that quotes a probe."""
    kind, code = ip.payload[0], ip.payload[1]
    flow, v6 = Flow(ip.source, ip.target), ip.protocol == _ICMP6
    if kind in ((128, 129) if v6 else (0, 8)):
        mark = mark_of_payload(ip.payload[8:], run)
        return Packet(mark, "probe" if kind in (8, 128) else "answer", flow) if mark else None
    text = (_ERRORS6 if v6 else _ERRORS).get(kind)
    quoted = _read_ip(ip.payload[8:]) if text else None
    mark = _quoted_mark(quoted, run) if quoted else None
    if mark is None:
        return None
    mtu = None
    if (v6 and kind == 2) or (not v6 and (kind, code) == (3, 4)):
        # RFC 1191 gives the last two bytes of the header to the MTU, RFC 4443 all four.
        mtu = struct.unpack_from("!I", ip.payload, 4)[0] & (0xFFFFFFFF if v6 else 0xFFFF)
    return Packet(mark, "error", flow, detail=(_CODES6 if v6 else _CODES).get((kind, code), text), mtu=mtu or None)


def _quoted_mark(quoted: _Ip, run: str) -> Mark | None:
    """Read the mark of the probe that an error quotes. An error may quote only eight bytes after the IP header."""
    if quoted.protocol == _TCP and len(quoted.payload) >= 8:
        return mark_of_sequence(struct.unpack_from("!I", quoted.payload, 4)[0], run)
    if quoted.protocol in (_UDP, _ICMP, _ICMP6):
        mark = mark_of_payload(quoted.payload[8:], run)
        asked = None if mark else mark_of_question(quoted.payload[8:], run)
        return asked[0] if asked else mark
    return None


__all__ = ["CARRIERS", "GENEVE_PORT", "VXLAN_PORTS", "Flow", "Outer", "Packet", "read_packet"]
