# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What explains a break: rules that dropped or translated, counters of lost packets, flows. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.breaks import Break
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import NodeReport
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.route import Change
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import DENIES, SOURCE_CHANGES, Rule

_MOST = 8  # sentences for a pair


def find_evidence(
    pair: Pair, found: Break, change: Change | None, reports: Mapping[str, NodeReport], lost: int
) -> tuple[str, ...]:
    """Write a sentence for each rule, counter and flow that may explain a break, the most telling first.

    Args:
        pair: the pair
        found: the break
        change: of the source address; None for none
        reports: of all nodes
        lost: number of the lost probes: what counted fewer than half of them explains nothing
    """
    sentences = [*_changes(pair, change, reports)]
    if found.verdict != "wrong source":
        # Packets and their answers pass the nodes of both ends. The places of the break come first.
        nodes = sorted(reports.values(), key=lambda report: not {report.node, *report.places} & {*found.places})
        near = [report for report in nodes if {report.node, *report.places} & {*found.places}]
        for report in near:
            sentences += _denials(report, found, lost) if report.node in found.places else ()
            sentences += _route(report, found)
        for report in near:
            silent = [one for one in report.silent if one.partition(":")[0] in found.places]
            sentences += [f"{one.replace(': ', ': no neighbour answers for ', 1)}" for one in silent]
            sentences += _losses(report, found, lost)
    for report in reports.values():
        if report.node in pair.places and (report.lost or report.full):
            sentences.append(f"{report.node}: too many packets to keep them all: hops may be missing")
        sentences += [f"{report.node}: {problem}" for problem in report.problems if report.node in pair.places]
    return tuple(dict.fromkeys(sentences))[:_MOST]


def _denials(report: NodeReport, found: Break, lost: int) -> Iterator[str]:
    """Yield the rules of a node that denied about as many packets. Without any, yield those that do not count."""
    denying = [rule for rule in report.rules if rule.verdict in DENIES]
    counted = [rule for rule in denying if rule.packets is not None and rule.packets * 2 >= lost]
    if not counted and found.inside:
        counted = [rule for rule in denying if rule.packets is None]
    yield from (f"{report.node}: {rule} {_count(rule)}" for rule in counted)


def _route(report: NodeReport, found: Break) -> Iterator[str]:
    """Yield the route by which the node of a break would send the packets on."""
    route = report.routes.get(found.toward or "")
    if route and report.node in found.places[:1]:
        yield f"{report.node}: its route to {found.toward} is {route}"


def _count(rule: Rule) -> str:
    return "(it has no counter)" if rule.packets is None else f"counted {rule.packets} packets"


def _losses(report: NodeReport, found: Break, lost: int) -> Iterator[str]:
    """Yield the counters of lost packets in the places of a break."""
    for moved in report.counters:
        if moved.packets * 2 >= lost and moved.place in found.places:
            yield f"{moved.place}: {moved.name} counted {moved.packets} packets: {moved.meaning}"


def _changes(pair: Pair, change: Change | None, reports: Mapping[str, NodeReport]) -> Iterator[str]:
    """Yield the rules and the flow that changed the source address."""
    report = reports.get(change.place) if change else None
    if change is None or report is None:
        return
    for rule in report.rules:
        # A rule of the table nat counts only the first packet of a flow.
        if rule.verdict in SOURCE_CHANGES:
            yield f"{report.node}: {rule} {_count(rule)}"
    for flow in report.flows:
        if flow.pair == pair.number and flow.answers.target == change.new:
            old, new = flow.flow.source, flow.answers.target
            yield f"{report.node}: connection tracking expects the answers to {old} at {new}"
            return


__all__ = ["find_evidence"]
