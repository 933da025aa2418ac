# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as bytes: requests of probes, reports of responders, ICMP echo, DNS. No I/O.

A request is one line: a magic word, the run's identifier, a nonce, and the number of bytes to transfer each way. A
responder answers only requests of its own run. Its report is one line of JSON.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json

_MAGIC = b"podnet1"
_REQUEST_LIMIT = 200  # bytes; no request is longer

# Bytes of the headers before the payload of UDP: IPv4 20 (RFC 791) or IPv6 40 (RFC 8200), and UDP 8 (RFC 768).
UDP_OVERHEAD = {"ipv4": 28, "ipv6": 48}
# The least MTU: RFC 791 has each host accept 576 bytes, RFC 8200 demands 1280 bytes of each link.
LEAST_MTU = {"ipv4": 576, "ipv6": 1280}

LARGEST_TRANSFER = 1 << 20  # bytes each way over one connection

_PATTERN = random.Random(0).randbytes(65536)


@dataclass(frozen=True)
class Report:
    """The answer of a responder.

    Attributes:
        endpoint: name of the endpoint that answers
        peer: ADDRESS:PORT of the prober, as the responder saw it
        nonce: of the request
        size: number of bytes in the datagram of the request, 0 over TCP
    """

    endpoint: str
    peer: str
    nonce: str
    size: int = 0


def payload(size: int) -> bytes:
    """The bytes of a transfer, the same on both sides. They have no pattern, so that a loss shows."""
    return (_PATTERN * (size // len(_PATTERN) + 1))[:size]


def show_peer(peer: tuple[object, ...]) -> str:
    """Write an address of the socket module as ADDRESS:PORT, or as [ADDRESS]:PORT for IPv6."""
    address = str(peer[0]).partition("%")[0]
    return f"[{address}]:{peer[1]}" if ":" in address else f"{address}:{peer[1]}"


def check_run(run: str) -> str:
    """Check the identifier of a run. Raises InputError when it does not fit into a request."""
    if not re.fullmatch("[A-Za-z0-9]{1,64}", run):
        raise InputError(f"run is {run!r}: it must be 1 to 64 letters and digits")
    return run


def encode_request(run: str, nonce: str, transfer: int = 0, size: int = 0) -> bytes:
    """Write a request. Blanks after its line fill it up to C(size) bytes."""
    line = b"%s %s %s %d\n" % (_MAGIC, run.encode(), nonce.encode(), transfer)
    return line.ljust(size)


def decode_request(data: bytes, run: str) -> tuple[str, int] | None:
    """Read the nonce and the number of bytes in a request of this run. None for other or incomplete lines."""
    line, newline, _rest = data[:_REQUEST_LIMIT].partition(b"\n")
    words = line.split(b" ")
    if not newline or len(words) != 4 or words[0] != _MAGIC or words[1] != run.encode() or not words[3].isdigit():
        return None
    return words[2].decode("ascii", "replace"), int(words[3])


def is_hopeless(data: bytes) -> bool:
    """Whether the bytes from a connection can no longer become a request."""
    return b"\n" in data or len(data) > _REQUEST_LIMIT


def encode_report(report: Report) -> bytes:
    """Write the report as a line of JSON."""
    return json.dumps(report.__dict__, separators=(",", ":")).encode() + b"\n"


def decode_report(data: bytes) -> Report | None:
    """Read the report in a line. None for any other line."""
    try:
        report = Report(**parse_json(data))
    except (InputError, TypeError):
        return None
    fits = all(isinstance(text, str) for text in (report.endpoint, report.peer, report.nonce))
    return report if fits and isinstance(report.size, int) else None


def encode_echo(family: str, number: int) -> bytes:
    """Write an ICMP echo request (RFC 792, RFC 4443). Its identifier and sequence number are 32 bits of the number."""
    kind = 8 if family == "ipv4" else 128
    body = struct.pack("!I", number) + b"podnet.kubernetes probe."
    if family == "ipv6":  # the kernel sets the checksum, which covers addresses too
        return struct.pack("!BBH", kind, 0, 0) + body
    words = struct.unpack(f"!{len(body) // 2}H", body)
    total = sum(words) + (kind << 8)
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBH", kind, 0, ~(total + (total >> 16)) & 0xFFFF) + body


def decode_echo(family: str, data: bytes) -> tuple[int, str | None] | None:
    """Read an answer to an echo request in a packet of a raw socket. None for any other packet.

    Returns:
        The number of the request, and None for an echo reply or the text of an ICMP error.
    """
    v4 = family == "ipv4"
    if v4 and data:
        data = data[(data[0] & 15) * 4 :]  # a raw IPv4 socket also returns the IP header
    if len(data) < 8:
        return None
    kind, code, _checksum, number = struct.unpack_from("!BBHI", data)
    if kind == (0 if v4 else 129):
        return number, None
    # An error quotes the packet: its IP header and at least eight bytes more.
    about = data[8:]
    header = max(20, (about[0] & 15) * 4) if v4 and about else 40
    if kind not in ((3, 11) if v4 else (1, 2, 3)) or len(about) < header + 8:
        return None
    # Raw sockets receive errors about all packets of the namespace: only those about echo requests count.
    if (about[9], about[header]) != (1, 8) if v4 else (about[6], about[header]) != (58, 128):
        return None
    failure = (_ERRORS if v4 else _ERRORS6).get((kind, code), f"ICMP type {kind} code {code}")
    return struct.unpack_from("!I", about, header + 4)[0], failure


# ICMP errors by type and code: RFC 792, RFC 1812, RFC 4443.
_ERRORS = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 2): "protocol unreachable",
    (3, 3): "port unreachable",
    (3, 4): "fragmentation needed",
    (3, 9): "network prohibited",
    (3, 10): "host prohibited",
    (3, 13): "prohibited by a filter",
    (11, 0): "time to live exceeded",
}
_ERRORS6 = {
    (1, 0): "no route",
    (1, 1): "prohibited by a filter",
    (1, 3): "address unreachable",
    (1, 4): "port unreachable",
    (1, 5): "prohibited by a filter",
    (1, 6): "rejected by a route",
    (2, 0): "packet too big",
    (3, 0): "hop limit exceeded",
}

