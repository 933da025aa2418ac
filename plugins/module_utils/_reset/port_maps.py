# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that the CNI plugin portmap makes for the host ports of pods. No I/O, no Ansible.

Networks of other programs on the machine have rules in the same chains. A rule names its network in its comment. A
stale rule would send packets for its port to an address that no pod has.
"""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^\*nat$.+?^COMMIT$", re.MULTILINE | re.DOTALL)
_RULE = re.compile(
    r'-A CNI-HOSTPORT-DNAT .*--comment "dnat name: \\"(?P<network>.+?)\\" id: .* -j (?P<chain>CNI-DN-\S+)'
)
_CHAIN = re.compile(r"^:(CNI-HOSTPORT-\S+)", re.MULTILINE)
_JUMP = re.compile(r"-A (?!CNI-).* -j CNI-HOSTPORT-\S+")


def port_map_removal(saved: str, network: str) -> str:
    """Make the input for C(iptables-restore --noflush) that removes the host ports of a network.

    The chains that all networks share go with the last rule in them.

    Args:
        saved: the output of C(iptables-save)
        network: the name of the network in its CNI configuration

    Returns:
        The input, empty when there is nothing to remove.
    """
    block = _BLOCK.search(saved)
    lines = block[0].splitlines() if block else []
    rules = [found for found in map(_RULE.match, lines) if found]
    own = [rule for rule in rules if rule["network"] == network]
    if not own:
        return ""
    shared = _CHAIN.findall(saved) if len(own) == len(rules) else []
    jumps = [f"-D{line[2:]}" for line in lines if shared and _JUMP.match(line)]
    # A chain can go when no rule leads to it: first the rules, then the chains.
    chains = [*dict.fromkeys(rule["chain"] for rule in own), *shared]
    removal = [
        "*nat",
        *(f"-D{rule.string[2:]}" for rule in own),
        *jumps,
        *(f"-F {chain}" for chain in chains),
        *(f"-X {chain}" for chain in chains),
        "COMMIT",
    ]
    return "".join(f"{line}\n" for line in removal)


__all__ = ["port_map_removal"]
