#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of connectivity_assert, which the action plugin of that name does on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connectivity_assert
short_description: Compare a connectivity matrix with what it should show
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Judges every cell of a matrix, writes the reports, and fails when a cell is not as expected.
  - Runs on the controller whatever the host is, so it needs no delegation.
  - A cell is a source, a target and a check in one address family. The matrix is every pod and node, every target but
    itself, and every check of it. A cell without a result has failed.
  - Without O(expectations) and O(policy_cells) every cell should be reachable.
  - Pods reach one another, and nodes one another, without NAT. The address and port that the target saw are
    those of the probing socket, and a pod's address is one that the cluster knows for it.
  - The source of a pod outside the cluster is translated. All other sources may be translated.
  - The path MTU is the smaller one of the NICs at both ends, unless O(overhead) says more. Where the MTU of a NIC is
    not known, any path MTU is right.
  - A cell of which some attempts succeeded and some did not is flapping, and makes the module fail. One that was not
    observed does not.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
    details: The cells are judged, and no report is written.
  diff_mode:
    support: none
    details: Reports are no change.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
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
    description: What was probed, as the filter P(podnet.kubernetes.connectivity_targets#filter) returns it.
    type: list
    elements: dict
    required: true
  listeners:
    description: The ports of all nodes, as M(podnet.kubernetes.connectivity_responder) returns them.
    type: list
    elements: dict
    required: true
  cells:
    description: What all nodes found, as M(podnet.kubernetes.connectivity_probe) returns it.
    type: list
    elements: dict
    required: true
  expectations:
    description:
      - What cells should show where that is not the default.
      - Where several entries match a cell, each option is taken from the last one that sets it.
      - An entry that matches no cell is an error.
    type: list
    elements: dict
    default: []
    suboptions:
      source:
        description: Names of sources, as a pattern with C(*), C(?) and C([]).
        type: str
        default: "*"
      target:
        description: Names of targets, as a pattern like O(expectations[].source).
        type: str
        default: "*"
      source_kind:
        description: Only sources of this kind.
        type: str
        choices: [pod, node]
      target_kind:
        description: Only targets of this kind.
        type: str
        choices: [pod, node, service, dns, outside]
      checks:
        description: Only these checks.
        type: list
        elements: str
        choices: [icmp, tcp, udp, mtu, dns]
      families:
        description: Only these address families.
        type: list
        elements: str
        choices: [ipv4, ipv6]
      outcome:
        description: Whether the target is reachable.
        type: str
        choices: [reachable, blocked]
      source_address:
        description:
          - The source address at the target. V(own) is the address and port of the probing socket, V(translated) is
            another one, V(any) is either. Of a node V(own) is the address alone, because its pods have the same one
            after masquerading, and a port that one of them took is not free.
          - Where it is not observed, as with ICMP, it is not wrong.
        type: str
        choices: [own, any, translated]
  policy_cells:
    description:
      - What NetworkPolicies say, as P(podnet.kubernetes.expected_connectivity#filter) returns it. For each cell
        C(because) and C(decided_by) may be left out.
      - A cell of the matrix with the same source, target, protocol, port and address family should be reachable or
        blocked as C(allowed) says, unless an entry of O(expectations) sets the outcome. What is said of UDP is said
        of the path MTU too, which is found with UDP.
      - When such a cell fails for its outcome, the message has its C(because).
      - Cells that are not in the matrix are ignored, such as those of a pod and itself, of SCTP, or of pods that were
        not probed. It is an error when none of them is in it.
    type: list
    elements: dict
    default: []
  overhead:
    description:
      - How many bytes smaller than its node's a pod's MTU is, because packets between nodes are encapsulated.
      - The path MTU between two pods then is the smaller one of their nodes less this number.
      - When not set, it is the smaller one of the two pods.
    type: int
  pod_to_node_source:
    description: The source address of pods that nodes see, as O(expectations[].source_address).
    type: str
    choices: [any, own]
    default: any
  directory:
    description:
      - Where the reports are written, to C(report.json) and C(junit.xml) in a directory with the name of the report.
      - It is made when it is missing. The files are for their owner only.
      - When not set, none is written.
    type: path
  fail:
    description:
      - Whether the task fails when a cell has failed or is flapping.
      - With V(false) RV(summary) tells, so that RV(matrix) can be shown first.
    type: bool
    default: true
  started:
    description: When the probing was started, in seconds since the epoch, for the report.
    type: float
seealso:
  - module: podnet.kubernetes.connectivity_probe
  - module: podnet.kubernetes.connectivity_responder
"""

EXAMPLES = r"""
- name: Fail when the network does not do what it should
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
  description: How many cells there are, and how many have each verdict.
  returned: when the cells were judged
  type: dict
  contains:
    cells:
      description: All cells.
      returned: success
      type: int
      sample: 288
    passed:
      description: Those that are as expected.
      returned: success
      type: int
      sample: 252
    failed:
      description: Those that are not, or for which there is no result.
      returned: success
      type: int
      sample: 36
    flapping:
      description: Those of which only some attempts succeeded.
      returned: success
      type: int
      sample: 0
    not_observed:
      description: Those of which no answer was to be expected.
      returned: success
      type: int
      sample: 0
groups:
  description:
    - What the cells that failed or are flapping have in common. Empty when all is well.
    - At most twelve, and one that says how many cells are left out.
  returned: when the cells were judged
  type: list
  elements: dict
  contains:
    message:
      description: How many cells, which, and what is wrong with them.
      returned: success
      type: str
      sample: "36 cells: pods -> pods on other nodes, all checks: timeout"
    cells:
      description: How many cells. None is in two groups.
      returned: success
      type: int
      sample: 36
matrix:
  description: The matrix for a terminal, with the summary and the groups below it, as lines of ASCII.
  returned: when the cells were judged
  type: list
  elements: str
reports:
  description: The paths of the files that were written. Empty when none was.
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
"""
