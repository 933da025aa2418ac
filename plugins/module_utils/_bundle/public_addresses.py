# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for public addresses that keep every relation between networks. No I/O.

The map is a bijection that preserves prefixes: two addresses share as many leading bits as their stand-ins do. So a
network stays a network, contains what it contained, and overlaps what it overlapped. Addresses that are not public stay
as they are, because a diagnosis reads their meaning: private and shared networks, loopback, link-local, multicast and
documentation. The last bits stay, too, because the first address of a subnet has a meaning.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import lru_cache

# Networks of the special registries of IANA (RFC 6890 and later) that hold more than public addresses.
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/3", "::/8", "64:ff9b::/32", "100::/8", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        *("4000::/2", "8000::/1"),
    )
)
_KEPT = {4: (8, 8), 6: (12, 64)}  # the first and the last bits of an address, which stay
_BITS = {4: 32, 6: 128}
_FORMS = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}
_V4 = r"(?:\d{1,3}\.){3}\d{1,3}"
_V6 = r"(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4})?"
# A port may follow an IPv4 address.
_ADDRESS = re.compile(rf"(?<![\w.:])({_V4}(?!\w|\.\w)|{_V6}(?![\w:]|\.\w))(/\d{{1,3}}(?!\d))?")


class PublicAddresses:
    """Stand-ins for public addresses; another key gives other stand-ins."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._mapped = lru_cache(maxsize=100_000)(self._map)

    def replace_in(self, text: str) -> str:
        """Replace the public addresses and networks in a text."""
        return _ADDRESS.sub(lambda found: self._mapped(found[1], found[2] or ""), text)

    def _map(self, text: str, length: str) -> str:
        whole = f"{text}{length}"
        try:
            interface = ipaddress.ip_interface(whole)
        except ValueError:
            return whole
        network, number, bits = interface.network, int(interface.ip), interface.max_prefixlen
        first, last = _KEPT[interface.version]
        # A network has no bits behind its prefix.
        stay = bits - network.prefixlen if number == int(network.network_address) else 0
        changed = number
        for place in range(first, bits - max(last, stay)):
            head = number >> (bits - place)
            if not _is_near_special(interface.version, head, place):
                changed ^= self._bit(interface.version, place, head) << (bits - place - 1)
        return f"{_FORMS[interface.version](changed)}{length}"

    def _bit(self, version: int, place: int, head: int) -> int:
        """Whether the bit behind these leading bits changes."""
        return hashlib.blake2b(f"{version}/{place}/{head}".encode(), key=self._key, digest_size=1).digest()[0] & 1


@lru_cache(maxsize=100_000)
def _is_near_special(version: int, head: int, place: int) -> bool:
    """Whether addresses with these leading bits are special, or some of them are."""
    form = _FORMS[version]
    start = form(head << (_BITS[version] - place))
    network = ipaddress.ip_network(f"{start}/{place}")
    return any(one.version == version and one.overlaps(network) for one in _SPECIAL)


__all__ = ["PublicAddresses"]
