# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter calico_missing_routes: blocks of Calico's addresses without a route."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calico_missing_routes
short_description: Find the blocks of Calico's addresses that a node has no route to
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the blocks that Calico gave to the nodes with a node's routes.
  - A node has its own blocks as blackhole routes, so every block needs a route.
options:
  _input:
    description: The output of C(ip -json route show), as data.
    type: list
    elements: dict
    required: true
  affinities:
    description: The BlockAffinity objects of the cluster. Those that are being deleted are ignored.
    type: list
    elements: dict
    required: true
  nodes:
    description: The Node objects of the cluster. Blocks of other nodes are ignored.
    type: list
    elements: dict
    required: true
positional: affinities, nodes
"""

EXAMPLES = r"""
- name: Check that the node has a route to every block
  ansible.builtin.assert:
    that: missing | length == 0
    fail_msg: "There is no route to {{ missing | join(', ') }}."
  vars:
    missing: "{{ routes | podnet.kubernetes.calico_missing_routes(affinities.resources, nodes.resources) }}"
"""

RETURN = r"""
_value:
  description: The blocks without a route.
  type: list
  elements: str
  sample: [192.168.166.128/26]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_blocks import blocks_without_route
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("calico_missing_routes")
def calico_missing_routes(routes: Any, affinities: Any, nodes: Any) -> list[str]:
    return blocks_without_route(affinities, nodes, routes)


FilterModule = filter_module(calico_missing_routes)
