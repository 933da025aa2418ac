# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that policies in force keep from the DNS, and the policies that do it. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod, read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import rules_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import Layer, expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import Policy, parse_stored_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import positions, union
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import of_known_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import Port

_DNS = Port("UDP", 53)
_LABEL, _SERVERS, _LOCAL = "k8s-app", "kube-dns", "node-local-dns"


@dataclass(frozen=True)
class CutOff:
    """Pods that do not reach the DNS.

    Attributes:
        pods, policies: NAMESPACE/NAME
        direction: egress: the policies select these pods; ingress: they select the DNS servers
        ruled: whether one of the policies has rules for the direction; without any, the pods are cut off as a whole
    """

    pods: tuple[str, ...]
    policies: tuple[str, ...]
    direction: str
    ruled: bool


def find_cut_off(policies: Any, namespaces: Any, pods: Any) -> list[CutOff]:
    """Find the pods that reach no DNS server of the cluster on UDP port 53, by the policies that do it.

    Args:
        policies: all NetworkPolicy objects of the cluster
        namespaces: all Namespace objects
        pods: all Pod objects

    Raises:
        InputError: an object is not as the API stores it
    """
    # A namespace may vanish between two questions to the API.
    there = of_known_namespaces(read_list(policies, "policies"), namespaces)
    parsed = parse_stored_policies(there, "network_policies")
    placed = read_pods(of_known_namespaces(read_list(pods, "pods"), namespaces))
    known = [pod for pod in placed if not pod.ended and pod.addresses]
    # A DNS cache of the node has an address of no pod, which ipBlocks allow.
    if not parsed or any(pod.labels.get(_LABEL) == _LOCAL for pod in known):
        return []
    matrix = expected_matrix(known, read_namespaces(namespaces), parsed, [_DNS])
    return [one for layer in matrix.layers[:1] for one in _cut_off(layer, known, parsed)]


def _cut_off(layer: Layer, pods: Sequence[Pod], policies: Sequence[Policy]) -> Iterator[CutOff]:
    servers = [n for n, pod in enumerate(pods) if pod.namespace == "kube-system" and pod.labels.get(_LABEL) == _SERVERS]
    if not servers:
        return
    all_servers = union(1 << server for server in servers)
    others = union(1 << n for n, pod in enumerate(pods) if pod.host_network or not pod.asks_cluster_dns)
    reaching = union(layer.allowed[server] | layer.contested[server] for server in servers)
    cut = layer.members & ~(reaching | others | all_servers)
    leaving = union(one.sources for one in layer.egress.grants if one.targets & all_servers)
    own = cut & layer.egress.isolated & ~leaving
    for direction, bound, masks in (
        ("egress", layer.egress.bound, own),
        ("ingress", [(name, cut if mask & all_servers else 0) for name, mask in layer.ingress.bound], cut & ~own),
    ):
        ruled = {str(one) for one in policies if rules_of(one, direction)}
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for n in positions(masks):
            groups[tuple(sorted(name for name, mask in bound if mask >> n & 1))].append(str(pods[n]))
        for names, cut_pods in sorted(groups.items()):
            yield CutOff(tuple(sorted(cut_pods)), names, direction, not ruled.isdisjoint(names))


__all__ = ["CutOff", "find_cut_off"]
