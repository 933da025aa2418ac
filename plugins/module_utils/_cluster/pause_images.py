# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image that a pod can have without a pull: the pause image, which every node needs for its pods. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_items,
    read_list,
    read_metadata,
)

# For a cluster whose nodes report none.
_DEFAULT = "registry.k8s.io/pause:3.10"


def choose_pause_images(nodes: Any) -> dict[str, str]:
    """Choose an image for each node from C(status.images) of Node objects (core/v1), by the node's name.

    A node's own image comes first, then another node's. A new node may have told the API of no image yet, and a node
    reports its fifty largest images only. Raises InputError when an object is no Node.
    """
    own = {
        read_metadata(node, f"nodes[{index}]", "Node").name: _reported(node)
        for index, node in enumerate(read_list(nodes, "nodes"))
    }
    found = {name: next(images, None) for name, images in own.items()}
    others = next((image for image in found.values() if image), _DEFAULT)
    return {name: image or others for name, image in found.items()}


def _reported(node: Any) -> Iterator[str]:
    """Yield the names of a node's pause images."""
    status = read_fields(read_fields(node, "node").get("status", {}), "status")
    for path, image in read_items(status, "images", "status"):
        for _place, name in read_items(read_fields(image, path), "names", path):
            if isinstance(name, str) and "/pause:" in name:
                yield name


__all__ = ["choose_pause_images"]
