# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter api_vip_plan: the control planes that share an address, and what is wrong with it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: api_vip_plan
short_description: Plan an address that moves between control planes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Lists the control planes that share the address, and says why the address is wrong.
options:
  _input:
    description: The key C(node_address) of M(podnet.kubernetes.node_address) for each control plane that answered.
    type: dict
    required: true
  hosts:
    description: All control planes, in their order.
    type: list
    elements: str
    required: true
  vip:
    description: The address.
    type: str
    required: true
positional: hosts, vip
"""

EXAMPLES = r"""
- name: Plan the address
  ansible.builtin.set_fact:
    plan: "{{ addresses | podnet.kubernetes.api_vip_plan(groups['control_plane'], '10.100.198.210') }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    peers:
      description: The control planes that answered, with their names and addresses.
      type: list
      elements: dict
      sample: [{name: master, address: 10.100.198.200}]
    silent:
      description: The other control planes.
      type: list
      elements: str
      sample: []
    faults:
      description: Sentences that say why the address is wrong.
      type: list
      elements: str
      sample: []
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import read_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_text_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.api_vip import NodeAddress, plan_vip
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("api_vip_plan")
def api_vip_plan(addresses: Mapping[str, Any], hosts: Any, vip: str) -> dict[str, Any]:
    known = {
        host: NodeAddress(read_text(one, "address"), read_text(one, "network"))
        for host, one in read_dict_option("the input", addresses).items()
    }
    plan = plan_vip(known, read_texts_option("hosts", hosts), read_text_option("vip", vip) or "")
    peers = [{"name": name, "address": address} for name, address in plan.peers.items()]
    return {"peers": peers, "silent": list(plan.silent), "faults": list(plan.faults)}


FilterModule = filter_module(api_vip_plan)
