# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of the packet filter, as input for iptables-restore. No I/O."""

from __future__ import annotations

import re


def chain_removal(saved: str, prefix: str, comment: str | None = None) -> str:
    """Return the input for C(iptables-restore --noflush) that removes chains, the jumps to them, and commented rules.

    C(saved) is the output of C(iptables-save), and the chains are those of which the name begins with the prefix. With
    C(comment), the rules of other chains go too of which a comment begins with it. All else, and its order, stays as it
    is. The result is empty when there is nothing to remove.
    """
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
