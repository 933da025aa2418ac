"""Packets with a mark and without one, and what a reader finds in them. tests/packet_bytes.py writes them."""

from __future__ import annotations

import struct

from packet_bytes import geneve, icmp, ipv4, ipv6, tcp, udp, vxlan

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import Report, encode_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import (
    Mark,
    payload_of,
    question_of,
    sequence_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow, Outer, Packet

RUN, MARK = "run1", Mark(5, 9)
A, B, A6, B6 = "10.244.1.2", "10.244.2.2", "fd00::1:2", "fd00::2:2"
REQUEST = payload_of(MARK, RUN)
REPORT = encode_report(Report("b", f"{A}:4000", "t5.9"))
QUESTION = question_of(MARK, RUN, "kubernetes.default.svc.cluster.local")
ANSWER = QUESTION[:2] + b"\x81\x80" + QUESTION[4:]
FIRST = sequence_of(MARK, RUN)
SYN, RST, ACK = 0x02, 0x04, 0x10
REST = bytes(4)  # of an ICMP header
PORTS = Flow(A, B, 4000, 80)
BACK = Flow(B, A, 80, 4000)

# Bytes, and what they are.
PLAIN = {
    "udp request": (ipv4(A, B, 17, udp(4000, 80, REQUEST)), Packet(MARK, "probe", PORTS)),
    "udp report": (ipv4(B, A, 17, udp(80, 4000, REPORT)), Packet(MARK, "answer", BACK)),
    "dns question": (ipv4(A, B, 17, udp(4000, 53, QUESTION)), Packet(MARK, "probe", Flow(A, B, 4000, 53))),
    "dns answer": (ipv4(B, A, 17, udp(53, 4000, ANSWER)), Packet(MARK, "answer", Flow(B, A, 53, 4000))),
    "syn": (ipv4(A, B, 6, tcp(4000, 80, FIRST, 0, SYN)), Packet(MARK, "probe", PORTS)),
    "syn-ack": (ipv4(B, A, 6, tcp(80, 4000, 77, FIRST + 1, SYN | ACK)), Packet(MARK, "answer", BACK)),
    "reset": (
        ipv4(B, A, 6, tcp(80, 4000, 0, FIRST + 1, RST | ACK)),
        Packet(MARK, "error", BACK, detail="connection refused"),
    ),
    "echo": (ipv4(A, B, 1, icmp(8, 0, REST, REQUEST)), Packet(MARK, "probe", Flow(A, B))),
    "echo reply": (ipv4(B, A, 1, icmp(0, 0, REST, REQUEST)), Packet(MARK, "answer", Flow(B, A))),
    "options before": (
        ipv4(A, B, 1, icmp(8, 0, REST, REQUEST), options=bytes(8)),
        Packet(MARK, "probe", Flow(A, B)),
    ),
    "first fragment": (
        ipv4(A, B, 17, udp(4000, 80, REQUEST), offset=0x2000),  # the bit "more fragments"
        Packet(MARK, "probe", PORTS),
    ),
    "udp over ipv6": (ipv6(A6, B6, 17, udp(4000, 80, REQUEST)), Packet(MARK, "probe", Flow(A6, B6, 4000, 80))),
    "syn over ipv6": (ipv6(A6, B6, 6, tcp(4000, 80, FIRST, 0, SYN)), Packet(MARK, "probe", Flow(A6, B6, 4000, 80))),
    "echo over ipv6": (ipv6(A6, B6, 58, icmp(128, 0, REST, REQUEST)), Packet(MARK, "probe", Flow(A6, B6))),
    "echo reply over ipv6": (ipv6(B6, A6, 58, icmp(129, 0, REST, REQUEST)), Packet(MARK, "answer", Flow(B6, A6))),
}
ROUTER, ROUTER6 = "10.244.1.1", "fd00::1"
ERRORS = {
    "host unreachable": (
        ipv4(ROUTER, A, 1, icmp(3, 1, REST, PLAIN["udp request"][0])),
        Packet(MARK, "error", Flow(ROUTER, A), detail="host unreachable"),
    ),
    "unknown code": (
        ipv4(ROUTER, A, 1, icmp(3, 15, REST, PLAIN["echo"][0])),
        Packet(MARK, "error", Flow(ROUTER, A), detail="destination unreachable"),
    ),
    "too big": (
        ipv4(ROUTER, A, 1, icmp(3, 4, struct.pack("!HH", 0, 1400), PLAIN["udp request"][0])),
        Packet(MARK, "error", Flow(ROUTER, A), detail="fragmentation needed", mtu=1400),
    ),
    # RFC 792 demands only eight bytes after the IP header: they hold the sequence number, and no more.
    "eight bytes of a syn": (
        ipv4(ROUTER, A, 1, icmp(3, 13, REST, PLAIN["syn"][0][:28])),
        Packet(MARK, "error", Flow(ROUTER, A), detail="prohibited by a filter"),
    ),
    "dns question": (
        ipv4(ROUTER, A, 1, icmp(3, 3, REST, PLAIN["dns question"][0])),
        Packet(MARK, "error", Flow(ROUTER, A), detail="port unreachable"),
    ),
    "too big over ipv6": (
        ipv6(ROUTER6, A6, 58, icmp(2, 0, struct.pack("!I", 1280), PLAIN["udp over ipv6"][0])),
        Packet(MARK, "error", Flow(ROUTER6, A6), detail="packet too big", mtu=1280),
    ),
    "no route over ipv6": (
        ipv6(ROUTER6, A6, 58, icmp(1, 0, REST, PLAIN["echo over ipv6"][0])),
        Packet(MARK, "error", Flow(ROUTER6, A6), detail="no route"),
    ),
}
SEEN = {**PLAIN, **{f"error: {name}": pair for name, pair in ERRORS.items()}}
N1, N2 = "192.0.2.1", "192.0.2.2"
CARRIERS = {
    "vxlan": (lambda inner: ipv4(N1, N2, 17, vxlan(inner)), Outer("vxlan", N1, N2, 8472)),
    "vxlan 4789": (lambda inner: ipv4(N1, N2, 17, vxlan(inner, 4789)), Outer("vxlan", N1, N2, 4789)),
    "vxlan over ipv6": (
        lambda inner: ipv6("fd::1", "fd::2", 17, vxlan(inner)),
        Outer("vxlan", "fd::1", "fd::2", 8472),
    ),
    "geneve": (lambda inner: ipv4(N1, N2, 17, geneve(inner, b"")), Outer("geneve", N1, N2, 6081)),
    "geneve with options": (lambda inner: ipv4(N1, N2, 17, geneve(inner, bytes(8))), Outer("geneve", N1, N2, 6081)),
}
OTHERS = {
    "nothing": b"",
    "arp": bytes.fromhex("0001080006040001") + bytes(20),
    "short ip": ipv4(A, B, 17, b"")[:12],
    "udp without data": ipv4(A, B, 17, udp(4000, 80, b"")),
    "other udp": ipv4(A, B, 17, udp(4000, 80, b"podnet1 but no request of ours\n")),
    "request of another run": ipv4(A, B, 17, udp(4000, 80, payload_of(MARK, "run2"))),
    "other syn": ipv4(A, B, 6, tcp(4000, 80, 12345, 0, SYN)),
    "data of the connection": ipv4(A, B, 6, tcp(4000, 80, FIRST + 1, 78, ACK)),
    "other echo": ipv4(A, B, 1, icmp(8, 0, REST, b"abcdefgh")),
    "later fragment": ipv4(A, B, 17, udp(4000, 80, REQUEST), offset=100),
    "error about another packet": ipv4(ROUTER, A, 1, icmp(3, 1, REST, ipv4(A, B, 17, udp(1, 2, b"x" * 20)))),
    "router advertisement": ipv6("fe80::1", "ff02::1", 58, icmp(134, 0, REST, bytes(8))),
    "vxlan of another packet": ipv4(N1, N2, 17, vxlan(ipv4(A, B, 17, udp(1, 2, b"x" * 20)))),
    "sctp": ipv4(A, B, 132, bytes(40)),
}
