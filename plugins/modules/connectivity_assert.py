#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of connectivity_assert; the action plugin of that name does the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connectivity_assert
short_description: Compare a connectivity matrix with its expectations
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Judges every cell of a matrix, writes the reports, and fails when a cell is not as expected.
  - Runs on the controller for every host, so it needs no delegation.
  - A cell is a source, a target and a check in one address family. The sources are all pods and nodes. Each source has
    a cell for every check of every target but itself, unless the target lists other sources.
  - A cell without a result is not probed.
  - Without O(expectations) and O(policy_cells) every cell should be reachable.
  - Pods reach one another without NAT, and so do nodes. The target sees the address and port of the probing socket,
    and the cluster lists this address for the pod.
  - Targets outside the cluster see a translated address of a pod. All other sources may be translated.
  - The path MTU is the smaller MTU of the NICs at both ends, unless O(overhead) is set. When the MTU of a NIC is not
    known, any path MTU is right.
  - A cell is flapping when some of its attempts succeeded and some failed. The module fails for a flapping cell, and
    for a cell that was not probed. It does not fail for a cell that was not observed or is not judged.
extends_documentation_fragment:
  - podnet.kubernetes.connectivity_expectations
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    support: full
    details: The module judges the cells, and writes no report.
  diff_mode:
    support: none
    details: A report is not a change.
