# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter object_stem: the beginning of names of objects that are made for a node."""

from __future__ import annotations

DOCUMENTATION = r"""
name: object_stem
short_description: Make the beginning of names of objects for a node
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - The name of a Service has at most 63 characters and no dots, but the name of a node may have 253 characters and
    dots. The filter makes a text of at most 58 characters, without dots, for each name.
  - A name that fits stays as it is. Other names get a hash in place of what does not fit, so that no two nodes share a
    text.
options:
  _input:
    description: The name of a Node object.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the name of a Service for a node
  ansible.builtin.debug:
    msg: on-{{ 'web.1' | podnet.kubernetes.object_stem }}
"""

RETURN = r"""
_value:
  description: The text.
  type: str
  sample: node1
"""

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.own_names import stem_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("object_stem")
def object_stem(node: str) -> str:
    return stem_of(node)


FilterModule = filter_module(object_stem)
