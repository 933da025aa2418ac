# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter flannel_rules_removal: how Flannel's chains leave the packet filter."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flannel_rules_removal
short_description: What removes Flannel's chains from the packet filter
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads the rules of a node and returns the input for C(iptables-restore --noflush) that removes the chains of Flannel
    and the jumps to them, in one step, and leaves all other rules alone.
options:
  _input:
    description: The output of C(iptables-save).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Remove Flannel's chains and the jumps to them
  ansible.builtin.command:
    cmd: iptables-restore --noflush
    stdin: "{{ saved.stdout | podnet.kubernetes.flannel_rules_removal }}"
"""

RETURN = r"""
_value:
  description: The input, empty when the node has no chain of Flannel.
  type: str
"""

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._flannel import rules_removal


def flannel_rules_removal(saved: str) -> str:
    """Return the input for iptables-restore that removes Flannel's chains."""
    if not isinstance(saved, str):
        raise AnsibleFilterError(f"flannel_rules_removal wants the output of iptables-save, not {saved!r}")
    return rules_removal(saved)


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"flannel_rules_removal": flannel_rules_removal}
