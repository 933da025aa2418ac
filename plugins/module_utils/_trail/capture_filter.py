# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter of a packet socket, as a program of the classic Berkeley Packet Filter. No I/O.

The kernel runs it for each packet, so that packets without a mark cost no copy, also on a busy node. It sees a packet
from its IP header on, as a socket of the kind SOCK_DGRAM does: packet(7). linux/filter.h has the instructions.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import (
    LABEL_PREFIX,
    REPORT_PREFIX,
    REQUEST_PREFIX,
    magic_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import GENEVE_PORT, VXLAN_PORTS

SNAPSHOT = 2048  # bytes of a packet that the kernel copies at most

# X is the register that holds the position of a header. Loads of the kind IND are relative to it.
_LOAD, _LOAD_HALF, _LOAD_BYTE = 0x40, 0x48, 0x50  # of 4, 2 and 1 bytes at X + k
_KEEP, _RECALL = 0x02, 0x60  # the memory, word k
_AND, _SHIFT_LEFT, _SHIFT_RIGHT, _ADD, _ADD_X = 0x54, 0x64, 0x74, 0x04, 0x0C
_TO_X, _FROM_X, _SET_X = 0x07, 0x87, 0x01
_JUMP, _IF_EQUAL, _IF_BITS = 0x05, 0x15, 0x45
_RETURN = 0x06

_ICMP, _IPIP, _TCP, _UDP, _IP6_IN_IP, _ICMP6 = 1, 4, 6, 17, 41, 58


@dataclass(frozen=True)
class _Step:
    """An instruction: its code, its constant, and the label at which to go on when a comparison holds, or at a jump."""

    code: int
    k: int = 0
    label: str = ""


def capture_program(run: str) -> bytes:
    """Write the program that accepts the packets with a mark of a run: plain, carried by others, quoted by errors."""
    steps: list[_Step | str] = [_Step(_SET_X, 0)]
    for level, inner in (("plain", "carried"), ("carried", "")):
        steps += _network_header(level)
        steps += _transport_header(level, run, inner)
        quoted = f"{level}-quoted"
        steps += [f"{level}-error", *_advance(8), *_network_header(quoted), *_transport_header(quoted, run, "")]
    steps += ["accept", _Step(_RETURN, SNAPSHOT), "reject", _Step(_RETURN, 0)]
    return assemble(steps)


def reject_program() -> bytes:
    """Write the program that accepts no packet, for sockets that only send."""
    return assemble([_Step(_RETURN, 0)])


def assemble(steps: Sequence[_Step | str]) -> bytes:
    """Write a program as the kernel reads it: struct sock_filter for each step. A text is the label of the next step.

    A comparison can skip at most 255 steps. So each comparison that holds goes on at a jump behind it.
    """
    positions: dict[str, int] = {}
    position = 0
    for step in steps:
        if isinstance(step, str):
            positions[step] = position
        else:
            position += 2 if step.code in (_IF_EQUAL, _IF_BITS) else 1
    program = []
    for step in steps:
        if isinstance(step, str):
            continue
        if step.code in (_IF_EQUAL, _IF_BITS):
            program.append(struct.pack("=HBBI", step.code, 0, 1, step.k))
        if step.label:
            distance = positions[step.label] - len(program) - 1
            program.append(struct.pack("=HBBI", _JUMP, 0, 0, distance))
        else:
            program.append(struct.pack("=HBBI", step.code, 0, 0, step.k))
    return b"".join(program)


def _advance(count: int) -> list[_Step | str]:
    """Move X on by so many bytes."""
    return [_Step(_FROM_X), _Step(_ADD, count), _Step(_TO_X)]


def _network_header(level: str) -> list[_Step | str]:
    """Keep the protocol in word 0 of the memory, and move X from the IP header to the next one."""
    return [
        level,
        _Step(_LOAD_BYTE, 0),
        _Step(_SHIFT_RIGHT, 4),
        _Step(_IF_EQUAL, 4, f"{level}-4"),
        _Step(_IF_EQUAL, 6, f"{level}-6"),
        _Step(_JUMP, label="reject"),
        f"{level}-4",
        _Step(_LOAD_BYTE, 9),
        _Step(_KEEP, 0),
        _Step(_LOAD_HALF, 6),
        _Step(_IF_BITS, 0x1FFF, "reject"),  # a fragment, and not the first
        _Step(_LOAD_BYTE, 0),
        _Step(_AND, 0x0F),
        _Step(_SHIFT_LEFT, 2),
        _Step(_ADD_X),
        _Step(_TO_X),
        _Step(_JUMP, label=f"{level}-next"),
        f"{level}-6",
        _Step(_LOAD_BYTE, 6),
        _Step(_KEEP, 0),
        *_advance(40),
        f"{level}-next",
    ]


def _transport_header(level: str, run: str, inner: str) -> list[_Step | str]:
    """Look for a mark behind the IP header. C(inner) is the level of a packet that this one may carry."""
    quoted = level.endswith("-quoted")
    steps: list[_Step | str] = [
        _Step(_RECALL, 0),
        _Step(_IF_EQUAL, _UDP, f"{level}-udp"),
        _Step(_IF_EQUAL, _TCP, f"{level}-tcp"),
        _Step(_IF_EQUAL, _ICMP, f"{level}-icmp"),
        _Step(_IF_EQUAL, _ICMP6, f"{level}-icmp6"),
    ]
    if inner:
        steps += [_Step(_IF_EQUAL, _IPIP, inner), _Step(_IF_EQUAL, _IP6_IN_IP, inner)]
    steps += [_Step(_JUMP, label="reject")]
    steps += _tcp(level, run, quoted)
    steps += _icmp(level, quoted)
    return [*steps, *_udp(level, inner)]


def _tcp(level: str, run: str, quoted: bool) -> list[_Step | str]:
    """Accept the marks of SYN, SYN-ACK and RST. An error may quote too little to show the flags."""
    flags = (
        [] if quoted else [_Step(_LOAD_BYTE, 13), _Step(_IF_BITS, 0x06, f"{level}-flags"), _Step(_JUMP, 0, "reject")]
    )
    marks = [
        part
        for position in ((4,) if quoted else (4, 8))
        for part in (_Step(_LOAD_HALF, position), _Step(_IF_EQUAL, magic_of(run), "accept"))
    ]
    return [f"{level}-tcp", *flags, f"{level}-flags", *marks, _Step(_JUMP, label="reject")]


def _icmp(level: str, quoted: bool) -> list[_Step | str]:
    """Accept echoes with a request, and look into errors."""
    steps: list[_Step | str] = []
    for name, echoes, errors in (("icmp", (8, 0), (3, 11, 12)), ("icmp6", (128, 129), (1, 2, 3, 4))):
        steps += [f"{level}-{name}", _Step(_LOAD_BYTE, 0)]
        steps += [_Step(_IF_EQUAL, kind, f"{level}-payload") for kind in echoes]
        if not quoted:
            steps += [_Step(_IF_EQUAL, kind, f"{level}-error") for kind in errors]
        steps += [_Step(_JUMP, label="reject")]
    return steps


def _udp(level: str, inner: str) -> list[_Step | str]:
    """Accept requests, reports and DNS messages with a mark, and look into VXLAN and Geneve."""
    steps: list[_Step | str] = [f"{level}-udp"]
    if inner:
        steps += [_Step(_LOAD_HALF, 2)]
        steps += [_Step(_IF_EQUAL, port, f"{level}-vxlan") for port in VXLAN_PORTS]
        steps += [_Step(_IF_EQUAL, GENEVE_PORT, f"{level}-geneve")]
    steps += [f"{level}-payload"]
    for number, (position, text) in enumerate(((8, REQUEST_PREFIX), (8, REPORT_PREFIX), (21, LABEL_PREFIX))):
        first, second = struct.unpack("!2I", text)
        steps += [
            _Step(_LOAD, position),
            _Step(_IF_EQUAL, first, f"{level}-{number}"),
            _Step(_JUMP, label=f"{level}-not-{number}"),
            f"{level}-{number}",
            _Step(_LOAD, position + 4),
            _Step(_IF_EQUAL, second, "accept"),
            f"{level}-not-{number}",
        ]
    steps += [_Step(_JUMP, label="reject")]
    if inner:
        # UDP, VXLAN and Ethernet headers have 8, 8 and 14 bytes. Geneve has options behind its 8.
        steps += [f"{level}-geneve", _Step(_LOAD_BYTE, 8), _Step(_AND, 0x3F), _Step(_SHIFT_LEFT, 2)]
        steps += [_Step(_ADD_X), _Step(_TO_X)]
        steps += [f"{level}-vxlan", *_advance(30), _Step(_JUMP, label=inner)]
    return steps


__all__ = ["SNAPSHOT", "capture_program", "reject_program"]
