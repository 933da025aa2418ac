# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that are not ready, and Services without a ready endpoint. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_items,
    read_list,
    read_metadata,
    read_word,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_status import PodStatus, read_pod_status
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.services import read_services

_SERVICE_NAME = "kubernetes.io/service-name"
_LISTS = ("pods", "services", "endpoint_slices")


def find_unready(
    objects: Mapping[str, Any],
    services: Iterable[str],
    own_namespace: str | None,
    own_pods: int,
    outsiders: Collection[str] = (),
) -> list[str]:
    """Name the pods and Services that are not ready, each in a few words.

    Args:
        objects: lists of Pod, Service and EndpointSlice objects
        services: Services that need a ready endpoint, NAMESPACE/NAME. A Service that does not exist, or is of type
            ExternalName, is no reason to wait.
        own_namespace: the namespace of our pods and Services; None: there are none
        own_pods: the number of our pods
        outsiders: nodes that take no part. Neither their pods nor Services with endpoints on these alone are named.

    Raises:
        InputError: a list is missing, or has something else in it; the message names the field
    """
    if not isinstance(objects, Mapping):
        raise InputError(f"the input is {objects!r}: give a dict with {', '.join(_LISTS)}")
    missing = [name for name in _LISTS if name not in objects]
    if missing:
        raise InputError(f"the input has no {missing[0]}: give a dict with {', '.join(_LISTS)}")
    families = dict(_families(objects["services"]))
    served = set(_served(objects["endpoint_slices"]))
    unready = list(_unready_pods(objects["pods"], own_namespace, own_pods, outsiders)) if own_namespace else []
    hopeless = _hopeless(objects, served, outsiders) if outsiders else set()
    # Our Services are probed in each of their families; of another one a single ready endpoint is enough.
    for name in families:
        if own_namespace and name.startswith(f"{own_namespace}/") and name not in hopeless:
            lacking = [family for family in families[name] if (name, family) not in served]
            unready += [f"Service {name} has no ready {family} endpoint" for family in lacking]
    with_endpoint = {name for name, _family in served}
    named = _external_names(objects["services"])
    others = [name for name in dict.fromkeys(services) if name in families and name not in with_endpoint | hopeless]
    others = [name for name in others if name not in named]
    return unready + [f"Service {name} has no ready endpoint" for name in others]


def _unready_pods(pods: Any, namespace: str, wanted: int, outsiders: Collection[str]) -> Iterator[str]:
    """Yield a few words for each pod of the namespace that is not ready, and for pods that do not exist."""
    found = 0
    for index, item in enumerate(read_list(pods, "pods")):
        metadata = read_metadata(item, f"pods[{index}]", "Pod")
        if metadata.namespace == namespace:
            found += 1
            status, spec = read_pod_status(item), read_fields(read_fields(item, "pod").get("spec", {}), "spec")
            if not status.ready and read_word(spec, "nodeName", "spec") not in outsiders:
                yield f"pod {metadata} is {_state(status)}"
    if found < wanted:
        yield f"{found} of {wanted} pods exist in {namespace}"


def _state(status: PodStatus) -> str:
    """Say in a word why a pod is not ready: the reason for which a container waits, or the phase of the pod."""
    if status.waiting:
        return status.waiting[0].reason
    return "not ready" if status.phase == "Running" else status.phase


def _hopeless(objects: Mapping[str, Any], served: Iterable[tuple[str, str]], outsiders: Collection[str]) -> set[str]:
    """Return the Services, NAMESPACE/NAME, without a ready endpoint whose endpoints or pods are all on such nodes."""
    nodes: dict[str, set[str]] = defaultdict(set)
    for name, _family, endpoints in _read_slices(objects["endpoint_slices"]):
        nodes[name].update(str(one.get("nodeName", "")) for one in endpoints)
    pods, ready = read_pods(objects["pods"]), {name for name, _family in served}
    for service in read_services(objects["services"]):
        if str(service) not in ready:
            nodes[str(service)].update(pod.node or "" for pod in pods if service.selects(pod) and not pod.addresses)
    return {name for name, some in nodes.items() if some and some <= set(outsiders) and name not in ready}


def _families(services: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each Service, NAMESPACE/NAME, with its address families as the API writes them, such as IPv4."""
    for index, item in enumerate(read_list(services, "services")):
        metadata = read_metadata(item, f"services[{index}]", "Service")
        spec = read_fields(read_fields(item, "service").get("spec", {}), "spec")
        yield str(metadata), [str(family) for _path, family in read_items(spec, "ipFamilies", "spec")]


def _external_names(services: Any) -> set[str]:
    """Return the Services, NAMESPACE/NAME, of type ExternalName. They never have endpoints."""
    metadata = [read_metadata(item, f"services[{index}]", "Service") for index, item in enumerate(services)]
    return {str(one) for one, item in zip(metadata, services) if (item.get("spec") or {}).get("type") == "ExternalName"}


def _served(slices: Any) -> Iterator[tuple[str, str]]:
    """Yield the Service, NAMESPACE/NAME, and the family of each slice that has a ready endpoint.

    The API reference says that an endpoint without the condition ready counts as ready. While no endpoint is ready,
    those that are terminating and still serve stand in (KEP-1669).
    """
    for name, family, endpoints in _read_slices(slices):
        if any(_serves(read_fields(one.get("conditions", {}), "endpoint.conditions")) for one in endpoints):
            yield name, family


def _read_slices(slices: Any) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield the Service, NAMESPACE/NAME, the family and the endpoints of each slice that belongs to a Service."""
    for index, item in enumerate(read_list(slices, "endpoint_slices")):
        metadata = read_metadata(item, f"endpoint_slices[{index}]", "EndpointSlice")
        fields = read_fields(item, "slice")
        endpoints = [read_fields(one, path) for path, one in read_items(fields, "endpoints", "slice")]
        if _SERVICE_NAME in metadata.labels:
            name = f"{metadata.namespace}/{metadata.labels[_SERVICE_NAME]}"
            yield name, str(fields.get("addressType", "IPv4")), endpoints


def _serves(conditions: Mapping[str, Any]) -> bool:
    leaves = conditions.get("serving") is True and conditions.get("terminating") is True
    return leaves or conditions.get("ready") is not False


__all__ = ["find_unready"]
