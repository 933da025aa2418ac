# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AdminNetworkPolicy and BaselineAdminNetworkPolicy objects. No I/O, no Ansible.

Source: the API reference of policy.networking.k8s.io/v1alpha1 (SIG Network's network-policy-api, v0.1.7).

Rules of the tier C(admin) come before NetworkPolicies, those of the tier C(baseline) after them. Within a tier the
first rule that matches decides. A rule C(Pass) leaves the connection to the NetworkPolicies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_metadata,
    read_port_number,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cidrs import read_cidr
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import (
    PROTOCOLS,
    IPBlock,
    Notes,
    Peer,
    PolicyPort,
    Remark,
    parse_selector,
)

_API_VERSION = "policy.networking.k8s.io/v1alpha1"
# The actions of each kind's rules.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "AdminNetworkPolicy": ("Allow", "Deny", "Pass"),
    "BaselineAdminNetworkPolicy": ("Allow", "Deny"),
}
_MOST_PRIORITY = 1000
# There is one baseline policy, whose name the API fixes.
_BASELINE = "BaselineAdminNetworkPolicy"


@dataclass(frozen=True)
class AdminRule:
    """A rule: V(Allow), V(Deny) or V(Pass) for connections on any of its ports from or to any of its peers.

    Attributes:
        action: one of the three
        peers: none of them has a namespace of its own; without any, the rule matches nothing
        ports: without any, all ports
    """

    action: str
    peers: tuple[Peer, ...]
    ports: tuple[PolicyPort, ...] = ()


