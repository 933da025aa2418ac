# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes have one MAC, machine-id or product_uuid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    NO_UUID,
    NodeFacts,
    as_network,
)

_REMEDIES = {
    "MAC": "give each machine a MAC of its own in the hypervisor",
    "machine-id": "delete /etc/machine-id on all but one of them, run systemd-machine-id-setup, and restart them",
    "product_uuid": "give each machine a UUID of its own in the hypervisor",
}


def find(gathered: Gathered) -> Iterator[Found]:
    holders: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for node in gathered.nodes:
        for one in _identity(gathered, node):
            holders[one].add(node.name)
    for (what, value, _network), names in sorted(holders.items()):
        if len(names) > 1:
            is_mac = what == "MAC"
            scope = Scope(sources=frozenset(names), targets=frozenset(names), across=True)
            yield Found(
                tuple(sorted(names)),
                f"{named(names)} have one {what}",
                (f"{what} {value}",),
                _REMEDIES[what],
                (scope,) if is_mac else (),
                "error" if is_mac else None,
            )


def _identity(gathered: Gathered, node: NodeFacts) -> Iterator[tuple[str, str, str]]:
    """Yield what must differ: its kind, its value, and the network in which it must.

    Only the MAC of the nodes' network counts: each NAT of VirtualBox is a network of its own. With a router between
    them, nodes have several networks.
    """
    link = node.link(gathered.node_link(node))
    if link and link.mac:
        addresses = [one for one in link.addresses if one.partition("/")[0] in gathered.internal[node.name]]
        yield from (("MAC", link.mac, str(as_network(one))) for one in addresses[:1])
    identity = node.data.get("identity") or {}
    if identity.get("machine_id"):
        yield "machine-id", identity["machine_id"], ""
    uuid = identity.get("product_uuid") or ""
    if uuid and not NO_UUID.fullmatch(uuid) and not identity.get("container"):
        yield "product_uuid", identity["product_uuid"], ""


CAUSE = Cause(
    id="duplicate_identity",
    severity="warning",
    layer="machine",
    title="Nodes have one MAC, machine-id or product_uuid",
    cause=(
        "Machines were cloned. Calico and DHCP servers tell nodes apart by these values. With one MAC on one "
        "network, switches "
        "send frames to either machine; then it is an error."
    ),
    evidence="The value, and the nodes that have it.",
    remedy="Give each machine a MAC and a UUID in the hypervisor, and a new machine-id.",
    harmless=(
        "The product_uuid is one that vendors leave on all their boards. "
        "NICs of separate networks have one MAC, as those of Vagrant's NAT do. Nodes in containers show the "
        "product_uuid of "
        "their host."
    ),
    find=find,
)
