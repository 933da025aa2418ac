# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kustomization that makes our manifest of an upstream one. No I/O, no Ansible."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_fields, read_list


@dataclass(frozen=True)
class Patch:
    """A change to one object of the manifest.

    Attributes:
        patch: operations of a JSON patch, or a part of the object, which names it; an empty one is left out
        target: the object, where the patch is a list of operations
        only_where: a regular expression; the patch is left out where it matches nothing in the manifest
    """

    patch: Any
    target: Mapping[str, str] | None = None
    only_where: str | None = None

    def applies(self, manifest: str) -> bool:
        wanted = self.only_where is None or re.search(self.only_where, manifest) is not None
        return wanted and bool(self.patch)

    def as_dict(self) -> dict[str, Any]:
        target = {} if self.target is None else {"target": dict(self.target)}
        return {**target, "patch": json.dumps(_plain(self.patch))}


def read_patches(value: Any) -> tuple[Patch, ...]:
    """Read a list of patches. Raises InputError when one has no C(patch), or a key that a patch does not have."""
    patches = []
    for index, item in enumerate(read_list(value, "patches")):
        fields = read_fields(item, f"patches[{index}]", ("patch", "target", "only_where"))
        if "patch" not in fields:
            raise InputError(f"patches[{index}] has no patch: give operations, or a part of the object")
        patches.append(Patch(fields["patch"], fields.get("target"), fields.get("only_where")))
    return tuple(patches)


def build_kustomization(
    resource: str, manifest: str, images: Iterable[str], registry: str | None, patches: Iterable[Patch]
) -> dict[str, Any]:
    """Describe for kustomize what is to be changed.

    Args:
        resource: the file name of the manifest
        manifest: its text
        images: names of images in it, without tags
        registry: takes the place of the registry in these names; None leaves them as they are
        patches: they are applied in their order
    """
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [resource],
        "images": [] if registry is None else [_moved(image, registry) for image in images],
        "patches": [patch.as_dict() for patch in patches if patch.applies(manifest)],
    }


def _moved(image: str, registry: str) -> dict[str, str]:
    return {"name": image, "newName": f"{registry}/{image.partition('/')[2]}"}


def _plain(value: Any) -> Any:
    """Copy containers. Ansible's own ones evaluate their templates only for code that iterates over them."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


__all__ = ["build_kustomization", "read_patches"]
