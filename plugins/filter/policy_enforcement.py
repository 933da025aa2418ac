# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter policy_enforcement: how fast a network enforced a change of policies."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_enforcement
short_description: Summarize how fast a network enforced a change of policies
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Each node polls the cells that a change of policies changes. This filter puts the results of all nodes together.
options:
  _input:
    description: RV(podnet.kubernetes.connectivity_probe#module:convergence) of each node.
    type: list
    elements: dict
    required: true
  timeout:
    description: How long each node waited for the enforcement, in seconds.
    type: float
    required: true
positional: timeout
seealso:
  - module: podnet.kubernetes.connectivity_probe
"""

EXAMPLES = r"""
- name: Show how fast the network enforced the new policies
  ansible.builtin.debug:
    msg: "{{ (pollings | podnet.kubernetes.policy_enforcement(30)).text }}"
  vars:
    pollings: "{{ ansible_play_hosts | map('extract', hostvars, ['probe', 'convergence']) }}"
"""

RETURN = r"""
_value:
  description: The summary.
  type: dict
  contains:
    seconds:
      description:
        - Seconds until the slowest node had enforced the change.
        - V(null) when cells stayed wrong, or no node had to wait.
      type: float
      sample: 1.203
    late:
      description: Number of cells that stayed wrong.
      type: int
      sample: 0
    wrong:
      description: The cells that stayed wrong, as the nodes return them.
      type: list
      elements: dict
    polled:
      description: Number of cells that the nodes polled.
      type: int
      sample: 24
    text:
      description: The summary in a few words.
      type: str
      sample: enforced after 1.203 s
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.enforcement import summarize_enforcement
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def policy_enforcement(pollings: Sequence[Mapping[str, Any]], timeout: float) -> dict[str, Any]:
    enforcement = summarize_enforcement(pollings)
    return {**vars(enforcement), "late": enforcement.late, "text": enforcement.describe(float(timeout))}


FilterModule = filter_module(policy_enforcement)
