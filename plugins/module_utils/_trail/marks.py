# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The marks of probes. A mark names a pair and the number of a probe, and survives NAT and encapsulation. No I/O.

NAT changes addresses, ports and the identifier of ICMP echo. It keeps payloads and TCP sequence numbers. So ICMP and
UDP carry the mark in a request of the responder's wire format, DNS in the name of its question, and TCP as its first
sequence number.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import decode_request, encode_request

# A capture filter looks for these bytes: the beginning of a request, of a responder's report, and of a DNS label.
REQUEST_PREFIX = b"podnet1 "
REPORT_PREFIX = b'{"endpoi'
LABEL_PREFIX = b"podnet1-"

MOST_PAIRS, MOST_NUMBERS = 256, 64


class Mark(NamedTuple):
    """Which probe a packet is: the number of its pair, below MOST_PAIRS, and its own, below MOST_NUMBERS."""

    pair: int
    number: int


def magic_of(run: str) -> int:
    """The upper 16 bits of all sequence numbers of a run. Other runs and other connections have others, as a rule."""
    return zlib.crc32(run.encode()) & 0xFFFF or 1


def sequence_of(mark: Mark, run: str) -> int:
    """Write a mark as a TCP sequence number. Its last two bits are free for what a handshake adds to it."""
    return magic_of(run) << 16 | mark.pair << 8 | mark.number << 2


def mark_of_sequence(sequence: int, run: str) -> Mark | None:
    """Read the mark of a TCP sequence number. None for any other number."""
    if sequence >> 16 != magic_of(run) or sequence & 3:
        return None
    return Mark(sequence >> 8 & 0xFF, sequence >> 2 & 0x3F)


def payload_of(mark: Mark, run: str, size: int = 0) -> bytes:
    """Write a request with a mark, filled up to C(size) bytes. A responder of the run answers it."""
    return encode_request(run, f"t{mark.pair}.{mark.number}", size=size)


def mark_of_payload(payload: bytes, run: str) -> Mark | None:
    """Read the mark of a request of this run. None for any other bytes."""
    request = decode_request(payload, run)
    return mark_of_nonce(request[0]) if request else None


def mark_of_nonce(nonce: str) -> Mark | None:
    """Read the mark of a nonce, which reports repeat. None for the nonce of another probe."""
    found = re.fullmatch(r"t([0-9]{1,3})\.([0-9]{1,2})", nonce)
    return Mark(int(found[1]), int(found[2])) if found else None


def question_of(mark: Mark, run: str, name: str) -> bytes:
    """Write a DNS question (RFC 1035, section 4) for a name with a mark below a name that the server knows."""
    parent = name.rstrip(".").partition(".")[2]
    labels = [f"{LABEL_PREFIX.decode()}{sequence_of(mark, run):08x}", *parent.split(".")]
    encoded = b"".join(bytes([len(label)]) + label.encode() for label in labels if label)
    recursion_desired, address = 0x0100, 1
    header = struct.pack("!6H", mark.pair << 8 | mark.number, recursion_desired, 1, 0, 0, 0)
    return header + encoded + struct.pack("!B2H", 0, address, 1)


def mark_of_question(message: bytes, run: str) -> tuple[Mark, bool] | None:
    """Read the mark of a DNS message, and whether the message is an answer. None for any other message."""
    start = 13 + len(LABEL_PREFIX)
    digits = message[start : start + 8].decode("ascii", "replace")
    if message[13:start] != LABEL_PREFIX or not re.fullmatch("[0-9a-f]{8}", digits):
        return None
    mark = mark_of_sequence(int(digits, 16), run)
    return (mark, bool(message[2] & 0x80)) if mark else None


__all__ = [
    "LABEL_PREFIX",
    "MOST_NUMBERS",
    "MOST_PAIRS",
    "REPORT_PREFIX",
    "REQUEST_PREFIX",
    "Mark",
    "magic_of",
    "mark_of_nonce",
    "mark_of_payload",
    "mark_of_question",
    "mark_of_sequence",
    "payload_of",
    "question_of",
    "sequence_of",
]
