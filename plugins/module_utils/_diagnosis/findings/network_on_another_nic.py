# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pod network uses another NIC than the nodes do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network

# Where the network was not made by a role of this collection.
_REMEDIES = {
    "Flannel": "give flanneld the argument --iface with the NIC of {0}, or --iface-regex, and start its pods again",
    "Calico": "set IP_AUTODETECTION_METHOD=kubernetes-internal-ip of the DaemonSet calico-node; with the operator, "
    "nodeAddressAutodetectionV4 of the Installation",
}


def find(gathered: Gathered) -> Iterator[Found]:
    announced = {name: node.announced for name, node in gathered.objects.items() if node.announced}
    counts = Counter(address for _network, address in announced.values())
    apart = {
        name: (network, address)
        for name, (network, address) in announced.items()
        # A cluster over the internet announces the nodes' external addresses on purpose.
        if address not in (*gathered.objects[name].internal, *gathered.objects[name].external)
        and counts[address] == 1
        # Where kubelets share an address, theirs is the wrong one: the finding shared_address.
        and any(own in gathered.address_owners for own in gathered.objects[name].internal)
    }
    if apart and _matters(gathered, apart, len(announced)):
        network = apart[min(apart)][0]
        own = ", ".join(gathered.objects[min(apart)].internal)
        yield Found(
            tuple(sorted(apart)),
            f"{network} uses another address than the nodes do on {named(apart)}",
            tuple(_evidence(gathered, name, address) for name, (_network, address) in sorted(apart.items())),
            gathered.remedy(
                f"set podnet_node_network to the network of {own}, and run the playbook of the network again",
                _REMEDIES[network].format(own),
            ),
            either_end(apart),
        )


def _matters(gathered: Gathered, apart: dict[str, tuple[str, str]], announcing: int) -> bool:
    """Whether the other NIC is a fault: a network of its own for pods, the same on all nodes, is a choice."""
    network: Network | None = gathered.node_network
    if network is not None:
        return any(as_network(address).network_address not in network for _by, address in apart.values())
    scopes = either_end(apart)
    broken = any(scope.covers(cell) for scope in scopes for cell in gathered.failed)
    return broken or 0 < len(apart) < announcing


def _evidence(gathered: Gathered, name: str, address: str) -> str:
    """Say which NIC has which address."""
    node = gathered.facts.get(name)
    link = node.link_with(address) if node else None
    nic = gathered.node_link(node) if node else None
    own = ", ".join(gathered.objects[name].internal)
    return f"{name}: {address}{f' ({link.name})' if link else ''}, and InternalIP {own}{f' ({nic})' if nic else ''}"


CAUSE = Cause(
    id="network_on_another_nic",
    severity="error",
    layer="network",
    title="The pod network uses another NIC than the nodes",
    cause=(
        "Flannel or Calico chose a NIC by itself, such as the one with the default route. Packets between pods take a "
        "way that other nodes cannot answer."
    ),
    evidence="The address that the network announces for each node, the node's InternalIP, and the NICs of both.",
    remedy=(
        "Set `podnet_node_network` (or `flannel_interface`, or Calico's autodetection), and run the network's "
        "playbook again."
    ),
    harmless=(
        "A node announces its ExternalIP, as in a cluster over the internet. "
        "All nodes use a second network for pods on purpose, `podnet_node_network` does not forbid it, and no cell "
        "fails."
    ),
    find=find,
)
