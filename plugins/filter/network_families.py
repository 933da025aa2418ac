# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter network_families: the address families of a network, or of a pair with a comma between."""

from __future__ import annotations

DOCUMENTATION = r"""
name: network_families
short_description: Name the address families of networks
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Tells an IPv4 network from an IPv6 network, and both from other text, by their characters alone.
  - P(podnet.kubernetes.network_conflicts#filter) finds the mistakes in a network of the right family.
options:
  _input:
    description: Networks in CIDR form with commas between.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Check that the pod network is one of IPv4
  ansible.builtin.assert:
    that: podnet_pod_network | podnet.kubernetes.network_families == ['ipv4']
"""

RETURN = r"""
_value:
  description: For each network V(ipv4) or V(ipv6). V(none) for other text.
  type: list
  elements: str
  sample: [ipv4, ipv6]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import network_families as families_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("network_families")
def network_families(networks: Any) -> list[str]:
    return families_of(networks)


FilterModule = filter_module(network_families)
