# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of a control plane, as the kubelet of its machine runs them. No I/O, no Ansible."""

from __future__ import annotations

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_labels,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_ready
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_state import STATIC_PODS

# The kubelet notes where it has a pod from: file for a manifest on its machine, api for the copy that the API has.
_SOURCE = "kubernetes.io/config.source"
_TIER = "control-plane"  # kubeadm's label of these pods


def find_waiting_programs(answer: Any) -> list[str]:
    """Name the programs of a control plane that its kubelet does not run, or that are not ready.

    The kubelet names a static pod by a hash of all its fields. A kubelet with more fields gives it another name, so the
    first start of a new minor version replaces each of these pods. The API shows the old ones as ready meanwhile.

    Args:
        answer: the PodList of the kubelet's endpoint /pods

    Raises:
        InputError: it is no list of pods
    """
    ready = dict.fromkeys(STATIC_PODS, False)
    for _path, item in read_items(read_fields(answer, "answer"), "items", "answer"):
        metadata = read_metadata(item, "items", "Pod")
        with errors_of(metadata):
            annotations = read_labels(read_fields(item["metadata"], "metadata"), "annotations", "metadata")
            if annotations.get(_SOURCE) == "file" and metadata.labels.get("tier") == _TIER:
                ready[metadata.labels.get("component", metadata.name)] = read_ready(item).get("status") == "True"
    return sorted(name for name, is_ready in ready.items() if not is_ready)


__all__ = ["find_waiting_programs"]
