# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetworkPolicy objects of networking.k8s.io/v1, checked and with the API server's defaults. No I/O, no Ansible.

The names of fields come from the API reference (NetworkPolicy, LabelSelector), the checks from the API server.

The API server stores some values that it accepts in no new policy. Such a value in a stored policy is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_labels,
    read_list,
    read_metadata,
    read_port_number,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cidrs import Cidr, read_cidr

PROTOCOLS = ("TCP", "UDP", "SCTP")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")

_API_VERSION = "networking.k8s.io/v1"
_POLICY_TYPES = ("Ingress", "Egress")
_LABEL_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_LABEL_PREFIX = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Requirement:
    """A condition of a selector on one label: the key, the operator, and values for In and NotIn."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelSelector:
    """Conditions that must all hold; without any, everything is selected. An entry of matchLabels is a condition In."""

    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class IPBlock:
    """The addresses of a network, without those of the excepted networks."""

    network: Network
    excepted: tuple[Network, ...] = ()

    def has(self, address: Address) -> bool:
        """Whether an address, perhaps of the other family, is in the block."""
        return address in self.network and not any(address in hole for hole in self.excepted)


@dataclass(frozen=True)
class Peer:
    """The other end of a rule: pods, by their labels and the labels of their namespaces, or addresses.

    Attributes:
        pod_selector: None: all pods
        namespace_selector: None: the policy's own namespace
        ip_block: addresses; both selectors are then None and have no meaning
    """

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


@dataclass(frozen=True)
class PolicyPort:
    """An entry of the ports of a rule.

    Attributes:
        protocol: one of PROTOCOLS
        port: a number, the name of a container's port, or None for all ports
        end_port: the last number of the range that begins with C(port); None: no range
    """

    protocol: str
    port: int | str | None = None
    end_port: int | None = None


@dataclass(frozen=True)
class PolicyRule:
    """A rule allows traffic on any of its ports from or to any of its peers. No ports: all. No peers: all."""

    peers: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


@dataclass(frozen=True)
class Remark:
    """A value that the API server refuses: the path of the field, the fault, and a value to write."""

    path: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path} {self.fault}: {self.remedy}"


@dataclass(frozen=True)
class Policy:
    """A NetworkPolicy.

    Attributes:
        namespace, name: of its metadata
        pod_selector: of the pods that it selects
        ingress, egress: the rules; None when policyTypes lacks the direction
        remarks: of its values that the API server refuses, in this or in another version
    """

    namespace: str
    name: str
    pod_selector: LabelSelector
    ingress: tuple[PolicyRule, ...] | None
    egress: tuple[PolicyRule, ...] | None
    remarks: tuple[Remark, ...] = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Notes:
    """The remarks on a policy, as they are found. Only a stored policy may have faults."""

    stored: bool
    remarks: list[Remark] = field(default_factory=list)

    def add(self, remark: Remark, tolerated: bool = False) -> None:
        """Note a remark. Raise InputError when the policy is new, unless some version accepts the value there too."""
        if not (self.stored or tolerated):
            raise InputError(str(remark))
        self.remarks.append(remark)


def parse_policies(value: Any, stored: Any = ()) -> tuple[Policy, ...]:
    """Parse lists of NetworkPolicy objects, as the API returns them or a user writes them.

    Args:
        value: policies that the API server has yet to accept
        stored: policies that the API server has stored. They come first in the result.

    Raises:
        InputError: a policy of C(value) would be refused by the API server, an object is no NetworkPolicy, or one of
            them is there twice. The text is NAMESPACE/NAME, the path of the field, the fault, and a right value.
    """
    policies: dict[str, Policy] = {}
    for name, items, is_stored in (("stored", stored, True), ("policies", value, False)):
        _parse_list(items, name, is_stored, policies)
    return tuple(policies.values())


def parse_stored_policies(value: Any, name: str) -> tuple[Policy, ...]:
    """Parse a list of stored NetworkPolicy objects. Values that the API server refuses in new policies are remarks.

    Args:
        value: the list
        name: the name of the option, for errors

    Raises:
        InputError: an object is no NetworkPolicy, or one of them is there twice
    """
    policies: dict[str, Policy] = {}
    _parse_list(value, name, True, policies)
    return tuple(policies.values())


def _parse_list(value: Any, name: str, stored: bool, policies: dict[str, Policy]) -> None:
    """Add the policies of a list to those that are known by name."""
    for index, item in enumerate(read_list(value, name)):
        policy = _parse_policy(item, f"{name}[{index}]", Notes(stored))
        if str(policy) in policies:
            raise InputError(f"{name}[{index}] is a second {policy}: give one object for each policy")
        policies[str(policy)] = policy


def _parse_policy(value: Any, where: str, notes: Notes) -> Policy:
    """Parse a NetworkPolicy object; C(where) is its place in the input."""
    metadata = read_metadata(value, where, "NetworkPolicy")
    with errors_of(metadata):
        fields = read_fields(value, "the policy", ("apiVersion", "kind", "metadata", "spec", "status"))
        if fields.get("apiVersion", _API_VERSION) != _API_VERSION:
            raise InputError(f"apiVersion is {fields['apiVersion']!r}: give {_API_VERSION}")
        spec = read_fields(fields.get("spec", {}), "spec", ("podSelector", "ingress", "egress", "policyTypes"))
        selector = parse_selector(spec.get("podSelector", {}), "spec.podSelector", notes)
        ingress = tuple(_parse_rule(item, path, "from", notes) for path, item in read_items(spec, "ingress", "spec"))
        egress = tuple(_parse_rule(item, path, "to", notes) for path, item in read_items(spec, "egress", "spec"))
        types = _parse_types(spec, bool(egress))
        return Policy(
            namespace=metadata.namespace,
            name=metadata.name,
            pod_selector=selector,
            ingress=ingress if "Ingress" in types else None,
            egress=egress if "Egress" in types else None,
            remarks=tuple(notes.remarks),
        )


def _parse_types(spec: Mapping[str, Any], has_egress: bool) -> list[str]:
    """Return the policyTypes. The default is Ingress, and also Egress when there is an egress rule."""
    items = read_items(spec, "policyTypes", "spec")
    for path, item in items:
        if item not in _POLICY_TYPES:
            raise InputError(f"{path} is {item!r}: give {' or '.join(_POLICY_TYPES)}")
    if len(items) > len(_POLICY_TYPES):
        raise InputError(f"spec.policyTypes has {len(items)} entries: give each of {', '.join(_POLICY_TYPES)} once")
    return [item for _path, item in items] or list(_POLICY_TYPES if has_egress else _POLICY_TYPES[:1])


def _parse_rule(value: Any, path: str, peers: str, notes: Notes) -> PolicyRule:
    """Parse a rule; C(peers) is the name of the field with its peers."""
    fields = read_fields(value, path, (peers, "ports"))
    return PolicyRule(
        tuple(_parse_peer(item, place, notes) for place, item in read_items(fields, peers, path)),
        tuple(_parse_port(item, place) for place, item in read_items(fields, "ports", path)),
    )


def _parse_peer(value: Any, path: str, notes: Notes) -> Peer:
    fields = read_fields(value, path, ("podSelector", "namespaceSelector", "ipBlock"))
    if not fields:
        raise InputError(f"{path} is empty: give podSelector, namespaceSelector or ipBlock")
    if "ipBlock" in fields:
        if len(fields) > 1:
            raise InputError(f"{path} has ipBlock and a selector: give one or the other, or two entries")
        return Peer(ip_block=_parse_block(fields["ipBlock"], f"{path}.ipBlock", notes))
    pods, namespaces = (
        parse_selector(fields[name], f"{path}.{name}", notes) if name in fields else None
        for name in ("podSelector", "namespaceSelector")
    )
    return Peer(pods, namespaces)


def _parse_block(value: Any, path: str, notes: Notes) -> IPBlock:
    fields = read_fields(value, path, ("cidr", "except"))
    whole = _parse_cidr(fields.get("cidr"), f"{path}.cidr", notes)
    excepted = []
    for place, item in read_items(fields, "except", path):
        hole = _parse_cidr(item, place, notes)
        # The API server compares the lengths as they are written, also of IPv4 in the form of IPv6.
        smaller = hole.length > whole.length and hole.network.version == whole.network.version
        if not smaller or hole.network[0] not in whole.network:
            raise InputError(
                f"{place} {hole.network} is not a part of cidr {whole.network}: give a smaller network inside it"
            )
        excepted.append(hole.network)
    return IPBlock(whole.network, tuple(excepted))


def _parse_cidr(value: Any, path: str, notes: Notes) -> Cidr:
    cidr = read_cidr(value) if isinstance(value, str) else None
    if cidr is None:
        raise InputError(f"{path} is {value!r}: give a network in CIDR form, such as 192.168.1.0/24 or 2001:db8::/64")
    if cidr.fault:
        fault = f"is {value!r}, which Kubernetes refuses in new policies since 1.36, because {cidr.fault}"
        # Up to 1.35 Kubernetes takes the forms that other programs read in the same way.
        notes.add(Remark(path, fault, f"write {cidr.remedy}"), tolerated=not cidr.zeros)
    return cidr


def _parse_port(value: Any, path: str) -> PolicyPort:
    fields = read_fields(value, path, ("protocol", "port", "endPort"))
    protocol, port = fields.get("protocol", "TCP"), fields.get("port")
    if protocol not in PROTOCOLS:
        raise InputError(f"{path}.protocol is {protocol!r}: give {', '.join(PROTOCOLS)} or nothing, which is TCP")
    if isinstance(port, str):
        if not _PORT_NAME.fullmatch(port):
            raise InputError(
                f"{path}.port is {port!r}: give a number without quotes, or the name of a container's port, of at most "
                "15 lower-case letters, digits and single hyphens with a letter among them"
            )
    elif port is not None:
        port = read_port_number(port, f"{path}.port")
    if "endPort" not in fields:
        return PolicyPort(protocol, port)
    end = read_port_number(fields["endPort"], f"{path}.endPort")
    if not isinstance(port, int):
        raise InputError(f"{path}.endPort {end} needs a number as port, which is {port!r}: give one, or leave it out")
    if end < port:
        raise InputError(f"{path}.endPort {end} is smaller than port {port}")
    return PolicyPort(protocol, port, end)


def parse_selector(value: Any, path: str, notes: Notes) -> LabelSelector:
    """Parse a LabelSelector; C(path) is its place in the object.

    Raises:
        InputError: it is none, or the API server would refuse it in a new policy and the notes are of one
    """
    fields = read_fields(value, path, ("matchLabels", "matchExpressions"))
    labels = read_labels(fields, "matchLabels", path)
    for key, text in labels.items():
        _check_key(key, f"{path}.matchLabels")
        _check_value(text, f"{path}.matchLabels[{key}]", notes)
    expressions = read_items(fields, "matchExpressions", path)
    return LabelSelector(
        (
            *(Requirement(key, "In", (text,)) for key, text in labels.items()),
            *(_parse_requirement(item, place, notes) for place, item in expressions),
        )
    )


def _parse_requirement(value: Any, path: str, notes: Notes) -> Requirement:
    fields = read_fields(value, path, ("key", "operator", "values"))
    key, operator = fields.get("key"), fields.get("operator")
    _check_key(key, f"{path}.key")
    if operator not in _OPERATORS:
        raise InputError(f"{path}.operator is {operator!r}: give one of {', '.join(_OPERATORS)}")
    items = read_items(fields, "values", path)
    if bool(items) != (operator in ("In", "NotIn")):
        raise InputError(f"{path}.values {'must not be there' if items else 'is missing'} with operator {operator}")
    for place, item in items:
        _check_value(item, place, notes)
    return Requirement(str(key), operator, tuple(item for _place, item in items))


def _check_key(key: Any, path: str) -> None:
    """Raise InputError when the value is no key of a label."""
    prefix, slash, name = key.rpartition("/") if isinstance(key, str) else ("", "", "")
    if not _LABEL_PART.fullmatch(name) or (slash and not _LABEL_PREFIX.fullmatch(prefix)):
        raise InputError(f"{path}: {key!r} is not a key of a label: give one such as tier or app.kubernetes.io/name")


def _check_value(value: Any, path: str, notes: Notes) -> None:
    """Raise InputError when the value is no text. A stored selector may have a text that no label has as its value."""
    if not isinstance(value, str):
        raise InputError(f"{path} is {value!r}, not a text: put it in quotes")
    if value and not _LABEL_PART.fullmatch(value):
        remedy = "give at most 63 letters, digits, '-', '_' and '.', the first and the last a letter or digit"
        notes.add(Remark(path, f"is {value!r}, not a value of a label", remedy))


__all__ = [
    "PROTOCOLS",
    "IPBlock",
    "LabelSelector",
    "Notes",
    "Peer",
    "Policy",
    "PolicyPort",
    "PolicyRule",
    "Remark",
    "Requirement",
    "parse_policies",
    "parse_selector",
    "parse_stored_policies",
]
