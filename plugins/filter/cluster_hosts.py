# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter cluster_hosts: the hosts of a cluster in an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster_hosts
short_description: Find the hosts of a cluster in an inventory
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes the patterns of hosts for plays on a cluster, whatever program made the cluster and whatever groups the
    inventory has.
options:
  _input:
    description: The variable C(groups) of Ansible.
    type: dict
    required: true
  control_plane:
    description: The name of the group of the control plane.
    type: str
    default: control_plane
  nodes:
    description: The name of the group of the other nodes.
    type: str
    default: nodes
  group:
    description:
      - The name of the group of all hosts of the cluster.
      - Without it, these are the hosts of O(control_plane) and O(nodes). When the inventory lacks one of these, these
        are all hosts but localhost. When the inventory has no other host, it is localhost.
    type: str
positional: control_plane, nodes, group
"""

EXAMPLES = r"""
- name: Prove the network
  hosts: "{{ (groups | podnet.kubernetes.cluster_hosts(group=my_group)).cluster }}"
  roles: [podnet.kubernetes.connectivity]
"""

RETURN = r"""
_value:
  description: The patterns.
  type: dict
  contains:
    cluster:
      description: All hosts of the cluster.
      type: str
      sample: control_plane:nodes
    find_on:
      description: The hosts that may have a kubeconfig, which are the control plane where the inventory tells it.
      type: str
      sample: control_plane
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option, read_text_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.cluster_hosts import find_cluster_hosts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("cluster_hosts")
def cluster_hosts(
    groups: Mapping[str, Sequence[str]],
    control_plane: str | None = "control_plane",
    nodes: str | None = "nodes",
    group: str | None = None,
) -> dict[str, str]:
    hosts = find_cluster_hosts(
        read_dict_option("groups", groups),
        read_text_option("control_plane", control_plane) or "control_plane",
        read_text_option("nodes", nodes) or "nodes",
        # A play's hosts are read first. The module check_settings then names a wrong value with its variable.
        group if isinstance(group, str) else None,
    )
    return asdict(hosts)


FilterModule = filter_module(cluster_hosts)
