# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses Calico took for nodes, why calico-node does not start, and whose a route is. No I/O, no Ansible.

Read from Calico v3.31.0:

* node/pkg/lifecycle/startup: calico-node writes its address, with the prefix length, into an annotation of the Node. It
  ends with a line in its log when another node has that address already, unless DISABLE_NODE_IP_CHECK is true.
* its autodetection: expressions after interface= may match anywhere in a NIC's name; an address in one of the networks
  after cidr= is taken; kubernetes-internal-ip takes the InternalIP in the Node's status.
* felix/dataplane/linux: links of pods are called cali and eleven hexadecimal digits; routes to other nodes' blocks have
  protocol 80. Where there is no VXLAN, BIRD sets them, with protocol 12, which iproute2 calls bird.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import (
    AnnouncedNode,
    WrongAddress,
    parse_announced_node,
)

ADDRESS_ANNOTATIONS = {4: "projectcalico.org/IPv4Address", 6: "projectcalico.org/IPv6Address"}

_OWN_LINK = re.compile(r"cali[0-9a-f]{11}$|tunl0$|vxlan\.calico$|vxlan-v6\.calico$|wireguard\.cali$|wg-v6\.cali$")
_OWN_PROTOCOLS = ("80", "bird", "12")

_CONFLICT = re.compile(r"Calico node '([^']+)' is already using the IPv[46] address ([0-9a-fA-F.:]+[0-9a-fA-F])")
# 2026-01-02 03:04:05.678 [ERROR][9] startup/startup.go 99: what went wrong
_SERIOUS = re.compile(r"\[(?:ERROR|FATAL|PANIC)\]\[\d+\] \S+ \d+: (.+)")
# What the kubelet says while a pod simply is not that far yet.
_BEGINNING = ("PodInitializing", "ContainerCreating")


@dataclass(frozen=True)
class ForeignRoute:
    """A destination that a node reaches otherwise than by Calico: a network in CIDR form, and the NIC, if any."""

    network: str
    device: str | None
    connected: bool

    def as_entry(self, node: str) -> dict[str, str]:
        """Return the entry for the filter network_conflicts."""
        name = "network" if self.connected else "route"
        return {"name": name, "network": self.network, "where": f"{node}, {self.device}" if self.device else node}


def foreign_routes(routes: Iterable[Mapping[str, Any]]) -> list[ForeignRoute]:
    """Return the routes of a node that are neither the default one nor Calico's own.

    Args:
        routes: what C(ip -json route show) prints, of one address family

    Raises:
        InputError: it is something else.
    """
    try:
        # iproute2 prints an empty object for what it filtered out.
        return [_foreign_route(route) for route in routes if route and not _is_own(route) and route["dst"] != "default"]
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(
            f"routes are wanted as ip -json route show prints them ({type(error).__name__}: {error})"
        ) from None


def parse_calico_node(name: str, annotations: Mapping[str, str], found: Mapping[str, Any]) -> AnnouncedNode:
    """Return the value object for a node, as parse_announced_node() does, with Calico's annotation less its length."""
    addresses = {key: annotations[key].partition("/")[0] for key in ADDRESS_ANNOTATIONS.values() if key in annotations}
    return parse_announced_node("Calico", ADDRESS_ANNOTATIONS, name, addresses, found)


def find_wrong_addresses(
    nodes: Iterable[AnnouncedNode], internal_addresses: Mapping[str, Iterable[str]], detection: str
) -> list[WrongAddress]:
    """Return the nodes for which Calico took another address than the expected one, or none.

    Args:
        nodes: all nodes of the cluster; the remedy must fit every one of them, because the DaemonSet is the same on all
        internal_addresses: for each node, the InternalIP addresses in its status
        detection: the value of calico_address_detection

    Returns:
        The wrong ones, in the order of the input.
    """
    nodes = list(nodes)
    proposal = _propose(nodes, internal_addresses)
    wrong = [node for node in nodes if node.announced_address != node.expected]
    return [WrongAddress(node, _remedy(node, detection, proposal)) for node in wrong]


