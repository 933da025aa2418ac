# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a diagnosis knows: nodes, cluster, failed cells, and what was not looked at. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import (
    ClusterFacts,
    ClusterNode,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import FailedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    META_PLUGINS,
    NodeFacts,
    as_network,
    describe_configuration,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_rules import (
    PodPacket,
    Table,
    read_tables,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_trails import PacketTrail
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import (
    is_address,
    is_network,
    plain_address,
)

# Where pods have no bridge, each has a link whose name begins like this. Those of other networks are not known.
_POD_LINKS = {"calico": "cali0", "ptp": "veth0"}
_ANY = ("0.0.0.0", "::")  # which leave the choice to the kubelet
_CONTAINERD = "/run/containerd/containerd.sock"
_OURS = "/etc/sysctl.d/60-kubernetes.conf"  # of the role common


@dataclass(frozen=True)
class Gathered:
    """What was gathered.

    Attributes:
        nodes: of all nodes that answered
        cluster: None when the API did not answer
        failed: the bad cells of the last verification: failed, flapping or not probed
        node_network: the network that the nodes share, where the user names it
        unread: what could not be looked at, in sentences
        allocation: the subnets of each node in the file of the role basic_cni
        trails: of packets of cells that failed in the last verification
        missing: nodes that took no part in it, with the reason
    """

    nodes: tuple[NodeFacts, ...]
    cluster: ClusterFacts | None = None
    failed: tuple[FailedCell, ...] = ()
    node_network: Network | None = None
    unread: tuple[str, ...] = ()
    allocation: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trails: tuple[PacketTrail, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Mapping[str, NodeFacts]:
        """The nodes that answered, by name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def objects(self) -> Mapping[str, ClusterNode]:
        """The Node objects by name, but for those without a machine; none when the API did not answer."""
        return {node.name: node for node in (self.cluster.nodes if self.cluster else ()) if not node.virtual}

    @cached_property
    def made_here(self) -> bool:
        """Whether the roles of this collection made the nodes, as their files say."""
        settings = (one for node in self.nodes for one in (node.data.get("sysctls") or {}).values())
        return any(file["file"] == _OURS for one in settings for file in one.get("files") or ())

    def remedy(self, ours: str, other: str) -> str:
        """Choose a remedy: variables and playbooks of this collection help only where its roles made the cluster."""
        return ours if self.made_here else other

    def uses_unit(self, node: NodeFacts, unit: str) -> bool:
        """Whether the node's kubelet or runtime is the one of this systemd unit, and not another program's."""
        known = self.objects.get(node.name)
        if known and known.distribution:
            return False
        runtime = known.runtime if known else ""
        endpoint = node.flags.get("container-runtime-endpoint") or node.settings.get("containerRuntimeEndpoint") or ""
        is_containerd = runtime.startswith("containerd://") or not runtime
        return unit != "containerd" or (is_containerd and (not endpoint or str(endpoint).endswith(_CONTAINERD)))

    @cached_property
    def pod_subnets(self) -> Mapping[str, tuple[str, ...]]:
        """The subnets of each node's pods: of the network's own pools, of the Node object, or of the node's files."""
        found = {name: node.pod_cidrs for name, node in self.objects.items()}
        for node in self.nodes:
            if node.has_own_addresses:
                # Calico rejects what is for no pod of its blocks: blackhole routes.
                own = (one for group in node.routes or () if group.kind == "blackhole" for one in group.routes)
                found[node.name] = tuple(sorted(own))
            elif node.network == "bridge" and _own_subnets(node):  # the plugin does not read the Node object
                found[node.name] = _own_subnets(node)
            elif not found.get(node.name):
                found[node.name] = _subnets_of_files(node)
        return found

    @cached_property
    def internal(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses of each node on the nodes' network: of the Node object, or of the kubelet's flag."""
        found = {name: node.internal for name, node in self.objects.items()}
        for node in self.nodes:
            if not found.get(node.name):
                flag = (one.strip() for one in node.flags.get("node-ip", "").split(","))
                found[node.name] = tuple(plain_address(one) for one in flag if is_address(one) and one not in _ANY)
        return found

    @cached_property
    def address_owners(self) -> Mapping[str, str]:
        """The node of each address on the nodes' network; an address of several nodes is left out."""
        owners: dict[str, str] = {}
        shared = set()
        for name, addresses in self.internal.items():
            for address in addresses:
                if owners.setdefault(address, name) != name:
                    shared.add(address)
        return {address: name for address, name in owners.items() if address not in shared}

    @cached_property
    def pod_families(self) -> frozenset[str]:
        """The address families of pods, ipv4 and ipv6; IPv4 where nothing says it."""
        subnets = (one for some in self.pod_subnets.values() for one in some)
        found = frozenset(map(family_of, (*subnets, *self.pod_networks())))
        return found or frozenset(("ipv4",))

    @cached_property
    def networks(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes of each pod network, by the CNI configuration that wins there. That of most nodes comes last."""
        found: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes:
            if node.configuration and node.network not in META_PLUGINS:
                found[describe_configuration(node.configuration)].append(node.name)
        return {name: tuple(found[name]) for name in sorted(found, key=lambda one: (len(found[one]), one))}

    @cached_property
    def strays(self) -> frozenset[str]:
        """The nodes whose pods are in another network than those of most nodes. No way leads to these pods."""
        return frozenset(node for some in list(self.networks.values())[:-1] for node in some)

    @cached_property
    def tables(self) -> Mapping[str, Mapping[str, Table]]:
        """The tables of iptables of each node whose rules could be read as a whole."""
        return {
            node.name: read_tables(node.rules) for node in self.nodes if node.rules is not None and not node.rules_cut
        }

    @cached_property
    def pod_packets(self) -> Mapping[str, tuple[PodPacket, ...]]:
        """A packet that leaves each node for another one's pod, and one that arrives from there.

        None without a pod subnet of this and another node, where no route but the default one leads there, where the
        links of pods are not known, or where a pod is in another network than those of most nodes.
        """
        return {node.name: () if node.name in self.strays else tuple(self._packets(node)) for node in self.nodes}

    def _packets(self, node: NodeFacts) -> Iterator[PodPacket]:
        pods = node.bridge or _POD_LINKS.get(node.network or "")
        own = self.pod_address(node.name) if pods else None
        others = (name for name in self.pod_subnets if name != node.name and name not in self.strays)
        found = ((name, self.pod_address(name)) for name in others)
        name, other = next(((name, address) for name, address in found if address), ("", None))
        device = self._device_to(node, name, other) if own and other else None
        if own and other and device and pods:
            yield PodPacket(own, other, pods, device)
            yield PodPacket(other, own, device, pods)

    def _device_to(self, node: NodeFacts, name: str, address: str) -> str | None:
        """The link that leads to a pod of another node, None where only a default route does."""
        subnet = ipv4(self.pod_subnets[name]) or ""
        # Among a thousand routes, the usual ones are found at once.
        usual = {f"{subnet} {hop}" for hop in (subnet.partition("/")[0], *self.internal.get(name, ()))}
        for group in node.routes or ():
            if group.table == "main" and not usual.isdisjoint(group.routes):
                return group.device
        route = node.route_to(address)
        return route.device if route and route.network.prefixlen > 0 else None

    def pod_address(self, name: str) -> str | None:
        """Return an IPv4 address that a pod of a node may have."""
        for subnet in self.pod_subnets.get(name, ()):
            network = as_network(subnet)
            if network.version == 4 and network.num_addresses > 4:
                return str(network.network_address + 2)
        return None

    def reaches_no_pod(self, names: Collection[str]) -> bool:
        """Whether a pod of each of these nodes failed to reach a pod of each other one, in the last verification."""
        failed = {
            (cell.source_node, target)
            for cell in self.failed
            if cell.probed and cell.source_kind == cell.target_kind == "pod"
            for target in cell.target_nodes
        }
        return len(names) > 1 and failed.issuperset(permutations(names, 2))

    def node_link(self, node: NodeFacts) -> str | None:
        """Return the name of the NIC that has the node's address on the nodes' network."""
        for address in self.internal.get(node.name, ()):
            link = node.link_with(address)
            if link:
                return link.name
        return None

    def pod_networks(self) -> tuple[str, ...]:
        """The networks of all pods, as far as they are known: IPv4 and IPv6."""
        cluster = self.cluster
        known = (*cluster.pod_networks, cluster.flannel_network) if cluster else ()
        flannel = (_subnet_env(node).get("FLANNEL_NETWORK") for node in self.nodes)
        return tuple(dict.fromkeys(one for one in (*known, *flannel) if one and is_network(one)))


def _subnets_of_files(node: NodeFacts) -> tuple[str, ...]:
    """The pod subnets in a node's files: of Flannel's daemon, or of the CNI configuration."""
    flannel = _subnet_env(node).get("FLANNEL_SUBNET")
    if flannel and is_network(flannel):
        return (str(as_network(flannel)),)
    return _own_subnets(node)


def _own_subnets(node: NodeFacts) -> tuple[str, ...]:
    """The subnets that the CNI configuration itself names."""
    return tuple(subnet for plugin in node.plugins for subnet in plugin.get("subnets") or ())


def _subnet_env(node: NodeFacts) -> Mapping[str, str]:
    return node.data.get("subnet_env") or {}


def ipv4(addresses: Iterable[str]) -> str | None:
    """Return the first IPv4 address or network."""
    return next((one for one in addresses if family_of(one) == "ipv4"), None)


__all__ = ["Gathered", "ipv4"]
