# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter node_removal: it plans the removal of nodes from a cluster."""

from __future__ import annotations

DOCUMENTATION = r"""
name: node_removal
short_description: Plan the removal of nodes from a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Says why nodes may not be removed, and from which of them pods are taken off first.
options:
  _input:
    description: The Node objects of the cluster.
    type: list
    elements: dict
    required: true
  names:
    description: The nodes to remove. A text has commas between them.
    type: raw
    required: true
  hosts:
    description: The hosts of the groups with the cluster's machines. One that is no node has left the cluster already.
    type: list
    elements: str
    default: []
  control_planes:
    description: Those among them that are control planes. One of them may have lost its Node object.
    type: list
    elements: str
    default: []
positional: names, hosts, control_planes
"""

EXAMPLES = r"""
- name: Plan the removal
  ansible.builtin.set_fact:
    plan: "{{ nodes.resources | podnet.kubernetes.node_removal(['node2'], groups['nodes']) }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    names:
      description: The nodes to remove, as a list.
      type: list
      elements: str
      sample: [node2]
    faults:
      description: Sentences that say why nothing may be changed.
      type: list
      elements: str
      sample: []
    drain:
      description: The nodes that answer.
      type: list
      elements: str
      sample: [node2]
    silent:
      description: The nodes that do not answer. Nothing takes pods off them.
      type: list
      elements: str
      sample: []
    control_planes:
      description: The nodes to remove that are members of etcd. Those that do not answer come first.
      type: list
      elements: str
      sample: []
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.node_removal import plan_removal
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("node_removal")
def node_removal(nodes: Any, names: Any, hosts: Any = (), control_planes: Any = ()) -> dict[str, Any]:
    listed = [part.strip() for part in names.split(",") if part.strip()] if isinstance(names, str) else names
    wanted = list(read_texts_option("names", listed))
    groups = read_texts_option("hosts", hosts), read_texts_option("control_planes", control_planes)
    plan = asdict(plan_removal(nodes, wanted, *groups))
    return {"names": wanted, **{name: list(value) for name, value in plan.items()}}


FilterModule = filter_module(node_removal)
