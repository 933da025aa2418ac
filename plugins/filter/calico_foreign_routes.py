# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter calico_foreign_routes: it finds the routes of a node that Calico did not make."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calico_foreign_routes
short_description: Find the routes of a node that Calico did not make
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Returns the destinations of a node's routes, as entries for P(podnet.kubernetes.network_conflicts#filter).
  - Leaves out the default route and the routes of Calico, which it knows by their links and their route protocol.
options:
  _input:
    description: The output of C(ip -json route show), as data.
    type: list
    elements: dict
    required: true
  node:
    description: The node's name.
    type: str
    required: true
positional: node
seealso:
  - plugin: podnet.kubernetes.network_conflicts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Refuse a pod network that overlaps a route of the node
  ansible.builtin.assert:
    that: conflicts | length == 0
    fail_msg: "{{ conflicts | join('; ') }}"
  vars:
    conflicts: "{{ ([pods] + routes) | podnet.kubernetes.network_conflicts }}"
    pods: {name: pod network, variable: calico_pod_network, network: "{{ calico_pod_network }}"}
    routes: "{{ shown.stdout | from_json | podnet.kubernetes.calico_foreign_routes(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: The routes, in the order of the input.
  type: list
  elements: dict
  contains:
    name:
      description: V(network) for the network of a NIC, V(route) for any other destination.
      type: str
      sample: route
    network:
      description: The destination in CIDR form.
      type: str
      sample: 192.168.7.0/24
    where:
      description: The node, and the NIC of the route, if any.
      type: str
      sample: node2, enp0s8
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import errors_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.calico import foreign_routes
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("calico_foreign_routes")
def calico_foreign_routes(routes: Iterable[Mapping[str, Any]], node: str) -> list[dict[str, str]]:
    with errors_of(node):
        return [route.as_entry(node) for route in foreign_routes(routes)]


FilterModule = filter_module(calico_foreign_routes)
