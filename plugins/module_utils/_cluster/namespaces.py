# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespace objects of the API (core/v1). No I/O, no Ansible."""

from __future__ import annotations

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list, read_metadata

# The API server gives this label to every namespace, and no user can change it.
_NAME_LABEL = "kubernetes.io/metadata.name"


def read_namespaces(value: Any) -> dict[str, dict[str, str]]:
    """Return the labels of each namespace of a list of Namespace objects, with the label that the API server adds.

    Raises:
        InputError: an object is no Namespace, or is there twice
    """
    namespaces: dict[str, dict[str, str]] = {}
    for index, item in enumerate(read_list(value, "namespaces")):
        metadata = read_metadata(item, f"namespaces[{index}]", "Namespace")
        if metadata.name in namespaces:
            raise InputError(f"namespaces[{index}] is a second {metadata.name}: give one object for each namespace")
        namespaces[metadata.name] = {**metadata.labels, _NAME_LABEL: metadata.name}
    return namespaces


__all__ = ["read_namespaces"]
