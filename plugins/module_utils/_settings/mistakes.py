# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All mistakes in the variables of a user, each said once. No I/O, no Ansible."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import (
    NamedNetwork,
    find_conflicts,
    find_special,
    parse_network,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import allocate, parse_request
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.cluster_networks import (
    KUBEADM_LENGTHS,
    KUBELET_PODS,
    ClusterNetworks,
    find_misfits,
    find_small_subnets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.hosts import describe_hosts, name_faults
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.kinds import address, display, prefixes
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.table import (
    FACTS,
    LENIENT,
    OF_THE_CLUSTER,
    ROLE_VARIABLES,
    SHARED,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.types import Fault, type_faults

SHARED_PREFIX = "podnet_"
# The default of each role that makes a network; kubeadm's is that of Flannel.
POD_NETWORKS = {"basic_cni": "10.22.0.0/16", "calico": "192.168.0.0/16", "flannel": "10.244.0.0/16"}
SERVICE_NETWORK = "10.96.0.0/16"
# Why a network cannot get policies from elsewhere.
_NO_POLICIES = {
    "basic_cni": "Calico takes its policies to Flannel only: leave podnet_policies out, or take Flannel or Calico",
    "calico": "Calico enforces policies itself on its own network: leave podnet_policies out",
}
_LEAST_IPV6_MTU = 1280  # RFC 8200
_FLANNEL_VXLAN = 50  # flanneld takes them from its MTU for the pods', in both families
_CALICO_BLOCK = 20  # the shortest prefix length of an IPv4 block
_NO = ("false", "no", "off", "0", "n", "f")
_ALIKE = 0.92  # one letter in twelve; connectivity_report, an output, is less like connectivity_report_dir
_OF_NETWORKS = re.compile(r"\w+_(network|node_prefix)\b|basic_cni_")
# The variables that _network_faults() reads.
_FOR_NETWORKS = re.compile(
    r"\w+_(network|node_prefix)$|basic_cni_|kubeadm_control_plane_(allocate_node_cidrs|kubelet_configuration)$"
)


@dataclass(frozen=True)
class Inventory:
    """What a user wrote.

    Attributes:
        values: the variables that are set, by host
        unreadable: those that Ansible cannot read, with Ansible's reason, by host
        specs: the argument specification of each variable of the roles that the playbook uses
        nullable: the variables that may be null
        roles: the names of these roles
        all_hosts: the names of all hosts of the inventory
    """

    values: Mapping[str, Mapping[str, Any]]
    specs: Mapping[str, Mapping[str, Any]]
    roles: Sequence[str]
    nullable: frozenset[str] = frozenset()
    unreadable: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    all_hosts: Sequence[str] = ()


def is_known(name: str, specs: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a variable is one of the collection's, perhaps mistyped."""
    return name in specs or name in SHARED or name.startswith(SHARED_PREFIX)


def find_lookalikes(names: Iterable[str], roles: Sequence[str], specs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Name the variables that no role reads, and that look like a mistyped one.

    Users may have variables of their own with the prefix of a role, so these are no mistakes for sure.
    """
    prefixes = tuple(f"{role}_" for role in roles)
    found = {}
    for name in sorted(set(names) - set(specs) - set(SHARED)):
        if name.startswith(prefixes):
            found[name] = difflib.get_close_matches(name, specs, n=1, cutoff=_ALIKE)
    return [f"{name} is set, and no role reads it: perhaps it is {close[0]}" for name, close in found.items() if close]


def find_mistakes(inventory: Inventory) -> list[str]:
    """Write a sentence for each mistake, with the hosts that have it."""
    found: dict[Fault, list[str]] = {}
    for host in inventory.values:
        for fault in _host_faults(inventory, host):
            found.setdefault(fault, []).append(host)
    sentences = [f"{fault.subject} on {describe_hosts(hosts)}: {fault.remedy}" for fault, hosts in found.items()]
    if "kubeadm_node" in inventory.roles:
        sentences += [*name_faults(list(inventory.values)), *_reference_faults(inventory)]
    differences = list(_difference_faults(inventory))
    # Values do not fit each other while one of them is wrong by itself.
    sentences += [] if found else differences
    if not differences and not any(_OF_NETWORKS.match(fault.subject) for fault in found):
        sentences += dict.fromkeys(_network_faults(inventory))
    return sentences


def _difference_faults(inventory: Inventory) -> Iterator[str]:
    """Yield a sentence for each variable of the whole cluster that is not the same on all hosts.

    Only for roles that give the cluster what the variables say: a proof and a diagnosis go on.
    """
    if not _makes_networks(inventory.roles):
        return
    for name in OF_THE_CLUSTER:
        by_value: dict[str, list[str]] = {}
        for host, values in inventory.values.items():
            text = f"is {display(str(values[name]))}" if name in values else "is not set"
            by_value.setdefault(text, []).append(host)
        if len(by_value) > 1:
            shown = ", and ".join(f"{text} on {describe_hosts(hosts)}" for text, hosts in by_value.items())
            yield f"{name} {shown}: the cluster has one value, so give all hosts the same"


def _reference_faults(inventory: Inventory) -> Iterator[str]:
    """Yield a sentence for each host that a variable names and the inventory does not have."""
    named = {
        str(one["kubeadm_node_control_plane"])
        for one in inventory.values.values()
        if "kubeadm_node_control_plane" in one
    }
    for name in sorted(named - set(inventory.all_hosts)):
        hosts = nearest(name, inventory.values)
        yield f"kubeadm_node_control_plane is {display(name)}: give a host of the inventory, such as {hosts}"


def _makes_networks(roles: Sequence[str]) -> bool:
    """Whether some of the roles give the cluster its networks. Others only look at them."""
    return not {"kubeadm_control_plane", *POD_NETWORKS}.isdisjoint(roles)


def _policy_faults(roles: Sequence[str], values: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield why a network cannot get policies from elsewhere."""
    if values.get("podnet_policies") == "calico" and _makes_networks(roles):
        reason = _NO_POLICIES.get(_wanted_network(roles, values)) or _dual_reason(values)
        if reason:
            yield Fault("podnet_policies is calico", reason)


def _wanted_network(roles: Sequence[str], values: Mapping[str, Any]) -> str:
    """The network that a playbook installs. A switch has the roles of all networks, and a variable names one."""
    if "switch_network" in roles:
        return str(values.get("switch_network_to", values.get("podnet_network", "")))
    return next((role for role in POD_NETWORKS if role in roles), "")


def _dual_reason(values: Mapping[str, Any]) -> str | None:
    """Say that the pod network has two families, if a variable says so."""
    name = _dual_variable(values, "flannel")
    return name and (
        f"Calico's policies on Flannel know IPv4 only, and {name} {values[name]} has two families: give one IPv4 "
        "network, or install Calico alone by calico.yml"
    )


def _dual_variable(values: Mapping[str, Any], network_role: str) -> str | None:
    """The variable that gives the pod network two families, if there is one."""
    names = (f"{name}_pod_network" for name in ("podnet", "kubeadm_control_plane", network_role))
    return next((name for name in names if "," in str(values.get(name))), None)


def _calico_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield why calico-node would end when it starts: blocks too large, or no address of one of two families."""
    prefix = str(values.get("podnet_node_prefix", _CALICO_BLOCK))
    if not prefixes(prefix) and int(prefix.partition(",")[0]) < _CALICO_BLOCK:
        remedy = f"Calico's blocks of IPv4 addresses have a prefix length from {_CALICO_BLOCK} to 30: give one of these"
        yield Fault(f"podnet_node_prefix is {display(values['podnet_node_prefix'])}", remedy)
    name = _dual_variable(values, "calico")
    detection = str(values.get("calico_address_detection", ""))
    method, _equals, rest = detection.partition("=")
    if name and method == "cidr" and {":" in part for part in rest.split(",")} != {True, False}:
        remedy = "give a network of each, such as cidr=10.100.198.0/24,fd00:100:198::/64"
    elif name and method == "can-reach" and not address(rest):
        remedy = "an address is of one: give a name, or another method"
    else:
        return
    yield Fault(
        f"calico_address_detection is {display(detection)}", f"{name} {values[name]} has two families: {remedy}"
    )


def _mtu_faults(network_role: str, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield that links have too small an MTU for IPv6. The kernel takes their IPv6 addresses away without a word."""
    name = _dual_variable(values, network_role)
    mtu = str(values.get(f"{network_role}_mtu"))
    least = _LEAST_IPV6_MTU
    if network_role == "flannel" and values.get("flannel_backend", "vxlan") == "vxlan":
        least += _FLANNEL_VXLAN
    if name and mtu.isdecimal() and int(mtu) < least:
        yield Fault(
            f"{network_role}_mtu is {mtu}",
            f"{name} {values[name]} has two families, and no link with IPv6 has an MTU below {_LEAST_IPV6_MTU}: give "
            f"at least {least}, or leave it out",
        )


def _host_faults(inventory: Inventory, host: str) -> Iterator[Fault]:
    """Yield the faults of the variables of one host, each by itself."""
    for name, reason in inventory.unreadable.get(host, {}).items():
        yield Fault(f"{name} cannot be read", reason)
    for name, value in inventory.values[host].items():
        yield from _variable_faults(inventory, name, value)
    yield from _comparison_faults(inventory.values[host])
    yield from _policy_faults(inventory.roles, inventory.values[host])
    network = _wanted_network(inventory.roles, inventory.values[host])
    yield from _mtu_faults(network, inventory.values[host])
    if network == "calico":
        yield from _calico_faults(inventory.values[host])


def _comparison_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield why a proof would have nothing to compare its result with."""
    earlier = values.get("connectivity_compare_with")
    if values.get("connectivity_fail_on") == "worse" and not earlier:
        subject = "connectivity_fail_on is worse and connectivity_compare_with is not set"
        yield Fault(subject, "give previous, or the path of a report.json")
    if earlier == "previous" and str(values.get("connectivity_keep_reports")) == "0":
        subject = "connectivity_compare_with is previous and connectivity_keep_reports is 0"
        yield Fault(subject, "set connectivity_keep_reports to at least 1")


def _variable_faults(inventory: Inventory, name: str, value: Any) -> Iterator[Fault]:
    if name in FACTS and (value is None or name not in inventory.specs):
        return
    if name not in inventory.specs and name not in SHARED:
        names = [*SHARED, *(one for one in inventory.specs if one.startswith(SHARED_PREFIX))]
        yield Fault(f"{name} is set", f"no role reads it; choose from {nearest(name, names)}")
        return
    spec, check = (inventory.specs[name], ROLE_VARIABLES.get(name)) if name in inventory.specs else SHARED[name]
    if value is None:
        if name not in inventory.nullable:
            yield Fault(f"{name} is null", f"{_right(spec)}, or leave the variable out")
        return
    if name in LENIENT and isinstance(value, str):
        value = [value]
    faults = list(type_faults(name, spec, value))
    yield from faults
    if not faults and check:
        remedy = check(str(value) if spec.get("type", "str") == "str" else value)
        if remedy:
            yield Fault(f"{name} is {display(value)}", remedy)


def _right(spec: Mapping[str, Any]) -> str:
    kind = spec.get("type", "str")
    return {"list": "give a list, [] for none", "dict": "give a dict, {} for none"}.get(kind, "give a value")


def _network_faults(inventory: Inventory) -> Iterator[str]:
    """Yield what is wrong with the networks of the cluster together, as each host has them."""
    if "kubeadm_control_plane" not in inventory.roles:
        return
    # Only the control planes need the variables of their role. Workers without them have no other networks.
    of_planes = {
        name: value
        for values in inventory.values.values()
        for name, value in values.items()
        if name.startswith("kubeadm_control_plane_")
    }
    # Each look at the networks counts all nodes, so hosts with the same values share one.
    of_hosts = (
        {name: value for name, value in {**of_planes, **values}.items() if _FOR_NETWORKS.match(name)}
        for values in inventory.values.values()
    )
    for values in {repr(sorted(values.items())): values for values in of_hosts}.values():
        network_role = next((role for role in POD_NETWORKS if role in inventory.roles), None)
        pods = _named("pod network", values, POD_NETWORKS[network_role or "flannel"], "pod_network")
        services = _named("service network", values, SERVICE_NETWORK, "service_network")
        entries = [pods, services]
        own = network_role and values.get(f"{network_role}_pod_network")
        if own and _plain(own) != _plain(pods.network):
            yield (
                f"{network_role}_pod_network is {own}, and the pod network of the cluster is {pods.network}: set "
                "podnet_pod_network, which both take"
            )
            return
        if values.get("podnet_node_network"):
            text = str(values["podnet_node_network"])
            entries.append(NamedNetwork("node network", _plain(text), "podnet_node_network"))
        faults = find_special(entries) or find_conflicts(entries) or list(_length_faults(network_role, values, pods))
        if not faults and network_role == "basic_cni":
            faults = list(_allocation_faults(list(inventory.values), values, pods))
        yield from faults or find_misfits(_cluster(inventory, network_role, values, pods, services))


def _named(name: str, values: Mapping[str, Any], default: str, suffix: str) -> NamedNetwork:
    """A network of the cluster with the variable that sets it."""
    for variable in (f"kubeadm_control_plane_{suffix}", f"podnet_{suffix}"):
        if variable in values:
            return NamedNetwork(name, _plain(values[variable]), variable)
    return NamedNetwork(name, default, f"podnet_{suffix}")


def _allocation_faults(nodes: Sequence[str], values: Mapping[str, Any], pods: NamedNetwork) -> Iterator[str]:
    """Yield why the nodes of a new cluster cannot get subnets from the role basic_cni."""
    params: dict[str, Any] = {"avoid": [], "nodes": nodes, "known": {}, "path": "the file"}
    for option, empty in (("reserved", []), ("pins", {}), ("release", [])):
        params[option] = values.get(f"basic_cni_{option}", empty)
    lengths = _node_lengths("basic_cni", values)
    params["prefix_lengths"] = {f"ipv{version}": length for version, length in lengths.items()}
    try:
        allocate(parse_request({**params, "networks": pods.network.split(",")}), {})
    except InputError as error:
        variables = {"networks": pods.variable, **{name: f"basic_cni_{name}" for name in params}}
        named = [f"{variables[name]} sets {name}" for name in variables if re.search(rf"\b{name}\b", str(error))]
        yield f"{error}{' (' * bool(named)}{', '.join(named)}{')' * bool(named)}"


def _plain(network: Any) -> str:
    return str(network).replace(" ", "")


def _cluster(
    inventory: Inventory,
    network_role: str | None,
    values: Mapping[str, Any],
    pods: NamedNetwork,
    services: NamedNetwork,
) -> ClusterNetworks:
    lengths = _node_lengths(network_role, values)
    elsewhere = str(values.get("kubeadm_control_plane_allocate_node_cidrs", True)).lower() in _NO
    if elsewhere and network_role != "basic_cni":
        # The subnets come from elsewhere: only single addresses are too few.
        lengths = {4: 32, 6: 128}
    # The role basic_cni allocates by itself.
    by_kubeadm = network_role != "basic_cni" and not elsewhere
    return ClusterNetworks(pods, services, len(inventory.values), lengths, by_kubeadm)


def _prefix_variable(network_role: str | None, values: Mapping[str, Any]) -> str:
    """The variable that sets the prefix length of a node's subnet: the network's own, or the shared one."""
    own = "basic_cni_prefix_lengths" if network_role == "basic_cni" else "kubeadm_control_plane_node_prefix"
    return own if own in values else "podnet_node_prefix"


def _node_lengths(network_role: str | None, values: Mapping[str, Any]) -> dict[int, int]:
    """The prefix length of a node's subnet, by IP version."""
    given = values.get(_prefix_variable(network_role, values), {})
    if isinstance(given, Mapping):
        return {version: int(given.get(f"ipv{version}", length)) for version, length in KUBEADM_LENGTHS.items()}
    return {**KUBEADM_LENGTHS, **{version: int(text) for version, text in zip(KUBEADM_LENGTHS, str(given).split(","))}}


def _length_faults(network_role: str | None, values: Mapping[str, Any], pods: NamedNetwork) -> Iterator[str]:
    """Yield why the subnets of nodes are too small for the pods that a kubelet takes, or have no length."""
    lengths, variable = _node_lengths(network_role, values), _prefix_variable(network_role, values)
    versions = [parse_network(part).version for part in pods.network.split(",")]
    given = values.get(variable, {})
    if len(versions) > 1 and not isinstance(given, Mapping) and "," not in str(given):
        yield (
            f"{variable} is {given}, and the pod network {pods.network} ({pods.variable}) has two families: "
            f"give two prefix lengths with a comma between, such as {given},{KUBEADM_LENGTHS[6]}"
        )
        return
    # Calico gives a node as many blocks of addresses as it needs.
    if network_role == "calico":
        return
    kubelet = values.get("kubeadm_control_plane_kubelet_configuration")
    most = kubelet.get("maxPods", KUBELET_PODS) if isinstance(kubelet, Mapping) else KUBELET_PODS
    if isinstance(most, int):
        for version in versions:
            yield from find_small_subnets(variable, version, lengths[version], most)


__all__ = ["Inventory", "find_lookalikes", "find_mistakes", "is_known"]
