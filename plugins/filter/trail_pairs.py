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
    description: The cells that failed, as M(podnet.kubernetes.connectivity_probe) returns them.
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
  description: The pairs, for the option O(podnet.kubernetes.packet_trail#module:pairs).
  type: list
  elements: dict
  sample:
    - source: default/web-1
      target: default/web-2
      check: icmp
      family: ipv4
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import load_cells, load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.choice import choose_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import MOST_PAIRS
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def trail_pairs(
    cells: Sequence[Mapping[str, Any]], *, endpoints: Sequence[Mapping[str, Any]], most: int = 6
) -> list[dict[str, Any]]:
    if not isinstance(most, int) or not 1 <= most <= MOST_PAIRS:
        raise InputError(f"most is {most!r}: give a number from 1 to {MOST_PAIRS}")
    found = load_cells(read_dicts_option("the input", cells))
    return choose_pairs(found, load_endpoints(read_dicts_option("endpoints", endpoints)), most)


FilterModule = filter_module(trail_pairs)
