# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_listeners: the listeners at the ports that a proof of policies asks about."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_listeners
short_description: Select the listeners at the ports of a proof of policies
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - A responder opens each port for TCP and for UDP. This filter drops the listeners of a protocol that O(ports) does
    not have, so that every probed cell has an expectation.
options:
  _input:
    description: Listeners, as M(podnet.kubernetes.connectivity_responder) returns them.
    type: list
    elements: dict
    required: true
  ports:
    description: The ports, as for P(podnet.kubernetes.expected_connectivity#filter).
    type: list
    elements: dict
    required: true
positional: ports
seealso:
  - plugin: podnet.kubernetes.expected_connectivity
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show where web servers answer
  ansible.builtin.debug:
    msg: "{{ responder.listeners | podnet.kubernetes.policy_listeners([{'port': 80, 'protocol': 'TCP'}]) }}"
"""

RETURN = r"""
_value:
  description: The listeners of O(_input) at one of O(ports), as they are and in their order.
  type: list
  elements: dict
  sample:
    - {endpoint: shop/api, address: 10.244.1.5, protocol: tcp, port: 80, answers: podnet}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.listeners import select_listeners
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_listeners(
    listeners: Sequence[Mapping[str, Any]], ports: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    return select_listeners(listeners, parse_ports(ports))


FilterModule = filter_module(policy_listeners)
