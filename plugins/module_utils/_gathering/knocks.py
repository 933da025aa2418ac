# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knocks at the ports that a cluster needs: connections that are closed at once, an empty datagram, and pings.

A connection that is refused has passed the network as well as one that is accepted. Where to knock, the node knows from
its own links, routes and files.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

KUBELET = 10250
_MOST = 20  # other nodes
_ECHO, _ANSWER = 8, 0  # types of ICMP
_WORDS = {0: "open", errno.ECONNREFUSED: "refused"}


@dataclass(frozen=True, order=True)
class Door:
    """Something to knock at; port is 0 for a ping."""

    protocol: str
    address: str
    port: int = 0

    def __str__(self) -> str:
        return f"{self.protocol} {self.address}{f' {self.port}' if self.port else ''}"


def doors_of(node: Mapping[str, Any]) -> list[Door]:
    """Choose the doors of the API server, and of some other nodes, on their own addresses and by the overlay.

    Args:
        node: links, routes, overlay and server, as they were gathered; parts may be None
    """
    doors = [*_server(node.get("server"))]
    links = node.get("links") or []
    own = {one.partition("/")[0] for link in links for one in link.get("addresses", [])}
    for outer, inner, port in _some(_tunnels(node), own):
        doors += [Door("tcp", outer, KUBELET), Door("icmp", outer), Door("udp", outer, port)]
        doors += [Door("tcp", inner, KUBELET), Door("icmp", inner)]
    for gateway, _none, _zero in _some(((one, "", 0) for one in _gateways(node)), own):
        doors += [Door("tcp", gateway, KUBELET), Door("icmp", gateway)]
    return list(dict.fromkeys(doors))


def _server(server: str | None) -> Iterable[Door]:
    place = urlsplit(server or "")
    if place.hostname and _is_ipv4(place.hostname):
        yield Door("tcp", place.hostname, place.port or 443)
        yield Door("icmp", place.hostname)


def _tunnels(node: Mapping[str, Any]) -> Iterable[tuple[str, str, int]]:
    """Yield the address of each other node, its address on the overlay, and the port of the overlay."""
    ports = {link["name"]: (link.get("vxlan") or {}).get("port") for link in node.get("links") or []}
    for name, tables in (node.get("overlay") or {}).items():
        ends = dict(one.split(" ", 1) for one in tables.get("forwarding") or [])
        for one in tables.get("neighbours") or []:
            inner, mac = one.split(" ", 1)
            if ports.get(name) and _is_ipv4(ends.get(mac, "")) and _is_ipv4(inner):
                yield ends[mac], inner, int(ports[name] or 0)


def _gateways(node: Mapping[str, Any]) -> Iterable[str]:
    """Yield the gateways of routes that are not the default one, and not by an overlay link."""
    for group in node.get("routes") or []:
        if (
            group["table"] == "main"
            and group["type"] == "unicast"
            and group["device"] not in (node.get("overlay") or {})
        ):
            for destination, _space, gateway in (one.partition(" ") for one in group["routes"]):
                if gateway and _is_ipv4(gateway) and not destination.endswith("/0"):
                    yield gateway


def _some(found: Iterable[tuple[str, str, int]], own: set[str]) -> list[tuple[str, str, int]]:
    """Take a few nodes: those whose addresses come after our own. So each node of many is chosen by some."""
    others = sorted({one for one in found if one[0] not in own}, key=lambda one: _number(one[0]))
    numbers = [_number(one[0]) for one in others]
    # Of our addresses, the one on the network of the others.
    near = min((min(abs(one - mine) for one in numbers), mine) for mine in _numbers(own)) if others and own else (0, 0)
    later = [one for one, number in zip(others, numbers) if number > near[1]]
    return [*later, *others[: len(others) - len(later)]][:_MOST]


def _numbers(addresses: Iterable[str]) -> list[int]:
    return [_number(one) for one in addresses if _is_ipv4(one)] or [0]


def _number(address: str) -> int:
    return int.from_bytes(socket.inet_aton(address), "big")


