# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the packet filter, without those that only carry Services to their pods. No I/O.

A busy node has 100,000 rules of kube-proxy. They say nothing about the network, so only the chain's names are counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    read_objects,
    read_optional_object,
    read_optional_text,
    read_text,
)

# Chains of kube-proxy with a set for each Service, and of Calico with a set for each pod.
_MANY: tuple[str, ...] = ("KUBE-SVC-", "KUBE-SVL-", "KUBE-SEP-", "KUBE-FW-", "KUBE-XLB-", "KUBE-EXT-", "CNI-DN-")
_MANY += ("cali-tw-", "cali-fw-", "cali-pi-", "cali-po-", "cali-pri-", "cali-pro-", "cali-pa-")
_SERVICE_LISTS = ("KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-EXTERNAL-SERVICES")
_LINES = 3000
_SHOWN = {"family": "family", "table": "table", "chain": "name", "hook": "hook", "policy": "policy"}
_OWN_TABLES = {"filter", "nat", "mangle", "raw", "security"}


def compact_rules(saved: str) -> dict[str, Any]:
    """Shorten the output of iptables-save.

    Returns:
        lines: the tables, chains and rules in their order; left_out: the number of rules of each kind of chain that is
        left out; cut: whether lines are missing because there are too many
    """
    lines: list[str] = []
    left_out: Counter[str] = Counter()
    for line in saved.splitlines():
        chain = line[1:].split(" ", 1)[0] if line.startswith(":") else line[3:].split(" ", 1)[0]
        if not line or line.startswith("#"):
            continue
        if line.startswith((":", "-A ")) and chain.startswith(_MANY):
            kind = next(kind for kind in _MANY if chain.startswith(kind))
            left_out[kind] += line.startswith("-A ")
        elif line.startswith("-A ") and chain in _SERVICE_LISTS and "KUBE-NODEPORTS" not in line:
            left_out[chain] += 1
        else:
            lines.append(line)
    return {"lines": lines[:_LINES], "left_out": dict(left_out), "cut": len(lines) > _LINES}


def compact_ruleset(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Shorten the output of `nft -j list ruleset`: base chains of tables that iptables does not show, with their rules.

    Returns:
        The chains, each with table, family, chain, hook, policy and rules as nft's JSON. Rules of chains that are
        jumped to are included by the chain's name, with no hook.

    Raises:
        InputError: the output has another form
    """
    chains: dict[tuple[str, ...], dict[str, Any]] = {}
    for item in read_objects(check_objects([document])[0], "nftables"):
        chain, rule = read_optional_object(item, "chain"), read_optional_object(item, "rule")
        if chain and not _is_iptables(chain):
            shown = {name: read_optional_text(chain, key) for name, key in _SHOWN.items() if key in chain}
            chains[_place(chain, "name")] = {**shown, "rules": []}
        elif rule:
            found = chains.get(_place(rule, "chain"))
            if found is not None and len(found["rules"]) < 200:
                found["rules"].append(read_objects(rule, "expr") if "expr" in rule else [])
    return [chain for chain in chains.values() if chain.get("hook") or _small(chain["rules"])][:200]


def _place(item: Mapping[str, Any], chain: str) -> tuple[str, ...]:
    """The family, the table and the name of a chain."""
    return tuple(read_text(item, name) for name in ("family", "table", chain))


def _is_iptables(chain: Mapping[str, Any]) -> bool:
    """Whether iptables-nft keeps a chain, which iptables-save shows."""
    return read_text(chain, "family") in ("ip", "ip6") and read_text(chain, "table") in _OWN_TABLES


def _small(rules: Iterable[Any]) -> bool:
    return len(json.dumps(list(rules))) < 20_000


__all__ = ["compact_rules", "compact_ruleset"]
