# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks overlap, or a link or route of another program shadows the pod network."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    OVER_PODS,
    PROXIED,
    Scope,
    either_end,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NICS, NodeFacts, as_network

# Links of pod networks, kube-proxy and the node's DNS cache. Their addresses are pods' or Services' by intention.
_OF_NETWORKS = re.compile(
    r"cni\d|cbr\d|flannel|vxlan.*calico|tunl0|wireguard.cali|cali|cilium|lxc|weave|kube-|nodelocaldns|lo$|antrea|ovn"
    r"|docker_gw|tun-[0-9a-f]+$"  # of kube-router, to other nodes
)
# Networks whose pods are in the pod network of kubeadm's or Flannel's configuration. Others have pools of their own, or
# addresses of the nodes' network for pods, as clouds do.
_USERS = ("flannel", "calico", "bridge", "ptp")


def find(gathered: Gathered) -> Iterator[Found]:
    pods = [as_network(one) for one in gathered.pod_networks()]
    services = [as_network(one) for one in (gathered.cluster.service_networks if gathered.cluster else ())]
    for pod in pods:
        for service in services:
            if pod.overlaps(service):
                yield _configured(gathered, pod, service)
    found: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for node in gathered.nodes:
        used = pods if node.network is None or node.network in _USERS else []
        networks = [*(("pod", one) for one in used), *(("service", one) for one in services)]
        for what, where in _of_node(gathered, node, networks):
            found[what][node.name] = where
    for (kind, network, other), nodes in sorted(found.items()):
        names = frozenset(nodes)
        explains = either_end(names) if kind == "pod" else (Scope(sources=names, kinds=PROXIED),)
        yield Found(
            tuple(sorted(names)),
            f"The {kind} network {network} overlaps {other} on {named(names)}",
            tuple(f"{name}: {where}" for name, where in sorted(nodes.items())[:5]),
            gathered.remedy(f"choose another podnet_{kind}_network", f"choose another {kind} network for the cluster")
            + ", or move the other network",
            explains,
        )


def _configured(gathered: Gathered, pod: Network, service: Network) -> Found:
    return Found(
        (),
        f"The pod network {pod} overlaps the service network {service}",
        (f"podSubnet {pod} and serviceSubnet {service} of kubeadm-config",),
        gathered.remedy(
            "choose another podnet_pod_network or podnet_service_network, and make the cluster anew",
            "make the cluster anew, with a podSubnet and a serviceSubnet that are apart",
        ),
        (Scope(kinds=OVER_PODS),),
    )


def _of_node(
    gathered: Gathered, node: NodeFacts, networks: list[tuple[str, Network]]
) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield what overlaps a network of the cluster: links with an address, and routes that lead elsewhere."""
    if node.links is None:  # then a NIC and a tunnel look alike
        return
    bridge = node.bridge
    for link in node.links:
        if _OF_NETWORKS.match(link.name) or link.name == bridge or link.kind == "dummy":
            continue
        for text in link.addresses:
            other = as_network(text)
            for kind, network in networks:
                if network.overlaps(other) and other.prefixlen < other.max_prefixlen:
                    yield (kind, str(network), f"the network {other} of {link.name}"), f"{link.name} has {text}"
    # A VPN may be the nodes' own network, and a route by another node leads to this node's pods.
    nics = {*(link.name for link in node.links if link.kind in NICS), gathered.node_link(node)}
    for group in node.routes or ():
        if group.table != "main" or group.device in nics or not group.device or group.protocol == "kernel":
            continue
        if _OF_NETWORKS.match(group.device) or group.device == bridge:
            continue
        for text in group.routes:
            other, gateway = as_network(text.partition(" ")[0]), text.partition(" ")[2]
            for kind, network in networks:
                if gateway not in gathered.address_owners and _shadows(kind, network, other):
                    what = f"the route {other} of {group.device}"
                    yield (kind, str(network), what), f"ip route: {text.replace(' ', ' via ')} dev {group.device}"


def _shadows(kind: str, network: Network, other: Network) -> bool:
    """Whether a route takes packets to pods. A wider one, such as a VPN's 10.0.0.0/8, loses against those to pods."""
    return kind == "pod" and network.overlaps(other) and other.prefixlen >= network.prefixlen


CAUSE = Cause(
    id="overlapping_networks",
    severity="error",
    layer="cluster",
    title="Networks overlap",
    cause=(
        "The networks of pods, Services and nodes must be apart. A bridge of another container engine or the "
        "route of a "
        "VPN inside the pod network takes packets away from pods."
    ),
    evidence="Both networks, and the link or route on each node.",
    remedy="Choose another `podnet_pod_network` or `podnet_service_network`, or move the other network.",
    harmless=(
        "A VPN has a wider route, such as 10.0.0.0/8: the routes to pods are longer and win. A VPN is the nodes' own "
        "network. kube-proxy has the addresses of Services on its own link. The pod network has pools of its own, as "
        "Cilium has, or gives pods addresses of the nodes' network, as clouds do."
    ),
    find=find,
)
