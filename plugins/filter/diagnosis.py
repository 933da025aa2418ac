# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter diagnosis: it names the causes of faults in a cluster's network."""

from __future__ import annotations

DOCUMENTATION = r"""
name: diagnosis
short_description: Name the causes of faults in the network of a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Judges what M(podnet.kubernetes.pod_network_info) read on the nodes, together with objects of the cluster and the
    report of a verification, as far as they are there.
  - Each finding has a cause, the evidence as it was found, a remedy, and the number of bad cells that it explains.
    The finding that explains most comes first. docs/findings.md of the collection lists all findings.
options:
  _input:
    description:
      - The dict C(pod_network_info) of each host, by its name in the inventory.
      - V(null) for a host that did not answer.
    type: dict
    required: true
  objects:
    description:
      - Lists of objects of the cluster, C(nodes), and where they are known C(config_maps), C(endpoint_slices), C(pods),
        C(network_policies) with C(namespaces), and C(webhooks), the configurations of both kinds.
      - Without it the API was not asked, and fewer causes are found.
    type: dict
  report:
    description:
      - The report of a verification, as C(report.json) has it.
      - Its trails of packets become part of the account.
    type: dict
  node_network:
    description: The network that the nodes share, in CIDR form.
    type: str
  only:
    description: Looks only for the findings with these ids.
    type: list
    elements: str
    default: []
  not_looked_at:
    description: The reason for each part that could not be read, such as the API, for the account.
    type: dict
    default: {}
  allocation:
    description: The content of the allocation file of the role basic_cni.
    type: dict
seealso:
  - module: podnet.kubernetes.pod_network_info
"""

EXAMPLES = r"""
- name: Name the causes of faults
  ansible.builtin.debug:
    msg: "{{ {'node1': result.pod_network_info} | podnet.kubernetes.diagnosis | json_query('lines') }}"
"""

RETURN = r"""
_value:
  description: The diagnosis.
  type: dict
  contains:
    findings:
      description:
        - The findings, each with id, severity, nodes, cause, evidence, remedy, explains and explained_cells.
        - C(may_follow_from) has the ids of findings before it that may be its cause.
      type: list
      elements: dict
    failed_cells:
      description: The number of cells in the report that failed or are flapping.
      type: int
    unprobed_cells:
      description: The number of cells in the report that were not probed.
      type: int
    unexplained:
      description: The cells of both kinds that no finding explains, the first thousand of them.
      type: list
      elements: dict
    unexplained_cells:
      description: Their number.
      type: int
    not_looked_at:
      description: What could not be looked at, in sentences.
      type: list
      elements: str
    trails:
      description: The trails in the report, as P(podnet.kubernetes.packet_trails#filter) made them.
      type: list
      elements: dict
    lines:
      description: The account for a terminal, three lines a finding, and the trails.
      type: list
      elements: str
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.account import (
    account_document,
    account_lines,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def diagnosis(
    nodes: Any,
    objects: Any = None,
    report: Any = None,
    node_network: str | None = None,
    only: list[str] | None = None,
    not_looked_at: dict[str, str] | None = None,
    allocation: Any = None,
) -> dict[str, Any]:
    causes = chosen(only or [])
    found = judge(load_gathered(nodes, objects, report, node_network, not_looked_at, allocation), causes)
    return {**account_document(found), "lines": account_lines(found)}


FilterModule = filter_module(diagnosis)
