# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter setting_mistakes: settings that the modules of this collection would refuse."""

from __future__ import annotations

DOCUMENTATION = r"""
name: setting_mistakes
short_description: Settings that the connectivity modules would refuse
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares numbers with the ranges of the options of M(podnet.kubernetes.connectivity_probe),
    M(podnet.kubernetes.connectivity_responder) and M(podnet.kubernetes.connectivity_assert).
  - A role learns so of a bad value before it changes anything, and names its own variable.
options:
  _input:
    description: The settings.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: How the caller calls the setting.
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

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import RANGES


def setting_mistakes(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each value that is out of its range."""
    unknown = [one["option"] for one in settings if one["option"] not in RANGES]
    if unknown:
        raise AnsibleFilterError(f"option is {unknown[0]!r}: give one of {', '.join(RANGES)}")
    return [sentence for one in settings for sentence in _mistakes(one["name"], one["option"], one.get("value"))]


def _mistakes(name: str, option: str, value: Any) -> Iterator[str]:
    """Yield a sentence for each number of a value that is out of the option's range."""
    least, most = RANGES[option]
    for number in value if isinstance(value, (list, tuple)) else [value]:
        if number is not None and not least <= _number(number, least - 1) <= most:
            yield f"{name} is {number}: it must be from {least} to {most}"


def _number(value: Any, otherwise: float) -> float:
    """Return a number, also one in text, as extra variables are."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"setting_mistakes": setting_mistakes}
