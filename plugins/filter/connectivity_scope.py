# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_scope: the pairs that a verification probes when it does not probe all of them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_scope
short_description: Choose the pairs of endpoints to probe
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Chooses the endpoints and the sources of targets for a verification that does not probe every pair.
  - With V(node_pairs), one pod of each node and the nodes themselves probe one another.
  - With V(sample), each pod and node probes O(sample_size) others. The filter adds pairs until each endpoint is a
    target, pairs lead from each node to pods and to nodes elsewhere and back, and from each zone to each zone.
  - In both scopes one pod of each node and the node itself probe Services, the DNS and addresses outside. NodePorts,
    Services of the verification and ports of headless Services are probed from their own node and from one other.
options:
  _input:
    description: The endpoints, as P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  scope:
    description: The pairs to probe. V(full) means all.
    type: str
    choices: [full, node_pairs, sample]
    required: true
  nodes:
    description: The Node objects of the cluster, for the zones.
    type: list
    elements: dict
    default: []
  sample_size:
    description: The number of others that each pod and node probes, from V(1) to V(1000).
    type: int
    default: 5
  sample_seed:
    description: A text that chooses the pairs. The same text and the same endpoints give the same pairs.
    type: str
    default: ""
  sample_label:
    description: The label of nodes whose values are zones, or racks.
    type: str
    default: topology.kubernetes.io/zone
positional: scope
seealso:
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
  - plugin: podnet.kubernetes.connectivity_targets
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say what a sample leaves out
  ansible.builtin.debug:
    msg: "{{ (endpoints | podnet.kubernetes.connectivity_scope('sample', sample_seed='monday')).statement.says }}"
"""

RETURN = r"""
_value:
  description: The pairs to probe.
  type: dict
  contains:
    endpoints:
      description: The endpoints that have cells, in the order of the input.
      type: list
      elements: dict
    sources:
      description: The names of the sources of each target that not all of them probe.
      type: dict
      sample: {"shop/web-1": ["shop/web-2", "node1"]}
    statement:
      description:
        - What is probed and what is left out, for the report. Empty with V(full).
        - C(pairs) and C(all_pairs) count pairs of endpoints. C(says) has sentences. A sample has its seed and zones.
          Its C(chances) are those of meeting a fault of one pair, and of all pairs from one node to another.
      type: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dicts_option,
    read_text_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_label
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import as_dict, load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.scopes import PairScope, select_pairs
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def connectivity_scope(
    endpoints: Iterable[Mapping[str, Any]],
    scope: str,
    *,
    nodes: Iterable[Mapping[str, Any]] = (),
    sample_size: int = 5,
    sample_seed: str = "",
    sample_label: str = "topology.kubernetes.io/zone",
) -> dict[str, Any]:
    label = read_text_option("sample_label", sample_label) or ""
    wanted = PairScope(scope, sample_size, read_text_option("sample_seed", sample_seed) or "", label)
    ends = load_endpoints(read_dicts_option("endpoints", endpoints))
    chosen = select_pairs(ends, wanted, read_label(nodes, label))
    return {
        "endpoints": [as_dict(one) for one in chosen.endpoints],
        "sources": {target: list(some) for target, some in chosen.sources.items()},
        "statement": chosen.statement,
    }


FilterModule = filter_module(connectivity_scope)
