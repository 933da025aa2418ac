# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter waiting_pods: the pods that are not ready on the pod network."""

from __future__ import annotations

DOCUMENTATION = r"""
name: waiting_pods
short_description: Find the pods that are not ready on the pod network
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Names the pods that have or will have an address of the pod network, and are not ready.
  - Ignores pods in the node's own network, and pods that have ended.
options:
  _input:
    description: Pod objects.
    type: list
    elements: dict
    required: true
  ignored:
    description: Controllers whose pods do not count, as NAMESPACE/KIND/NAME.
    type: list
    elements: str
    default: []
positional: ignored
"""

EXAMPLES = r"""
- name: Name the pods that are not back
  ansible.builtin.debug:
    msg: "{{ found.resources | podnet.kubernetes.waiting_pods(plan.unready) | join(', ') }}"
"""

RETURN = r"""
_value:
  description: Namespace and name of each pod.
  type: list
  elements: str
  sample: [default/web-5d9c-x7k2p]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.restarting_pods import find_waiting_pods
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("waiting_pods")
def waiting_pods(pods: Any, ignored: Any = ()) -> list[str]:
    return find_waiting_pods(pods, read_texts_option("ignored", ignored))


FilterModule = filter_module(waiting_pods)
