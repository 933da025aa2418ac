# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""flannel.1 has another MAC than Flannel announces, so other nodes send frames that the node drops."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4

_LINK = "flannel.1"


def find(gathered: Gathered) -> Iterator[Found]:
    macs = {name: node.vtep_mac for name, node in gathered.objects.items()}
    for node in gathered.nodes:
        link, announced = node.link(_LINK), macs.get(node.name)
        if link and announced and link.mac.lower() != announced:
            yield Found(
                (node.name,),
                f"{_LINK} on {node.name} has another MAC than Flannel announces",
                (f"{node.name}: {_LINK} has {link.mac}, announced VtepMAC {announced}",),
                f"delete the pod kube-flannel on {node.name}: it makes the link again and announces its MAC",
                either_end((node.name,)),
            )
    yield from _neighbours(gathered, macs)


def _neighbours(gathered: Gathered, macs: dict[str, str | None]) -> Iterator[Found]:
    """Yield nodes that keep an old MAC of another one."""
    owners, right = {}, set()
    for name, mac in macs.items():
        subnet = ipv4(gathered.pod_subnets.get(name, ()))
        if subnet and mac:
            address = subnet.partition("/")[0]
            owners[address] = name
            right.add(f"{address} {mac}")
    for node in gathered.nodes:
        overlay = (node.data.get("overlay") or {}).get(_LINK) or {}
        for entry in sorted(set(overlay.get("neighbours") or ()) - right):
            address, _space, mac = entry.partition(" ")
            owner = owners.get(address)
            if owner and owner != node.name:
                yield Found(
                    (node.name,),
                    f"{node.name} knows an old MAC of {_LINK} on {owner}",
                    (f"{node.name}: neighbour {address} has {mac}, announced VtepMAC {macs[owner]}",),
                    f"delete the pod kube-flannel on {node.name}: it sets its neighbours again",
                    either_end((node.name,)),
                )


CAUSE = Cause(
    id="vtep_mac",
    severity="error",
    layer="network",
    title="flannel.1 has another MAC than announced",
    cause=(
        "A network manager or an administrator changed the MAC of flannel.1, or made the link anew. Other nodes "
        "send their "
        "frames to the announced MAC, and the node drops them."
    ),
    evidence="The MAC of flannel.1 and the announced VtepMAC, or the old MAC in another node's neighbours.",
    remedy="Delete the pod kube-flannel of the node; keep network managers off flannel.1 (MACAddressPolicy=none).",
    harmless="Flannel has another backend than VXLAN, and announces no MAC.",
    find=find,
)
