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
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts, as_network

# Links of pod networks, kube-proxy and the node's DNS cache. Their addresses are pods' or Services' by intention.
_OF_NETWORKS = re.compile(
    r"cni\d|cbr\d|flannel|vxlan.*calico|tunl0|wireguard.cali|cali|cilium|lxc|weave|kube-|nodelocaldns|lo$|antrea|ovn|docker_gw"
)


def find(gathered: Gathered) -> Iterator[Found]:
    pods = [as_network(one) for one in gathered.pod_networks()]
    services = [as_network(one) for one in (gathered.cluster.service_networks if gathered.cluster else ())]
    for pod in pods:
        for service in services:
            if pod.overlaps(service):
                yield _configured(pod, service)
    found: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for node in gathered.nodes:
        for what, where in _of_node(node, [*(("pod", one) for one in pods), *(("service", one) for one in services)]):
            found[what][node.name] = where
    for (kind, network, other), nodes in sorted(found.items()):
        names = frozenset(nodes)
        explains = either_end(names) if kind == "pod" else (Scope(sources=names, kinds=PROXIED),)
        yield Found(
            tuple(sorted(names)),
            f"The {kind} network {network} overlaps {other} on {named(names)}",
            tuple(f"{name}: {where}" for name, where in sorted(nodes.items())[:5]),
            f"choose another podnet_{kind}_network, or move the other network",
            explains,
        )


def _configured(pod: Network, service: Network) -> Found:
    return Found(
        (),
        f"The pod network {pod} overlaps the service network {service}",
        (f"podSubnet {pod} and serviceSubnet {service} of kubeadm-config",),
        "choose another podnet_pod_network or podnet_service_network, and make the cluster anew",
        (Scope(kinds=OVER_PODS),),
    )


def _of_node(node: NodeFacts, networks: list[tuple[str, Network]]) -> Iterator[tuple[tuple[str, str, str], str]]:
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
    nics = {link.name for link in node.links if link.kind in ("ether", "veth", "bond", "vlan", "bridge")}
    for group in node.routes or ():
        if group.table != "main" or group.device in nics or not group.device or group.protocol == "kernel":
            continue
        if _OF_NETWORKS.match(group.device) or group.device == bridge:
            continue
        for text in group.routes:
            other = as_network(text.partition(" ")[0])
            for kind, network in networks:
                # A wider route, such as a VPN's 10.0.0.0/8, loses against the routes to pods.
                if kind == "pod" and network.overlaps(other) and other.prefixlen >= network.prefixlen:
                    what = f"the route {other} of {group.device}"
                    yield (kind, str(network), what), f"ip route: {text.replace(' ', ' via ')} dev {group.device}"


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
        "A VPN has a wider route, such as 10.0.0.0/8: the routes to pods are longer and win. kube-proxy has the "
        "addresses "
        "of Services on its own link."
    ),
    find=find,
)
