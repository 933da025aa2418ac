# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server advertises an address that other nodes cannot reach."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import is_address


def find(gathered: Gathered) -> Iterator[Found]:
    advertised = set(gathered.cluster.api_addresses if gathered.cluster else ())
    advertised |= {node.data["advertised"] for node in gathered.nodes if node.data.get("advertised")}
    network = gathered.node_network
    for address in sorted(one for one in advertised if is_address(one)):
        holders = {node.name: node.link_with(address) for node in gathered.nodes if address in node.addresses}
        servers = {node.name for node in gathered.nodes if node.data.get("advertised") == address}
        foreign = set(holders) - servers
        outside = network is not None and as_network(address).version == network.version
        outside = outside and network is not None and as_network(address).network_address not in network
        # Of a control plane that is no node, such as a cloud's, other nodes know the way.
        outside = outside and bool(servers) and not _reached(gathered, address, servers)
        if not (foreign and servers) and not outside:
            continue
        places = ", ".join(f"{name}: {link.name if link else '?'}" for name, link in sorted(holders.items()))
        why = f"which {named(foreign)} have too" if foreign else f"which is outside podnet_node_network {network}"
        others = frozenset(node.name for node in gathered.nodes) - servers
        yield Found(
            tuple(sorted(servers)),
            f"The API server advertises {address}, {why}",
            (
                f"the Service default/kubernetes leads to {address}; NICs with it: "
                f"{places or 'none that was looked at'}",
            ),
            gathered.remedy(
                "set podnet_node_network and make the control plane anew: playbooks/reset.yml, then "
                "playbooks/cluster.yml",
                "set --advertise-address in /etc/kubernetes/manifests/kube-apiserver.yaml to an address that all nodes "
                "reach; the API's certificate must have it, too (`kubeadm certs renew apiserver`)",
            ),
            (Scope(sources=others, kinds=frozenset(("service",))),),
        )


def _reached(gathered: Gathered, address: str, servers: set[str]) -> bool:
    """Whether another node has reached the API server at this address."""
    others = (node for node in gathered.nodes if node.name not in servers)
    outcomes = (found for node in others for found in (node.data.get("knocks") or {}).items())
    return any(door.startswith(f"tcp {address} ") and outcome == "open" for door, outcome in outcomes)


CAUSE = Cause(
    id="api_server_on_nat",
    severity="error",
    layer="cluster",
    title="The API server advertises an address of the NAT",
    cause=(
        "kubeadm advertises the address of the NIC with the default route unless it is told another one. Pods on other "
        "nodes reach their own node, or nothing, when they ask the API."
    ),
    evidence="The address behind the Service default/kubernetes, and the nodes and NICs that have it.",
    remedy="Set `podnet_node_network` and make the control plane anew.",
    harmless=(
        "The API server is behind a load balancer: kubelets ask another address than the one that is advertised. The "
        "control plane is in another network, such as a cloud's, and no node, or nodes reach it."
    ),
    find=find,
)
