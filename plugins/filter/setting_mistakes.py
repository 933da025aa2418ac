# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter setting_mistakes: settings that the modules of this collection would refuse."""

from __future__ import annotations

DOCUMENTATION = r"""
name: setting_mistakes
short_description: Find settings that the connectivity modules would refuse
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares numbers with the ranges of the options of M(podnet.kubernetes.connectivity_probe),
    M(podnet.kubernetes.connectivity_responder) and M(podnet.kubernetes.connectivity_assert).
  - A role can refuse a bad value before it changes anything, and name its own variable.
options:
  _input:
    description: The settings.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the setting in errors.
        type: str
        required: true
      option:
        description: The option whose range the setting has. V(seconds) is that of the responder.
        type: str
        choices: [attempts, interval, timeout, transfer, converge_timeout, seconds, overhead, port]
        required: true
      value:
        description: The value, a number or a list of numbers. V(null) is never a mistake.
        type: raw
"""

EXAMPLES = r"""
- name: Refuse bad settings
  ansible.builtin.assert:
    that: mistakes | length == 0
    fail_msg: "{{ mistakes | join('; ') }}"
  vars:
    mistakes: "{{ settings | podnet.kubernetes.setting_mistakes }}"
    settings:
      - {name: shop_attempts, option: attempts, value: "{{ shop_attempts }}"}
"""

RETURN = r"""
_value:
  description: A sentence for each value that is out of its range.
  type: list
  elements: str
  sample: ["shop_attempts is 0: it must be from 1 to 100"]
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import find_mistakes
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors()
def setting_mistakes(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    return find_mistakes(read_dicts_option("settings", settings))


FilterModule = filter_module(setting_mistakes)
