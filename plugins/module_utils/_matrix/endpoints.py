# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of a verification: pods, nodes, Services, the DNS and addresses outside. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import check_choices
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import Cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import PodSelector, select_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.services import dns_endpoint, service_endpoints

_FAMILIES = "families"
_OUTSIDE = "outside_addresses"
_ANY = ("any",)  # in place of families: each endpoint keeps those that it has


@dataclass(frozen=True)
class Wanted:
    """The endpoints that a user asks for. The fields are options of the filter connectivity_endpoints.

    Attributes:
        own_namespace: the namespace whose pods and Services were made for the verification
        pod_selectors: of existing pods
        only_running: whether existing pods that do not run are left out instead of refused
        services: existing Services, NAMESPACE/NAME
        dns: the Service of the cluster's DNS, NAMESPACE/NAME
        cluster_domain: the domain of the names of Services
        domain_origin: the place that has this domain, in words; None: the user gave it
        outside_addresses, outside_port: of endpoints outside the cluster. Without a port only ICMP is tried.
        controller: whether the controller probes too
        families: from FAMILIES, in the order in which endpoints get their addresses. Empty: those that all pods and
            nodes have. V(any) alone: each endpoint keeps its own.
        missing: nodes that cannot take part, each with the reason. They and their pods are endpoints all the same.
        excluded: nodes that are left out with their pods
    """

    own_namespace: str | None = None
    pod_selectors: tuple[PodSelector, ...] = ()
    only_running: bool = False
    services: tuple[str, ...] = ()
    dns: str | None = None
    cluster_domain: str = "cluster.local"
    domain_origin: str | None = None
    outside_addresses: tuple[str, ...] = ()
    outside_port: int | None = None
    controller: bool = False
    families: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()


def find_endpoints(cluster: Cluster, wanted: Wanted) -> list[Endpoint]:
    """Return the endpoints to probe: pods by node and name, then nodes, Services, the DNS and outside addresses.

    Args:
        cluster: the whole cluster, with more pods than are wanted
        wanted: the endpoints that the user asks for

    Raises:
        InputError: an endpoint is missing or could only fail. The message names the endpoint and the option.
    """
    pods = select_pods(
        cluster.pods,
        wanted.own_namespace,
        wanted.pod_selectors,
        wanted.only_running,
        wanted.missing,
        wanted.excluded,
    )
    nodes = _nodes(cluster, wanted)
    present, present_nodes = ([one for one in some if not one.missing] for some in (pods, nodes))
    _check_distinct([*present, *present_nodes])
    if wanted.controller and any(node.name == "controller" for node in nodes):
        raise InputError("controller is true, and a node has this name, which cells could not tell apart: give false")
    families = _choose_families(present, present_nodes, wanted.families)
    services = [one for one in _services(cluster, wanted) if _is_in(one, families)]
    others = [
        *((one, "own_namespace" if one.own else "services") for one in services),
        *([(_dns(cluster, wanted.dns, wanted), "dns")] if wanted.dns else []),
        *((_outside(address, wanted.outside_port), _OUTSIDE) for address in wanted.outside_addresses),
    ]
    return [
        *(_restrict(endpoint, families) for endpoint in [*pods, *nodes]),
        *([Endpoint("controller", "controller", ())] if wanted.controller else []),
        *(_restrict_strictly(endpoint, families, option) for endpoint, option in others),
    ]


def _is_in(service: Endpoint, families: tuple[str, ...]) -> bool:
    """Whether to keep an endpoint of a Service. Only its cluster IP must be in the families to verify."""
    return service.kind == "service" or any(service.address(family) for family in families)


def _nodes(cluster: Cluster, wanted: Wanted) -> list[Endpoint]:
    """Return the nodes, by name. Raises InputError when one takes part and has no address."""
    nodes = [
        Endpoint(one.name, "node", one.addresses, node=one.name, missing=wanted.missing.get(one.name))
        for one in cluster.nodes
        if one.name not in wanted.excluded
    ]
    for node in nodes:
        if not node.addresses and not node.missing:
            raise InputError(f"node {node.name} has no InternalIP in its status: see --node-ip of its kubelet")
    return sorted(nodes, key=lambda node: node.name)


