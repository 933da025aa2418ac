# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bridge of the pods has an address outside the node's pod subnet."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network


def find(gathered: Gathered) -> Iterator[Found]:
    for node in gathered.nodes:
        bridge = node.link(node.bridge)
        if bridge is None or node.network not in ("flannel", "bridge"):
            continue
        own = [one for one in bridge.addresses if ":" not in one]
        subnets = [as_network(one) for one in gathered.pod_subnets.get(node.name, ()) if ":" not in one]
        if own and subnets and not any(as_network(one).subnet_of(subnet) for one in own for subnet in subnets):  # type: ignore[arg-type]
            yield Found(
                (node.name,),
                f"{bridge.name} on {node.name} has {', '.join(own)}, and the pods of the node are in {subnets[0]}",
                (f"{node.name}: {bridge.name} {', '.join(own)}; podCIDR {subnets[0]}",),
                f"run `ip link delete {bridge.name}` on {node.name}, and delete its pods: the plugin makes the "
                "bridge again",
                either_end((node.name,)),
            )


CAUSE = Cause(
    id="bridge_address",
    severity="error",
    layer="paths",
    title="The bridge has an address of another subnet",
    cause=(
        "The node got another pod subnet, after a reset or a new allocation, and the bridge kept the old address. "
        'New pods fail with "cni0 already has an IP address different from".'
    ),
    evidence="The address of the bridge, and the node's pod subnet.",
    remedy="`ip link delete cni0` on the node, and delete its pods.",
    harmless="The bridge has no address yet, because the node has no pod.",
    find=find,
)
