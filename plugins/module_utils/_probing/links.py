# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of the current network namespace: the MTU behind an address, the bytes that a tunnel takes."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path

_SIOCGIFADDR, _SIOCGIFMTU = 0x8915, 0x8921  # netdevice(7)


def link_overhead(links: Path = Path("/sys/class/net")) -> int:
    """Count the bytes that the node's tunnel links take from the MTU of pods.

    VXLAN takes 50 bytes (RFC 7348: outer Ethernet 14, IPv4 20, UDP 8, VXLAN 8), WireGuard 60. Over IPv6 both take 20
    bytes more, but a link does not show its outer family.
    """
    overheads = {"DEVTYPE=vxlan": 50, "DEVTYPE=wireguard": 60}
    found = [0]
    for link in links.iterdir():
        try:
            found += [overheads.get(line, 0) for line in (link / "uevent").read_text().splitlines()]
        except OSError:  # this is a file, or the link is gone
            continue
    return max(found)


def mtu_of(address: str) -> int | None:
    """Find the MTU in bytes of the NIC that has an IPv4 or IPv6 address. None when no NIC has it.

    Of IPv4 addresses only the first one of each NIC is found. Netlink would find the others, but no pod has any.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if ":" in address:
            names = _interfaces6(address)
        else:
            names = [name for _index, name in socket.if_nameindex() if _first_address(sock, name) == address]
        for name in names:
            answer = fcntl.ioctl(sock, _SIOCGIFMTU, struct.pack("16si12x", name.encode(), 0))
            return int(struct.unpack("16si12x", answer)[1])
    return None


def _first_address(sock: socket.socket, name: str) -> str | None:
    """Read the first IPv4 address of a NIC. None for a NIC without one."""
    try:
        answer = fcntl.ioctl(sock, _SIOCGIFADDR, struct.pack("16s16x", name.encode()))
    except OSError:  # it has none
        return None
    return socket.inet_ntoa(answer[20:24])


def _interfaces6(address: str) -> list[str]:
    """Find the names of the NICs that have an IPv6 address."""
    digits = f"{int(ipaddress.IPv6Address(address)):032x}"
    try:
        lines = Path("/proc/thread-self/net/if_inet6").read_text().splitlines()
    except FileNotFoundError:  # a kernel without IPv6
        return []
    return [line.split()[5] for line in lines if line.startswith(digits)]


__all__ = ["link_overhead", "mtu_of"]
