# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module pod_network_info read on one node. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import check_shape
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import (
    CERTIFICATE,
    CONFIGURATION,
    NODE,
)

# Links that pod networks make, by the network whose they are.
OVERLAY_LINKS = {
    "flannel": ("flannel.1", "flannel-v6.1", "flannel-wg", "flannel-wg-v6"),
    "calico": ("vxlan.calico", "vxlan-v6.calico", "wireguard.cali"),
}


# Kinds of links by which a node is on a network of machines. A VPN's link is none.
NICS = ("ether", "veth", "bond", "team", "vlan", "bridge", "macvlan", "ipvlan", "openvswitch", "infiniband")
# What vendors of boards leave where each machine should have a UUID of its own.
NO_UUID = re.compile(
    r"0[0-]*|f[f-]*|03000200-0400-0500-0006-000700080009|12345678-1234-5678-90ab-cddeefaabbcc", re.IGNORECASE
)
# Plugins that call those of another configuration, which gives pods their network.
META_PLUGINS = ("multus", "multus-shim", "genie", "danm")


@lru_cache(maxsize=100_000)
def as_network(text: str) -> Network:
    """Return a network, such as 10.244.1.0/24, or the one of an address."""
    return ipaddress.ip_network(text, strict=False)


@lru_cache(maxsize=100_000)
def _bounds(text: str) -> tuple[int, int, int, int]:
    """Return version, first and last address as numbers, and prefix length of a network: quick to compare."""
    network = as_network(text)
    return network.version, int(network.network_address), int(network.broadcast_address), network.prefixlen


def describe_configuration(configuration: Mapping[str, Any]) -> str:
    """Name a CNI configuration and its first plugin."""
    return f"{configuration['name'] or 'no name'}, {configuration['plugins'][0]['type']}"


@dataclass(frozen=True)
class NodeLink:
    """A link of a node; addresses in CIDR form, of both families."""

    name: str
    kind: str
    mac: str
    mtu: int
    up: bool
    addresses: tuple[str, ...]
    lower: str | None = None  # of VXLAN: the link that carries it
    local: str | None = None  # of VXLAN: the address that packets leave from
    port: int | None = None

    def holds(self, address: str) -> bool:
        """Whether the link has this address."""
        return any(one.partition("/")[0] == address for one in self.addresses)


@dataclass(frozen=True)
class RouteGroup:
    """Routes with one table, link, type and protocol; each is "DESTINATION" or "DESTINATION GATEWAY"."""

    table: str
    device: str
    kind: str
    protocol: str
    routes: frozenset[str]


@dataclass(frozen=True)
class FoundRoute:
    """The route that a packet takes."""

    network: Network
    gateway: str | None
    device: str
    kind: str

    def __str__(self) -> str:
        words = [] if self.kind == "unicast" else [self.kind]
        words.append("default" if self.network.prefixlen == 0 else str(self.network))  # as ip(8) writes it
        words += ["via", self.gateway] if self.gateway else []
        words += ["dev", self.device] if self.device else []
        return " ".join(words)


