# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's pools of pod addresses: those that exist against those that are wanted. No I/O, no Ansible.

calico-node makes a pool of each address family when it first starts, and ignores its environment later. Their names are
in node/pkg/lifecycle/startup/startup.go of Calico v3.31.0. IPIP carries IPv4 only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_metadata,
    read_word,
)

_NAMES = {4: "default-ipv4-ippool", 6: "default-ipv6-ippool"}


@dataclass(frozen=True)
class Pool:
    """A pool as the settings want it: of one network, and with modes of encapsulation, such as Always and Never."""

    network: str
    vxlan: str
    ipip: str

    @property
    def name(self) -> str:
        """The name that calico-node gives to the pool of the network's family."""
        return _NAMES[parse_network(self.network).version]

    @property
    def change(self) -> dict[str, Any]:
        """The part of the object that sets the modes."""
        return {
            "apiVersion": "crd.projectcalico.org/v1",
            "kind": "IPPool",
            "metadata": {"name": self.name},
            "spec": {"vxlanMode": self.vxlan, "ipipMode": self.ipip if self.name == _NAMES[4] else "Never"},
        }


@dataclass(frozen=True)
class PoolPlan:
    """What to change in pools that exist, and why they cannot stay.

    Attributes:
        changes: parts of the objects
        mistakes: a sentence for each pool of another network
    """

    changes: tuple[dict[str, Any], ...]
    mistakes: tuple[str, ...]


def plan_pools(found: Any, pod_network: str, vxlan: str, ipip: str) -> PoolPlan:
    """Compare the pools that exist with the wanted ones.

    Args:
        found: the IPPool objects of the cluster
        pod_network: a network, or one of each family with a comma between
        vxlan, ipip: the modes

    Raises:
        InputError: a network is none, or the objects are no pools
    """
    networks = dict(_read(found))
    wanted = [Pool(one.strip(), vxlan, ipip) for one in pod_network.split(",")]
    there = [pool for pool in wanted if pool.name in networks]
    return PoolPlan(
        tuple(pool.change for pool in there),
        tuple(
            f"Calico gives addresses from {networks[pool.name]} (IPPool {pool.name}), and calico_pod_network is "
            f"{pod_network}"
            for pool in there
            if parse_network(networks[pool.name]) != parse_network(pool.network)
        ),
    )


def _read(found: Any) -> Iterator[tuple[str, str]]:
    """Yield the name and the network of each pool."""
    for index, item in enumerate(read_list(found, "pools")):
        name = read_metadata(item, f"pools[{index}]", "IPPool").name
        yield name, read_word(read_fields(read_fields(item, name).get("spec", {}), name), "cidr", name)


__all__ = ["plan_pools"]