options:
  name:
    description:
      - The name of the report.
      - It consists of letters, digits and C(._-), and begins with a letter or a digit.
    type: str
    required: true
  endpoints:
    description: The endpoints, as the filter P(podnet.kubernetes.connectivity_endpoints#filter) returns them.
    type: list
    elements: dict
    required: true
  targets:
    description: The targets, as the filter P(podnet.kubernetes.connectivity_targets#filter) returns them.
    type: list
    elements: dict
    required: true
  listeners:
    description: The listeners of all nodes, as M(podnet.kubernetes.connectivity_responder) returns them.
    type: list
    elements: dict
    required: true
  cells:
    description: The cells of all nodes, as M(podnet.kubernetes.connectivity_probe) returns them.
    type: list
    elements: dict
    required: true
  briefs:
    description:
      - The values RV(podnet.kubernetes.connectivity_probe#module:brief) of nodes that sent only the cells that did not
        pass. The other cells of such a node have passed.
      - The report then counts these cells, and has no details of them.
    type: list
    elements: dict
    default: []
  directory:
    description:
      - The directory for the reports. The module writes into a subdirectory with the name of the report.
      - The files are C(report.json), C(junit.xml), the page C(index.html), C(report.prom) as OpenMetrics, and
        C(summary.md) as Markdown.
      - The module makes a missing directory. Only the owner can read the files.
      - When not set, no report is written.
    type: path
  compare_with:
    description:
      - The report of an earlier run, to compare the cells with. This is the path of a C(report.json) of version 1 or 2,
        or V(previous) for the last run with the same O(name) in O(directory).
      - V(previous) needs O(directory), and O(keep_reports) above V(0). Without an earlier run nothing is compared.
      - When the two runs chose different ports in a pod, the worst verdicts of both are compared.
    type: str
  fail_on:
    description:
      - V(any) fails for every cell that failed, is flapping or was not probed.
      - V(worse) fails only when such a cell is new, or is worse than in O(compare_with). Without an earlier run
        V(worse) means V(any).
    type: str
    choices: [any, worse]
    default: any
  keep_reports:
    description:
      - The number of earlier reports to keep in the subdirectory C(earlier). Their names are their times. The module
        removes the oldest reports.
      - With a number above V(0) the module also keeps the counts of the last 200 runs in C(runs.jsonl), and draws them
        in C(trend.html).
      - From V(0) to V(1000).
    type: int
    default: 0
  enforced_after:
    description: The time until the network enforced a change of policies, in seconds, for the report.
    type: float
  fail:
    description:
      - Whether the task fails when RV(wrong) is true.
      - With V(false) a playbook can show RV(matrix) first, and then fail for the counts in RV(summary).
    type: bool
    default: true
  started:
    description: The start of the probing for the report, in seconds since the epoch.
    type: float
  trails:
    description: Trails of packets for the report, as P(podnet.kubernetes.packet_trails#filter) returns them.
    type: list
    elements: dict
    default: []
  scope:
    description:
      - What was probed and what was left out, for the reports. This is C(statement) of
        P(podnet.kubernetes.connectivity_scope#filter).
      - Not set or empty when all pairs were probed. Otherwise an entry of O(expectations) may match no cell.
    type: dict
    default: {}
  nodes:
    description: All Node objects of the cluster. The report and its page show their roles and pod subnets.
    type: list
    elements: dict
    default: []
  responders:
    description:
      - What M(podnet.kubernetes.connectivity_responder) returned on the nodes. The report and its page show their links
        and routes.
    type: list
    elements: dict
    default: []
  excluded:
    description: Nodes that the user leaves out. The reports name them with the reason.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the node.
        type: str
        required: true
      reason:
        description: The reason, as a sentence.
        type: str
        required: true
      addresses:
        description: The addresses of the node. The module does not use them.
        type: list
        elements: str
        default: []
seealso:
  - module: podnet.kubernetes.connectivity_probe
  - module: podnet.kubernetes.connectivity_responder
"""

EXAMPLES = r"""
- name: Fail when the network is not as expected
  podnet.kubernetes.connectivity_assert:
    name: flannel
    endpoints: "{{ endpoints }}"
    targets: "{{ targets }}"
    listeners: "{{ listeners }}"
    cells: "{{ cells }}"
    overhead: 50
    expectations:
      - target: shop/database*
        target_kind: pod
        outcome: blocked
      - source: shop/backend*
        target: shop/database*
        checks: [tcp]
        outcome: reachable
    directory: reports
  run_once: true
"""

RETURN = r"""
summary:
  description: The number of all cells, and the number of cells with each verdict.
  returned: when the cells were judged
  type: dict
  contains:
    cells:
      description: All cells.
      returned: success
      type: int
      sample: 288
    passed:
      description: Cells that are as expected.
      returned: success
      type: int
      sample: 252
    failed:
      description: Cells that are not as expected.
      returned: success
      type: int
      sample: 36
    flapping:
      description: Cells in which only some attempts succeeded.
      returned: success
      type: int
      sample: 0
    not_observed:
      description: Cells whose target need not answer.
      returned: success
      type: int
      sample: 0
    not_judged:
      description: Cells whose outcome O(policy_cells) leaves open.
      returned: success
      type: int
      sample: 0
    not_probed:
      description: Cells without a result, such as those of missing nodes.
      returned: when there are such cells
      type: int
      sample: 24
groups:
  description:
    - Groups of cells that failed or are flapping, by the properties that they have in common. Then groups of cells that
      were not probed, by the reason.
    - There are at most twelve groups of each sort, and one more that counts the cells that are left out.
  returned: when the cells were judged
  type: list
  elements: dict
  contains:
    message:
      description: The number of cells, their place in the matrix and the fault.
      returned: success
      type: str
      sample: "36 cells: pods -> pods on other nodes, all checks: timeout"
    cells:
      description: The number of cells. No cell is in two groups.
      returned: success
      type: int
      sample: 36
wrong:
  description: Whether the run should fail, as O(fail_on) says.
  returned: when the cells were judged
  type: bool
  sample: false
matrix:
  description: The matrix for a terminal, with the summary, the groups and the comparison below it, as lines of ASCII.
  returned: when the cells were judged
  type: list
  elements: str
reports:
  description: The paths of the files. Empty when no file was written.
  returned: when the cells were judged
  type: dict
  contains:
    json:
      description: The report with all cells. Its schema is in the role C(connectivity).
      returned: when O(directory) is set, not in check mode
      type: str
      sample: /home/user/reports/flannel/report.json
    junit:
      description: The report for tools that read the XML of JUnit.
      returned: when O(directory) is set, not in check mode
      type: str
      sample: /home/user/reports/flannel/junit.xml
    html:
      description: The page that a browser opens from disk.
      returned: when O(directory) is set, not in check mode
      type: str
      sample: /home/user/reports/flannel/index.html
    openmetrics:
      description: The counts and latencies for the textfile collector of Prometheus' node_exporter.
      returned: when O(directory) is set, not in check mode
      type: str
      sample: /home/user/reports/flannel/report.prom
    markdown:
      description: The summary for the page of a CI job.
      returned: when O(directory) is set, not in check mode
      type: str
      sample: /home/user/reports/flannel/summary.md
    runs:
      description: The counts of the last runs, one a line of JSON.
      returned: when O(directory) and O(keep_reports) are set, not in check mode
      type: str
      sample: /home/user/reports/flannel/runs.jsonl
    trend:
      description: The page of the last runs.
      returned: when O(directory) and O(keep_reports) are set, not in check mode
      type: str
      sample: /home/user/reports/flannel/trend.html
"""
