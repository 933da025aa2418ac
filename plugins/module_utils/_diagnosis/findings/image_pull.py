# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node cannot pull an image: which URL, from which node, and why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found, named
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import SystemPod
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.findings.system_pods import (
    SYSTEM_APPS,
    explained,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts

_URL = re.compile(r"https?://[^\s\"'\\]+")
_AWAY = re.compile(
    r"dial tcp|i/o timeout|no such host|connection refused|unreachable|no route to host|handshake|deadline exceeded"
    r"|x509|proxyconnect|connection reset|server misbehaving|\bEOF\b",
    re.IGNORECASE,
)
# The program that pulls, and where it has its mirrors.
_MIRRORS = {
    "containerd": ("containerd", "/etc/containerd/certs.d"),
    "cri-o": ("CRI-O", "/etc/containers/registries.conf.d"),
    "docker": ("Docker", "/etc/docker/daemon.json"),
    "k3s": ("K3s", "/etc/rancher/k3s/registries.yaml"),
    "rke2": ("RKE2", "/etc/rancher/rke2/registries.yaml"),
    "microk8s": ("MicroK8s", "/var/snap/microk8s/current/args/certs.d"),
}
_LOOKUP = re.compile(r"lookup (\S+)(?: on (\S+))?: ")
# kubelet tries again after at most five minutes.
_FRESH = 360.0


class _Pull(NamedTuple):
    """An image that a node cannot pull; pod: None for the sandbox image and for what only a log says."""

    node: str
    image: str
    error: str
    pod: SystemPod | None


def find(gathered: Gathered) -> Iterator[Found]:
    groups: dict[tuple[str, bool], list[_Pull]] = defaultdict(list)
    pulls = [*_of_pods(gathered), *_of_logs(gathered)]
    # Some nodes still have the answer of the registry, when others only say that they wait.
    answers = {pull.image: pull for pull in pulls if _URL.search(pull.error)}
    for pull in pulls:
        answer = answers.get(pull.image, pull)
        away = bool(_AWAY.search(answer.error))
        # A wrong name of a user's image is no fault of the network.
        if away or pull.pod is None or pull.pod.app in SYSTEM_APPS:
            groups[_registry(answer), away].append(pull)
    for (registry, away), pulls in sorted(groups.items()):
        yield _found(gathered, registry, away, pulls)


def _of_pods(gathered: Gathered) -> Iterator[_Pull]:
    """Yield the images that pods wait for. A pod that waits longer has only the log's error."""
    for pod in gathered.cluster.pods if gathered.cluster else ():
        node = gathered.facts.get(pod.node or "")
        for one in pod.images:
            logged = next((pull["error"] for pull in _logged(node) if pull["image"] == one.image), "")
            error = one.message if _URL.search(one.message) or not logged else logged
            yield _Pull(pod.node or "", one.image, error, pod)


def _of_logs(gathered: Gathered) -> Iterator[_Pull]:
    """Yield the sandbox images that nodes cannot pull, and without the API all images of unreachable registries."""
    pods = gathered.cluster.pods if gathered.cluster else None
    for node in gathered.nodes:
        # While no pod of the node waits, what the log says is over.
        if pods is not None and not any(pod.node == node.name and not pod.ready for pod in pods):
            continue
        for pull in _logged(node):
            age = pull.get("age")
            if (
                age is not None
                and age < _FRESH
                and (pull.get("sandbox") or (pods is None and _AWAY.search(pull["error"])))
            ):
                yield _Pull(node.name, pull["image"], pull["error"], None)


def _logged(node: NodeFacts | None) -> list[dict[str, Any]]:
    return (node.data.get("pulls") or []) if node else []


def _registry(pull: _Pull) -> str:
    """The registry or mirror that was asked, by the URL or by the name of the image."""
    found = _URL.search(pull.error)
    place = _place(found[0]) if found else ""
    if place:
        return place
    first, slash, _rest = pull.image.partition("/")
    return first if slash and (set(".:") & set(first) or first == "localhost") else "docker.io"


def _place(url: str) -> str:
    """The server of a URL, without a password; empty for what is no URL."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:  # a bracket that is not closed
        return ""


def _found(gathered: Gathered, registry: str, away: bool, pulls: list[_Pull]) -> Found:
    nodes = sorted({pull.node for pull in pulls if pull.node})
    images = sorted({pull.image for pull in pulls})
    texts = sorted(pulls, key=lambda pull: not _URL.search(pull.error))
    what = "is out of reach" if away else "does not give it"
    return Found(
        tuple(nodes),
        f"{named(nodes) or 'No node'} cannot pull {named(images)}: the registry {registry} {what}",
        tuple(dict.fromkeys(f"{pull.node}: {_why(pull)}" for pull in texts))[:3],
        _remedy(gathered, registry, away, pulls),
        tuple(_explains(gathered, pulls)),
    )


def _why(pull: _Pull) -> str:
    """The end of the error from the URL on, or all of it."""
    found = _URL.search(pull.error)
    if not found:
        return pull.error or f"waits for {pull.image}"
    place = _place(found[0])
    if not place:
        return pull.error
    rest = pull.error[found.end() :].lstrip('"').rstrip('" ')
    return f"{urlsplit(found[0]).scheme}://{place}{urlsplit(found[0]).path}{rest}"


def _remedy(gathered: Gathered, registry: str, away: bool, pulls: list[_Pull]) -> str:
    lookup = next((found for found in (_LOOKUP.search(pull.error) for pull in pulls) if found), None)
    if lookup:
        server = f"ask another server than {lookup[2]}" if lookup[2] else "have a name server"
        return f"the nodes do not find {lookup[1]}: correct its name, or {server} (/etc/resolv.conf of the node)"
    node = gathered.objects.get(pulls[0].node)
    runtime = (node.distribution or node.runtime.partition(":")[0]) if node else ""
    if away:
        program, mirrors = _MIRRORS.get(runtime, _MIRRORS["containerd"])
        return f"give the nodes a way to {registry}, or {program} a proxy or a mirror ({mirrors})"
    return f"correct the name of the image, or load it into the nodes: `crictl pull {pulls[0].image}`"


def _explains(gathered: Gathered, pulls: Iterable[_Pull]) -> Iterator[Scope]:
    by_app: dict[str, set[str]] = defaultdict(set)
    for pull in pulls:
        if pull.pod and pull.pod.app in SYSTEM_APPS:
            by_app[pull.pod.app].add(pull.node)
    for app, names in sorted(by_app.items()):
        any_ready = any(pod.ready and pod.app == app for pod in (gathered.cluster.pods if gathered.cluster else ()))
        yield from explained(app, sorted(names), any_ready)


CAUSE = Cause(
    id="image_pull",
    severity="error",
    layer="node",
    title="A node cannot pull an image",
    cause=(
        "The registry's name is not found, no way leads to it, or a proxy is missing. Without the image pause no pod "
        "of the node starts, and without the network's own image the node has no network."
    ),
    evidence="The URL that the node asked, and the answer, from the pod's status or from containerd's log.",
    remedy="A name server, a way to the registry, a proxy, or a mirror in /etc/containerd/certs.d.",
    harmless=(
        "A pull failed, and succeeded later, or nothing waits for the image. A user's pod names an image that its "
        "registry does not have."
    ),
    find=find,
)
