# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter cluster_domain: the domain of a cluster's Services, and the place that says it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster_domain
short_description: Find the domain of a cluster's Services
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Finds the domain of the names of Services, such as C(cluster.local).
  - The first of these that names a domain decides. They are the ConfigMap C(kubelet-config) (C(clusterDomain)), the
    ConfigMap C(kubeadm-config) (C(dnsDomain)), the zones of the plugin kubernetes in a C(Corefile) of CoreDNS, and the
    file with a kubelet's configuration.
options:
  _input:
    description: ConfigMap objects of the namespace kube-system.
    type: list
    elements: dict
    required: true
  given:
    description: A domain that the user gives. It decides, whatever the cluster has.
    type: str
  kubelet:
    description: The text of the file with a kubelet's configuration, such as C(/var/lib/kubelet/config.yaml).
    type: str
positional: given
seealso:
  - plugin: podnet.kubernetes.connectivity_endpoints
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the domain
  ansible.builtin.debug:
    msg: "{{ (maps | podnet.kubernetes.cluster_domain).name }}"
  vars:
    maps: "{{ query('podnet.kubernetes.k8s', kind='ConfigMap', namespace='kube-system', kubeconfig='admin.conf') }}"
"""

RETURN = r"""
_value:
  description: The domain.
  type: dict
  contains:
    name:
      description: The domain. C(cluster.local) when no configuration names another.
      type: str
      sample: cluster.local
    origin:
      description:
        - The place that has the domain, in words. V(null) when the user gave it.
        - Places with another domain are named after it.
      type: str
      sample: ConfigMap kube-system/kubelet-config
    found:
      description: Whether the user or a configuration names the domain.
      type: bool
      sample: true
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_text_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster_domain import find_cluster_domain
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.yaml_texts import parse_yaml_or_none


@filter_errors("cluster_domain")
def cluster_domain(config_maps: Any, given: str | None = None, *, kubelet: str | None = None) -> dict[str, Any]:
    domain = read_text_option("given", given)
    if domain:
        return {"name": domain, "origin": None, "found": True}
    return asdict(find_cluster_domain(config_maps, parse_yaml_or_none, read_text_option("kubelet", kubelet)))


FilterModule = filter_module(cluster_domain)
