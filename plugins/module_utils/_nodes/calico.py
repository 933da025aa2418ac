# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses that Calico chose, and Calico's routes. No I/O, no Ansible.

Source: Calico v3.31.0.

* node/pkg/lifecycle/startup: calico-node writes its address and prefix length into an annotation of the Node.
* its autodetection: an expression after interface= may match any part of a NIC's name. cidr= takes an address in one of
  the networks. kubernetes-internal-ip takes the InternalIP in the status of the Node.
* felix/dataplane/linux: the name of a pod's link is cali and eleven hexadecimal digits. Routes to the blocks of other
  nodes have protocol 80. Without VXLAN, BIRD sets them with protocol 12, which iproute2 shows as bird.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    read_optional_text,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import (
    AnnouncedNode,
    WrongAddress,
    parse_announced_node,
)

ADDRESS_ANNOTATIONS = {4: "projectcalico.org/IPv4Address", 6: "projectcalico.org/IPv6Address"}

_OWN_LINK = re.compile(r"cali[0-9a-f]{11}$|tunl0$|vxlan\.calico$|vxlan-v6\.calico$|wireguard\.cali$|wg-v6\.cali$")
_OWN_PROTOCOLS = ("80", "bird", "12")


@dataclass(frozen=True)
class ForeignRoute:
    """A route that Calico did not make.

    Attributes:
        network: the destination, in CIDR form
        device: name of the NIC, None for a route without one
        connected: whether a NIC of the node is in the network
    """

    network: str
    device: str | None
    connected: bool

    def as_entry(self, node: str) -> dict[str, str]:
        """An entry for the filter network_conflicts."""
        name = "network" if self.connected else "route"
        return {"name": name, "network": self.network, "where": f"{node}, {self.device}" if self.device else node}


def foreign_routes(routes: Iterable[Mapping[str, Any]]) -> list[ForeignRoute]:
    """Find the routes of a node, without the default route and the routes of Calico.

    Args:
        routes: the output of C(ip -json route show) for one address family, as data

    Raises:
        InputError: the routes have another form
    """
    try:
        # iproute2 prints an empty object for a route that it filtered out.
        foreign = [route for route in check_objects(routes) if route and not _is_own(route)]
        return [_foreign_route(route) for route in foreign if read_text(route, "dst") != "default"]
    except InputError as error:
        raise InputError(f"the input is {routes!r}: give the output of 'ip -json route show' ({error})") from None


def parse_calico_node(name: str, annotations: Mapping[str, str], found: Mapping[str, Any]) -> AnnouncedNode:
    """Read a node as parse_announced_node() does, without the prefix length in Calico's annotation."""
    addresses = {key: annotations[key].partition("/")[0] for key in ADDRESS_ANNOTATIONS.values() if key in annotations}
    return parse_announced_node("Calico", ADDRESS_ANNOTATIONS, name, addresses, found)


def find_wrong_addresses(
    nodes: Iterable[AnnouncedNode], internal_addresses: Mapping[str, Iterable[str]], detection: str
) -> list[WrongAddress]:
    """Find the nodes for which Calico announces a wrong address or none.

    Args:
        nodes: all nodes of the cluster: one remedy must fit all of them, because they share one DaemonSet
        internal_addresses: the InternalIP addresses in the status of each node
        detection: the option calico_address_detection

    Returns:
        The nodes with a wrong address, in the order of the input.
    """
    nodes = list(nodes)
    proposal = _propose(nodes, internal_addresses)
    wrong = [node for node in nodes if node.announced_address != node.expected]
    return [WrongAddress(node, _remedy(node, detection, proposal)) for node in wrong]


def _is_own(route: Mapping[str, Any]) -> bool:
    """Whether Calico made a route. Raises InputError."""
    return bool(_OWN_LINK.match(read_optional_text(route, "dev") or "")) or str(route.get("protocol")) in _OWN_PROTOCOLS


def _foreign_route(route: Mapping[str, Any]) -> ForeignRoute:
    """Read a route. iproute2 prints no prefix length for a route to a single address. Raises InputError."""
    destination = read_text(route, "dst")
    length = "" if "/" in destination else "/128" if ":" in destination else "/32"
    return ForeignRoute(f"{destination}{length}", read_optional_text(route, "dev"), route.get("protocol") == "kernel")


def _remedy(node: AnnouncedNode, detection: str, proposal: str) -> str:
    """The remedy for a node with a wrong address."""
    if node.announced is None:
        return f"check that the pod calico-node on {node.name} runs, and read its log"
    if detection == proposal:
        return (
            f"calico_address_detection is {detection}, which is right, but calico-node runs with another value: run "
            f"the role calico again, and read the log of the pod calico-node on {node.name}"
        )
    return f"calico_address_detection is {detection}, set it to {proposal}"


def _propose(nodes: list[AnnouncedNode], internal_addresses: Mapping[str, Iterable[str]]) -> str:
    """The simplest value of calico_address_detection that fits all nodes."""
    if all(_internal(node.expected, internal_addresses.get(node.name, ())) for node in nodes):
        return "kubernetes-internal-ip"
    nics = {node.interface for node in nodes}
    # Calico takes the first address of a NIC or in a network, so propose these only when they have no other.
    if len(nics) == 1 and all(node.only_address_on_nic for node in nodes):
        return f"interface=^{nics.pop().replace('.', '[.]')}$"
    networks = {node.network for node in nodes}
    if len(networks) == 1 and all(node.only_address_in_network for node in nodes):
        return f"cidr={networks.pop()}"
    addresses = sorted((node.expected for node in nodes), key=lambda address: (address.version, int(address)))
    return f"cidr={','.join(f'{address}/{address.max_prefixlen}' for address in addresses)}"


def _internal(expected: Address, addresses: Iterable[str]) -> bool:
    """Whether an address is the first InternalIP of its family."""
    version = {4: ".", 6: ":"}[expected.version]
    return str(expected) == next((address for address in addresses if version in address), None)


__all__ = ["find_wrong_addresses", "foreign_routes", "parse_calico_node"]
