# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swap is on, and kubelet refuses it."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts


def find(gathered: Gathered) -> Iterator[Found]:
    nodes = {
        node.name: node
        for node in gathered.nodes
        if node.data.get("swap") and gathered.uses_unit(node, "kubelet") and _refuses(node)
    }
    if nodes:
        yield Found(
            tuple(sorted(nodes)),
            f"Swap is on, and kubelet does not start with it on {named(nodes)}",
            tuple(f"{name}: {', '.join(node.data['swap'])}" for name, node in sorted(nodes.items())[:5]),
            f"run `swapoff -a`, and take swap out of /etc/fstab{gathered.remedy(' (role common does both)', '')}",
        )


def _refuses(node: NodeFacts) -> bool:
    """Whether kubelet does not run, and its setting forbids swap, which is the default."""
    forbids = str(node.flags.get("fail-swap-on", node.settings.get("failSwapOn", "true"))).lower() != "false"
    return forbids and node.unit("kubelet").get("ActiveState") not in (None, "active")


CAUSE = Cause(
    id="swap",
    severity="error",
    layer="machine",
    title="Swap is on",
    cause="kubelet does not start with swap unless failSwapOn is false.",
    evidence="The swap devices and files.",
    remedy="`swapoff -a`, and take swap out of /etc/fstab; the role `common` does both.",
    harmless="kubelet runs with swap, because failSwapOn is false.",
    find=find,
)
