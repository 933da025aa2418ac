# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The removal of chains from the packet filter, as input for iptables-restore. No I/O, no Ansible."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


def chain_removal(saved: Any, prefix: Any, comment: Any = None) -> str:
    """Make the input for C(iptables-restore --noflush) that removes chains and the jumps to them.

    All other rules keep their order.

    Args:
        saved: the output of C(iptables-save)
        prefix: the beginning of the names of the chains
        comment: rules of other chains go too when one of their comments begins with this text; None for no such rules

    Returns:
        The input, empty when there is nothing to remove.

    Raises:
        InputError: an argument is no text, or the prefix or the comment is empty, which would remove all chains or
        rules
    """
    if not isinstance(saved, str):
        raise InputError(f"the input is {saved!r}: give the output of iptables-save")
    if not isinstance(prefix, str) or not prefix:
        raise InputError(f"prefix is {prefix!r}: give the beginning of the names of the chains")
    if comment is not None and not (isinstance(comment, str) and comment):
        raise InputError(f"comment is {comment!r}: give the beginning of the comments of the rules")
    removal: list[str] = []
    jump = rf".*-[jg] {re.escape(prefix)}"
    marked = "" if comment is None else rf'|.*--comment "?{re.escape(comment)}'
    rule = re.compile(rf"-A (?!{re.escape(prefix)})(?:{jump}{marked})")
    for block in re.findall(r"^\*.+?^COMMIT$", saved, flags=re.MULTILINE | re.DOTALL):
        table, *lines, commit = block.splitlines()
        chains = [name for name in re.findall(r"^:(\S+)", block, flags=re.MULTILINE) if name.startswith(prefix)]
        rules = [f"-D{line[2:]}" for line in lines if rule.match(line)] if chains or comment else []
        if chains or rules:
            removal += [
                table,
                *rules,
                *(f"-F {chain}" for chain in chains),
                *(f"-X {chain}" for chain in chains),
                commit,
            ]
    return "".join(f"{line}\n" for line in removal)


__all__ = ["chain_removal"]
