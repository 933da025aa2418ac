#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action manifest, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: manifest
short_description: Fetch an upstream manifest, and change it with kustomize
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Fetches a manifest, checks it against its checksum, and lets kustomize change it, all on the controller.
  - The files exist for the time of the task only. The module changes nothing, so check mode builds the manifest too.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    details: The module only reads.
  diff_mode:
    support: none
    details: The module only reads.
options:
  url:
    description: The URL of the manifest.
    type: str
    required: true
  checksum:
    description: Algorithm and hash of the manifest, as in V(sha256:…).
    type: str
    required: true
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
requirements:
  - kustomize or kubectl, on the controller
seealso:
  - module: podnet.kubernetes.cluster_objects
"""

EXAMPLES = r"""
- name: Build Flannel's manifest with an argument of its own
  podnet.kubernetes.manifest:
    url: "{{ flannel_manifest_url }}"
    checksum: "{{ flannel_manifest_checksum }}"
    images: [ghcr.io/flannel-io/flannel]
    registry: registry.example.com
    patches:
      - target: {kind: DaemonSet, name: kube-flannel-ds}
        patch: [{op: add, path: /spec/template/spec/containers/0/args/-, value: --iface=enp0s8}]
  register: flannel
"""

RETURN = r"""
manifest:
  description: The changed manifest, as YAML.
  returned: success
  type: str
"""
