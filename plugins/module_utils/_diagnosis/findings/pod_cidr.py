# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes without a pod subnet, or with one outside the pod network."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network


def find(gathered: Gathered) -> Iterator[Found]:
    cluster = gathered.cluster
    users = [node for node in gathered.nodes if node.network is not None]
    # Networks with pools of their own do not read podCIDR.
    if cluster is None or not users or not all(node.reads_pod_cidr for node in users):
        return
    nodes = gathered.objects.values()
    network = ipv4(cluster.pod_networks) or cluster.flannel_network
    without = [node.name for node in nodes if not node.pod_cidrs]
    if without:
        yield _without(gathered, without, network)
    name = cluster.flannel_network or ipv4(cluster.pod_networks)
    if name and as_network(name).version == 4:
        outer = as_network(name)
        outside = {
            node.name: subnet
            for node in nodes
            if (subnet := ipv4(node.pod_cidrs)) and not as_network(subnet).subnet_of(outer)  # type: ignore[arg-type]
        }
        if outside:
            yield Found(
                tuple(sorted(outside)),
                f"The pod subnets of {named(outside)} are outside the pod network {name}",
                tuple(f"{node}: podCIDR {subnet}" for node, subnet in sorted(outside.items())[:5]),
                gathered.remedy("set podnet_pod_network", "set Network in Flannel's ConfigMap, or --cluster-cidr,")
                + f" to a network that holds them, or give the {several(outside, 'node', 'nodes')} "
                "a new subnet: delete the Node object and join again",
                either_end(outside),
            )


def _without(gathered: Gathered, without: list[str], network: str | None) -> Found:
    """Describe nodes without a subnet, and whether the pod network is too small for all nodes."""
    count, mask_size = len(gathered.objects), gathered.cluster.mask_size if gathered.cluster else 24
    room = None if network is None else 2 ** max(0, mask_size - as_network(network).prefixlen)
    if room is not None and count > room:
        cause = f"The pod network {network} has room for {room} nodes, and the cluster has {count}"
        remedy = gathered.remedy(
            "choose a larger podnet_pod_network, or smaller subnets (node-cidr-mask-size), and make the cluster anew",
            "give kube-controller-manager a larger --cluster-cidr, or smaller subnets (--node-cidr-mask-size)",
        )
    else:
        cause = f"{named(without)} {several(without, 'has', 'have')} no pod subnet"
        remedy = gathered.remedy(
            "set podnet_pod_network before kubeadm init, which makes the controller manager allocate subnets "
            "(--allocate-node-cidrs)",
            "set --allocate-node-cidrs and --cluster-cidr of kube-controller-manager, and read its log",
        )
    evidence = f"spec.podCIDR is empty on {named(without)}; podSubnet is {network or 'not set'}"
    return Found(tuple(sorted(without)), cause, (evidence,), remedy, either_end(without))


CAUSE = Cause(
    id="pod_cidr",
    severity="error",
    layer="cluster",
    title="A node has no pod subnet, or a wrong one",
    cause=(
        "Flannel and bridge networks take each node's subnet from spec.podCIDR. It is empty when the cluster was "
        "made without "
        "a pod network, or when the pod network is too small for one more node."
    ),
    evidence="The podCIDR of the nodes, the pod network, and the number of nodes that it has room for.",
    remedy="Choose a `podnet_pod_network` that is large enough before the cluster is made.",
    harmless=(
        "A network with pools of its own, such as those of Calico, Cilium and Weave, does not read podCIDR. No machine "
        "is behind the node, as with virtual-kubelet."
    ),
    find=find,
)
