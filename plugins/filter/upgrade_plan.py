# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter upgrade_plan: it plans the upgrade of a cluster."""

from __future__ import annotations

DOCUMENTATION = r"""
name: upgrade_plan
short_description: Plan the upgrade of a cluster to another version of Kubernetes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Says why a cluster may not be upgraded, or which steps each node has.
  - A step that is done is left out. So the plan goes on with an upgrade that was killed.
options:
  _input:
    description:
      - The lists C(nodes), C(pods), C(config_maps) and C(daemon_sets), as the API returns the objects. All but the
        nodes are those of the namespace kube-system.
      - C(packages) has the packages of each host, as the module M(ansible.builtin.package_facts) keeps them.
    type: dict
    required: true
  version:
    description: The version that is wanted, with all three numbers.
    type: str
    required: true
  hosts:
    description: The hosts of the play, in their order. They must be the nodes of the cluster.
    type: list
    elements: str
    required: true
  serial:
    description: How many workers are upgraded at a time.
    type: int
    default: 1
positional: version, hosts, serial
"""

EXAMPLES = r"""
- name: Plan the upgrade
  ansible.builtin.set_fact:
    plan: "{{ found | podnet.kubernetes.upgrade_plan('1.36.4', ansible_play_hosts) }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    faults:
      description: Sentences that say why nothing may be changed.
      type: list
      elements: str
      sample: []
    notes:
      description: A sentence for each node that has steps.
      type: list
      elements: str
      sample: ["node1: kubeadm upgrade node, drain, kubelet 1.36.3 to 1.36.4, takes pods again"]
    batches:
      description: The names of the nodes that have steps. Those of a batch are upgraded together.
      type: list
      elements: list
      sample: [[master], [node1], [node2]]
    nodes:
      description: The steps of each of these nodes.
      type: dict
      sample: {node1: {mark: cordoned, kubeadm: node, drain: true, packages: true, control_plane: false, end: uncordon}}
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_plan import plan_upgrade
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_state import (
    PACKAGES,
    parse_version,
    read_state,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import installed_versions
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("upgrade_plan")
def upgrade_plan(found: Any, version: Any, hosts: Any, serial: Any = 1) -> dict[str, Any]:
    objects = read_dict_option("the input", found)
    installed = read_dict_option("packages", objects.get("packages"))
    packages = {host: installed_versions(one, PACKAGES) for host, one in installed.items()}
    state = read_state(
        objects.get("nodes"), objects.get("pods"), objects.get("config_maps"), objects.get("daemon_sets"), packages
    )
    if isinstance(serial, bool) or not isinstance(serial, int) or serial < 1:
        raise InputError(f"serial is {serial!r}: give a whole number from 1 on")
    plan = plan_upgrade(state, parse_version(version, "version"), read_texts_option("hosts", hosts), serial)
    return {
        "faults": list(plan.faults),
        "notes": [node.note for node in plan.nodes],
        "batches": [list(batch) for batch in plan.batches],
        "nodes": {node.name: asdict(node) for node in plan.nodes},
    }


FilterModule = filter_module(upgrade_plan)
