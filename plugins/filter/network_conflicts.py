# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter network_conflicts: problems of the networks that a cluster is to use."""

from __future__ import annotations

DOCUMENTATION = r"""
name: network_conflicts
short_description: Find wrong and overlapping networks of a cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Finds entries that are no network, networks with host bits set, and networks that overlap.
  - Finds also networks with addresses that no host can have, such as loopback, link-local and multicast addresses.
  - Networks of different address families never overlap.
  - The filter does not report two networks without a variable, because the user can change neither.
options:
  _input:
    description:
      - The networks of the cluster, in the order in which errors should name them.
      - Entries with the same name and network count once, such as the node network that every node reports.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The purpose of the network, such as V(pod network).
        type: str
        required: true
      network:
        description: A network in CIDR form, or an IPv4 and an IPv6 network with a comma between them.
        type: str
        required: true
      variable:
        description: The variable that sets the network. Leave it out when no variable sets it.
        type: str
      where:
        description: The place where the network was found, such as V(node2, enp0s8).
        type: str
"""

EXAMPLES = r"""
- name: Refuse networks that overlap
  ansible.builtin.assert:
    that: conflicts | length == 0
    fail_msg: "{{ conflicts | join('\n') }}"
  vars:
    conflicts: "{{ networks | podnet.kubernetes.network_conflicts }}"
    networks:
      - name: pod network
        variable: podnet_pod_network
        network: 10.244.0.0/16
      - name: node network
        network: 10.244.3.0/24
        where: node2, enp0s8
# conflicts:
# - "pod network 10.244.0.0/16 (podnet_pod_network) overlaps the node network 10.244.3.0/24 (node2, enp0s8):
#   choose another podnet_pod_network"
"""

RETURN = r"""
_value:
  description: A sentence for each problem. Empty when there is no problem.
  type: list
  elements: str
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import (
    NamedNetwork,
    find_conflicts,
    find_special,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module

KEYS = {"name", "network", "variable", "where"}


@filter_errors()
def network_conflicts(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Iterable):
        raise InputError(f"network_conflicts wants a list of networks, not {entries!r}")
    networks = [_entry(entry) for entry in entries]
    return [*find_special(networks), *find_conflicts(networks)]


def _entry(entry: Any) -> NamedNetwork:
    if not isinstance(entry, Mapping) or not {"name", "network"} <= set(entry) <= KEYS:
        raise InputError(
            f"network_conflicts wants entries with name and network, perhaps variable and where, not {entry!r}"
        )
    if not isinstance(entry["network"], str):
        subject = entry.get("variable") or entry["name"]
        raise InputError(f"{subject} is {entry['network']!r}, not a text: give a network, such as 10.244.0.0/16")
    return NamedNetwork(entry["name"], entry["network"], entry.get("variable"), entry.get("where"))


FilterModule = filter_module(network_conflicts)