def start_problems(pods: Iterable[Mapping[str, Any]], logs: Mapping[str, str]) -> list[str]:
    """Return a sentence for each pod of calico-node that is not ready.

    Args:
        pods: Pod objects of the DaemonSet calico-node
        logs: what the container calico-node logged, by the pod's name; those that have no log may be missing

    Raises:
        InputError: a pod is not a Pod object.
    """
    try:
        return [
            f"{pod['spec'].get('nodeName') or pod['metadata']['name']}: {_start_problem(pod, logs)}"
            for pod in pods
            if not _is_ready(pod)
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"Pod objects are wanted ({type(error).__name__}: {error})") from None


def _is_own(route: Mapping[str, Any]) -> bool:
    """Return whether Calico made a route."""
    return bool(_OWN_LINK.match(route.get("dev") or "")) or str(route.get("protocol")) in _OWN_PROTOCOLS


def _foreign_route(route: Mapping[str, Any]) -> ForeignRoute:
    """Return the value object for a route; one to a single address has no length as iproute2 prints it."""
    destination: str = route["dst"]
    length = "" if "/" in destination else "/128" if ":" in destination else "/32"
    return ForeignRoute(f"{destination}{length}", route.get("dev"), route.get("protocol") == "kernel")


def _remedy(node: AnnouncedNode, detection: str, proposal: str) -> str:
    """Return what to do about a node."""
    if node.announced is None:
        return f"see whether the pod calico-node on {node.name} runs, and what it logs"
    if detection == proposal:
        return (
            f"calico_address_detection is {detection}, which is right, so calico-node was not started with it: run the "
            f"role calico again, and see what the pod calico-node on {node.name} logs"
        )
    return f"calico_address_detection is {detection}, set it to {proposal}"


def _propose(nodes: list[AnnouncedNode], internal_addresses: Mapping[str, Iterable[str]]) -> str:
    """Return a value of calico_address_detection that fits all nodes: the simplest of several."""
    if all(_internal(node.expected, internal_addresses.get(node.name, ())) for node in nodes):
        return "kubernetes-internal-ip"
    nics = {node.interface for node in nodes}
    # A NIC gives its first address, a network the first one in it: of no use where that is the wrong one.
    if len(nics) == 1 and all(node.only_address_on_nic for node in nodes):
        return f"interface=^{nics.pop().replace('.', '[.]')}$"
    networks = {node.network for node in nodes}
    if len(networks) == 1 and all(node.only_address_in_network for node in nodes):
        return f"cidr={networks.pop()}"
    addresses = sorted((node.expected for node in nodes), key=lambda address: (address.version, int(address)))
    return f"cidr={','.join(f'{address}/{address.max_prefixlen}' for address in addresses)}"


def _internal(expected: Address, addresses: Iterable[str]) -> bool:
    """Return whether an address is the first InternalIP of its family."""
    version = {4: ".", 6: ":"}[expected.version]
    return str(expected) == next((address for address in addresses if version in address), None)


def _is_ready(pod: Mapping[str, Any]) -> bool:
    """Return whether all containers of a pod are ready."""
    statuses = pod["status"].get("containerStatuses") or []
    return bool(statuses) and all(status["ready"] for status in statuses)


def _start_problem(pod: Mapping[str, Any], logs: Mapping[str, str]) -> str:
    """Return why a pod is not ready, as far as the API and its log say."""
    log = logs.get(pod["metadata"]["name"]) or ""
    conflicts = _CONFLICT.findall(log)
    if conflicts:
        other, address = conflicts[-1]
        return f"calico-node does not start with the address {address}, because {other} has it already"
    waiting = next(_waiting(pod["status"]), None)
    errors = _SERIOUS.findall(log)
    if errors:
        return f"calico-node logs: {errors[-1].strip()}"
    return waiting or f"calico-node is not ready; see kubectl -n kube-system logs {pod['metadata']['name']}"


def _waiting(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the containers of a pod wait for, in the order in which they start."""
    for one in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = (one.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in (None, *_BEGINNING):
            message = f" ({waiting['message']})" if waiting.get("message") else ""
            yield f"the container {one['name']} waits: {waiting['reason']}{message}"


__all__ = [
    "ADDRESS_ANNOTATIONS",
    "ForeignRoute",
    "find_wrong_addresses",
    "foreign_routes",
    "parse_calico_node",
    "start_problems",
]
