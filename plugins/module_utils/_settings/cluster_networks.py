# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the networks of a cluster are large enough, small enough, and of families that fit. No I/O, no Ansible.

Source: ValidateNetworking in cmd/kubeadm/app/apis/kubeadm/validation/validation.go of Kubernetes 1.36.3, and its
constants. kubeadm tells its limits only when the packages are installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import (
    NamedNetwork,
    Network,
    parse_network,
)

# kubeadm: MinimumAddressesInServiceSubnet, MaximumBitsForServiceSubnet, MinimumAddressesInPodSubnet and
# PodSubnetNodeMaskMaxDiff. The controller manager gives each node a /24 of IPv4 and a /64 of IPv6.
_LEAST_SERVICES = 10
_MOST_SERVICE_BITS = 20
_LEAST_PODS = 14
_MOST_NODE_BITS = 16
KUBEADM_LENGTHS = {4: 24, 6: 64}
# The kubelet's default of maxPods (KubeletConfiguration v1beta1).
KUBELET_PODS = 110
# The plugin host-local gives no pod the network's address, the gateway's and the last one.
_NO_POD = 3


@dataclass(frozen=True)
class ClusterNetworks:
    """The networks of a cluster that is to be made.

    Attributes:
        pods: the network of the pods, with the variable that sets it
        services: that of the Services
        nodes: the number of nodes
        lengths: the prefix length of a node's pod subnet, by IP version
        by_kubeadm: whether the controller manager allocates these subnets, within kubeadm's limits
    """

    pods: NamedNetwork
    services: NamedNetwork
    nodes: int
    lengths: Mapping[int, int]
    by_kubeadm: bool


def find_misfits(cluster: ClusterNetworks) -> list[str]:
    """Describe what kubeadm or the controller manager would refuse, or would never finish.

    A text that is no network is left to find_conflicts().
    """
    try:
        pods, services = (_parse(entry.network) for entry in (cluster.pods, cluster.services))
    except InputError:
        return []
    sentences = list(_family_faults(cluster, pods, services))
    for network in services:
        sentences += _service_faults(cluster.services.describe(network), network)
    for network in pods:
        sentences += _pod_faults(cluster, cluster.pods.describe(network), network)
    return sentences


def find_small_subnets(variable: str, version: int, length: int, most_pods: int) -> list[str]:
    """Say that a node's subnet has fewer addresses than its kubelet takes pods.

    Args:
        variable: what sets the prefix length
        version: the IP version
        length: the prefix length of a node's subnet
        most_pods: the kubelet's maxPods
    """
    bits = {4: 32, 6: 128}[version]
    pods = _pods_of(bits - length)
    if pods >= most_pods:
        return []
    fits = bits - (most_pods + _NO_POD - 1).bit_length()
    return [
        f"{variable} sets the prefix length {length}: a node's subnet then has addresses for {pods} "
        f"pod{'s' * (pods != 1)}, and the kubelet takes {most_pods} (maxPods): give a prefix length of {fits} or less, "
        f"or set maxPods in kubeadm_control_plane_kubelet_configuration to {pods} or less"
    ]


def _pods_of(bits: int) -> int:
    """How many pods fit into a subnet whose addresses have so many bits of their own."""
    return max((1 << max(bits, 0)) - _NO_POD, 0)


def _parse(text: str) -> list[Network]:
    return [parse_network(part.strip()) for part in text.split(",")]


def _family_faults(cluster: ClusterNetworks, pods: list[Network], services: list[Network]) -> Iterator[str]:
    versions = tuple(network.version for network in pods)
    if versions not in ((4,), (4, 6)):
        yield (
            f"{cluster.pods.describe(cluster.pods.network)} does not fit: give one IPv4 network, or an IPv4 and an "
            "IPv6 network with a comma between"
        )
    elif versions != tuple(network.version for network in services):
        yield (
            f"{cluster.pods.describe(cluster.pods.network)} and {cluster.services.describe(cluster.services.network)} "
            "have different address families: give both the same, IPv4 first"
        )


def _service_faults(named: str, network: Network) -> Iterator[str]:
    bits = network.max_prefixlen - network.prefixlen
    shortest = network.max_prefixlen - _MOST_SERVICE_BITS
    longest = network.max_prefixlen - (_LEAST_SERVICES - 1).bit_length()
    right = f"give a prefix length from {shortest} to {longest}"
    if bits > _MOST_SERVICE_BITS:
        yield f"{named} is too large for kubeadm: {right}"
    elif network.num_addresses < _LEAST_SERVICES:
        yield f"{named} has too few addresses for kubeadm ({network.num_addresses}): {right}"


def _pod_faults(cluster: ClusterNetworks, named: str, network: Network) -> Iterator[str]:
    length = cluster.lengths[network.version]
    bits = (cluster.nodes - 1).bit_length()
    longest = length - bits
    subnets = 0 if network.prefixlen > length else 1 << (length - network.prefixlen)
    if subnets < cluster.nodes:
        smaller = network.prefixlen + bits
        fits = bits <= _MOST_NODE_BITS and _pods_of(network.max_prefixlen - smaller) >= KUBELET_PODS
        lengths = {**cluster.lengths, network.version: smaller}
        versions = [part.version for part in _parse(cluster.pods.network)]
        remedies = [
            f"give a prefix length of {longest} or less" if longest > 0 else "",
            f"set podnet_node_prefix to {','.join(str(lengths[version]) for version in versions)}" if fits else "",
        ]
        right = ", or ".join(filter(None, remedies)) or "give a larger network, and a longer podnet_node_prefix"
        yield (
            f"{named} has {subnets or 'no'} subnet{'s' * (subnets != 1)} of /{length}, one for each node, and the "
            f"inventory has {cluster.nodes} node{'s' * (cluster.nodes != 1)}: {right}"
        )
    elif cluster.by_kubeadm and length - network.prefixlen > _MOST_NODE_BITS:
        yield (
            f"{named} is too large for kubeadm, which allows {_MOST_NODE_BITS} bits for the numbers of nodes: give a "
            f"prefix length from {length - _MOST_NODE_BITS} to {longest}"
        )
    elif network.num_addresses < _LEAST_PODS:
        yield f"{named} has too few addresses for kubeadm ({network.num_addresses}): give at least {_LEAST_PODS}"


__all__ = ["KUBEADM_LENGTHS", "KUBELET_PODS", "ClusterNetworks", "find_misfits", "find_small_subnets"]
