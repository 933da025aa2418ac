# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter role_error: the sentence of a filter's error, with the variables of the role that called the filter."""

from __future__ import annotations

DOCUMENTATION = r"""
name: role_error
short_description: Put a role's variables into the sentence of a filter's error
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - A filter names its own option in an error, and Ansible puts the expressions that call the filter before the error. A
    role shows its user the sentence alone, with the role's variable in place of the option.
  - A message of another kind stays as it is.
options:
  _input:
    description: The message of a failed task, C(ansible_failed_result.msg).
    type: str
    required: true
  variables:
    description: The role's variable for each option of the filter.
    type: dict
    required: true
positional: variables
"""

EXAMPLES = r"""
- name: Find the endpoints
  block:
    - name: Choose the endpoints
      ansible.builtin.set_fact:
        endpoints: "{{ objects | podnet.kubernetes.connectivity_endpoints(services=shop_services) }}"
  rescue:
    - name: Name the setting
      ansible.builtin.fail:
        msg: "{{ ansible_failed_result.msg | podnet.kubernetes.role_error({'services': 'shop_services'}) }}"
"""

RETURN = r"""
_value:
  description: The sentence.
  type: str
  sample: "shop_services has shop/wbe, and the cluster has no such Service (NAMESPACE/NAME): near it: shop/web"
"""

from collections.abc import Mapping

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option, read_text_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.role_errors import name_variables
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def role_error(message: str, variables: Mapping[str, str]) -> str:
    return name_variables(read_text_option("message", message) or "", read_dict_option("variables", variables))


FilterModule = filter_module(role_error)
