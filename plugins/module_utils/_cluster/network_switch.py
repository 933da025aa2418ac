# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switch of a running cluster to another pod network: what is there, what forbids it, what it does. No I/O.

The network of the pods stays: kubeadm's podSubnet, the controller manager's --cluster-cidr and each Node's podCIDR do
not change on a running cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_list,
    read_metadata,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.network_evidence import (
    NETWORKS,
    Evidence,
    find_evidence,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_ready
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.restarting_pods import (
    RestartingPods,
    find_restarting_pods,
)

# The ConfigMap in kube-system that exists from the beginning of a switch to its end.
_MARK = "podnet-network-switch"
_KUBEADM = "kubeadm-config"

_Parser = Callable[[str], Any]


@dataclass(frozen=True)
class Settings:
    """What the user sets.

    Attributes:
        target: the network that is wanted
        hosts: the hosts of the play
        given: the variables that set the network of the pods, with their values
        bare_pods: whether pods that no controller makes again may be deleted
        empty_dirs: whether data in emptyDir volumes may be lost
        policies: whether Calico is to enforce NetworkPolicies on Flannel
    """

    target: str
    hosts: Sequence[str] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    bare_pods: bool = False
    empty_dirs: bool = False
    policies: bool = False


@dataclass(frozen=True)
class Switch:
    """The plan of a switch.

    Attributes:
        faults: sentences that say why nothing may be changed
        notes: sentences that say what the switch does
        present: the networks that are there
        leaving: the networks to remove, in their order
        installs: whether the wanted network is to be installed
        pod_network: the network of the pods, which stays
        started: when an unfinished switch began, in seconds since 1970; None: there is none
        unready: controllers with pods that are not ready now, as NAMESPACE/KIND/NAME
        policies: whether Calico enforces NetworkPolicies on Flannel afterwards
    """

    faults: tuple[str, ...]
    notes: tuple[str, ...]
    present: tuple[str, ...]
    leaving: tuple[str, ...]
    installs: bool
    pod_network: str
    started: float | None
    unready: tuple[str, ...]
    policies: bool


@dataclass(frozen=True)
class _Cluster:
    """The cluster, as far as the plan reads it."""

    evidence: Evidence
    pods: RestartingPods
    nodes: tuple[str, ...]
    silent: tuple[str, ...]
    without_subnet: tuple[str, ...]
    pod_network: str
    allocates: bool
    policies: int
    started: float | None


def plan_switch(objects: Any, settings: Settings, parse: _Parser) -> Switch:
    """Plan the switch.

    Args:
        objects: lists of Node, Pod, DaemonSet, NetworkPolicy and ConfigMap objects (those of kube-system) under the
            keys nodes, pods, daemon_sets, policies and config_maps; under files the files that the module find found
            in /etc/cni/net.d, by node
        settings: what the user sets
        parse: makes plain data of a text in YAML, and None of another text; nodes have no PyYAML

    Raises:
        InputError: an object is not as the API returns it
    """
    cluster = _read_cluster(read_fields(objects, "_input"), parse)
    found = cluster.evidence
    begun = cluster.started is not None
    # A removal that has begun is finished first, also that of the wanted network.
    leaving = [name for name in found.present if found.removing or name != settings.target]
    if found.removing and not leaving:
        leaving = [name for name in NETWORKS if name != settings.target]
    # The role flannel removes them with Flannel, and leaves them where Flannel stays.
    policies = settings.target == "flannel" and (settings.policies or (found.policies and "flannel" not in leaving))
    return Switch(
        faults=tuple(_faults(cluster, settings, leaving)),
        notes=tuple(_notes(cluster, settings, leaving, policies)),
        present=found.present,
        leaving=tuple(leaving),
        installs=bool(leaving) or begun or settings.target not in found.present,
        pod_network=cluster.pod_network,
        started=cluster.started,
        unready=() if begun or found.removing else cluster.pods.unready,
        policies=policies,
    )


def _read_cluster(objects: Mapping[str, Any], parse: _Parser) -> _Cluster:
    nodes = [(read_metadata(item, "nodes", "Node").name, item) for item in read_list(objects.get("nodes"), "nodes")]
    maps = dict(_read_config_maps(objects.get("config_maps")))
    configuration = _read_kubeadm(maps.get(_KUBEADM, {}), parse)
    networking = read_fields(configuration.get("networking") or {}, "networking")
    return _Cluster(
        evidence=find_evidence(objects),
        pods=find_restarting_pods(objects.get("pods")),
        nodes=tuple(name for name, _item in nodes),
        silent=tuple(name for name, item in nodes if _is_silent(name, item)),
        without_subnet=tuple(name for name, item in nodes if not _has_subnet(name, item)),
        pod_network=str(networking.get("podSubnet") or "").replace(" ", ""),
        allocates=_allocates(configuration),
        policies=len(read_list(objects.get("policies"), "policies")),
        started=_read_started(maps[_MARK]) if _MARK in maps else None,
    )


def _read_config_maps(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in read_list(value, "config_maps"):
        metadata = read_metadata(item, "config_maps", "ConfigMap")
        with errors_of(metadata):
            yield metadata.name, read_fields(read_fields(item, "object").get("data") or {}, "data")


def _read_kubeadm(data: Mapping[str, Any], parse: _Parser) -> Mapping[str, Any]:
    """Read the ClusterConfiguration in the data of the ConfigMap kubeadm-config."""
    with errors_of(_KUBEADM):
        return read_fields(parse(read_text(data, "ClusterConfiguration", "data") or "") or {}, "ClusterConfiguration")


def _allocates(configuration: Mapping[str, Any]) -> bool:
    """Whether the controller manager gives nodes their pod subnets."""
    manager = read_fields(configuration.get("controllerManager") or {}, "controllerManager")
    arguments = manager.get("extraArgs") or []
    # A dict up to v1beta3 of kubeadm's API, a list since.
    if isinstance(arguments, Mapping):
        pairs = list(arguments.items())
    else:
        fields = [read_fields(one, "extraArgs") for one in read_list(arguments, "extraArgs")]
        pairs = [(one.get("name"), one.get("value")) for one in fields]
    return ("allocate-node-cidrs", "false") not in [(name, str(value).lower()) for name, value in pairs]


def _read_started(data: Mapping[str, Any]) -> float:
    text = str(data.get("started", ""))
    return float(text) if text.isdecimal() else 0.0


def _has_subnet(name: str, item: Any) -> bool:
    return bool(read_fields(read_fields(item, name).get("spec", {}), name).get("podCIDR"))


def _is_silent(name: str, item: Any) -> bool:
    """Whether the kubelet of a node does not answer. A node without a network is not ready, and its kubelet answers."""
    with errors_of(name):
        return read_ready(item).get("status") == "Unknown"


def _faults(cluster: _Cluster, settings: Settings, leaving: Sequence[str]) -> Iterator[str]:
    target = settings.target
    if target not in NETWORKS:
        yield f"podnet_network is {target or 'not set'}: give -e podnet_network=… with one of {', '.join(NETWORKS)}"
        return
    yield from cluster.evidence.foreign_faults(target, cluster.started is not None)
    if set(cluster.nodes) != set(settings.hosts):
        yield (
            f"the cluster has the nodes {', '.join(sorted(cluster.nodes))}, and this play the hosts "
            f"{', '.join(sorted(settings.hosts))}: run it on all nodes under their names in the cluster, without "
            "--limit; a host that failed above is not among them"
        )
    yield from _network_faults(cluster, settings)
    if leaving:
        yield from _pod_faults(cluster, settings)


def _network_faults(cluster: _Cluster, settings: Settings) -> Iterator[str]:
    """Yield why the wanted network cannot have the cluster's network of the pods."""
    target, pods = settings.target, cluster.pod_network
    if not pods:
        yield (
            f"the ConfigMap {_KUBEADM} in kube-system names no podSubnet, and without it no network knows which "
            "addresses pods may have: only clusters that kubeadm made with a pod network can be switched"
        )
        return
    for name in ("podnet_pod_network", f"{target}_pod_network"):
        value = settings.given.get(name)
        if value and value.replace(" ", "") != pods:
            yield (
                f"{name} is {value}, and the pod network of the cluster is {pods}, which does not change on a running "
                f"cluster: set {name} to {pods}, or leave it out"
            )
    if target == "flannel" and settings.policies and "," in pods:
        yield (
            f"podnet_policies is calico, and the pod network of the cluster {pods} has two families: Calico's policies "
            "on Flannel know IPv4 only: leave podnet_policies out, or switch to calico"
        )
    if target == "flannel" and cluster.without_subnet:
        yield (
            f"{', '.join(cluster.without_subnet)} has no pod subnet (spec.podCIDR), and Flannel needs one on each "
            "node: switch to basic_cni first, which gives each node its subnet"
        )


def _pod_faults(cluster: _Cluster, settings: Settings) -> Iterator[str]:
    """Yield why the pods cannot leave the present network."""
    pods = cluster.pods
    if cluster.silent:
        yield (
            f"the kubelet of {', '.join(cluster.silent)} does not answer, so its pods cannot leave the network: mend "
            "the node, or remove it from the cluster by playbooks/remove_node.yml"
        )
    if pods.returning:
        yield (
            f"pods of {', '.join(pods.returning)} tolerate the taint of a removal, so they would come back to the old "
            "network at once: delete these controllers, and make them again after the switch"
        )
    if pods.bare and not settings.bare_pods:
        yield (
            f"no controller makes these pods again: {', '.join(pods.bare)}. Delete them, or set "
            "switch_network_bare_pods to true to have them deleted"
        )
    if pods.empty_dirs and not settings.empty_dirs:
        yield (
            f"these pods lose the data in their emptyDir volumes: {', '.join(pods.empty_dirs)}. Set "
            "switch_network_empty_dirs to true to allow it"
        )


def _notes(cluster: _Cluster, settings: Settings, leaving: Sequence[str], policies: bool) -> Iterator[str]:
    """Yield what the switch does, for the user who is asked."""
    target = settings.target
    if leaving:
        yield (
            f"{', '.join(leaving)} goes, and {target} comes. Meanwhile no pod has a network. {cluster.pods.number} "
            "pods end and start anew, without regard to PodDisruptionBudgets"
        )
    if "calico" in leaving or ("flannel" in leaving and cluster.evidence.policies):
        yield "Calico's own objects go with it, such as its GlobalNetworkPolicies"
    if cluster.policies and target != "calico" and not policies:
        yield f"{target} enforces no NetworkPolicies: the {cluster.policies} of the cluster have no effect afterwards"
    if target == "flannel" and not cluster.allocates:
        yield (
            "the controller manager gives new nodes no pod subnet (--allocate-node-cidrs=false), so Flannel will not "
            "run on nodes that join later"
        )
    if "podnet_pod_network" not in settings.given:
        yield (
            f"the pod network stays {cluster.pod_network}: set podnet_pod_network to it in the inventory for later "
            "runs of other playbooks"
        )


__all__ = ["Settings", "plan_switch"]
