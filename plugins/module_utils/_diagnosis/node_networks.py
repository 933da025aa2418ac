# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that all nodes share, as candidates for podnet_node_network. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network

_NICS = ("ether", "veth", "bond", "vlan", "wireguard")


def common_networks(gathered: Gathered) -> list[Network]:
    """Return the IPv4 networks in which every node that was looked at has an address of its own."""
    addresses: dict[Network, dict[str, str]] = defaultdict(dict)
    for node in gathered.nodes:
        for link in node.links or ():
            for text in link.addresses if link.kind in _NICS else ():
                network = as_network(text)
                if network.version == 4 and network.prefixlen < network.max_prefixlen:
                    addresses[network][node.name] = text
    count = len(gathered.nodes)
    return [network for network, held in addresses.items() if len(held) == count == len(set(held.values()))]


__all__ = ["common_networks"]
