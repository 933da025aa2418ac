# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of the API that moves between control planes: who shares it, and why it may be wrong. No I/O."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network


@dataclass(frozen=True)
class NodeAddress:
    """The address of a control plane on the node network, and this network in CIDR form."""

    address: str
    network: str


@dataclass(frozen=True)
class VipPlan:
    """Who shares the address.

    Attributes:
        peers: the address of each control plane that answered, in the order of the inventory
        silent: the control planes whose addresses are not known
        faults: sentences that say why the address is wrong
    """

    peers: Mapping[str, str]
    silent: tuple[str, ...]
    faults: tuple[str, ...]


def plan_vip(addresses: Mapping[str, NodeAddress], hosts: Sequence[str], vip: str) -> VipPlan:
    """Find out who shares the address, and what is wrong with it.

    Args:
        addresses: of the control planes that answered
        hosts: all control planes, in the order of the inventory
        vip: the address

    Raises:
        InputError: it is no IPv4 address
    """
    if not _is_ipv4(vip):
        raise InputError(f"the address is {vip!r}: give a free IPv4 address of the node network")
    peers = {host: addresses[host].address for host in hosts if host in addresses}
    silent = tuple(host for host in hosts if host not in addresses)
    return VipPlan(peers, silent, tuple(_faults(addresses, vip)))


def _is_ipv4(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 4
    except ValueError:
        return False


def _faults(addresses: Mapping[str, NodeAddress], vip: str) -> Iterator[str]:
    for host, own in addresses.items():
        network = parse_network(own.network)
        if own.address == vip:
            yield f"podnet_api_vip {vip} is the address of {host}: give a free address of {network}"
        elif ipaddress.ip_address(vip) not in network:
            yield f"podnet_api_vip {vip} is outside the node network {network} of {host}: give a free address there"
        elif network.prefixlen < 31 and vip in (str(network.network_address), str(network.broadcast_address)):
            yield f"podnet_api_vip {vip} is no host's address in {network}: give a free one between"


__all__ = ["NodeAddress", "plan_vip"]
