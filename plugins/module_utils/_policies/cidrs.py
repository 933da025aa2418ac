# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks in CIDR form as the API server reads them in an ipBlock. No I/O, no Ansible.

Up to 1.35 the API server accepted three forms that other programs read otherwise, and warned about them. Since 1.36
it refuses them in new policies (feature gate StrictIPCIDRValidation, KEP-4858) and keeps them in stored policies.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network

_MAPPED_BITS = 96  # of ::ffff:0:0/96, in which IPv4 addresses have an IPv6 form (RFC 4291)
_ZEROS = re.compile(r"\b0+(?=[0-9A-Fa-f])")


@dataclass(frozen=True)
class Cidr:
    """A network in CIDR form.

    Attributes:
        network: the network as the API server understands it: one in the IPv6 form of IPv4 is an IPv4 network
        length: of the prefix as it is written
        fault: the reason for which Kubernetes refuses the form since 1.36; None: there is none
        remedy: the form to write in place of one with a fault
        zeros: whether the fault is a number that begins with 0, which many programs refuse or read as octal
    """

    network: Network
    length: int
    fault: str | None = None
    remedy: str = ""
    zeros: bool = False


def read_cidr(text: str) -> Cidr | None:
    """Read a network as the API server does. Return None for a text that no version accepts."""
    plain = _ZEROS.sub("", text)
    address_text, slash, length = plain.partition("/")
    try:
        address, network = ipaddress.ip_address(address_text), ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return None
    # ip_network() takes a netmask in place of the length, and an address alone. The API server takes neither.
    if not slash or "%" in text or length != str(network.prefixlen):
        return None
    meant = _as_ipv4(network)
    if _has_zeros(text):
        return Cidr(meant, network.prefixlen, "a number begins with 0", str(meant), zeros=True)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return Cidr(meant, network.prefixlen, "the address is IPv4 in the form of IPv6", str(meant))
    if address != network.network_address:
        choice = f"{meant}, or {address}/{address.max_prefixlen} for one address"
        return Cidr(meant, network.prefixlen, "bits are set after the prefix", choice)
    return Cidr(meant, network.prefixlen)


def _as_ipv4(network: Network) -> Network:
    """Return the IPv4 network that an IPv6 network stands for in Go, or the network itself."""
    address = network.network_address
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped and network.prefixlen >= _MAPPED_BITS:
        return ipaddress.IPv4Network((address.ipv4_mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _has_zeros(text: str) -> bool:
    """Return whether a number begins with 0 where Go's strict parser takes none: up to 4 digits of IPv6 may."""
    address, _slash, length = text.partition("/")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return True
    return length != str(int(length))


__all__ = ["Cidr", "read_cidr"]
