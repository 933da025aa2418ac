# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of objects that a diagnosis reads. Others, such as a pod's environment, may hold secrets. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    read_object,
    read_optional_object,
    read_optional_objects,
)

_METADATA = ("namespace", "name", "labels", "deletionTimestamp")
_POD = ("nodeName", "hostNetwork", "dnsPolicy")
_CONTAINERS = ("containers", "initContainers")
_CONTAINER = ("name", "image", "ports", "restartPolicy")
_WEBHOOK = ("name", "failurePolicy", "rules")


def reduce_objects(objects: Any) -> dict[str, Any]:
    """Leave out the parts of pods, namespaces and webhooks that a diagnosis does not read.

    Raises:
        InputError: the lists have another form
    """
    if not isinstance(objects, Mapping):
        raise InputError(f"the input is {str(objects)[:80]!r}: give lists of objects by their names")
    parts = {"pods": _pod, "namespaces": _namespace, "webhooks": _configuration}
    return {
        name: [parts[name](one) for one in check_objects(items or [], name)] if name in parts else items
        for name, items in objects.items()
    }


def _only(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _namespace(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"metadata": _only(read_object(item, "metadata"), _METADATA)}


def _pod(item: Mapping[str, Any]) -> dict[str, Any]:
    spec = read_optional_object(item, "spec")
    containers = {name: [_only(one, _CONTAINER) for one in read_optional_objects(spec, name)] for name in _CONTAINERS}
    status = read_optional_object(item, "status")
    return {**_namespace(item), "spec": {**_only(spec, _POD), **containers}, "status": status}


def _configuration(item: Mapping[str, Any]) -> dict[str, Any]:
    webhooks = [
        {**_only(one, _WEBHOOK), "clientConfig": _only(read_optional_object(one, "clientConfig"), ("service",))}
        for one in read_optional_objects(item, "webhooks")
    ]
    return {"kind": item.get("kind"), **_namespace(item), "webhooks": webhooks}


__all__ = ["reduce_objects"]