def _is_ipv4(text: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return False
    return True


def knock(doors: Iterable[Door], seconds: float = 1.0) -> dict[str, str]:
    """Knock at all doors at once.

    Returns:
        For each door: open, refused, answer (of a ping), sent (a datagram that is not refused), timeout, or the words
        of an error. Without the right to ping, pings are left out.
    """
    doors = list(doors)
    with ExitStack() as stack:
        connections = {stack.enter_context(_socket(socket.SOCK_STREAM)): one for one in doors if one.protocol == "tcp"}
        datagrams = {stack.enter_context(_socket(socket.SOCK_DGRAM)): one for one in doors if one.protocol == "udp"}
        found: dict[str, str] = {}
        for sender, door in datagrams.items():
            if _begin(sender, door, found):
                _send(sender, found, door)
        waiting = {sender: door for sender, door in connections.items() if _begin(sender, door, found)}
        pings = _Pings({one.address for one in doors if one.protocol == "icmp"}, stack)
        deadline = time.monotonic() + seconds
        rest = seconds
        while (waiting or pings.waiting) and rest > 0:
            rest = max(0.0, deadline - time.monotonic())  # at the end, read what has arrived on a busy node
            _readable, writable, _none = select.select(pings.sockets, list(waiting), [], rest)
            for sender in writable:
                found[str(waiting.pop(sender))] = _word(sender.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            pings.read()
        found.update({str(door): "timeout" for door in waiting.values()})
        for sender, door in datagrams.items():  # the refusals have arrived meanwhile
            if sender.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED:
                found[str(door)] = "refused"
        return {**found, **pings.found()}


def _socket(kind: int) -> socket.socket:
    one = socket.socket(socket.AF_INET, kind)
    one.setblocking(False)
    return one


def _begin(one: socket.socket, door: Door, found: dict[str, str]) -> bool:
    """Connect a socket. False when the kernel knows the outcome at once."""
    error = one.connect_ex((door.address, door.port))
    if error and error != errno.EINPROGRESS:
        found[str(door)] = _word(error)
        return False
    return True


def _send(one: socket.socket, found: dict[str, str], door: Door) -> None:
    """Send an empty datagram, which no VXLAN link takes for a packet."""
    try:
        one.send(b"")
        found[str(door)] = "sent"
    except OSError as error:
        found[str(door)] = _word(error.errno or 0)


def _word(error: int) -> str:
    return _WORDS.get(error) or os.strerror(error)


class _Pings:
    """Pings to some addresses, all with one socket."""

    def __init__(self, addresses: set[str], stack: ExitStack) -> None:
        self.waiting = set(addresses)
        self.sockets: list[socket.socket] = []
        self._outcomes: dict[str, str] = {}
        self._id = os.getpid() & 0xFFFF
        try:
            self.sockets = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))]
        except PermissionError:
            self.waiting = set()
        for one in self.sockets:
            one.setblocking(False)
        for address in sorted(self.waiting):
            self._ping(address)

    def _ping(self, address: str) -> None:
        header = struct.pack("!BBHHH", _ECHO, 0, 0, self._id, 1)
        packet = struct.pack("!BBHHH", _ECHO, 0, _checksum(header), self._id, 1)
        try:
            self.sockets[0].sendto(packet, (address, 0))
        except OSError as error:
            self.waiting.discard(address)
            self._outcomes[address] = _word(error.errno or 0)

    def read(self) -> None:
        """Read the answers that have arrived."""
        for one in self.sockets:
            try:
                while True:
                    packet, (address, _port) = one.recvfrom(1500)
                    kind, _code, _sum, identifier = struct.unpack_from("!BBHH", packet, (packet[0] & 15) * 4)
                    if address in self.waiting and (kind, identifier) == (_ANSWER, self._id):
                        self.waiting.discard(address)
                        self._outcomes[address] = "answer"
            except (BlockingIOError, struct.error):
                continue

    def found(self) -> dict[str, str]:
        """The outcomes, by door."""
        late = dict.fromkeys(self.waiting, "timeout")
        return {str(Door("icmp", address)): word for address, word in {**self._outcomes, **late}.items()}


def _checksum(data: bytes) -> int:
    """The checksum of RFC 1071 over an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - ((total + (total >> 16)) & 0xFFFF)


__all__ = ["doors_of", "knock"]
