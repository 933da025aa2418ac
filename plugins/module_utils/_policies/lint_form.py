# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that the text of a single policy shows, whatever the cluster has. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import (
    DIRECTIONS,
    Finding,
    Subject,
    covered_rules,
    rules_of,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import Peer, PolicyRule


def find_in_form(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of a policy."""
    yield from _refused_values(subject)
    yield from _namespace(subject)
    yield from _empty_lists(subject)
    yield from _ignored_rules(subject)
    yield from _needless_rules(subject)
    yield from _split_peers(subject)


def _refused_values(subject: Subject) -> Iterator[Finding]:
    for remark in subject.policy.remarks:
        yield subject.finding("refused", remark.path, remark.fault, remark.remedy)


def _namespace(subject: Subject) -> Iterator[Finding]:
    if not subject.written["metadata"].get("namespace"):
        yield subject.finding(
            "no-namespace",
            "metadata.namespace",
            "is missing, so the policy goes to the namespace default, or to the one that kubectl uses",
            "give the namespace of the pods",
        )


def _empty_lists(subject: Subject) -> Iterator[Finding]:
    """An empty list of a rule means everything, while an empty list of rules means nothing."""
    for direction, peers in DIRECTIONS.items():
        for number, rule in enumerate(subject.spec.get(direction, ())):
            path = f"spec.{direction}[{number}]"
            ends = "every source" if direction == "ingress" else "every target"
            if rule.get(peers) == []:
                yield subject.finding(
                    "everyone",
                    f"{path}.{peers}",
                    f"is empty, which means {ends}, inside and outside the cluster",
                    f"name the pods, or leave the rule out to allow none; for {ends} leave out {peers} alone",
                )
            if rule.get("ports") == []:
                yield subject.finding(
                    "every-port",
                    f"{path}.ports",
                    "is empty, which means every port",
                    "name the ports, or leave out the field when every port is meant",
                )


def _ignored_rules(subject: Subject) -> Iterator[Finding]:
    for direction in DIRECTIONS:
        covered = subject.policy.ingress if direction == "ingress" else subject.policy.egress
        if subject.spec.get(direction) and covered is None:
            yield subject.finding(
                "ignored-rules",
                f"spec.{direction}",
                f"has rules without an effect, because spec.policyTypes lacks {direction.title()}",
                f"add {direction.title()} to spec.policyTypes, or remove the rules",
            )


def _needless_rules(subject: Subject) -> Iterator[Finding]:
    for direction in DIRECTIONS:
        rules = rules_of(subject.policy, direction)
        if len(rules) > 1 and PolicyRule() in rules:
            yield subject.finding(
                "needless-rules",
                f"spec.{direction}[{rules.index(PolicyRule())}]",
                f"allows everything, so the other rules of spec.{direction} have no effect",
                "remove this rule, or the others",
            )
            continue
        for number, rule in enumerate(rules):
            if rule in rules[:number]:
                yield subject.finding(
                    "needless-rules",
                    f"spec.{direction}[{number}]",
                    f"means the same as spec.{direction}[{rules.index(rule)}]",
                    "remove one of the two",
                )


def _split_peers(subject: Subject) -> Iterator[Finding]:
    """One dash too many makes two entries of a podSelector and a namespaceSelector that belong together."""
    for direction, path, rule in covered_rules(subject.policy):
        for number, (one, other) in enumerate(zip(rule.peers, rule.peers[1:])):
            if _selects_alone(one) | _selects_alone(other) == {"podSelector", "namespaceSelector"}:
                peers = f"{path}.{DIRECTIONS[direction]}"
                yield subject.finding(
                    "split-peer",
                    f"{peers}[{number + 1}]",
                    f"is an entry beside {peers}[{number}], so the rule allows the pods of both entries",
                    "write both selectors in one entry when the pods must match both",
                )


def _selects_alone(peer: Peer) -> set[str]:
    """Return the name of the selector of a peer that has one only."""
    given = {"podSelector": peer.pod_selector, "namespaceSelector": peer.namespace_selector}
    names = {name for name, selector in given.items() if selector is not None and selector.requirements}
    return names if sum(selector is not None for selector in given.values()) == 1 else set()


__all__ = ["find_in_form"]
