# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of an upgrade: what forbids it, and the steps of each node. No I/O, no Ansible.

Sources: Kubernetes' version-skew policy lets a kubelet be three minor versions older than the API server, and never
newer. kubeadm upgrades a control plane by one minor version at a time, and goes back to none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_state import (
    API_SERVER,
    CORDONED,
    KEPT,
    STATIC_PODS,
    ClusterState,
    NodeVersions,
    Version,
)

_VARIABLE = "podnet_kubernetes_version"
_OLDEST_KUBELET = 3  # minor versions below the API server


@dataclass(frozen=True)
class NodeUpgrade:
    """The steps of a node, in their order. A step that is done already is false or empty.

    Attributes:
        name: of the node
        mark: what the node is marked with before its kubelet stops, V(cordoned) or V(kept); a node with V(cordoned) is
            cordoned with the same change
        kubeadm: C(kubeadm upgrade) runs with this word, V(apply) or V(node)
        drain: whether the pods leave, and the kubelet starts anew
        packages: whether packages are installed
        control_plane: whether the node is one
        end: what becomes of the mark: V(uncordon), or V(unmark) for a node that the user had cordoned
        note: the steps as a sentence
    """

    name: str
    mark: str
    kubeadm: str
    drain: bool
    packages: bool
    control_plane: bool
    end: str
    note: str

    @property
    def has_work(self) -> bool:
        return bool(self.mark or self.kubeadm or self.drain or self.packages or self.end)


@dataclass(frozen=True)
class Upgrade:
    """The plan of an upgrade.

    Attributes:
        faults: sentences that say why nothing may be changed
        nodes: the steps of the nodes that have work
        batches: their names, those of one batch together
    """

    faults: tuple[str, ...]
    nodes: tuple[NodeUpgrade, ...]
    batches: tuple[tuple[str, ...], ...]


def plan_upgrade(found: ClusterState, target: Version, hosts: Sequence[str], serial: int) -> Upgrade:
    """Plan an upgrade. Each step is decided from what is there, so the plan of a killed run goes on with it.

    Args:
        found: the versions of the cluster and its nodes
        target: the version that is wanted
        hosts: the hosts of the play, in their order
        serial: how many workers are upgraded at a time
    """
    faults = tuple(_faults(found, target, hosts))
    if faults:
        return Upgrade(faults, (), ())
    ordered = [found.nodes[host] for host in hosts]
    planes = [node for node in ordered if node.control_plane]
    steps = {node.name: _steps(node, found, planes, target) for node in ordered}
    order = [node.name for node in [*planes, *(one for one in ordered if not one.control_plane)]]
    working = [name for name in order if steps[name].has_work]
    alone = [(name,) for name in working if found.nodes[name].control_plane]
    workers = [name for name in working if not found.nodes[name].control_plane]
    together = [tuple(workers[start : start + serial]) for start in range(0, len(workers), serial)]
    return Upgrade((), tuple(steps[name] for name in working), (*alone, *together))


def _steps(node: NodeVersions, found: ClusterState, planes: Sequence[NodeVersions], target: Version) -> NodeUpgrade:
    drain = node.kubelet != target
    kubeadm = _kubeadm_word(node, found, planes, target)
    mark = "" if node.mark or not drain else CORDONED if node.takes_pods else KEPT
    end = {CORDONED: "uncordon", "": ""}.get(node.mark or mark, "unmark")
    packages = any(version != target for version in node.packages.values())
    note = ", ".join(_words(node, kubeadm, drain, packages, end, target))
    return NodeUpgrade(node.name, mark, kubeadm, drain, packages, node.control_plane, end, f"{node.name}: {note}")


def _kubeadm_word(node: NodeVersions, found: ClusterState, planes: Sequence[NodeVersions], target: Version) -> str:
    """Choose between C(kubeadm upgrade apply), C(kubeadm upgrade node) and none.

    kubeadm changes kube-proxy last, with the last control plane. A kubelet of the old version shows that C(kubeadm
    upgrade) may not have ended on the node, and kubeadm does again only what is missing.
    """
    behind = any(version != target for version in node.static_pods.values()) or node.kubelet != target
    addons = planes[-1:] == [node] and found.kube_proxy not in (None, target)
    if planes[:1] == [node] and (behind or addons or found.configured != target):
        return "apply"
    return "node" if behind or addons else ""


