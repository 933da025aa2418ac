# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter waiting_static_pods: the programs of a control plane that its kubelet has not made ready."""

from __future__ import annotations

DOCUMENTATION = r"""
name: waiting_static_pods
short_description: Find the programs of a control plane that are not ready
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Names those of a control plane's static pods that the kubelet of the machine does not run, or that are not ready.
  - A kubelet of another minor version replaces static pods when it starts. Until it has, the API shows the old ones.
options:
  _input:
    description: What the kubelet's endpoint C(/pods) answered.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Wait until the kubelet runs the control plane
  ansible.builtin.command:
    argv: [kubectl, get, --raw, /api/v1/nodes/master/proxy/pods]
  register: found
  until: found is succeeded and found.stdout | podnet.kubernetes.waiting_static_pods | length == 0
"""

RETURN = r"""
_value:
  description: The names of the programs, such as V(kube-apiserver).
  type: list
  elements: str
  sample: [kube-apiserver]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.static_pods import find_waiting_programs
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("waiting_static_pods")
def waiting_static_pods(answer: Any) -> list[str]:
    if not isinstance(answer, str):
        raise InputError("the input is no text: give what the kubelet answered")
    return find_waiting_programs(parse_json(answer))


FilterModule = filter_module(waiting_static_pods)
