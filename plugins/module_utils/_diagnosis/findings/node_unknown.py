# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubelet runs, and the cluster has no Node object for it."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end, unprobed_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts


def find(gathered: Gathered) -> Iterator[Found]:
    if gathered.cluster is None or not gathered.cluster.nodes:
        return
    known = {node.name for node in gathered.cluster.nodes}
    servers = {node.data.get("server") for node in gathered.nodes if node.name in known} - {None}
    for node in gathered.nodes:
        server = node.data.get("server")
        # A kubelet that asks another API server is of another cluster in the same inventory.
        if node.name not in known and _runs(node) and server in servers:
            yield Found(
                (node.name,),
                f"The kubelet of {node.name} runs, and the cluster has no node {node.name}",
                (f"{node.name}: its kubelet asks {server}, as those of other nodes do",),
                f"run `systemctl restart kubelet` on {node.name}: a kubelet registers its node only when it starts; or "
                "take the host out of the inventory, after `kubeadm reset`",
                (*either_end((node.name,), None), *unprobed_of((node.name,))),
            )


def _runs(node: NodeFacts) -> bool:
    return node.unit("kubelet").get("ActiveState") == "active"


CAUSE = Cause(
    id="node_unknown",
    severity="error",
    layer="node",
    title="The cluster does not know a node whose kubelet runs",
    cause=(
        "Somebody deleted the Node object, and the kubelet still runs. Its pods are not counted any more, and the "
        "network takes its routes away."
    ),
    evidence="The name of the host, and the API server that its kubelet asks.",
    remedy="Restart the kubelet, which registers its node again; or reset the host.",
    harmless="The kubelet asks another API server, because it is of another cluster, or it does not run.",
    find=find,
)
