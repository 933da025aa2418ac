# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter survey_faults: what would break a cluster on its machines."""

from __future__ import annotations

DOCUMENTATION = r"""
name: survey_faults
short_description: Say what would break a cluster on its machines
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Joins the results of M(podnet.kubernetes.node_survey) of all nodes. Nodes with the same fault share a sentence.
  - Compares the CA of each node with the control plane's. A node with another one belongs to another cluster.
options:
  _input:
    description: The result of M(podnet.kubernetes.node_survey) of each node, by the node's name.
    type: dict
    required: true
  control_planes:
    description:
      - The names of the control planes. The CA of the first one that has a CA counts.
      - If none of them is among the surveys, O(control_plane_pins) has the CA.
    type: list
    elements: str
    default: []
  control_plane_pins:
    description: C(ca_pins) of a control plane that is not among the surveys. Without them no CA is compared.
    type: dict
    default: {}
  remove_leftovers:
    description: Whether the leftovers of earlier clusters will be removed, so that they are no fault.
    type: bool
    default: false
  control_plane_hardened:
    description: C(hardened) of a control plane that is not among the surveys.
    type: bool
positional: control_planes, control_plane_pins, remove_leftovers, control_plane_hardened
"""

EXAMPLES = r"""
- name: Refuse machines that cannot carry the cluster
  ansible.builtin.assert:
    that: faults | length == 0
    fail_msg: "{{ faults | join('; ') }}"
  run_once: true
  vars:
    surveys: "{{ hostvars | podnet.kubernetes.host_values(ansible_play_hosts, 'survey') }}"
    faults: "{{ surveys | podnet.kubernetes.survey_faults(['master']) }}"
"""

RETURN = r"""
_value:
  description: The sentences. Empty when nothing would break the cluster.
  type: list
  elements: str
  sample: ["node1 and node2: /etc/resolv.conf has no resolver, and CoreDNS does not start without one"]
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option, read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.survey import (
    choose_holder,
    find_faults,
    find_hardening,
    read_hardened,
    read_pins,
    read_survey,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("survey_faults")
def survey_faults(
    surveys: Mapping[str, Any],
    control_planes: Any = (),
    control_plane_pins: Mapping[str, Any] | None = None,
    remove_leftovers: bool = False,
    control_plane_hardened: bool | None = None,
) -> list[str]:
    found = {node: read_survey(node, result) for node, result in read_dict_option("the input", surveys).items()}
    holder = choose_holder(found, read_texts_option("control_planes", control_planes))
    pins = found[holder].ca_pins if holder else read_pins(control_plane_pins)
    wanted = pins if holder or pins else None
    faults = find_faults(found, holder, wanted, remove_leftovers)
    return faults + find_hardening(found, holder, read_hardened(control_plane_hardened))


FilterModule = filter_module(survey_faults)
