# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports at which nodes must reach each other, and the rules that close them. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered, ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.nft_rules import Ruleset
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_rules import PodPacket
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.tunnels import KUBELET, overlay_link

VXLAN_NAME, KUBELET_NAME, API_NAME = NAMES = ("VXLAN", "kubelet", "API server")
_BAD = ("DROP", "REJECT")
_IN = (("raw", "PREROUTING"), ("mangle", "PREROUTING"), ("mangle", "INPUT"), ("filter", "INPUT"))
_IN_HOOKS = ("prerouting", "input")
_OUT = (("raw", "OUTPUT"), ("mangle", "OUTPUT"), ("filter", "OUTPUT"))


class OpenPort(NamedTuple):
    """A port of a node that other nodes need."""

    name: str
    protocol: str
    number: int
    address: str

    def __str__(self) -> str:
        return f"{self.protocol.upper()} port {self.number} ({self.name})"


def ports_of(gathered: Gathered, node: NodeFacts) -> Iterator[OpenPort]:
    """Yield the ports that other nodes need on a node: of VXLAN, of the kubelet, and of the API server."""
    link = overlay_link(node)
    if link and link.port and link.local:
        yield OpenPort(VXLAN_NAME, "udp", link.port, link.local)
    own = ipv4(gathered.internal.get(node.name, ()))
    if own:
        yield OpenPort(KUBELET_NAME, "tcp", KUBELET, own)
        server = urlsplit(str(node.data.get("server") or ""))
        # Only a load balancer may ask an API server behind it.
        if _is_control_plane(node) and server.hostname == own:
            yield OpenPort(API_NAME, "tcp", server.port or 443, own)


def needs(node: NodeFacts, name: str) -> bool:
    """Whether a node needs such a port of other nodes. API servers alone ask kubelets."""
    if name == VXLAN_NAME:
        return overlay_link(node) is not None
    return name == API_NAME or _is_control_plane(node)


def source_for(gathered: Gathered, node: NodeFacts, port: OpenPort) -> str | None:
    """The address from which a node asks a port of another node."""
    link = overlay_link(node) if port.name == VXLAN_NAME else None
    return link.local if link else ipv4(gathered.internal.get(node.name, ()))


def _is_control_plane(node: NodeFacts) -> bool:
    return bool(node.data.get("advertised"))


def closing_rule(gathered: Gathered, node: NodeFacts, port: OpenPort, source: str) -> str | None:
    """Return the rule of a node that drops what another node sends to a port of it."""
    return _dropped(gathered, node, _arriving(node, port, source), _IN, _IN_HOOKS)


def muting_rule(gathered: Gathered, node: NodeFacts, port: OpenPort, source: str) -> str | None:
    """Return the rule of a node that drops what it sends itself to a port of another node."""
    link = node.link_with(source)
    packet = PodPacket(
        source, port.address, "", link.name if link else "", port.number, 0, port.protocol, frozenset(("--src-type",))
    )
    return _dropped(gathered, node, packet, _OUT, ("output",))


def surely_open(gathered: Gathered, node: NodeFacts, port: OpenPort, source: str) -> bool:
    """Whether no rule of a node can drop what another node sends to an address and port of it."""
    packet = _arriving(node, port, source)
    tables = gathered.tables.get(node.name, {})
    verdicts = [tables[name].walk(chain, packet) for name, chain in _IN if name in tables]
    chains = [one for one in node.chains if one.get("hook") in _IN_HOOKS]
    return all(one.sure and one.outcome not in _BAD for one in verdicts) and not chains


def _arriving(node: NodeFacts, port: OpenPort, source: str) -> PodPacket:
    link = node.link_with(port.address)
    local = frozenset(("--dst-type",))
    return PodPacket(source, port.address, link.name if link else "", "", port.number, 0, port.protocol, local)


def _dropped(
    gathered: Gathered, node: NodeFacts, packet: PodPacket, chains: tuple[tuple[str, str], ...], hooks: tuple[str, ...]
) -> str | None:
    tables = gathered.tables.get(node.name, {})
    for name, chain in chains:
        table = tables.get(name)
        if table and chain in table.policies:
            verdict = table.walk(chain, packet)
            if verdict.outcome in _BAD and verdict.sure:
                return f"table {name}: {verdict.rule}"
    ruleset = Ruleset(node.chains)
    return next((rule for rule in (ruleset.drops(hook, packet) for hook in hooks) if rule), None)


__all__ = [
    "API_NAME",
    "KUBELET_NAME",
    "NAMES",
    "VXLAN_NAME",
    "OpenPort",
    "closing_rule",
    "muting_rule",
    "needs",
    "ports_of",
    "source_for",
    "surely_open",
]
