# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaves out what has another form than a diagnosis reads, and says so: one odd value must not cost the diagnosis.

No I/O, no Ansible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import check_shape
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import (
    ClusterFacts,
    load_cluster,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts, load_node
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import (
    CERTIFICATE,
    CONFIGURATION,
    NODE,
    OBJECTS,
)


def load_some_node(data: Any, names: Iterable[str], host: str, odd: list[str]) -> NodeFacts:
    """Load what was read on a node, as load_node() does, without the parts that have another form.

    Args:
        data, names, host: as for load_node()
        odd: gets a sentence for each part that is left out

    Raises:
        InputError: the data is not of the module
    """
    try:
        return load_node(data, names, host)
    except InputError:
        if not isinstance(data, Mapping) or not isinstance(data.get("host"), str):
            raise
    known = {}
    for name, shape in NODE.items():
        field = name.removesuffix("?")
        part = _without_odd_entries(field, data.get(field), host, odd)
        if _fits(part, shape, f"{host}.{field}", odd):
            known[field] = part
    return load_node(known, names, host)


def _without_odd_entries(field: str, part: Any, host: str, odd: list[str]) -> Any:
    """Leave out single configurations and certificates, of which a node has several."""
    if field == "certificates" and isinstance(part, list):
        return _entries(part, CERTIFICATE, f"{host}.certificates", odd)
    if field == "cni" and isinstance(part, Mapping) and isinstance(part.get("configurations"), list):
        path = f"{host}.cni.configurations"
        return {**part, "configurations": _entries(part["configurations"], CONFIGURATION, path, odd)}
    return part


def _entries(entries: list[Any], shape: Any, path: str, odd: list[str]) -> list[Any]:
    return [
        one
        for index, one in enumerate(entries)
        if (isinstance(one, Mapping) and "error" in one) or _fits(one, shape, f"{path}[{index}]", odd)
    ]


def load_some_objects(objects: Any, odd: list[str]) -> ClusterFacts:
    """Load objects of the cluster, as load_cluster() does, without those that have another form.

    Raises:
        InputError: the lists have another form
    """
    try:
        return load_cluster(objects)
    except InputError:
        if not isinstance(objects, Mapping) or not isinstance(objects.get("nodes"), list):
            raise
    known = dict(objects)
    for name, shape in OBJECTS.items():
        field = name.removesuffix("?")
        items = objects.get(field)
        if isinstance(items, list):
            path = f"objects.{field}"
            known[field] = [one for index, one in enumerate(items) if _fits(one, shape[0], f"{path}[{index}]", odd)]
    return load_cluster(known)


def _fits(value: Any, shape: Any, path: str, odd: list[str]) -> bool:
    if value is None:
        return False
    try:
        check_shape(value, shape, path)
    except InputError as error:
        odd.append(f"{error}, so it is left out")
        return False
    return True


__all__ = ["load_some_node", "load_some_objects"]
