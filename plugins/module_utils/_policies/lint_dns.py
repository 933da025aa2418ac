# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about egress policies that forget the DNS. No I/O, no Ansible.

Policies apply to the pods of the DNS and not to the address of its Service, which the node translates before.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import (
    Finding,
    Subject,
    Surroundings,
    rules_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import Layer, expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import PolicyRule
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import union
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import Port

_PORTS = (Port("UDP", 53), Port("TCP", 53))
# kubeadm and most installers give these labels to CoreDNS.
_NAMESPACE = "kube-system"
_LABEL = ("k8s-app", "kube-dns")


class DnsLint:
    """The pods whose egress reaches no DNS. They are computed once for all policies."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        servers = union(
            1 << position
            for position, pod in enumerate(around.pods)
            if pod.namespace == _NAMESPACE and pod.labels.get(_LABEL[0]) == _LABEL[1] and not pod.host_network
        )
        matrix = expected_matrix(around.pods, around.namespaces, around.policies, _PORTS)
        # Pods without any egress rule are cut off on purpose, and the DNS itself asks other servers.
        ruled = union(around.selected(one) for one in around.policies if rules_of(one, "egress"))
        others = union(1 << position for position, pod in enumerate(around.pods) if not pod.asks_cluster_dns)
        candidates = ruled & ~around.index.host_network & ~servers & ~others
        self._cut = {
            port.protocol: union(
                candidates & ~self._reaching(layer, servers) for layer in matrix.layers if layer.port == port
            )
            for port in _PORTS
        }

    def _reaching(self, layer: Layer, servers: int) -> int:
        """Return the pods that reach a DNS server in a layer, or an address where one may be."""
        free = self._around.index.everyone & ~(layer.egress.isolated & layer.members)
        granted = union(one.sources for one in layer.egress.grants if not servers or one.targets & servers)
        return free | granted | self._by_block(layer.port)

    def _by_block(self, port: Port) -> int:
        """Return the pods with a rule for the port to addresses, such as that of NodeLocal DNSCache."""
        policies = self._around.policies
        return union(
            self._around.selected(one)
            for one in policies
            if any(_blocks(rule, port) for rule in rules_of(one, "egress"))
        )

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield the findings of a policy that has egress rules."""
        if not rules_of(subject.policy, "egress"):
            return
        selected = self._around.selected(subject.policy)
        without = {protocol: selected & cut for protocol, cut in self._cut.items()}
        remedy = f"allow UDP and TCP 53 to the pods of {_NAMESPACE} with the label {'='.join(_LABEL)}"
        if without["UDP"]:
            message = f"forgets the DNS: no rule lets {self._around.names(without['UDP'])} ask it on UDP port 53"
            yield subject.finding("no-dns", "spec.egress", message, remedy)
        elif without["TCP"]:
            message = f"lets {self._around.names(without['TCP'])} ask the DNS on UDP only, and long answers need TCP"
            yield subject.finding("no-dns-tcp", "spec.egress", message, remedy)


def _blocks(rule: PolicyRule, port: Port) -> bool:
    """Whether a rule allows a port to an ipBlock."""
    ports = [one for one in rule.ports if one.protocol == port.protocol]
    number = port.number or 0
    serves = not rule.ports or any(
        one.port is None or (isinstance(one.port, int) and one.port <= number <= (one.end_port or one.port))
        for one in ports
    )
    return serves and any(peer.ip_block for peer in rule.peers)


__all__ = ["DnsLint"]
