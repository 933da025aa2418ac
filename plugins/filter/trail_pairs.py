# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter trail_pairs: a few pairs to follow, among many cells that failed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: trail_pairs
short_description: Choose the pairs whose packets to follow
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Chooses a few among the cells that failed, so that the chosen pairs differ in nodes, kinds of endpoints, checks and
    families as much as possible. Each group of failures then has a pair.
  - The filter leaves out cells whose source is no pod or node.
options:
  _input:
    description:
      - The cells that failed, as M(podnet.kubernetes.connectivity_probe) returns them, or as a report has them.
    type: list
    elements: dict
    required: true
  endpoints:
    description: The endpoints of the cluster, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  most:
    description: How many pairs to choose. From V(1) to V(256).
    type: int
    default: 6
seealso:
  - module: podnet.kubernetes.packet_trail
"""

EXAMPLES = r"""
- name: Follow the packets of a few failed cells
  podnet.kubernetes.packet_trail:
    endpoints: "{{ endpoints }}"
    pairs: "{{ failed | podnet.kubernetes.trail_pairs(endpoints=endpoints) }}"
    run: "{{ run }}"
  register: trail
"""

RETURN = r"""
_value:
  description:
    - The pairs, for the option O(podnet.kubernetes.packet_trail#module:pairs).
    - Each has C(nodes) too, the names of the nodes on its way. Only these nodes need to run the module.
  type: list
  elements: dict
  sample:
    - source: default/web-1
      target: default/web-2
      check: icmp
      family: ipv4
      nodes: [node1, node2]
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, load_cells, load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.choice import choose_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import MOST_PAIRS
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def trail_pairs(
    cells: Sequence[Mapping[str, Any]], *, endpoints: Sequence[Mapping[str, Any]], most: int = 6
) -> list[dict[str, Any]]:
    if not isinstance(most, int) or not 1 <= most <= MOST_PAIRS:
        raise InputError(f"most is {most!r}: give a number from 1 to {MOST_PAIRS}")
    # A cell of a report has its verdict and its expectation, too.
    known_fields = {field.name for field in fields(Cell)}
    plain = [{name: one[name] for name in one if name in known_fields} for one in read_dicts_option("the input", cells)]
    found = load_cells(plain)
    known = load_endpoints(read_dicts_option("endpoints", endpoints))
    chosen = choose_pairs(found, known, most)
    return [{**one, "nodes": sorted(pair.nodes)} for one, pair in zip(chosen, load_pairs(chosen, known))]


FilterModule = filter_module(trail_pairs)
