# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter pause_images: the image that a pod can have on each node without a pull."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pause_images
short_description: Choose the pause image of each node
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Every node needs a pause image for its pods. A pod with the image that its node has needs no pull.
  - A node that reports none gets the image of another node. Where no node reports one, it is
    C(registry.k8s.io/pause:3.10).
options:
  _input:
    description: Node objects.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the pause image of each node
  ansible.builtin.debug:
    msg: "{{ nodes.resources | podnet.kubernetes.pause_images }}"
"""

RETURN = r"""
_value:
  description: The image of each node, by the node's name.
  type: dict
  sample: {node1: "registry.k8s.io/pause:3.10.2"}
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pause_images import choose_pause_images
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("pause_images")
def pause_images(nodes: Any) -> dict[str, str]:
    return choose_pause_images(nodes)


FilterModule = filter_module(pause_images)
