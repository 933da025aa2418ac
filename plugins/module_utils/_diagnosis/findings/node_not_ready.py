# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node is not ready, and the reason in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import ClusterNode
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end, unprobed_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

_NETWORK = "run the playbook of a network, such as playbooks/flannel.yml"
_OTHER_NETWORK = "install a pod network, or read why its pod on the node is not ready (`kubectl get pods -A -o wide`)"
_REASONS = (
    (
        "cni plugin not initialized",
        "it has no pod network yet",
        _NETWORK,
    ),
    (
        "container runtime is down",
        "its container runtime does not answer",
        "run `systemctl restart containerd`, and read its log",
    ),
    (
        "PLEG is not healthy",
        "its container runtime answers too slowly",
        "restart containerd, and look at the node's load",
    ),
    (
        "never posted node status",
        "its kubelet has not reported yet",
        "see whether the node runs and reaches the API; `systemctl status kubelet`",
    ),
    (
        "stopped posting node status",
        "its kubelet does not report any more",
        "see whether the node runs and reaches the API; `systemctl status kubelet`",
    ),
)


def find(gathered: Gathered) -> Iterator[Found]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for node in gathered.cluster.nodes if gathered.cluster else ():
        name, (status, reason, message) = node.name, node.ready
        if status and status != "True":
            known = next(((words, remedy) for text, words, remedy in _REASONS if text in message), None)
            words, remedy = known or (
                reason or "without a reason",
                "run `kubectl describe node`, and read kubelet's log",
            )
            remedy = gathered.remedy(_NETWORK, _OTHER_NETWORK) if remedy == _NETWORK else remedy
            remedy = remedy.replace("containerd", _runtime(node))
            if node.virtual:
                remedy = "no machine is behind it: read the log of the pod that plays the kubelet (virtual-kubelet)"
            found[words, remedy].append((name, message))
    for (words, remedy), places in sorted(found.items()):
        names = sorted(name for name, _message in places)
        yield Found(
            tuple(names),
            f"{named(names)} {several(names, 'is', 'are')} not ready: "
            f"{words if len(names) == 1 else _of_several(words)}",
            tuple(f"{name}: {' '.join(message.split())}" for name, message in sorted(places)[:5]),
            remedy,
            (*either_end(names, None), *unprobed_of(names)),
        )


def _runtime(node: ClusterNode) -> str:
    """The unit of the node's runtime."""
    units = {"k3s": "k3s (or k3s-agent)", "rke2": "rke2-agent (or rke2-server)", "k0s": "k0sworker"}
    runtime = node.runtime.partition(":")[0]
    return units.get(node.distribution) or {"cri-o": "crio", "docker": "cri-docker"}.get(runtime, "containerd")


def _of_several(words: str) -> str:
    """Say of several nodes what the words say of one."""
    return words.replace("it has", "they have").replace("its ", "their ")


CAUSE = Cause(
    id="node_not_ready",
    severity="error",
    layer="pods",
    title="A node is not ready",
    cause="The kubelet reports a condition that is not met, or it has stopped reporting.",
    evidence="The message of the condition Ready.",
    remedy="By the reason: install a pod network, restart containerd, or look at the node.",
    harmless="A node without the condition has just been made.",
    find=find,
)