def _services(cluster: Cluster, wanted: Wanted) -> list[Endpoint]:
    """Return the endpoints of Services. A NodePort takes part only where its node does."""
    found = service_endpoints(cluster, wanted.own_namespace, wanted.services, wanted.missing)
    return [
        replace(one, missing=one.missing or wanted.missing.get(one.via or ""))
        for one in found
        if one.via not in wanted.excluded
    ]


def _dns(cluster: Cluster, name: str, wanted: Wanted) -> Endpoint:
    return dns_endpoint(cluster, name, wanted.cluster_domain, wanted.domain_origin, wanted.missing)


def _check_distinct(endpoints: Iterable[Endpoint]) -> None:
    """Refuse two endpoints with one address, because a probe would reach either of them."""
    owners: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        for address in endpoint.addresses:
            other = owners.setdefault(address, endpoint)
            if other is not endpoint:
                raise InputError(
                    f"{other.kind} {other.name} and {endpoint.kind} {endpoint.name} both have the address {address}: "
                    "wait until the one that is being replaced is gone, or find out why both got the address"
                )


def _choose_families(pods: Sequence[Endpoint], nodes: Sequence[Endpoint], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the families that the user asks for, or those that every pod and node has."""
    if asked == _ANY:
        return FAMILIES
    if asked:
        return _check_families(check_choices(_FAMILIES, asked, FAMILIES), pods, nodes)
    common = tuple(family for family in FAMILIES if all(one.address(family) for one in [*pods, *nodes]))
    if not common:
        raise InputError(f"the pods and nodes have no address family in common: set {_FAMILIES} to those to verify")
    return common


def _check_families(families: tuple[str, ...], pods: Sequence[Endpoint], nodes: Sequence[Endpoint]) -> tuple[str, ...]:
    """Refuse a family that the cluster lacks, or that a pod lacks. A node often has only one family's InternalIP."""
    kind, those = ("pod", pods) if pods else ("node", nodes)
    for family in families:
        shown = family.replace("ip", "IP")
        lacking = [one for one in those if not one.address(family)]
        if len(lacking) == len(those):
            raise InputError(
                f"{_FAMILIES} has {family}, and no {kind} has an {shown} address: leave {family} out, or set the "
                f"cluster up for {shown}"
            )
        if pods and lacking:
            raise InputError(
                f"{_FAMILIES} has {family}, and pod {lacking[0].name} has only {', '.join(lacking[0].addresses)}: "
                f"leave {family} out, or do not select that pod (pod_selectors)"
            )
    return families


def _restrict(endpoint: Endpoint, families: tuple[str, ...]) -> Endpoint:
    """Return the endpoint with at most one address of each family, in the order of the families."""
    addresses = (endpoint.address(family) for family in families)
    return replace(endpoint, addresses=tuple(address for address in addresses if address))


def _restrict_strictly(endpoint: Endpoint, families: tuple[str, ...], option: str) -> Endpoint:
    """Return the same as _restrict(). Raises InputError when no address is left."""
    restricted = _restrict(endpoint, families)
    if not restricted.addresses and not endpoint.missing:
        raise InputError(
            f"{endpoint.name} ({option}) has only {', '.join(endpoint.addresses)}, and the families to verify are "
            f"{', '.join(families)}: change {_FAMILIES}, or leave {endpoint.name} out"
        )
    return restricted


def _outside(address: str, port: int | None) -> Endpoint:
    """Return an endpoint outside the cluster. Its name is its address in the usual form."""
    try:
        name = str(ipaddress.ip_address(address))
    except ValueError:
        name = ""
    if not name or "%" in name:
        raise InputError(f"{_OUTSIDE} has {show(address)}: give an IP address, not a name, a network or a zone")
    return Endpoint(name, "outside", (name,), port=port)


__all__ = ["Wanted", "find_endpoints"]
