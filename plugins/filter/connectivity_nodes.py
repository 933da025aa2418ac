# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_nodes: the nodes that take part in a verification, and those that do not."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_nodes
short_description: Find the nodes that take part in a verification
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Sorts the nodes of a cluster into those that take part in a verification, those that cannot, and those that are left
    out.
  - A node cannot take part when its condition C(Ready) is not V(True), or when it has no address of type InternalIP.
options:
  _input:
    description: All Node objects of the cluster.
    type: list
    elements: dict
    required: true
  exclude_nodes:
    description:
      - The nodes to leave out. An entry is the name of a node, or a label selector in the form that C(kubectl) takes.
      - A selector sees the keys of taints as labels, because virtual nodes often show themselves by a taint alone.
      - An entry of letters, digits, dots and hyphens is a name. It is an error when the cluster has no such node.
    type: list
    elements: str
    default: []
  hosts:
    description: The names of the hosts of the play, for RV(_value.idle_hosts).
    type: list
    elements: str
    default: []
  addresses:
    description: The address to which Ansible connects, for each of O(hosts). Empty when it is not known.
    type: list
    elements: str
    default: []
seealso:
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the nodes that cannot take part
  ansible.builtin.debug:
    msg: "{{ (nodes | podnet.kubernetes.connectivity_nodes(exclude_nodes=['kubernetes.io/os=windows'])).missing }}"
"""

RETURN = r"""
_value:
  description: The nodes.
  type: dict
  contains:
    taking_part:
      description: The names of the nodes that take part.
      type: list
      elements: str
      sample: [master, node1]
    missing:
      description: The nodes that cannot take part.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the node.
          type: str
          sample: node2
        reason:
          description: The reason, in the words of the API.
          type: str
          sample: "node2 is not ready: NodeStatusUnknown: Kubelet stopped posting node status."
        addresses:
          description: The internal addresses of the node.
          type: list
          elements: str
          sample: [10.100.198.202]
    excluded:
      description: The nodes that are left out. Each has the same fields as one of RV(_value.missing).
      type: list
      elements: dict
    reasons:
      description: The reasons of RV(_value.missing), then those of RV(_value.excluded).
      type: list
      elements: str
    idle_hosts:
      description:
        - Those of O(hosts) that are one of RV(_value.missing) or RV(_value.excluded), by name or address. Nothing is
          asked of them, because they may be dead.
      type: list
      elements: str
      sample: [node2]
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_list_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import divide_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.answers import find_idle_hosts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def connectivity_nodes(
    nodes: Iterable[Mapping[str, Any]],
    *,
    exclude_nodes: Iterable[str] | None = None,
    hosts: Iterable[str] | None = None,
    addresses: Iterable[str] | None = None,
) -> dict[str, Any]:
    parts = divide_nodes(nodes, read_texts_option("exclude_nodes", exclude_nodes))
    outsiders = (*parts.missing, *parts.excluded)
    named, reached = read_texts_option("hosts", hosts), read_list_option("addresses", addresses)
    return {
        "taking_part": list(parts.taking_part),
        **{name: [_as_dict(one) for one in getattr(parts, name)] for name in ("missing", "excluded")},
        "reasons": [one.reason for one in outsiders],
        "idle_hosts": find_idle_hosts(named, reached, outsiders),
    }


def _as_dict(outsider: Any) -> dict[str, Any]:
    return {**asdict(outsider), "addresses": list(outsider.addresses)}


FilterModule = filter_module(connectivity_nodes)
