# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter control_plane_plan: which host makes a cluster, and which ones join it as control planes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: control_plane_plan
short_description: Plan the control planes of a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Chooses the host that runs C(kubeadm init), which is the first one that has a cluster, if any has. The others join.
  - Says why nothing may be changed, for example when a host that does not answer may have the cluster.
options:
  _input:
    description: The result of M(podnet.kubernetes.kubeadm_init) in check mode, of each host that answered.
    type: dict
    required: true
  hosts:
    description: All hosts of the group of control planes, in their order.
    type: list
    elements: str
    required: true
  endpoint:
    description: The address of the API that the user gives, with or without a port.
    type: str
    default: ""
positional: hosts, endpoint
"""

EXAMPLES = r"""
- name: Plan the control planes
  ansible.builtin.set_fact:
    plan: "{{ progress | podnet.kubernetes.control_plane_plan(groups['control_plane'], 'api.example.org') }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    first:
      description: The host that makes the cluster, or has it.
      type: str
      sample: master
    join:
      description: The other hosts that answered.
      type: list
      elements: str
      sample: [master2, master3]
    faults:
      description: Sentences that say why nothing may be changed.
      type: list
      elements: str
      sample: []
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_text_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.control_planes import (
    plan_control_planes,
    read_progress,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("control_plane_plan")
def control_plane_plan(progress: Mapping[str, Any], hosts: Any, endpoint: str = "") -> dict[str, Any]:
    found = {host: read_progress(host, result) for host, result in read_dict_option("the input", progress).items()}
    group = read_texts_option("hosts", hosts)
    if not group:
        raise InputError("hosts is empty: give the control planes")
    plan = plan_control_planes(found, group, read_text_option("endpoint", endpoint) or "")
    return {"first": plan.first, "join": list(plan.join), "faults": list(plan.faults)}


FilterModule = filter_module(control_plane_plan)
