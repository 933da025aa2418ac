# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-proxy, CoreDNS or a pod of the network is not ready, and why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import SystemPod
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    PROXIED,
    Scope,
    either_end,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

_NETWORKS = ("flannel", "calico-node", "canal", "cilium", "weave-net")
_DNS, _PROXY = "kube-dns", "kube-proxy"
SYSTEM_APPS = (*_NETWORKS, _DNS, _PROXY)
_LAYER = {_PROXY: "services", _DNS: "pods"}
_ENDS = re.compile(r"CrashLoop|ended with|Loop")  # what the API says of a container that asks itself
_CONTROL_PLANE = ("kube-apiserver-", "etcd-")
_NO_WATCHERS = "too many open files"  # also EMFILE of inotify_init(2): a limit of the user, not of the program


def find(gathered: Gathered) -> Iterator[Found]:
    if gathered.cluster is None:
        yield from _control_planes(gathered)
        return
    virtual = {node.name for node in gathered.cluster.nodes if node.virtual}
    # A controller has replaced a pod that has failed or is going. Nobody schedules pods to a node without a machine.
    pods = [pod for pod in gathered.cluster.pods if not pod.over and pod.node not in virtual]
    # A container that starts has no reason yet. For images there is a finding of its own.
    bad = [pod for pod in pods if not pod.ready and pod.why and not pod.images and pod.app in SYSTEM_APPS]
    groups: dict[str, list[SystemPod]] = defaultdict(list)
    for pod in bad:
        groups[pod.app].append(pod)
    for app, some in sorted(groups.items()):
        names = sorted({pod.node or "no node" for pod in some})
        any_ready = any(pod.ready for pod in pods if pod.app == app)
        evidence, loop = tuple(_evidence(gathered, some)), _loop(gathered, app, some)
        yield Found(
            tuple(name for name in names if name in gathered.objects),
            f"{len(some)} {several(some, 'pod', 'pods')} of {app} {several(some, 'is', 'are')} not ready, on "
            f"{named(names)}",
            evidence + loop,
            _remedy(some[0], evidence, bool(loop)),
            explained(app, names, any_ready),
            layer=_LAYER.get(app),
        )


def _control_planes(gathered: Gathered) -> Iterator[Found]:
    """Find why the API server or etcd ends. Without them, the logs on the node alone say so."""
    for node in gathered.nodes:
        ended = {
            name: line
            for name, line in sorted(node.last_words.items())
            if name.startswith("kube-system/") and name.partition("/")[2].startswith(_CONTROL_PLANE)
        }
        if ended:
            programs = sorted({name.rpartition("/")[2] for name in ended})
            yield Found(
                (node.name,),
                f"The API does not answer, and {named(programs)} on {node.name} {several(programs, 'ends', 'end')} "
                "again and again",
                tuple(f"{name}: {line}" for name, line in ended.items()),
                f"read the logs below /var/log/pods on {node.name}, and compare /etc/kubernetes/manifests with another "
                "control plane or a backup",
                layer="cluster",
            )


def _evidence(gathered: Gathered, pods: list[SystemPod]) -> Iterator[str]:
    """Return the last words of a container where its node has some, else what the API says of the pod."""
    said: dict[str, str] = {}
    for pod in pods:
        node = gathered.facts.get(pod.node or "")
        pod_name = f"{pod.namespace}/{pod.name}"
        for name, line in sorted(node.last_words.items()) if node else ():
            if name.startswith(f"{pod_name}/"):
                said.setdefault(pod_name, f"{name} on {pod.node} ended with: {line}")
    # A line of a log says more than the state of a container.
    yield from list(said.values())[:3]
    yield from [f"{pod.namespace}/{pod.name}: {pod.why}" for pod in pods[: max(1, 3 - len(said))]]


def explained(app: str, names: list[str], any_ready: bool) -> tuple[Scope, ...]:
    """Return the cells that fail while the pods of an application on these nodes are not ready."""
    if app == _DNS:
        return () if any_ready else (Scope(kinds=frozenset(("dns",))),)
    if app == _PROXY:
        return (Scope(sources=frozenset(names), kinds=PROXIED),)
    return either_end(names)


def _resolver(gathered: Gathered, pod: SystemPod) -> tuple[str, list[str]] | None:
    """Find the resolv.conf that a pod gets, when it has the pod ask itself: a loopback address is the pod's own."""
    node = gathered.facts.get(pod.node or "")
    if node is None:
        return None
    if not (node.settings or node.flags) or not _ENDS.search(pod.why):  # K3s chooses a file by itself
        return None
    # A flag of the kubelet counts before its configuration.
    path = str(node.flags.get("resolv-conf") or node.settings.get("resolvConf") or "/etc/resolv.conf")
    servers = (node.data.get("resolver") or {}).get(path, [])
    return (path, servers) if any(server.startswith("127.") or server == "::1" for server in servers) else None


def _loop(gathered: Gathered, app: str, pods: list[SystemPod]) -> tuple[str, ...]:
    found = [(pod, _resolver(gathered, pod)) for pod in pods] if app == _DNS else []
    lines = (
        f"{pod.node}: {one[0]} has nameserver {one[1][0]}, which leads CoreDNS to itself" for pod, one in found if one
    )
    return tuple(sorted(lines))  # the names of the pods are random, and so is their order


def _remedy(pod: SystemPod, evidence: tuple[str, ...], asks_itself: bool) -> str:
    if asks_itself:
        return (
            "set resolvConf of the kubelet to a file with real name servers, such as /run/systemd/resolve/resolv.conf"
        )
    if any(_NO_WATCHERS in line for line in evidence):
        return (
            "raise fs.inotify.max_user_instances on the node, such as to 512: all programs of root share these "
            "watchers of files. Where there are enough, raise the program's limit of open files"
        )
    name = f"-n {pod.namespace} {pod.name}"
    return f"run `kubectl describe pod {name}` and `kubectl logs {name}`"


CAUSE = Cause(
    id="system_pods",
    severity="error",
    layer="network",
    title="kube-proxy, CoreDNS or the network's own pod is not ready",
    cause=(
        "Without kube-proxy no Service works, and without CoreDNS no name is found. Without the network's pod its node "
        "has no routes. CoreDNS ends when a resolv.conf makes it ask itself."
    ),
    evidence=(
        "The line of the log that says why a container ended, with its reason and message. The resolv.conf that makes "
        "CoreDNS ask itself. When the API does not answer: the last lines of kube-apiserver and etcd."
    ),
    remedy="By the reason: another resolvConf, more watchers of files, or the log of the pod.",
    harmless=(
        "A pod that has just been started, or that ended well. A pod that has failed or is going, whose controller "
        "makes another one."
    ),
    find=find,
)