def _words(node: NodeVersions, kubeadm: str, drain: bool, packages: bool, end: str, target: Version) -> Iterator[str]:
    old = node.packages.get("kubeadm", node.kubelet)
    if old != target:
        yield f"package kubeadm {old} to {target}"
    if kubeadm:
        yield f"kubeadm upgrade {kubeadm}"
    if drain:
        yield "drain"
        yield f"kubelet {node.kubelet} to {target}"
    elif packages:
        yield f"packages to {target}"
    if end:
        yield "takes pods again" if end == "uncordon" else "stays cordoned, as it was before"


def _faults(found: ClusterState, target: Version, hosts: Sequence[str]) -> Iterator[str]:
    """Yield what forbids the upgrade: variable, value, node, and what would be right."""
    yield from _strangers(found, hosts)
    yield from _incomplete(found)
    yield from _newer(found, target)
    yield from _too_far(found, target)
    silent = [node.name for node in found.nodes.values() if not node.ready and not node.mark]
    if silent:
        yield (
            f"{', '.join(silent)} is not ready, and an upgrade takes ready nodes away for a while: mend it "
            "(playbooks/diagnose.yml), or remove it from the cluster (playbooks/remove_node.yml)"
        )


def _strangers(found: ClusterState, hosts: Sequence[str]) -> Iterator[str]:
    missing = [name for name in found.nodes if name not in hosts]
    if missing:
        yield (
            f"the cluster has {', '.join(missing)}, and the run does not: an upgrade needs all nodes; run without "
            "--limit, with an inventory that has each of them"
        )
    foreign = [host for host in hosts if host not in found.nodes]
    if foreign:
        yield (
            f"{', '.join(foreign)} is in the inventory and not in the cluster, whose nodes are "
            f"{', '.join(found.nodes)}: take it out of the inventory; it can join after the upgrade"
        )


def _incomplete(found: ClusterState) -> Iterator[str]:
    planes = [node for node in found.nodes.values() if node.control_plane]
    if found.configured is None or not planes:
        yield (
            "the cluster has no control plane that kubeadm made (ConfigMap kubeadm-config, static pods): upgrade it "
            "with the tool that made it"
        )
    for node in planes:
        gone = [name for name in STATIC_PODS if name not in node.static_pods]
        if gone and found.configured is not None:
            yield f"{node.name} is a control plane and has no pod {', '.join(gone)}: mend it (playbooks/diagnose.yml)"


def _newer(found: ClusterState, target: Version) -> Iterator[str]:
    newer = [(version, f"{name} {version}") for name, version in _versions(found) if version > target]
    if newer:
        yield (
            f"{_VARIABLE} is {target}, and the cluster has {', '.join(text for _version, text in newer)}: Kubernetes "
            f"does not go back to an older version; set {_VARIABLE} to {max(newer)[0]} or newer"
        )


def _versions(found: ClusterState) -> Iterator[tuple[str, Version]]:
    """Yield all versions of the cluster with names for them."""
    for node in found.nodes.values():
        for name, version in node.static_pods.items():
            yield f"{name} of {node.name}", version
        yield f"kubelet of {node.name}", node.kubelet
        for name, version in node.packages.items():
            yield f"package {name} of {node.name}", version
    for name, one in (("ClusterConfiguration", found.configured), ("kube-proxy", found.kube_proxy)):
        if one is not None:
            yield name, one


def _too_far(found: ClusterState, target: Version) -> Iterator[str]:
    """Refuse skipped minor versions of the control plane, and kubelets that the new API server does not support."""
    planes = [
        (node.static_pods[API_SERVER], node.name) for node in found.nodes.values() if API_SERVER in node.static_pods
    ]
    if not planes:
        return
    oldest, name = min(planes)
    if (target.major, target.minor) > (oldest.major, oldest.minor + 1):
        yield (
            f"{_VARIABLE} is {target}, and {API_SERVER} of {name} has {oldest}: kubeadm skips no minor version; set "
            f"{_VARIABLE} to a version of {oldest.major}.{oldest.minor + 1} first"
        )
        return
    limit = (target.major, target.minor - _OLDEST_KUBELET)
    old = [node for node in found.nodes.values() if (node.kubelet.major, node.kubelet.minor) < limit]
    if old:
        named = ", ".join(f"kubelet of {node.name} {node.kubelet}" for node in old)
        yield (
            f"{_VARIABLE} is {target}, and the cluster has {named}: an API server {target.line} supports kubelets from "
            f"{limit[0]}.{limit[1]} on; upgrade these nodes to the version of the control plane first, with "
            f"{_VARIABLE} {oldest}"
        )


__all__ = ["plan_upgrade"]
