# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port that nodes need of each other is closed: of VXLAN, of the kubelet, or of the API server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found, named, several
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    OVER_PODS,
    Scope,
    either_end,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_ports import (
    API_NAME,
    KUBELET_NAME,
    NAMES,
    VXLAN_NAME,
    OpenPort,
    closing_rule,
    muting_rule,
    needs,
    ports_of,
    source_for,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.tunnels import (
    KUBELET,
    Tunnel,
    knocked,
    silent_tunnels,
)

_ENDED = ("open", "refused", None)  # it passed, or was not tried


class _Rule(NamedTuple):
    """A rule that closes a port of the nodes that have it, or that has them send nothing to this port of others."""

    port: tuple[str, str, int]  # name, protocol, number
    sends: bool
    text: str


class _Try(NamedTuple):
    """What a node sent in vain."""

    source: str
    target: str  # empty: no node has the address
    port: OpenPort
    text: str


def find(gathered: Gathered) -> Iterator[Found]:
    rules, tries = _rules(gathered), list(_tries(gathered))
    for rule, names in sorted(rules.items()):
        yield _by_rule(rule, names, [one for one in tries if _closes(one, rule, names)])
    rest: dict[tuple[str, str], list[_Try]] = defaultdict(list)
    for one in tries:
        if not any(_closes(one, rule, names) for rule, names in rules.items()):
            # A tunnel needs both ways, so one side that loses packets is seen from both.
            rest[one.port.name, "" if one.port.name == VXLAN_NAME else one.port.address].append(one)
    for _place, some in sorted(rest.items()):
        yield _on_the_way(some)


def _rules(gathered: Gathered) -> dict[_Rule, list[str]]:
    """Find the rules that close ports, with the nodes that have each."""
    found: dict[_Rule, list[str]] = defaultdict(list)
    ports = {node.name: list(ports_of(gathered, node)) for node in gathered.nodes}
    offered = _offered(ports)
    users = {name: [node.name for node in gathered.nodes if needs(node, name)][:2] for name in NAMES}
    for node in gathered.nodes:
        for port in ports[node.name]:
            user = next((name for name in users[port.name] if name != node.name), None)
            source = source_for(gathered, gathered.facts[user], port) if user else None
            rule = closing_rule(gathered, node, port, source) if source else None
            if rule:
                found[_Rule(port[:3], False, rule)].append(node.name)
        for port in _of_another(node, offered):
            source = source_for(gathered, node, port)
            rule = muting_rule(gathered, node, port, source) if source else None
            if rule:
                found[_Rule(port[:3], True, rule)].append(node.name)
    return found


def _offered(ports: Mapping[str, list[OpenPort]]) -> Mapping[str, list[tuple[str, OpenPort]]]:
    """Return two nodes with a port of each kind, and the port: each node needs the port of another one."""
    found: dict[str, list[tuple[str, OpenPort]]] = defaultdict(list)
    for node, some in ports.items():
        for port in some:
            if len(found[port.name]) < 2 and node not in (name for name, _port in found[port.name]):
                found[port.name].append((node, port))
    return found


def _of_another(node: NodeFacts, offered: Mapping[str, list[tuple[str, OpenPort]]]) -> Iterator[OpenPort]:
    """Yield one port of each kind that the node needs of another node."""
    for name in NAMES:
        if needs(node, name):
            yield from islice((port for other, port in offered.get(name, ()) if other != node.name), 1)


def _closes(one: _Try, rule: _Rule, names: list[str]) -> bool:
    """Whether a rule of these nodes explains that something was sent in vain."""
    if one.port.name == VXLAN_NAME:
        return one.port[:3] == rule.port and not {one.source, one.target}.isdisjoint(names)
    return one.port[:3] == rule.port and (one.source if rule.sends else one.target) in names


def _tries(gathered: Gathered) -> Iterator[_Try]:
    """Yield what nodes sent in vain to ports of nodes that answer otherwise."""
    for node in gathered.nodes:
        doors = node.data.get("knocks") or {}
        server = urlsplit(str(node.data.get("server") or ""))
        api = (server.hostname, server.port or 443)
        for door in doors:
            protocol, address, *number = door.split(" ")
            kubelet = protocol == "tcp" and needs(node, KUBELET_NAME) and _is_kubelet(gathered, address, number)
            if kubelet or (protocol == "tcp" and (address, int(number[0])) == api):
                yield from _connections(gathered, node, address, int(number[0]))
    for tunnel in silent_tunnels(gathered):
        if tunnel.passes_outside and not tunnel.passes_inside("tcp") and tunnel.inside("icmp") == "timeout":
            yield _through(tunnel)


def _is_kubelet(gathered: Gathered, address: str, number: list[str]) -> bool:
    return number == [str(KUBELET)] and address in gathered.address_owners


def _connections(gathered: Gathered, node: NodeFacts, address: str, number: int) -> Iterator[_Try]:
    """Yield a connection that got no answer from a machine that answers a ping."""
    outcome = knocked(node, "tcp", address, number)
    if outcome not in _ENDED and knocked(node, "icmp", address) == "answer":
        port = OpenPort(KUBELET_NAME if number == KUBELET else API_NAME, "tcp", number, address)
        text = f"{node.name} pings {address}, and its connection to port {number} ends with: {outcome}"
        yield _Try(node.name, gathered.address_owners.get(address, ""), port, text)


def _through(tunnel: Tunnel) -> _Try:
    port = OpenPort(VXLAN_NAME, "udp", tunnel.link.port or 0, tunnel.outer)
    refused = knocked(tunnel.source, "udp", tunnel.outer, port.number) == "refused"
    text = (
        f"{tunnel.source.name} reaches {tunnel.outer}, and {tunnel.inner} does not answer through {tunnel.link.name}"
        + (f"; {tunnel.outer} refuses UDP port {port.number}" if refused else "")
    )
    return _Try(tunnel.source.name, tunnel.target.name, port, text)


def _by_rule(rule: _Rule, names: list[str], tries: list[_Try]) -> Found:
    name, protocol, number = rule.port
    port = f"{protocol.upper()} port {number} ({name})"
    what = f"sends nothing to {port} of other nodes" if rule.sends else f"takes nothing at {port}"
    whose = several(names, what, what.replace("takes", "take").replace("sends", "send"))
    return Found(
        tuple(sorted(names)),
        f"{named(names)} {whose}: a rule of the packet filter drops it",
        (rule.text, *(one.text for one in tries[:3])),
        f"delete the rule, or accept {protocol.upper()} port {number} from the nodes' network before it",
        either_end(names) if name == VXLAN_NAME else (),
    )


def _on_the_way(tries: list[_Try]) -> Found:
    port = tries[0].port
    pairs = {(one.source, one.target or port.address) for one in tries}
    names = sorted({name for pair in pairs for name in pair})
    protocol = port.protocol.upper()
    return Found(
        tuple(name for name in names if name != port.address),
        f"{protocol} port {port.number} ({port.name}) is closed between {named(names)}: no rule on the nodes drops it, "
        "but something between them",
        tuple(one.text for one in tries[:3]),
        f"let {protocol} port {port.number} pass between the nodes: in the cloud's security group, the hypervisor's or "
        "the switch's filter",
        tuple(_between(one, other) for pair in sorted(pairs) for one, other in (pair, pair[::-1]))
        if port.name == VXLAN_NAME
        else (),
    )


def _between(source: str, target: str) -> Scope:
    return Scope(frozenset((source,)), frozenset((target,)), OVER_PODS, across=True)


CAUSE = Cause(
    id="port_closed",
    severity="error",
    layer="paths",
    title="A port that nodes need is closed",
    cause=(
        "For VXLAN, nodes need UDP port 8472 (Flannel) or 4789 (Calico) of each other. They also need TCP port 10250 "
        "of the kubelet and 6443 of the API server. A firewall on a node or between nodes drops them, and pings pass."
    ),
    evidence=(
        "The rule of iptables or nftables, and what nodes sent in vain: connections to both TCP ports, and for VXLAN "
        "pings and connections to the other node's address on the overlay. A node tries up to 20 others."
    ),
    remedy="Accept the port from the nodes' network, in the rule's place or in the filter between the nodes.",
    harmless=(
        "A port is refused, because the program does not run. Only control planes reach the kubelets. A node that "
        "answers no ping is not judged by its ports. A rule that matches by something that is not known, such as a "
        "set, is not named."
    ),
    find=find,
)