@dataclass(frozen=True)
class NodeFacts:
    """A node.

    Attributes:
        name: of its Node object, or its host name where the cluster was not asked
        links, routes: None when they could not be read
        rules: lines of iptables-save; None when they could not be read
        rules_cut: whether lines are missing
        services_in_rules: whether the rules lead packets to kube-proxy's chains of Services
        chains: chains of nftables that iptables does not show
        configurations: the CNI configurations that a runtime can read, in its order; broken: the others, with the error
        data: everything else as the module returned it
    """

    name: str
    links: tuple[NodeLink, ...] | None
    routes: tuple[RouteGroup, ...] | None
    rules: tuple[str, ...] | None
    rules_cut: bool
    services_in_rules: bool
    chains: tuple[Mapping[str, Any], ...]
    configurations: tuple[Mapping[str, Any], ...]
    broken: Mapping[str, str]
    data: Mapping[str, Any]

    def link(self, name: str | None) -> NodeLink | None:
        """Return a link by its name."""
        return next((link for link in self.links or () if link.name == name), None)

    def link_with(self, address: str) -> NodeLink | None:
        """Return the link that has an address."""
        return next((link for link in self.links or () if link.holds(address)), None)

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses of the node."""
        return frozenset(one.partition("/")[0] for link in self.links or () for one in link.addresses)

    @property
    def configuration(self) -> Mapping[str, Any] | None:
        """The CNI configuration of the pods' network: the first, or the one that the first has others call."""
        own = (one for one in self.configurations if one["plugins"][0]["type"] not in META_PLUGINS)
        return next(own, self.configurations[0] if self.configurations else None)

    @property
    def plugins(self) -> tuple[Mapping[str, Any], ...]:
        """The plugins of the CNI configuration that wins."""
        return tuple(self.configuration["plugins"]) if self.configuration else ()

    @property
    def network(self) -> str | None:
        """The pod network: flannel, calico, bridge, or the type of another first plugin; None without one."""
        types = [str(one["type"]) for one in self.plugins]
        return next((one for one in ("calico", "flannel") if one in types), types[0] if types else None)

    @property
    def has_own_addresses(self) -> bool:
        """Whether pods get their addresses from the network's own pools, and not from the node's podCIDR."""
        return any(one.get("ipam") not in (None, "host-local") for one in self.plugins)

    @property
    def reads_pod_cidr(self) -> bool:
        """Whether pods get addresses of the node's podCIDR. Cilium, Weave and clouds have pools of their own."""
        return self.network in ("flannel", "bridge", "ptp", "calico") and not self.has_own_addresses

    @property
    def bridge(self) -> str | None:
        """The bridge of the pods; None when the network has none."""
        for plugin in self.plugins:
            if plugin["type"] in ("bridge", "flannel") and plugin.get("delegate", "bridge") == "bridge":
                return str(plugin.get("bridge", "cni0"))
        return None

    def sysctl(self, key: str) -> str | None:
        """The value of a kernel setting; None when the kernel has none."""
        value = (self._part("sysctls").get(key) or {}).get("value")
        return None if value is None else str(value)

    def sysctl_source(self, key: str, value: str) -> str:
        """Say which file sets a kernel setting to this value, in a few words."""
        files = (self._part("sysctls").get(key) or {}).get("files")
        if not files:
            return "no file under sysctl.d sets it"
        last = files[-1]
        where = f"{last['file']}, line {last['line']}"
        return (
            f"{where} sets it"
            if last["value"] == value
            else f"{where} sets it to {last['value']}, so it was changed later"
        )

    @property
    def flags(self) -> Mapping[str, str]:
        """The kubelet's flags that matter."""
        return self._part("kubelet").get("flags") or {}

    @property
    def settings(self) -> Mapping[str, Any]:
        """The kubelet's settings that matter."""
        return self._part("kubelet").get("settings") or {}

    @property
    def has_kubelet(self) -> bool:
        """Whether the host was set up as a node: also one whose kubelet does not run or never joined."""
        return bool(self.flags or self.settings) or self.unit("kubelet").get("LoadState") == "loaded"

    def unit(self, name: str) -> Mapping[str, str]:
        """The properties of a systemd unit; empty when systemd did not answer."""
        return self._part("units").get(name) or {}

    def log(self, unit: str) -> list[str]:
        """The last lines of a unit's log that speak of an error."""
        return self._part("logs").get(unit) or []

    @property
    def last_words(self) -> Mapping[str, str]:
        """The log lines with which containers of the system ended a while ago, by NAMESPACE/POD/CONTAINER."""
        return self._part("last_words")

    @property
    def certificates(self) -> list[Mapping[str, Any]]:
        """The node's certificates that could be read."""
        return [one for one in self.data.get("certificates") or [] if "error" not in one]

    def certificate(self, path: str, part: str | None = None) -> Mapping[str, Any] | None:
        """The first certificate of a file."""
        return next((one for one in self.certificates if one["path"] == path and one.get("part") == part), None)

    def _part(self, name: str) -> Mapping[str, Any]:
        return self.data.get(name) or {}

    @cached_property
    def _main_routes(self) -> Mapping[tuple[int, int, int], tuple[RouteGroup, str]]:
        """The routes of the main table by version, prefix length and first address; of equal ones the first."""
        found: dict[tuple[int, int, int], tuple[RouteGroup, str]] = {}
        for group in self.routes or ():
            for text in group.routes if group.table == "main" else ():
                version, first, _last, length = _bounds(text.partition(" ")[0])
                found.setdefault((version, length, first), (group, text))
        return found

    def route_to(self, address: str) -> FoundRoute | None:
        """Find the route of the main table that a packet to an address takes: the one with the longest prefix."""
        version, target, _last, longest = _bounds(address)
        for length in range(longest, -1, -1):
            host_bits = longest - length
            found = self._main_routes.get((version, length, target >> host_bits << host_bits))
            if found:
                group, text = found
                destination, _space, gateway = text.partition(" ")
                return FoundRoute(as_network(destination), gateway or None, group.device, group.kind)
        return None


