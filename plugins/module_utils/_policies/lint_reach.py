# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the pods that a policy selects and that its rules match. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import NamedPort
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import (
    DIRECTIONS,
    Finding,
    Subject,
    Surroundings,
    covered_rules,
    join,
    rules_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import Peer, PolicyPort, PolicyRule
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import positions, union


def find_in_reach(subject: Subject, around: Surroundings) -> Iterator[Finding]:
    """Yield the findings of a policy in its surroundings."""
    yield from _selection(subject, around)
    yield from _closed_directions(subject, around)
    for direction, path, rule in covered_rules(subject.policy):
        yield from _peers(subject, around, f"{path}.{DIRECTIONS[direction]}", rule)
        beside = rules_of(subject.policy, direction)
        yield from _families(subject, around, f"{path}.{DIRECTIONS[direction]}", rule, beside)
        if around.selected(subject.policy):
            serving = around.selected(subject.policy) if direction == "ingress" else _matched(subject, around, rule)
            for number, port in enumerate(rule.ports):
                yield from _port(subject, around, f"{path}.ports[{number}].port", port, serving)


def _selection(subject: Subject, around: Surroundings) -> Iterator[Finding]:
    selected, host = around.selected(subject.policy), around.index.host_network
    if not selected:
        yield subject.finding(
            "selects-nothing",
            "spec.podSelector",
            f"selects no pod in the namespace {subject.policy.namespace}, so the policy has no effect",
            f"compare it with kubectl get pods -n {subject.policy.namespace} --show-labels",
        )
    elif selected & host:
        yield subject.finding(
            "host-network",
            "spec.podSelector",
            f"selects pods on the network of their node, which many networks do not restrict: "
            f"{around.names(selected & host)}",
            "restrict these pods with a firewall of the node",
        )


def _closed_directions(subject: Subject, around: Surroundings) -> Iterator[Finding]:
    """Find a policy with rules for one direction that closes the other one by the way, while no policy opens it."""
    policy = subject.policy
    for direction, other in (("ingress", "egress"), ("egress", "ingress")):
        closed = (policy.ingress if direction == "ingress" else policy.egress) == ()
        meant = subject.spec.get(direction) == [] or not rules_of(policy, other)
        alone = around.selected(policy) & ~around.index.host_network & ~around.ruled(direction, policy)
        if closed and not meant and alone:
            given = bool(subject.spec.get("policyTypes"))
            reason = f"has {direction.title()}" if given else f"is missing, which includes {direction.title()}"
            yield subject.finding(
                f"closed-{direction}",
                "spec.policyTypes",
                f"{reason}, and no policy has a rule for {direction} of {around.names(alone)}, so all of it is blocked",
                f"set spec.policyTypes to [{other.title()}], or write {direction}: [] when the block is meant",
            )


def _matched(subject: Subject, around: Surroundings, rule: PolicyRule) -> int:
    """Return the mask of the pods that the peers of a rule match."""
    return union(_peer_mask(subject, around, peer) for peer in rule.peers) if rule.peers else around.index.everyone


def _peer_mask(subject: Subject, around: Surroundings, peer: Peer) -> int:
    if peer.ip_block:
        return around.index.within(peer.ip_block)
    return around.index.select(subject.policy.namespace, peer.pod_selector, peer.namespace_selector)


def _peers(subject: Subject, around: Surroundings, path: str, rule: PolicyRule) -> Iterator[Finding]:
    for number, peer in enumerate(rule.peers):
        mask, place = _peer_mask(subject, around, peer), f"{path}[{number}]"
        if peer.ip_block:
            if mask & ~around.index.host_network:
                yield subject.finding(
                    "pods-in-block",
                    f"{place}.ipBlock",
                    f"has addresses of pods, such as {around.names(mask & ~around.index.host_network, 1)}: the API "
                    "leaves open whether it matches them",
                    "select pods by labels, and leave their network out with except",
                )
        elif not mask:
            yield _nothing(subject, around, place, peer)
        elif not mask & ~around.index.host_network:
            yield subject.finding(
                "host-network",
                place,
                f"matches only pods on the network of their node, which many networks see as the node: "
                f"{around.names(mask)}",
                "allow the addresses of the nodes with an ipBlock",
            )


def _nothing(subject: Subject, around: Surroundings, place: str, peer: Peer) -> Finding:
    """Return the finding of a peer that matches no pod."""
    wanted = peer.namespace_selector
    if wanted is not None and not around.index.select_namespaces(wanted):
        return subject.finding(
            "matches-nothing",
            f"{place}.namespaceSelector",
            "selects no namespace",
            "compare it with kubectl get namespaces --show-labels: each has the label kubernetes.io/metadata.name",
        )
    where = f"in the namespace {subject.policy.namespace}" if wanted is None else "in the namespaces that it selects"
    hint = "; for pods of other namespaces add a namespaceSelector" if wanted is None else ""
    return subject.finding(
        "matches-nothing",
        place,
        f"matches no pod {where}",
        f"compare it with the labels of the pods{hint}",
    )


def _port(subject: Subject, around: Surroundings, path: str, port: PolicyPort, serving: int) -> Iterator[Finding]:
    """Find a name that no pod has, or that has several numbers in a pod; C(serving) is the mask of the targets."""
    if not isinstance(port.port, str) or not serving:
        return
    named = [
        (str(around.pods[position]), one)
        for position in positions(serving)
        for one in sorted(around.pods[position].ports | around.pods[position].init_ports, key=_order)
        if one.name == port.port
    ]
    right = [(pod, one.number) for pod, one in named if one.protocol == port.protocol]
    if not right:
        others = sorted({one.protocol for _pod, one in named})
        remedy = f"give protocol: {others[0]}, which the port has" if others else "name a port as the containers do"
        message = f"is {port.port}, and no pod that the rule lets serve has a {port.protocol} port with this name"
        yield subject.finding("no-port", path, message, remedy)
    shared = next((pod for pod, number in right if any(pod == one and number != more for one, more in right)), None)
    if shared:
        numbers = join(number for pod, number in right if pod == shared)
        message = f"is {port.port}, which stands for {numbers} in {shared}: the API leaves open which of them is meant"
        yield subject.finding("shared-port", path, message, "give the number of the port")


def _order(port: NamedPort) -> tuple[str, int]:
    return port.protocol, port.number


def _families(
    subject: Subject, around: Surroundings, path: str, rule: PolicyRule, beside: Iterable[PolicyRule]
) -> Iterator[Finding]:
    """Find a rule for all addresses of one family, while the policy selects pods that have both.

    A policy allows what one of its rules allows. So a rule beside it may have the other family, for these ports.
    """
    whole = {
        peer.ip_block.network.version for peer in rule.peers if peer.ip_block and not peer.ip_block.network.prefixlen
    }
    same = [one for one in beside if not one.ports or (rule.ports and set(rule.ports) <= set(one.ports))]
    versions = {peer.ip_block.network.version for one in same for peer in one.peers if peer.ip_block}
    for version in whole:
        other = 10 - version
        members = around.selected(subject.policy) & around.index.members[f"ipv{other}"]
        if other not in versions and members:
            yield subject.finding(
                "one-family",
                path,
                f"allows every IPv{version} address and no IPv{other} address, and {around.names(members)} have one",
                f"add an ipBlock with {'::/0' if other == 6 else '0.0.0.0/0'}",
            )


__all__ = ["find_in_reach"]
