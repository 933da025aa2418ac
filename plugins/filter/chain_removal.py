# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter chain_removal: how chains leave the packet filter."""

from __future__ import annotations

DOCUMENTATION = r"""
name: chain_removal
short_description: What removes chains from the packet filter
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads the rules of a node and returns the input for C(iptables-restore --noflush) that removes certain chains and
    the jumps to them, in one step, and leaves all other rules alone.
options:
  _input:
    description: The output of C(iptables-save).
    type: str
    required: true
  prefix:
    description: What the names of the chains begin with.
    type: str
    required: true
  comment:
    description:
      - What a comment of rules in other chains begins with, that are to go too.
      - Calico has such rules beside its chains.
    type: str
positional: prefix, comment
"""

EXAMPLES = r"""
- name: Remove Flannel's chains and the jumps to them
  ansible.builtin.command:
    cmd: iptables-restore --noflush
    stdin: "{{ saved.stdout | podnet.kubernetes.chain_removal('FLANNEL-') }}"
"""

RETURN = r"""
_value:
  description: The input, empty when the node has no such chain.
  type: str
"""

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packet_filter import chain_removal as removal_of


def chain_removal(saved: str, prefix: str, comment: str | None = None) -> str:
    """Return the input for iptables-restore that removes the chains with that prefix."""
    if not isinstance(saved, str):
        raise AnsibleFilterError(f"chain_removal wants the output of iptables-save, not {saved!r}")
    if not isinstance(prefix, str) or not prefix:
        raise AnsibleFilterError(f"chain_removal wants what the names of the chains begin with, not {prefix!r}")
    if comment is not None and not (isinstance(comment, str) and comment):
        raise AnsibleFilterError(f"chain_removal wants what the comments of rules begin with, not {comment!r}")
    return removal_of(saved, prefix, comment)


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"chain_removal": chain_removal}
