# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-proxy, CoreDNS or a pod of the network is not ready, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import SystemPod
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope, either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

_NETWORKS = ("flannel", "calico-node", "canal", "cilium", "weave-net")
_DNS, _PROXY = "kube-dns", "kube-proxy"
SYSTEM_APPS = (*_NETWORKS, _DNS, _PROXY)


def find(gathered: Gathered) -> Iterator[Found]:
    pods = gathered.cluster.pods if gathered.cluster else ()
    # A container that starts has no reason yet. For images there is a finding of its own.
    bad = [pod for pod in pods if not pod.ready and pod.why and not pod.images and pod.app in SYSTEM_APPS]
    groups: dict[str, list[SystemPod]] = defaultdict(list)
    for pod in bad:
        groups[pod.app].append(pod)
    for app, some in sorted(groups.items()):
        names = sorted({pod.node or "no node" for pod in some})
        any_ready = any(pod.ready for pod in pods if pod.app == app)
        yield Found(
            tuple(name for name in names if name in gathered.objects),
            f"{len(some)} {several(some, 'pod', 'pods')} of {app} {several(some, 'is', 'are')} not ready, on "
            f"{named(names)}",
            tuple(f"{pod.namespace}/{pod.name}: {pod.why}" for pod in some[:3]) + _loop(gathered, app, some),
            _remedy(gathered, app, some),
            explained(app, names, any_ready),
        )


def explained(app: str, names: list[str], any_ready: bool) -> tuple[Scope, ...]:
    """Return the cells that fail while the pods of an application on these nodes are not ready."""
    if app == _DNS:
        return () if any_ready else (Scope(kinds=frozenset(("dns",))),)
    if app == _PROXY:
        return (Scope(sources=frozenset(names), kinds=frozenset(("service", "dns"))),)
    return either_end(names)


def _resolver(gathered: Gathered, pod: SystemPod) -> tuple[str, list[str]] | None:
    """Find the resolv.conf that a pod gets, when it has the pod ask itself: a loopback address is the pod's own."""
    node = gathered.facts.get(pod.node or "")
    if node is None:
        return None
    path = str(node.settings.get("resolvConf") or node.flags.get("resolv-conf") or "/etc/resolv.conf")
    servers = (node.data.get("resolver") or {}).get(path, [])
    return (path, servers) if any(server.startswith("127.") or server == "::1" for server in servers) else None


def _loop(gathered: Gathered, app: str, pods: list[SystemPod]) -> tuple[str, ...]:
    found = [(pod, _resolver(gathered, pod)) for pod in pods] if app == _DNS else []
    return tuple(
        f"{pod.node}: {one[0]} has nameserver {one[1][0]}, which leads CoreDNS to itself" for pod, one in found if one
    )


def _remedy(gathered: Gathered, app: str, pods: list[SystemPod]) -> str:
    if _loop(gathered, app, pods):
        return (
            "set resolvConf of the kubelet to a file with real name servers, such as /run/systemd/resolve/resolv.conf"
        )
    first = pods[0]
    pod = f"-n {first.namespace} {first.name}"
    return f"run `kubectl describe pod {pod}` and `kubectl logs {pod}`"


CAUSE = Cause(
    id="system_pods",
    severity="error",
    title="kube-proxy, CoreDNS or the network's own pod is not ready",
    cause=(
        "Without kube-proxy Services lead nowhere, without CoreDNS names do, and without the network's pod its "
        "node has no "
        "routes. CoreDNS ends when a resolv.conf leads it to itself."
    ),
    evidence="The reason and the message of the container, and the resolv.conf that leads CoreDNS to itself.",
    remedy="By the reason: another resolvConf, or the log of the pod.",
    harmless="A pod that has just been started, or that ended well.",
    find=find,
)
