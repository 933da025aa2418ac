# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node has no address left for a new pod."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts, as_network

_RESERVED = 3  # the address of the network, the bridge and the broadcast address


def find(gathered: Gathered) -> Iterator[Found]:
    for node in gathered.nodes:
        subnet = ipv4(gathered.pod_subnets.get(node.name, ()))
        taken = _taken(node)
        room = as_network(subnet).num_addresses - _RESERVED if subnet else 0
        if subnet and not node.has_own_addresses and taken >= room > 0:
            network = node.configuration["name"] if node.configuration else ""
            yield Found(
                (node.name,),
                f"{node.name} has no address left for a new pod: {taken} of {room} in {subnet} are taken",
                (f"{node.name}: /var/lib/cni/networks/{network} has {taken} addresses", *_log(node)),
                "delete the files of pods that are gone from that directory (crictl pods lists those that are there), "
                "move pods to other nodes, or give the node a larger subnet",
            )


def _taken(node: NodeFacts) -> int:
    """Count the IPv4 addresses that host-local has given out for the network of the winning configuration."""
    allocated = (node.data.get("cni") or {}).get("allocated") or {}
    return int(allocated.get(node.configuration["name"], 0)) if node.configuration else 0


def _log(node: NodeFacts) -> list[str]:
    """Return the last line in which the plugin says so."""
    lines = [line for unit in ("kubelet", "containerd") for line in node.log(unit)]
    return [line for line in lines if "no IP addresses available" in line][-1:]


CAUSE = Cause(
    id="pool_exhausted",
    severity="error",
    layer="network",
    title="No address is left for a new pod",
    cause=(
        "The node's subnet is too small for its pods. Or deleted pods still hold addresses, as after a crash or a "
        "reset without a clean-up."
    ),
    evidence="The number of addresses that host-local has given out, and the number that the subnet has.",
    remedy="Delete the files of pods that are gone from /var/lib/cni/networks, or use larger subnets.",
    harmless="Many addresses are taken, and some are left. Calico has pools of its own.",
    find=find,
)
