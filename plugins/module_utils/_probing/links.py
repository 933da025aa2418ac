# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of the current network namespace: their addresses, the MTU behind one, the bytes that a tunnel takes."""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
from pathlib import Path

_SIOCGIFCONF, _SIOCGIFMTU, _SIOCETHTOOL = 0x8912, 0x8921, 0x8946  # netdevice(7)
_ENTRY = struct.Struct("16s4x4s16x" if struct.calcsize("P") == 8 else "16s4x4s8x")  # struct ifreq
_ETHTOOL_GDRVINFO, _DRIVER_INFO = 3, 196  # linux/ethtool.h: the command, and the size of its answer
_INSIDE_DRIVERS = (b"dummy", b"ifb")


def link_overheads(links: Path = Path("/sys/class/net")) -> dict[str, int]:
    """Count the bytes that the node's tunnel links take from packets of pods, by the family of these packets.

    VXLAN takes 50 bytes (RFC 7348: outer Ethernet 14, IPv4 20, UDP 8, VXLAN 8), WireGuard 60. Over IPv6 both take 20
    bytes more. A link does not show its outer family here, but Flannel and Calico write it into the link's name. Where
    there are links of both outer families, each carries the packets of its own.
    """
    overheads = {"DEVTYPE=vxlan": 50, "DEVTYPE=wireguard": 60}
    found: dict[str, list[int]] = {"ipv4": [], "ipv6": []}
    for link in links.iterdir():
        try:
            taken = [overheads.get(line, 0) for line in (link / "uevent").read_text().splitlines()]
            outer = "ipv6" if "-v6" in link.name else "ipv4"
            found[outer] += [bytes_taken + 20 * (outer == "ipv6") for bytes_taken in taken if bytes_taken]
        except OSError:  # this is a file, or the link is gone
            continue
    every = [*found["ipv4"], *found["ipv6"], 0]
    return {family: max(own or every) for family, own in found.items()}


def node_addresses() -> set[str]:
    """Return the IPv4 and IPv6 addresses of this network namespace that are the machine's own.

    NodeLocal DNSCache and kube-proxy in the mode ipvs put addresses of Services, and perhaps of other nodes
    (externalIPs), on a link that leads to no other machine. These are left out.
    """
    with _socket() as sock:
        return {address for link, address in _addresses(sock) if not _is_inside(sock, link)}


def mtu_of(address: str) -> int | None:
    """Find the MTU in bytes of the NIC that has an IPv4 or IPv6 address. None when none but an inside link has it."""
    wanted = str(ipaddress.ip_address(address))
    with _socket() as sock:
        for link, one in _addresses(sock):
            if one == wanted and not _is_inside(sock, link):
                answer = fcntl.ioctl(sock, _SIOCGIFMTU, struct.pack("16si12x", os.fsencode(link), 0))
                return int(struct.unpack("16si12x", answer)[1])
    return None


def _socket() -> socket.socket:
    """Open a socket by which the kernel answers questions about the links of this namespace."""
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _is_inside(sock: socket.socket, link: str) -> bool:
    """Say whether a link leads to no other machine and to no pod, by the name of its driver."""
    answer = ctypes.create_string_buffer(struct.pack("I", _ETHTOOL_GDRVINFO), _DRIVER_INFO)
    try:
        fcntl.ioctl(sock, _SIOCETHTOOL, struct.pack("16sP16x", os.fsencode(link), ctypes.addressof(answer)))
    except OSError:  # the link has no driver, such as the loopback link, or is gone
        return False
    return answer.raw[4:36].partition(b"\0")[0] in _INSIDE_DRIVERS


def _addresses(sock: socket.socket) -> list[tuple[str, str]]:
    """List the addresses of this namespace, each with the name of its link."""
    size = _ask_addresses(sock, 0, 0)
    entries = ctypes.create_string_buffer(size)
    used = _ask_addresses(sock, size, ctypes.addressof(entries))
    found = []
    for label, address in _ENTRY.iter_unpack(entries.raw[:used]):
        # The label of an address is the name of its link, perhaps with a colon and more.
        found.append((os.fsdecode(label.partition(b"\0")[0]).partition(":")[0], socket.inet_ntoa(address)))
    return found + _addresses6()


def _ask_addresses(sock: socket.socket, size: int, place: int) -> int:
    """Have the kernel write the IPv4 addresses to a place in memory, and return their size; 0, 0 asks for the size."""
    answer = fcntl.ioctl(sock, _SIOCGIFCONF, struct.pack("iP", size, place))
    return int(struct.unpack("iP", answer)[0])


def _addresses6() -> list[tuple[str, str]]:
    """List the IPv6 addresses, each with the name of its link."""
    try:
        lines = Path("/proc/thread-self/net/if_inet6").read_text().splitlines()
    except FileNotFoundError:  # a kernel without IPv6
        return []
    words = [line.split() for line in lines]
    return [(link, str(ipaddress.IPv6Address(bytes.fromhex(digits)))) for digits, *_numbers, link in words]


__all__ = ["link_overheads", "mtu_of", "node_addresses"]
