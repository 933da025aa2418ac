# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a node: what it sent, saw and counted, as the module returns it. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.clocks import Window
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.conntrack import Tracked
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.kernel_counters import Moved
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import Link
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import Rule
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import (
    Sight,
    load_sights,
    sight_as_dict,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import Sent, Watched

# What a result of the module has.
_TIMES = ("began", "ended", "started", "finished", "asked", "answered")
_KEYS = (
    *("node", "places", *_TIMES, "sent", "sights"),
    *("links", "rules", "counters", "flows", "silent", "routes", "lost", "full", "problems"),
)


@dataclass(frozen=True)
class NodeReport:
    """The report of a node.

    Attributes:
        node: name of the node
        places: names of the pods and of the node that it watched
        window: when it watched
        sent, sights: probes and packets
        links, rules, counters, flows: the node's links, and what moved or appeared meanwhile
        silent: neighbours that did not answer, each with its place and link
        routes: its routes to the addresses of the pairs, by address
        lost: packets that its sockets lost
        full: whether it saw more packets than it may keep
        problems: sentences about what it could not look at
    """

    node: str
    places: tuple[str, ...]
    window: Window
    sent: tuple[Sent, ...]
    sights: tuple[Sight, ...]
    links: tuple[Link, ...] = ()
    rules: tuple[Rule, ...] = ()
    counters: tuple[Moved, ...] = ()
    flows: tuple[Tracked, ...] = ()
    silent: tuple[str, ...] = ()
    routes: Mapping[str, str] = field(default_factory=dict)
    lost: int = 0
    full: bool = False
    problems: tuple[str, ...] = ()

    def link(self, name: str) -> Link | None:
        """Return the node's link of this name; None when the node has none."""
        return next((one for one in self.links if one.name == name), None)

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses of the node."""
        return frozenset(address for link in self.links for address in link.addresses)


def report_as_dict(
    node: str,
    places: Iterable[str],
    watched: Watched,
    links: Iterable[Link],
    rules: Iterable[Rule],
    counters: Iterable[Moved],
    flows: Iterable[Tracked],
    silent: Iterable[str],
    problems: Iterable[str],
) -> dict[str, Any]:
    """Return the JSON form of a report, as far as the node itself knows it."""
    parts: dict[str, Iterable[Any]] = {
        "sent": watched.sent,
        "links": links,
        "rules": rules,
        "counters": counters,
        "flows": flows,
    }
    return {
        "node": node,
        "places": list(places),
        "began": watched.began,
        "ended": watched.ended,
        "sights": [sight_as_dict(one) for one in watched.sights],
        **{name: [asdict(one) for one in part] for name, part in parts.items()},
        "silent": list(silent),
        "lost": watched.lost,
        "full": watched.full,
        "problems": list(problems),
    }


def load_reports(data: Iterable[Mapping[str, Any]]) -> dict[str, NodeReport]:
    """Load the reports of all nodes from their JSON forms, by node. Other keys, which Ansible adds, are ignored.

    Raises:
        InputError: a report is not one that the module returned
    """
    reports = {}
    for number, one in enumerate(data):
        missing = [name for name in _KEYS if name not in one]
        if missing:
            raise InputError(
                f"result {number} has no {missing[0]}: give results of the module packet_trail, as registered"
            )
        report = _load(one)
        reports[report.node] = report
    return reports


def _load(one: Mapping[str, Any]) -> NodeReport:
    """Load one report."""
    return NodeReport(
        one["node"],
        tuple(one["places"]),
        Window(**{name: one[name] for name in _TIMES}),
        tuple(Sent(**sent) for sent in one["sent"]),
        tuple(load_sights(one["sights"])),
        tuple(_load_link(link) for link in one["links"]),
        tuple(Rule(**rule) for rule in one["rules"]),
        tuple(Moved(**moved) for moved in one["counters"]),
        tuple(
            Tracked(**{**flow, "flow": Flow(**flow["flow"]), "answers": Flow(**flow["answers"])})
            for flow in one["flows"]
        ),
        tuple(one["silent"]),
        dict(one["routes"]),
        one["lost"],
        one["full"],
        tuple(one["problems"]),
    )


def _load_link(one: Mapping[str, Any]) -> Link:
    """Load a link."""
    return Link(**{**one, **{name: tuple(one[name]) for name in ("addresses", "own_remotes")}})


__all__ = ["NodeReport", "load_reports", "report_as_dict"]
