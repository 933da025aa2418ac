# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several nodes have one address: kubelet, Flannel or Calico took the same one on each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    OVER_PODS,
    Scope,
    unprobed_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_networks import common_networks


def find(gathered: Gathered) -> Iterator[Found]:
    holders: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, addresses in gathered.internal.items():
        for address in addresses:
            holders[address]["InternalIP"].add(name)
    for name, node in gathered.objects.items():
        if node.announced:
            network, address = node.announced
            holders[address][f"{network}'s address"].add(name)
    for address, users in sorted(holders.items()):
        shared = {user: names for user, names in users.items() if len(names) > 1}
        if shared:
            old = _old_objects(gathered, frozenset().union(*shared.values()))
            yield _of_old_objects(address, shared, old) if old else _found(gathered, address, shared)


def _old_objects(gathered: Gathered, names: frozenset[str]) -> list[str]:
    """The nodes whose machine has another name now: none but one of those that share an address is there."""
    gone = sorted(
        name
        for name in names
        if name not in gathered.facts and name in gathered.objects and gathered.objects[name].ready[0] == "Unknown"
    )
    return gone if len(gone) == len(names) - 1 else []


def _of_old_objects(address: str, shared: dict[str, set[str]], old: list[str]) -> Found:
    (there,) = frozenset().union(*shared.values()) - set(old)
    return Found(
        tuple(old),
        f"{named(old)} and {there} have one address, {address}, and only {there} is there",
        (f"{' and '.join(sorted(shared))} {address}; {named(old)} {several(old, 'reports', 'report')} nothing",),
        f"the machine joined again with another name: run `kubectl delete node {' '.join(old)}`",
        (Scope(targets=frozenset(old)), *unprobed_of(old)),
        "warning",
    )


def _found(gathered: Gathered, address: str, shared: dict[str, set[str]]) -> Found:
    names = frozenset().union(*shared.values())
    nics = {}
    for name in sorted(names):
        node = gathered.facts.get(name)
        link = node.link_with(address) if node else None
        nics[name] = f"{name}: {link.name}" if link else f"{name}: on no NIC" if node else f"{name}: not looked at"
    networks = [network for network in common_networks(gathered) if as_network(address).network_address not in network]
    ours = f"set podnet_node_network to {networks[0]}" if networks else "give each node an address of its own"
    where = f"in {networks[0]}" if networks else "of its own"
    kubelet = f"give each kubelet (--node-ip) an address {where}, restart it"
    flannel = f"have the network take the NIC with an address {where}"
    kinds = OVER_PODS | {"node"} if "InternalIP" in shared else OVER_PODS
    return Found(
        tuple(sorted(names)),
        f"{named(names)} have one address, {address}",
        (f"{' and '.join(sorted(shared))} {address} on {', '.join(nics.values())}",),
        gathered.remedy(
            f"{ours}, and run the playbook of the network again",
            f"{kubelet if 'InternalIP' in shared else flannel}, and start the pods of the network again",
        ),
        (Scope(sources=names, targets=names, kinds=kinds, across=True),),
    )


CAUSE = Cause(
    id="shared_address",
    severity="error",
    layer="network",
    title="Several nodes have one address",
    cause=(
        "Kubelet, Flannel and Calico take the NIC with the default route unless they are told another one. "
        "On Vagrant machines that NIC has 10.0.2.15 on each of them, so every node announces the same address."
    ),
    evidence="The address, who announces it, and the NIC that has it on each node.",
    remedy="Set `podnet_node_network` to the network that the nodes share, and run the playbook of the network again.",
    harmless=(
        "Several nodes have one address on a NIC that neither kubelet nor the pod network announces. No machine is "
        "behind the nodes, as with virtual-kubelet."
    ),
    find=find,
)
