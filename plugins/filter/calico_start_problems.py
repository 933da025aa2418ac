# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter calico_start_problems: it says why calico-node is not ready."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calico_start_problems
short_description: Say why calico-node is not ready
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Says for each pod of calico-node that is not ready why it is not, by its log and its status.
  - An address that two nodes share comes first, because a setting corrects it.
options:
  _input:
    description: The Pod objects of the DaemonSet C(calico-node).
    type: list
    elements: dict
    required: true
  results:
    description:
      - C(results) of a loop that reads the log of the container calico-node with M(kubernetes.core.k8s_log). Its items
        are the names of the pods. A log may be missing.
    type: list
    elements: dict
    required: true
positional: results
"""

EXAMPLES = r"""
- name: Say why Calico does not start
  ansible.builtin.debug:
    msg: "{{ pods.resources | podnet.kubernetes.calico_start_problems(logs.results) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each pod that is not ready, in the order of the input.
  type: list
  elements: str
  sample: ["node1: calico-node does not start with the address 10.0.2.15, because master has the same address"]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_node import start_problems
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("calico_start_problems")
def calico_start_problems(pods: Iterable[Mapping[str, Any]], results: Iterable[Mapping[str, Any]]) -> list[str]:
    return start_problems(pods, results)


FilterModule = filter_module(calico_start_problems)
