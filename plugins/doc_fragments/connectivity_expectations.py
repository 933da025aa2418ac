# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options from which the expectations of cells follow."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that these modules share."""

    DOCUMENTATION = r"""
options:
  expectations:
    description:
      - Expectations that differ from the default.
      - When several entries match a cell, the last entry that sets an option wins.
      - An entry that matches no cell is an error, unless only a part of the pairs is probed.
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
        choices: [pod, node, controller]
      target_kind:
        description: Only targets of this kind.
        type: str
        choices: [pod, node, controller, service, headless, nodeport, loadbalancer, dns, outside]
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
          - The source address that the target sees. V(own) is the address and port of the probing socket, V(translated)
            is another address or port, V(any) is either.
          - For a node, V(own) compares the address without the port. Its pods have the same address after masquerading,
            so the kernel changes the port when a pod uses it already.
          - When the source address is not observed, as with ICMP, it is not judged.
        type: str
        choices: [own, any, translated]
  policy_cells:
    description:
      - The cells that NetworkPolicies decide, as P(podnet.kubernetes.expected_connectivity#filter) returns them.
        C(because) and C(decided_by) may be left out.
      - C(allowed) decides whether the cell with the same source, target, protocol, port and address family should be
        reachable or blocked, unless an entry of O(expectations) sets the outcome. A UDP cell also decides the path MTU,
        because the path MTU is found with UDP.
      - A cell whose C(allowed) is V(null) is not judged, unless an entry of O(expectations) sets the outcome.
      - When the outcome of such a cell is wrong, the message has its C(because).
      - Cells that are not in the matrix are ignored, such as cells of a pod and itself, of SCTP, or of pods that were
        not probed. It is an error when no cell is in the matrix.
    type: list
    elements: dict
    default: []
  overhead:
    description:
      - The number of bytes that encapsulation adds to packets between nodes.
      - The path MTU between two pods is then the smaller MTU of their nodes, less this number.
      - From V(0) to V(1000). When not set, the path MTU is the smaller MTU of the two pods.
    type: int
  overhead_ipv6:
    description:
      - The same number for IPv6 packets of pods, where it differs from O(overhead).
      - Pods have one MTU, which may leave room for the larger of both numbers. The path MTU is then this one.
      - From V(0) to V(1000).
    type: int
  pod_to_node_source:
    description: The source address of a pod that a node sees, as in O(expectations[].source_address).
    type: str
    choices: [any, own]
    default: any
"""
