# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods and Services that a verification has to wait for. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SERVICE_LABEL = "kubernetes.io/service-name"

_Object = Mapping[str, Any]


@dataclass(frozen=True)
class Objects:
    """API objects of a cluster."""

    pods: Sequence[_Object]
    services: Sequence[_Object]
    endpoint_slices: Sequence[_Object]


def find_unready(
    objects: Objects, services: Iterable[str] = (), own_namespace: str | None = None, own_pods: int = 0
) -> list[str]:
    """Name the pods and Services that are not ready, each in a few words.

    Args:
        objects: the objects of the cluster
        services: Services that are waited for, NAMESPACE/NAME; one that does not exist is no reason to wait
        own_namespace: the namespace of our pods and Services
        own_pods: the number of our pods
    """
    served = {(service, family) for one in objects.endpoint_slices for service, family in _served(one)}
    found = {_name(service): service for service in objects.services}
    own = [name for name in found if own_namespace and name.startswith(f"{own_namespace}/")]
    return [
        *(_unready_pods(objects.pods, own_namespace, own_pods) if own_namespace else ()),
        # Our Services are probed in each of their families; of others one ready endpoint is enough.
        *(
            f"Service {name} has no ready {family} endpoint"
            for name in own
            for family in found[name]["spec"].get("ipFamilies") or ()
            if (name, family) not in served
        ),
        *(
            f"Service {name} has no ready endpoint"
            for name in dict.fromkeys(services)
            if name in found and name not in {service for service, _family in served}
        ),
    ]


def _unready_pods(pods: Iterable[_Object], namespace: str, wanted: int) -> Iterator[str]:
    """Yield a few words for each pod of the namespace that is not ready, and for pods that do not exist."""
    own = [pod for pod in pods if pod["metadata"]["namespace"] == namespace]
    if len(own) < wanted:
        yield f"{len(own)} of {wanted} pods exist in {namespace}"
    for pod in own:
        if not _is_ready(pod):
            yield f"pod {_name(pod)} is {_state(pod)}"


def _is_ready(pod: _Object) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _state(pod: _Object) -> str:
    """Return why the first container waits, or the phase of the pod."""
    status = pod.get("status", {})
    waiting = [(one.get("state") or {}).get("waiting") or {} for one in status.get("containerStatuses") or ()]
    reasons = [one["reason"] for one in waiting if one.get("reason")]
    phase = status.get("phase", "Pending")
    return reasons[0] if reasons else "not ready" if phase == "Running" else str(phase)


def _served(endpoint_slice: _Object) -> Iterator[tuple[str, str]]:
    """Yield the Service of a slice, NAMESPACE/NAME, and the slice's family when one of its endpoints is ready.

    The API reference says that an endpoint without the condition ready counts as ready.
    """
    metadata = endpoint_slice["metadata"]
    service = (metadata.get("labels") or {}).get(_SERVICE_LABEL)
    endpoints = endpoint_slice.get("endpoints") or ()
    if service and any((one.get("conditions") or {}).get("ready") is not False for one in endpoints):
        yield f"{metadata['namespace']}/{service}", endpoint_slice.get("addressType", "IPv4")


def _name(item: _Object) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"


__all__ = ["Objects", "find_unready"]
