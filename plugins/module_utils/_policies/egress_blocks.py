# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies whose egress rules have an address: where it is a Service's, the API leaves their effect open. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.admin import AdminPolicy
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import IPBlock, Policy
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import parse_all


@dataclass(frozen=True)
class EgressBlocks:
    """The ipBlocks in the egress rules of NetworkPolicies and of policies of administrators, by their names."""

    network: Mapping[str, Sequence[IPBlock]]
    admin: Mapping[str, Sequence[IPBlock]]

    def undecided(self, address: Address, restricting: Iterable[str]) -> str:
        """Name the policies that may see the address of a Service. The API does not say whether they do. Empty: none.

        A rule of an administrator may close the connection, too. One of a NetworkPolicy only opens it, so it counts
        where one of the restricting policies closes the connection to the pod behind the Service.
        """
        opening = [name for name in restricting if _has(self.network.get(name, ()), address)]
        names = [*opening, *(name for name, blocks in self.admin.items() if _has(blocks, address))]
        return f"the API does not say whether {', '.join(names)} sees the address of the Service" if names else ""


def read_egress_blocks(policies: Sequence[Any]) -> EgressBlocks:
    """Read the policies of a cluster. Raises InputError when one is not as the API returns it."""
    network, admin = parse_all([], policies)
    return EgressBlocks(_blocks(network), _blocks(admin))


def _blocks(policies: Iterable[Policy | AdminPolicy]) -> dict[str, list[IPBlock]]:
    return {
        str(one): [peer.ip_block for rule in one.egress or () for peer in rule.peers if peer.ip_block]
        for one in policies
    }


def _has(blocks: Iterable[IPBlock], address: Address) -> bool:
    return any(one.has(address) for one in blocks)


__all__ = ["EgressBlocks", "read_egress_blocks"]