@dataclass(frozen=True)
class AdminPolicy:
    """A policy of an administrator.

    Attributes:
        kind, name: of the object
        priority: smaller numbers come first; 0 for the baseline
        subject: the pods that it selects
        ingress, egress: the rules, the first one that matches decides
        remarks: of parts that are not computed
    """

    kind: str
    name: str
    priority: int
    subject: Peer
    ingress: tuple[AdminRule, ...] = ()
    egress: tuple[AdminRule, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def is_baseline(self) -> bool:
        return self.kind == _BASELINE

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def is_admin(value: Any) -> bool:
    """Whether an object is of one of these kinds."""
    # A list as a kind has no hash, by which a dict looks.
    return isinstance(value, Mapping) and value.get("kind") in tuple(_KINDS)


def parse_admin_policies(values: Iterable[Any]) -> tuple[AdminPolicy, ...]:
    """Parse objects of these kinds, as the API returns them or a user writes them. Those of V(admin) come first.

    Returns:
        The policies in the order in which they count: by priority, then by name, and the baseline last.

    Raises:
        InputError: the API server would refuse an object, or one is there twice
    """
    found: dict[str, AdminPolicy] = {}
    for value in values:
        policy = _parse(value)
        if str(policy) in found:
            raise InputError(f"there is a second {policy}: give one object for each policy")
        found[str(policy)] = policy
    return tuple(sorted(found.values(), key=lambda one: (one.is_baseline, one.priority, one.name)))


def _parse(value: Mapping[str, Any]) -> AdminPolicy:
    kind = value["kind"]
    name = read_metadata(value, kind, kind).name
    with errors_of(f"{kind} {name}"):
        fields = read_fields(value, "the policy", ("apiVersion", "kind", "metadata", "spec", "status"))
        if fields.get("apiVersion", _API_VERSION) != _API_VERSION:
            raise InputError(f"apiVersion is {fields['apiVersion']!r}: give {_API_VERSION}")
        known = ("subject", "ingress", "egress") + (("priority",) if kind != _BASELINE else ())
        spec = read_fields(fields.get("spec", {}), "spec", known)
        notes = Notes(stored=True)
        subject = _parse_pods(spec.get("subject"), "spec.subject", notes)
        rules = {
            direction: tuple(
                _parse_rule(item, path, peers, _KINDS[kind], notes)
                for path, item in read_items(spec, direction, "spec")
            )
            for direction, peers in (("ingress", "from"), ("egress", "to"))
        }
        priority = 0 if kind == _BASELINE else _parse_priority(spec.get("priority"))
        return AdminPolicy(kind, name, priority, subject, **rules, remarks=tuple(notes.remarks))


def _parse_priority(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_PRIORITY:
        raise InputError(f"spec.priority is {value!r}: give a number from 0 to {_MOST_PRIORITY}")
    return value


def _parse_pods(value: Any, path: str, notes: Notes) -> Peer:
    """Parse a choice of pods: all of some namespaces, or some of them."""
    fields = read_fields(value, path, ("namespaces", "pods"))
    if len(fields) != 1:
        raise InputError(f"{path} has {len(fields)} fields: give either namespaces or pods")
    if "namespaces" in fields:
        return Peer(None, parse_selector(fields["namespaces"], f"{path}.namespaces", notes))
    pods = read_fields(fields["pods"], f"{path}.pods", ("namespaceSelector", "podSelector"))
    of_pods, of_namespaces = (
        parse_selector(pods.get(name, {}), f"{path}.pods.{name}", notes)
        for name in ("podSelector", "namespaceSelector")
    )
    return Peer(of_pods, of_namespaces)


def _parse_rule(value: Any, path: str, peers: str, actions: Sequence[str], notes: Notes) -> AdminRule:
    fields = read_fields(value, path, ("name", "action", peers, "ports"))
    if fields.get("action") not in actions:
        raise InputError(f"{path}.action is {fields.get('action')!r}: give {', '.join(actions)}")
    items = read_items(fields, peers, path)
    if not items:
        raise InputError(f"{path}.{peers} is empty: give at least one peer")
    ports = [port for place, item in read_items(fields, "ports", path) for port in _parse_port(item, place)]
    found = [peer for place, item in items for peer in _parse_peer(item, place, peers, notes)]
    return AdminRule(fields["action"], tuple(found), tuple(ports))


def _parse_peer(value: Any, path: str, peers: str, notes: Notes) -> list[Peer]:
    """Parse a peer. One of networks becomes several, and one that only addresses outside can have becomes none."""
    outside = ("networks", "nodes", "domainNames") if peers == "to" else ()
    fields = read_fields(value, path, ("namespaces", "pods", *outside))
    if len(fields) != 1:
        raise InputError(f"{path} has {len(fields)} fields: give one of {', '.join(('namespaces', 'pods', *outside))}")
    if "networks" in fields:
        return [Peer(ip_block=_parse_network(item, place)) for place, item in read_items(fields, "networks", path)]
    if "nodes" in fields or "domainNames" in fields:
        name = next(iter(fields))
        notes.add(Remark(f"{path}.{name}", "is not computed", "the cells of pods do not show its effect"))
        return []
    return [_parse_pods(value, path, notes)]


def _parse_network(value: Any, path: str) -> IPBlock:
    cidr = read_cidr(value) if isinstance(value, str) else None
    if cidr is None:
        raise InputError(f"{path} is {value!r}: give a network in CIDR form, such as 192.168.1.0/24 or 2001:db8::/64")
    return IPBlock(cidr.network)


def _parse_port(value: Any, path: str) -> list[PolicyPort]:
    """Parse a port. A name stands for the ports of this name of all protocols."""
    fields = read_fields(value, path, ("portNumber", "portRange", "namedPort"))
    if len(fields) != 1:
        raise InputError(f"{path} has {len(fields)} fields: give one of portNumber, portRange and namedPort")
    if "namedPort" in fields:
        return [PolicyPort(protocol, str(fields["namedPort"])) for protocol in PROTOCOLS]
    name, keys = ("portNumber", ("port",)) if "portNumber" in fields else ("portRange", ("start", "end"))
    inner = read_fields(fields[name], f"{path}.{name}", ("protocol", *keys))
    protocol = inner.get("protocol", "TCP")
    if protocol not in PROTOCOLS:
        raise InputError(
            f"{path}.{name}.protocol is {protocol!r}: give {', '.join(PROTOCOLS)} or nothing, which is TCP"
        )
    numbers = [read_port_number(inner.get(key), f"{path}.{name}.{key}") for key in keys]
    if numbers[-1] < numbers[0]:
        raise InputError(f"{path}.{name}.end {numbers[-1]} is smaller than start {numbers[0]}")
    return [PolicyPort(protocol, *numbers)]


__all__ = ["AdminPolicy", "is_admin", "parse_admin_policies"]
