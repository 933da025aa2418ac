# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter packet_trails: where the packets of each pair ended, and why."""

from __future__ import annotations

DOCUMENTATION = r"""
name: packet_trails
short_description: Find where the packets of each pair ended
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Puts together what all nodes saw of the packets of each pair, and says where they were last, and where they never
    arrived. Rules and counters that moved meanwhile explain the break.
  - It counts only packets that were sent while all nodes of the pair surely watched, whatever their clocks show.
options:
  _input:
    description:
      - Results of the module M(podnet.kubernetes.packet_trail), one of each node. The filter ignores nodes that
        failed or were unreachable.
    type: list
    elements: dict
    required: true
  endpoints:
    description: The option O(podnet.kubernetes.packet_trail#module:endpoints) of the module.
    type: list
    elements: dict
    required: true
  pairs:
    description: The option O(podnet.kubernetes.packet_trail#module:pairs) of the module.
    type: list
    elements: dict
    required: true
seealso:
  - module: podnet.kubernetes.packet_trail
"""

EXAMPLES = r"""
- name: Show where the packets ended
  ansible.builtin.debug:
    msg: "{{ results | podnet.kubernetes.packet_trails(endpoints=endpoints, pairs=pairs) | map(attribute='lines') }}"
  vars:
    results: "{{ ansible_play_hosts | map('extract', hostvars, 'trail') }}"
"""

RETURN = r"""
_value:
  description: The trails, in the order of the pairs.
  type: list
  elements: dict
  contains:
    source:
      description: Name of the endpoint that sent.
      type: str
      sample: default/web-1
    target:
      description: Name of the endpoint to which the packets went.
      type: str
      sample: default/web-2
    check:
      description: V(icmp), V(tcp), V(udp), V(mtu) or V(dns).
      type: str
      sample: icmp
    family:
      description: V(ipv4) or V(ipv6).
      type: str
      sample: ipv4
    port:
      description: The port. V(null) with V(icmp).
      type: int
      sample: 8080
    size:
      description: Bytes of a large packet, V(0) for small ones.
      type: int
      sample: 0
    verdict:
      description:
        - V(passed), or V(wrong source) when a pod's packets reached another pod with another source address.
        - V(not sent), V(lost), V(answer lost), or V(flapping) when some probes were answered.
        - V(unanswered) when the packets arrived and the target said nothing. V(refused) when the target has no server
          at the port. V(rejected) when a node on the way answered with an error.
        - V(unknown) when a node did not report, or did not watch at the same time.
      type: str
      sample: lost
    message:
      description: A sentence about the break.
      type: str
      sample: the packets left node1 by enp0s3 in VXLAN for 10.0.2.15, its own address, and never arrived on node2
    sent:
      description: Number of packets that count.
      type: int
      sample: 22
    answered:
      description: Number of packets that were answered.
      type: int
      sample: 0
    source_change:
      description: The C(old) and the C(new) source address, and the C(place) of the change. V(null) without a change.
      type: dict
    broken_at:
      description: The break is before the hop with this index. V(null) without a break.
      type: int
      sample: 4
    hops:
      description:
        - The links that saw the packets and then the answers, in order, each as in
          RV(podnet.kubernetes.packet_trail#module:sights) with its C(node) and C(link_kind).
      type: list
      elements: dict
    evidence:
      description: Sentences about rules, counters and flows that explain the break.
      type: list
      elements: str
      sample:
        - "node1: iptables, table filter, chain FORWARD: -A FORWARD -j DROP counted 22 packets"
    lines:
      description: The trail for people, one line a hop, and the break marked.
      type: list
      elements: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import load_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import load_reports
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trail_text import trail_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trails import find_trails
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def packet_trails(
    results: Sequence[Mapping[str, Any]],
    *,
    endpoints: Sequence[Mapping[str, Any]],
    pairs: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    usable = [
        one
        for one in read_dicts_option("the input", results)
        if not (one.get("failed") or one.get("unreachable") or one.get("skipped"))
    ]
    known = load_endpoints(read_dicts_option("endpoints", endpoints))
    wanted = load_pairs(read_dicts_option("pairs", pairs), known)
    return [trail_as_dict(trail) for trail in find_trails(wanted, load_reports(usable))]


FilterModule = filter_module(packet_trails)
