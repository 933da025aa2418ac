# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter network_switch: it plans the switch of a cluster to another pod network."""

from __future__ import annotations

DOCUMENTATION = r"""
name: network_switch
short_description: Plan the switch of a cluster to another pod network
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Finds the pod network that a cluster has, by its objects and by the CNI configuration of its nodes.
  - Says why the cluster may not get another one, or what the switch does.
options:
  _input:
    description:
      - The lists C(nodes), C(pods), C(daemon_sets), C(policies) and C(config_maps), as the API returns the objects.
        C(config_maps) are those of the namespace kube-system.
      - C(files) has the files in C(/etc/cni/net.d) of each node, as the module M(ansible.builtin.find) returns them.
    type: dict
    required: true
  target:
    description: The network that is wanted.
    type: str
    required: true
  hosts:
    description: The hosts of the play. They must be the nodes of the cluster.
    type: list
    elements: str
    required: true
  given:
    description: The variables that set the network of the pods. Those without a value are ignored.
    type: dict
    default: {}
  bare_pods:
    description: Whether pods that no controller makes again may be deleted.
    type: bool
    default: false
  empty_dirs:
    description: Whether the data in emptyDir volumes may be lost.
    type: bool
    default: false
  policies:
    description: Whether Calico is to enforce NetworkPolicies on Flannel.
    type: bool
    default: false
positional: target, hosts, given, bare_pods, empty_dirs, policies
"""

EXAMPLES = r"""
- name: Plan the switch
  ansible.builtin.set_fact:
    plan: "{{ cluster | podnet.kubernetes.network_switch('calico', ansible_play_hosts) }}"
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
      description: Sentences that say what the switch does.
      type: list
      elements: str
      sample: ["Calico's own objects go with it, such as its GlobalNetworkPolicies"]
    present:
      description: The networks that are there, perhaps in part.
      type: list
      elements: str
      sample: [flannel]
    leaving:
      description: The networks to remove, in their order.
      type: list
      elements: str
      sample: [flannel]
    installs:
      description: Whether the wanted network is to be installed.
      type: bool
      sample: true
    pod_network:
      description: The network of the pods, which stays.
      type: str
      sample: 10.244.0.0/16
    started:
      description: When an unfinished switch began, in seconds since 1970. V(null) where there is none.
      type: float
      sample: 1796000000.0
    unready:
      description: Controllers with pods that are not ready now, as NAMESPACE/KIND/NAME.
      type: list
      elements: str
      sample: [default/ReplicaSet/broken-5d9c]
    policies:
      description: Whether Calico enforces NetworkPolicies on Flannel afterwards.
      type: bool
      sample: false
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dict_option,
    read_text_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.network_switch import Settings, plan_switch
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.yaml_texts import parse_yaml_or_none


@filter_errors("network_switch")
def network_switch(
    objects: Any,
    target: Any,
    hosts: Any,
    given: Any = None,
    bare_pods: bool = False,
    empty_dirs: bool = False,
    policies: bool = False,
) -> dict[str, Any]:
    settings = Settings(
        target=read_text_option("target", target) or "",
        hosts=read_texts_option("hosts", hosts),
        given={name: str(value) for name, value in read_dict_option("given", given).items() if value},
        bare_pods=bool(bare_pods),
        empty_dirs=bool(empty_dirs),
        policies=bool(policies),
    )
    plan = asdict(plan_switch(objects, settings, parse_yaml_or_none))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plan.items()}


FilterModule = filter_module(network_switch)
