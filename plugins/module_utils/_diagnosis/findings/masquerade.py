# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node replaces the source address of packets between pods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered


def find(gathered: Gathered) -> Iterator[Found]:
    found: dict[str, list[str]] = defaultdict(list)
    for node in gathered.nodes:
        table = gathered.tables.get(node.name, {}).get("nat")
        if table is None:
            continue
        for packet in gathered.pod_packets[node.name]:
            verdict = table.walk("POSTROUTING", packet)
            if verdict.outcome in ("MASQUERADE", "SNAT") and verdict.sure:
                found[verdict.rule].append(node.name)
                break
    for rule, names in sorted(found.items()):
        yield Found(
            tuple(sorted(names)),
            f"{named(names)} masquerades packets between pods, so pods see an address of a node",
            (rule,),
            "delete the rule with `iptables -t nat -D`, and stop what sets it (ipMasq of a CNI configuration, a "
            "script)" + gathered.remedy("; the networks' roles masquerade only what leaves the cluster", ""),
            tuple(replace(one, translated=True) for one in either_end(names)),  # it makes nothing time out
        )


CAUSE = Cause(
    id="masquerade",
    severity="error",
    layer="paths",
    title="Packets between pods are masqueraded",
    cause=(
        "A rule replaces the source address of all packets that leave the node, those to other pods too. "
        "Kubernetes demands "
        "that pods see each other by their own addresses, and NetworkPolicies depend on it."
    ),
    evidence="The rule that masquerades the first packet of a connection between pods.",
    remedy="Delete the rule, and set `ipMasq: false` in the CNI configuration that made it.",
    harmless=(
        "Rules masquerade what leaves the cluster, what kube-proxy marked, or what a set that is not known selects, "
        "as Flannel, portmap and Calico do."
    ),
    find=find,
)