_DNS_TYPES = {"ipv4": 1, "ipv6": 28}  # A and AAAA


def encode_question(number: int, name: str, family: str) -> bytes:
    """Write a DNS question (RFC 1035, section 4) for the addresses of a name. The number is its 16-bit ID."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    recursion_desired = 0x0100
    header = struct.pack("!6H", number, recursion_desired, 1, 0, 0, 0)
    return header + labels + struct.pack("!B2H", 0, _DNS_TYPES[family], 1)


def decode_answer(data: bytes, number: int, family: str) -> tuple[int, list[str]] | None:
    """Read the rcode and the addresses in the answer to the question with this ID. None for any other data.

    The rcode (RFC 1035) is 0 for no error, 2 for a failure of the server, 3 for no such name, 5 for a refusal.
    """
    try:
        found, flags, questions, answers = struct.unpack_from("!4H", data)
        if found != number or not flags & 0x8000:
            return None
        position = 12
        for _question in range(questions):
            position = _skip_name(data, position) + 4
        addresses = []
        for _answer in range(answers):
            position = _skip_name(data, position)
            kind, _class, _ttl, length = struct.unpack_from("!2HIH", data, position)
            position += 10
            if kind == _DNS_TYPES[family]:
                version = socket.AF_INET if family == "ipv4" else socket.AF_INET6
                addresses.append(socket.inet_ntop(version, data[position : position + length]))
            position += length
        if position > len(data):
            return None
    except (IndexError, ValueError, struct.error):
        return None
    return flags & 15, addresses


def _skip_name(data: bytes, position: int) -> int:
    """Find the position after a name, which ends with an empty label or a pointer (RFC 1035, section 4.1.4)."""
    while data[position]:
        if data[position] >= 0xC0:
            return position + 2
        position += data[position] + 1
    return position + 1


__all__ = [
    "LARGEST_TRANSFER",
    "LEAST_MTU",
    "UDP_OVERHEAD",
    "Report",
    "check_run",
    "decode_answer",
    "decode_echo",
    "decode_report",
    "decode_request",
    "encode_echo",
    "encode_question",
    "encode_report",
    "encode_request",
    "is_hopeless",
    "payload",
    "show_peer",
]
