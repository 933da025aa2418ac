# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter kustomization: how kustomize makes our manifest of an upstream one."""

from __future__ import annotations

DOCUMENTATION = r"""
name: kustomization
short_description: Describe the changes to an upstream manifest for kustomize
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes the content of C(kustomization.yaml) from the description of a manifest.
  - Leaves out patches that are for other releases of the manifest.
options:
  _input:
    description: The description of the manifest. Other keys in it are ignored.
    type: dict
    required: true
    suboptions:
      images:
        description: The names of the images in the manifest, without their tags.
        type: list
        elements: str
        default: []
      registry:
        description: A registry, perhaps with a path, that takes the place of the registry in these names.
        type: str
      patches:
        description: The patches, in the order in which they are applied.
        type: list
        elements: dict
        default: []
        suboptions:
          patch:
            description:
              - A list of operations (RFC 6902), or a part of the object that also names the object.
              - An empty one is left out.
            type: raw
            required: true
          target:
            description: The object, by C(kind) and C(name), of a list of operations.
            type: dict
          only_where:
            description: A regular expression. The patch is left out where it matches nothing in the manifest.
            type: str
  manifest:
    description: The text of the manifest.
    type: str
    required: true
  file:
    description: The name of the file of the manifest, beside C(kustomization.yaml).
    type: str
    default: manifest.yml
positional: manifest, file
"""

EXAMPLES = r"""
- name: Write the patches
  ansible.builtin.copy:
    content: "{{ description | podnet.kubernetes.kustomization(manifest) | to_nice_yaml }}"
    dest: /tmp/flannel/kustomization.yaml
    mode: "0600"
  vars:
    manifest: "{{ lookup('ansible.builtin.file', '/tmp/flannel/manifest.yml') }}"
    description:
      images: [ghcr.io/flannel-io/flannel]
      registry: registry.example.com
      patches:
        - target: {kind: DaemonSet, name: kube-flannel-ds}
          patch: [{op: add, path: /spec/template/spec/containers/0/args/-, value: --iface=enp0s8}]
"""

RETURN = r"""
_value:
  description: The Kustomization object.
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_text_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.manifest import (
    build_kustomization,
    read_patches,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("kustomization")
def kustomization(description: Mapping[str, Any], manifest: str, file: str = "manifest.yml") -> dict[str, Any]:
    given = read_dict_option("the description", description)
    patches = read_patches(given.get("patches") or [])
    images = read_texts_option("images", given.get("images"))
    registry = read_text_option("registry", given.get("registry"))
    text = read_text_option("manifest", manifest) or ""
    return build_kustomization(file, text, images, registry, patches)


FilterModule = filter_module(kustomization)
