# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter chain_removal: it makes the input for iptables-restore that removes chains."""

from __future__ import annotations

DOCUMENTATION = r"""
name: chain_removal
short_description: Remove chains from the packet filter
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads the rules of a node. Returns the input for C(iptables-restore --noflush) that removes certain chains and the
    jumps to them in one step, and keeps all other rules.
options:
  _input:
    description: The output of C(iptables-save).
    type: str
    required: true
  prefix:
    description: The beginning of the names of the chains.
    type: str
    required: true
  comment:
    description:
      - The beginning of a comment. Rules of other chains with such a comment go too.
      - Calico has such rules outside its chains.
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


from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packet_filter import chain_removal as removal_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("chain_removal")
def chain_removal(saved: str, prefix: str, comment: str | None = None) -> str:
    return removal_of(saved, prefix, comment)


FilterModule = filter_module(chain_removal)
