# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter api_refusal: who refuses objects in a cluster, and why."""

from __future__ import annotations

DOCUMENTATION = r"""
name: api_refusal
short_description: Say who refuses objects in a cluster, and why
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes one sentence of the error of M(kubernetes.core.k8s#module). It names the webhook that does not answer or
    refuses the objects, its Service and its configuration. Otherwise it has the message of the API.
  - Other errors stay as they are.
options:
  _input:
    description: The message of a failed task.
    type: str
    required: true
  configurations:
    description: Objects of the kinds ValidatingWebhookConfiguration and MutatingWebhookConfiguration.
    type: list
    elements: dict
    required: true
positional: configurations
seealso:
  - plugin: podnet.kubernetes.role_error
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Make a pod
  block:
    - name: Make a pod
      kubernetes.core.k8s:
        definition: "{{ pod }}"
  rescue:
    - name: Say who refuses the pod
      ansible.builtin.fail:
        msg: "{{ ansible_failed_result.msg | podnet.kubernetes.api_refusal([]) }}"
"""

RETURN = r"""
_value:
  description: The sentence.
  type: str
  sample: >-
    the API refuses our objects, because the webhook pods.example.com (ValidatingWebhookConfiguration guard) does not
    answer: its Service guard/guard, port 443: connection refused: start its server, or delete the configuration of the
    webhook
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option, read_text_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.refusals import explain_refusal
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def api_refusal(message: str, configurations: Sequence[Mapping[str, Any]]) -> str:
    return explain_refusal(
        read_text_option("message", message) or "", read_dicts_option("configurations", configurations)
    )


FilterModule = filter_module(api_refusal)
