# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes from which nothing can be probed, because no host of the play answered for them. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

# Ansible's words before those of ssh.
_SSH = re.compile(r"^.*?(?:via|over) ssh: ", re.DOTALL)


@dataclass(frozen=True)
class HostAnswer:
    """What a host of the play answered to a task.

    Attributes:
        host: its name in the inventory
        address: where Ansible connects to; None: to its name
        node: name of the Node object that the host is; None: the host did not say it
        unreachable: why Ansible cannot reach the host; None: Ansible reached it, or did not try
        failure: why the task failed there; None: it did not fail
    """

    host: str
    address: str | None = None
    node: str | None = None
    unreachable: str | None = None
    failure: str | None = None

    def is_for(self, node: Endpoint | Outsider) -> bool:
        """Whether the host is a node, by what it said, or else by its name or its address."""
        if self.node:
            return self.node == node.name
        name = self.host.lower().rstrip(".")
        return name in (node.name, node.name.partition(".")[0]) or self.address in (node.name, *node.addresses)

    @property
    def trouble(self) -> str:
        """Why the host did not answer for a node."""
        if self.unreachable:
            return f"host {self.host} is unreachable: {self.unreachable}"
        return f"host {self.host} failed: {self.failure}" if self.failure else f"host {self.host} gave no result"


def read_answers(hosts: Sequence[str], results: Sequence[Any], addresses: Sequence[Any]) -> list[HostAnswer]:
    """Return the answers of hosts; results and addresses have an entry for each host, empty when it is not known."""
    answers = []
    for host, result, address in zip(hosts, results, addresses):
        fields = result if isinstance(result, Mapping) else {}
        words = " ".join(_SSH.sub("", str(fields.get("msg") or "Ansible gives no reason")).split())
        unreachable, failure = (words.rstrip(".") if fields.get(name) else None for name in ("unreachable", "failed"))
        node = None if unreachable or failure else fields.get("node")
        answers.append(HostAnswer(host, address or None, node, unreachable, failure))
    return answers


def find_idle_hosts(hosts: Sequence[str], addresses: Sequence[Any], outsiders: Collection[Outsider]) -> list[str]:
    """Return the hosts that are nodes which take no part.

    Args:
        hosts: their names in the inventory
        addresses: where Ansible connects to, an entry for each host, empty when it is not known
        outsiders: the nodes that take no part
    """
    answers = (HostAnswer(host, address or None) for host, address in zip(hosts, addresses))
    return [answer.host for answer in answers if any(answer.is_for(node) for node in outsiders)]


def mark_missing(
    endpoints: Sequence[Endpoint], answers: Sequence[HostAnswer], inventory: Collection[str] = ()
) -> list[Endpoint]:
    """Return the endpoints. Those of nodes for which no host answered are missing, each with the reason.

    A Service of ours is missing when all of its backends are.

    Args:
        endpoints: of the whole matrix
        answers: of all hosts of the play
        inventory: names of all hosts

    Raises:
        InputError: no host answered for a node that takes part
    """
    reasons = {
        one.name: one.missing or _reason(one, answers, inventory)
        for one in endpoints
        if one.kind == "node" and (one.missing or one.name not in {answer.node for answer in answers})
    }
    if reasons and all(one.name in reasons for one in endpoints if one.kind == "node"):
        raise InputError(
            "no host of the play can probe from a node of the cluster: " + "; ".join(dict.fromkeys(reasons.values()))
        )
    return [_marked(endpoint, reasons) for endpoint in endpoints]


def _marked(endpoint: Endpoint, reasons: Mapping[str, str]) -> Endpoint:
    if endpoint.missing:
        return endpoint
    if endpoint.kind in ("pod", "node"):
        return replace(endpoint, missing=reasons.get(endpoint.node or ""))
    if endpoint.via and endpoint.via in reasons:
        return replace(endpoint, missing=reasons[endpoint.via])
    if endpoint.own and endpoint.backend_nodes and set(endpoint.backend_nodes) <= set(reasons):
        return replace(endpoint, missing="; ".join(reasons[node] for node in endpoint.backend_nodes))
    return endpoint


def _reason(node: Endpoint, answers: Iterable[HostAnswer], inventory: Collection[str]) -> str:
    """Say why no host answered for a node."""
    answers = list(answers)
    own = next((answer for answer in answers if answer.is_for(node)), None)
    if own:
        return f"{node.name}: {own.trouble}"
    silent = [answer.trouble for answer in answers if answer.unreachable]
    if silent:
        return f"{node.name} is none of the hosts that answered, and {'; '.join(silent)}"
    if node.name in inventory:
        return f"{node.name} is no host of this play: run the play on all nodes, without --limit"
    return f"{node.name} is no host of this play: add the node to the inventory, and run the play on all nodes"


__all__ = ["find_idle_hosts", "mark_missing", "read_answers"]
