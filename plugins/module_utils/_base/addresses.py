# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IP addresses as texts: their families, and pairs of an address and a port. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from typing import Union

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

FAMILIES = ("ipv4", "ipv6")


def family_of(address: str) -> str:
    """Return the family, V(ipv4) or V(ipv6), of an address or a network in its usual text form."""
    return "ipv6" if ":" in address else "ipv4"


def without_port(text: str) -> str:
    """Return the address of ADDRESS:PORT, or of [ADDRESS]:PORT as IPv6 is written (RFC 3986)."""
    return text.rpartition(":")[0].strip("[]")


__all__ = ["FAMILIES", "Address", "family_of", "without_port"]