def load_node(data: Any, names: Iterable[str] = (), inventory_name: str = "") -> NodeFacts:
    """Load the result of the module on one node.

    Args:
        data: the dict pod_network_info
        names: names of the Node objects; the node's own name may have a domain that the object lacks, or capitals
        inventory_name: of the host in the inventory

    Raises:
        InputError: the data is not of this module
    """
    if not isinstance(data, Mapping) or "host" not in data:
        raise InputError(
            f"{inventory_name} has {str(data)[:80]!r}: give the result of podnet.kubernetes.pod_network_info"
        )
    check_shape(data, NODE, inventory_name or "the node")
    iptables = (data.get("packet_filter") or {}).get("iptables") or {}
    configurations = (data.get("cni") or {}).get("configurations") or []
    for path, entries, shape in (
        ("cni.configurations", configurations, CONFIGURATION),
        ("certificates", data.get("certificates") or (), CERTIFICATE),
    ):
        check_shape([one for one in entries if "error" not in one], [shape], f"{inventory_name}.{path}")
    return NodeFacts(
        name_of(data, names, inventory_name),
        None if data.get("links") is None else tuple(map(_link, data["links"])),
        None if data.get("routes") is None else tuple(map(_group, data["routes"])),
        tuple(iptables["lines"]) if iptables else None,
        bool(iptables.get("cut")),
        _leads_to_services(iptables),
        tuple((data.get("packet_filter") or {}).get("nftables") or ()),
        tuple(one for one in configurations if one.get("plugins")),
        {one["file"]: one["error"] for one in configurations if "error" in one},
        data,
    )


def _leads_to_services(iptables: Mapping[str, Any]) -> bool:
    """Whether the table nat leads to rules in KUBE-SERVICES.

    Of the tables with this chain, only nat has PREROUTING. A table that was flushed keeps its chains, without rules.
    """
    lines = iptables.get("lines", ())
    leads = any(one.startswith("-A PREROUTING ") and one.endswith(" -j KUBE-SERVICES") for one in lines)
    has_rules = "KUBE-SERVICES" in (iptables.get("left_out") or {}) or any("-A KUBE-SERVICES " in one for one in lines)
    return bool(iptables.get("cut")) or (leads and has_rules)


def name_of(data: Mapping[str, Any], names: Iterable[str], inventory_name: str) -> str:
    """Find the name of the node's object."""
    known = frozenset(names)  # costs nothing where it is one: with 1,000 nodes, each asks for 1,000 names
    flags = (data.get("kubelet") or {}).get("flags") or {}
    own = [str(flags.get("hostname-override") or data["host"]).lower()]
    own += [own[0].partition(".")[0], inventory_name]
    found = next((name for name in own if name in known), None)
    return found or _by_short_name(known).get(own[1], own[0])


@lru_cache(maxsize=4)
def _by_short_name(names: frozenset[str]) -> Mapping[str, str]:
    """The names that have a domain, by their first part. A cloud names its nodes so, and hosts may be short."""
    found = Counter(name.partition(".")[0] for name in names)
    return {short: name for name in names if (short := name.partition(".")[0]) != name and found[short] == 1}


def _link(link: Mapping[str, Any]) -> NodeLink:
    vxlan = link.get("vxlan") or {}
    return NodeLink(
        link["name"],
        link.get("kind") or "",
        link.get("mac") or "",
        link.get("mtu") or 0,
        bool(link.get("up")),
        tuple(link.get("addresses") or ()),
        vxlan.get("link"),
        vxlan.get("local"),
        vxlan.get("port"),
    )


def _group(group: Mapping[str, Any]) -> RouteGroup:
    return RouteGroup(group["table"], group["device"], group["type"], group["protocol"], frozenset(group["routes"]))


__all__ = [
    "META_PLUGINS",
    "NICS",
    "NO_UUID",
    "OVERLAY_LINKS",
    "FoundRoute",
    "NodeFacts",
    "NodeLink",
    "as_network",
    "describe_configuration",
    "load_node",
    "name_of",
]
