# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_full_tables: nodes whose connection tracking has too little room for the probes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_full_tables
short_description: Find nodes whose connection tracking has too little room for the probes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the free entries of each node's connection tracking with the entries that the probes make there.
  - A node with a full table drops packets of all its pods.
options:
  _input:
    description: The endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  targets:
    description: The targets, as P(podnet.kubernetes.connectivity_targets#filter) returns them.
    type: list
    elements: dict
    required: true
  responders:
    description: What M(podnet.kubernetes.connectivity_responder) returned on the nodes.
    type: list
    elements: dict
    required: true
  attempts:
    description: How many attempts each cell gets.
    type: int
    default: 3
positional: targets, responders, attempts
seealso:
  - module: podnet.kubernetes.connectivity_probe
"""

EXAMPLES = r"""
- name: Check that the nodes can track the connections of the probes
  ansible.builtin.assert:
    that: endpoints | podnet.kubernetes.connectivity_full_tables(targets, responders) | length == 0
"""

RETURN = r"""
_value:
  description: A sentence for each such node, with both numbers.
  type: list
  elements: str
  sample:
    - >-
      node1: the probes make up to 253330 entries in the connection tracking, and 61436 are free
      (nf_conntrack_max 65536 less nf_conntrack_count 4100)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import load_endpoints, load_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.flows import count_flows, find_full_tables
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def connectivity_full_tables(
    endpoints: Iterable[Mapping[str, Any]],
    targets: Iterable[Mapping[str, Any]],
    responders: Iterable[Mapping[str, Any]],
    attempts: int = 3,
) -> list[str]:
    if not isinstance(attempts, int) or attempts < 1:
        raise InputError(f"attempts is {attempts!r}: give a number from 1")
    flows = count_flows(
        load_endpoints(read_dicts_option("endpoints", endpoints)),
        load_targets(read_dicts_option("targets", targets)),
        attempts,
    )
    return find_full_tables(flows, read_dicts_option("responders", responders))


FilterModule = filter_module(connectivity_full_tables)
