# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of the packet filter, as input for iptables-restore. No I/O."""

from __future__ import annotations

import re


def chain_removal(saved: str, prefix: str) -> str:
    """Return the input for C(iptables-restore --noflush) that removes chains and the jumps to them.

    C(saved) is the output of C(iptables-save), and the chains are those of which the name begins with the prefix. Rules
    of others, and their order, stay as they are. The result is empty when there is no such chain.
    """
    removal: list[str] = []
    for block in re.findall(r"^\*.+?^COMMIT$", saved, flags=re.MULTILINE | re.DOTALL):
        table, *lines, commit = block.splitlines()
        chains = [name for name in re.findall(r"^:(\S+)", block, flags=re.MULTILINE) if name.startswith(prefix)]
        jump = re.compile(rf"-A (?!{re.escape(prefix)}).*-[jg] {re.escape(prefix)}")
        if chains:
            removal += [table, *(f"-D{line[2:]}" for line in lines if jump.match(line))]
            removal += [*(f"-F {chain}" for chain in chains), *(f"-X {chain}" for chain in chains), commit]
    return "".join(f"{line}\n" for line in removal)


__all__ = ["chain_removal"]
