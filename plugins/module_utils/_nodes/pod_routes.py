# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for the routes of a node to the pod subnets of the other nodes. No I/O, no Ansible.

Own routes have a protocol number that no other program uses. The kernel stores it with each route. Routes with another
number are foreign, and no plan changes them.
"""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_number,
    read_optional_text,
    read_text,
    read_texts,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import Interface

# Route protocols of the kernel and of well-known programs (linux/rtnetlink.h, and rt_protos of iproute2).
_KNOWN_PROTOCOLS = {
    1: "redirect",
    2: "kernel",
    3: "boot",
    4: "static",
    8: "gated",
    9: "ra",
    10: "mrt",
    11: "zebra",
    12: "bird",
    13: "dnrouted",
    14: "xorp",
    15: "ntk",
    16: "dhcp",
    17: "mrouted",
    18: "keepalived",
    42: "babel",
    186: "bgp",
    187: "isis",
    188: "ospf",
    189: "rip",
    192: "eigrp",
}
_FREE_PROTOCOLS = "5 to 7, 19 to 41, 43 to 185 or 193 to 255"
_TAKEN_PROTOCOLS = frozenset([*range(5), *range(8, 19), 42, *range(186, 193)])
_BOOT = 3  # ip(8) omits this one from its output
_DEFAULT_METRICS = {4: 0, 6: 1024}

# Keys of a plain route in the JSON of ip. Any other key makes another kind of route.
_PLAIN_KEYS = frozenset(["dev", "dst", "flags", "gateway", "metric", "pref", "protocol"])


@dataclass(frozen=True)
class Route:
    """A route in the table main.

    Attributes:
        destination: a network
        gateway: address of the next hop, None for a route with no or several next hops
        device: name of the NIC, None for a route with no or several NICs
        protocol: number of the route protocol
        metric: None for the default of the family
        details: all other properties, as pairs of ip's name and the value; empty for a plain route
    """

    destination: Network
    gateway: str | None
    device: str | None
    protocol: int
    metric: int | None = None
    details: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join([self.selector, *(f"{key} {value}" for key, value in self.details if key != "tos")])

    @property
    def selector(self) -> str:
        """The words for ip that select this route among all routes of its protocol."""
        parts = [("via", self.gateway), ("dev", self.device), ("metric", self.metric), ("tos", self._tos)]
        return " ".join([str(self.destination), *(f"{key} {value}" for key, value in parts if value is not None)])

    @property
    def _tos(self) -> str | None:
        """The type of service, None for any."""
        return dict(self.details).get("tos")

    def is_replaced_by(self, route: Route) -> bool:
        """Whether "ip route replace" of a plain route replaces this one in the same step.

        The kernel compares the destination, the metric and the type of service. With IPv6, a route with a gateway never
        replaces one without.
        """
        same = (self.destination, self.metric, self._tos) == (route.destination, route.metric, None)
        return same and (self.destination.version == 4 or self.gateway is not None or "nexthops" in dict(self.details))


@dataclass(frozen=True)
class RoutePlan:
    """The change of the own routes.

    Attributes:
        before: the own routes on the node
        after: the own routes that the node should have
        commands: lines for "ip -batch -" of both families; no destination loses its route between two lines; empty when
            no route changes
    """

    before: tuple[Route, ...]
    after: tuple[Route, ...]
    commands: tuple[str, ...]


def check_protocol(protocol: int) -> None:
    """Refuse a number that is no route protocol or that other programs use. Raises InputError."""
    if not 1 <= protocol <= 255:
        raise InputError(f"protocol {protocol} is not the number of a route protocol: choose one of {_FREE_PROTOCOLS}")
    if protocol in _TAKEN_PROTOCOLS:
        raise InputError(
            f"protocol {_show_protocol(protocol)} belongs to another program, and the module would delete its routes: "
            f"choose one of {_FREE_PROTOCOLS}"
        )


def parse_routes(text: str, family: str) -> list[Route]:
    """Read the routes in the output of "ip -N -json route show table main", in the kernel's order.

    Args:
        text: the output, in the format of iproute2 5.3 and newer, where -N shows numbers for names; it may be empty
        family: ipv4 or ipv6, the family of the routes

    Raises:
        ClusterError: the text has another format
    """
    try:
        return [_parse_route(entry, family) for entry in parse_json_objects(text or "[]")]
    except InputError as error:
        raise ClusterError(
            "the output of 'ip -N -json route show table main' is not what iproute2 5.3 and newer write "
            f"({error}): {text[:200]!r}"
        ) from None


def wanted_routes(
    routes: Mapping[str, Any], interfaces: Sequence[Interface], device: str | None, protocol: int
) -> list[Route]:
    """Make the routes of the option C(routes), IPv4 before IPv6, sorted by their destinations.

    Args:
        routes: for each destination, a network in CIDR form, the gateway, an address of the other node
        interfaces: the NICs of the node with their addresses; a NIC may occur once for each family
        device: name of the NIC to all gateways, None only without routes
        protocol: number of the own route protocol

    Raises:
        InputError: a value is wrong, a destination occurs twice in two spellings, the NIC is missing or down, or a
            gateway is on no network of the NIC
    """
    asked = [_parse_pair(destination, gateway) for destination, gateway in routes.items()]
    if not asked:
        return []
    nics = _find_nics(interfaces, device)
    found: dict[Network, Route] = {}
    for destination, gateway in asked:
        if destination in found:
            raise InputError(
                f"routes: {destination} occurs twice, with the gateways {found[destination].gateway} and {gateway}: "
                "give each destination once"
            )
        _check_gateway(destination, gateway, nics, interfaces)
        found[destination] = Route(destination, str(gateway), nics[0].name, protocol)
    return sorted(found.values(), key=_order)


def plan_routes(present: Iterable[Route], wanted: Sequence[Route], protocol: int) -> RoutePlan:
    """Plan the change from the present routes to the wanted ones. Foreign routes stay.

    Args:
        present: all routes of the table main, of both families
        wanted: the own routes that the node should have, each destination once
        protocol: number of the own route protocol

    Raises:
        ClusterError: a foreign route has a wanted destination; the sentence shows the route and its protocol
    """
    present = list(present)
    _check_foreign([route for route in present if route.protocol != protocol], wanted)
    before = [route for route in present if route.protocol == protocol]
    # "ip route delete" removes the first of several routes that its words select, so such routes are all made anew.
    selected = Counter(old.selector for old in before)
    kept = {route for route in set(wanted).intersection(before) if selected[route.selector] == 1}
    rivals: dict[tuple[Network, int | None], list[Route]] = {}
    for old in before:
        if old not in kept:
            rivals.setdefault((old.destination, old.metric), []).append(old)
    first: list[Route] = []
    changes: list[str] = []
    for route in wanted:
        if route in kept:
            continue
        held = rivals.pop((route.destination, route.metric), [])
        replaced = next((old for old in held if old.is_replaced_by(route)), None)
        if replaced is None:
            # These block the new route, so delete them first. They carry no packet to a gateway.
            first += held
        elif len(held) > 1:
            others = [old for old in held if old is not replaced]
            # Later, the words for these would select the new route.
            first += [old for old in others if old.selector == route.selector]
            rivals[(route.destination, route.metric)] = [old for old in others if old.selector != route.selector]
        changes.append(_command("replace" if replaced else "add", route.selector, protocol))
    last = [old for held in rivals.values() for old in held]
    deletes = [[_command("delete", old.selector, protocol) for old in some] for some in (first, last)]
    return RoutePlan(tuple(sorted(before, key=_order)), tuple(wanted), (*deletes[0], *changes, *deletes[1]))


def file_text(routes: Iterable[Route]) -> str | None:
    """Write the file from which podnet-routes.py sets the routes. None for no file.

    Each line is a command for "ip -batch": "route add DESTINATION via GATEWAY dev NIC proto NUMBER".
    """
    lines = [_command("add", route.selector, route.protocol) for route in routes]
    if not lines:
        return None
    head = "# Routes to the pods of the other nodes. podnet.kubernetes.pod_routes writes this file, do not edit it."
    return "".join(f"{line}\n" for line in (head, *lines))


def explain_failure(errors: str, commands: Sequence[str]) -> str:
    """Make a sentence from the errors of "ip -batch -", with the command that failed."""
    told = []
    for line in errors.split("\n"):
        command, _colon, number = line.partition("Command failed -:")
        if number.isdigit() and not command and 0 < int(number) <= len(commands):
            told.append(f"'ip {commands[int(number) - 1]}' failed")
        elif line.strip():
            told.append(line.strip())
    return "the routes were not all set: " + (" | ".join(told) or "ip -batch failed and wrote nothing")


def _command(verb: str, selector: str, protocol: int) -> str:
    """A line for "ip -batch". The destination tells the family, so both families fit into one batch."""
    return f"route {verb} {selector} proto {protocol}"


def _order(route: Route) -> tuple[int, int, int]:
    """The key for sorting: family, first address, prefix length."""
    return (
        route.destination.version,
        int(route.destination.network_address),
        route.destination.prefixlen,
    )


def _parse_route(entry: Mapping[str, Any], family: str) -> Route:
    """Read an element of the output of ip. Raises InputError."""
    destination = _parse_destination(read_text(entry, "dst"), family)
    metric = read_number(entry, "metric", 0)
    details = [(key, _show_detail(value)) for key, value in sorted(entry.items()) if key not in _PLAIN_KEYS]
    # All other flags show a state, such as linkdown.
    details += [("flag", flag) for flag in read_texts(entry, "flags") if flag == "onlink"]
    preference = read_optional_text(entry, "pref") or "medium"
    if preference != "medium":
        details.append(("pref", preference))
    return Route(
        destination,
        read_optional_text(entry, "gateway"),
        read_optional_text(entry, "dev"),
        read_number(entry, "protocol", _BOOT),
        None if metric == _DEFAULT_METRICS[destination.version] else metric,
        tuple(details),
    )


def _parse_destination(text: str, family: str) -> Network:
    """Parse a destination as ip writes it: a network, a single address or "default". Raises InputError."""
    if text == "default":
        text = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}[family]
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise InputError(f"dst is {text!r}, not a network") from None


def _show_detail(value: Any) -> str:
    """Write a value of the JSON of ip as text."""
    return value if isinstance(value, str) else json.dumps(value)


def _parse_pair(destination: str, gateway: Any) -> tuple[Network, Address]:
    """Parse a destination and its gateway, which may be no text. Raises InputError."""
    try:
        network = parse_network(destination)
    except InputError as error:
        raise InputError(f"routes: destination {show(destination)} {error}") from None
    if network.prefixlen == 0:
        raise InputError(f"routes: destination {destination} holds all addresses: give the pod subnet of a node")
    try:
        address = ipaddress.ip_address(str(gateway))  # a number would be taken for an address
    except ValueError:
        raise InputError(
            f"routes: gateway {show(str(gateway))} of {destination} is not an address, such as 10.100.198.201: "
            "give the other node's address on the network that the nodes share"
        ) from None
    if address.version != network.version:
        raise InputError(
            f"routes: gateway {gateway} of {destination} is an IPv{address.version} address: "
            f"give the other node's IPv{network.version} address"
        )
    return network, address


def _find_nics(interfaces: Sequence[Interface], device: str | None) -> list[Interface]:
    """Find the NIC of this name, once for each family. Raises InputError."""
    nics = [one for one in interfaces if device in one.names]
    if not nics:
        names = ", ".join(dict.fromkeys(one.name for one in interfaces if one.candidates)) or "none"
        subject = "device is not given" if device is None else f"device {show(device)} is not a NIC of this node"
        raise InputError(f"{subject}: give the name of the NIC on the network that the nodes share (one of {names})")
    if any(one.down for one in nics):
        raise InputError(f"device {device} is down: bring the NIC up, or give another device")
    return nics


def _check_gateway(
    destination: Network, gateway: Address, nics: Sequence[Interface], interfaces: Iterable[Interface]
) -> None:
    """Refuse a gateway that is on no network of the NIC, or is an address of this node. Raises InputError."""
    networks = dict.fromkeys(one.network for nic in nics for one in nic.candidates)
    if not any(gateway in network for network in networks):
        raise InputError(
            f"routes: gateway {gateway} of {destination} is on no network of {nics[0].name} "
            f"({', '.join(map(str, networks)) or 'it has none'}): "
            "give the other node's address on such a network, or another device"
        )
    if any(gateway == one.address for nic in interfaces for one in nic.candidates):
        raise InputError(
            f"routes: gateway {gateway} of {destination} is an address of this node: "
            "leave out the node's own subnet, or give the other node's address"
        )


def _check_foreign(foreign: Iterable[Route], wanted: Iterable[Route]) -> None:
    """Refuse a foreign route that has a wanted destination. Raises ClusterError."""
    destinations = {route.destination for route in wanted}
    rivals = [
        f"{route} (protocol {_show_protocol(route.protocol)})" for route in foreign if route.destination in destinations
    ]
    if rivals:
        raise ClusterError(
            f"routes: another program has set routes to the same destinations: {'; '.join(rivals)}: "
            "delete these in that program, or choose other pod subnets"
        )


def _show_protocol(protocol: int) -> str:
    """The number of a route protocol, with its name if it has one."""
    name = _KNOWN_PROTOCOLS.get(protocol)
    return f"{protocol} ({name})" if name else str(protocol)


__all__ = [
    "Route",
    "RoutePlan",
    "check_protocol",
    "explain_failure",
    "file_text",
    "parse_routes",
    "plan_routes",
    "wanted_routes",
]
