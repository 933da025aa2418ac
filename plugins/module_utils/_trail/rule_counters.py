# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rules of the packet filter counted packets between two looks. No I/O.

It reads what C(iptables-save -c) and C(nft -a -t list ruleset) print.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

DENIES = ("DROP", "REJECT")
SOURCE_CHANGES = ("MASQUERADE", "SNAT", "NETMAP")
_TARGET_CHANGES = ("DNAT", "REDIRECT", "TPROXY")
_ORDER = {verdict: number for number, verdict in enumerate((*DENIES, *SOURCE_CHANGES, *_TARGET_CHANGES, "ACCEPT"))}
_MOST_RULES = 30  # that a node reports

_NFT_VERDICT = re.compile(r"(?:^|\s)(drop|reject|masquerade|snat|dnat|redirect|tproxy|accept)(?=\s|$)")
_NFT_COUNTER = re.compile(r"counter packets (\d+) bytes \d+ ?")
_NFT_POLICY = re.compile(r"type (?:filter|nat) hook (\w+) .*policy (drop|accept);")


@dataclass(frozen=True)
class Rule:
    """A rule, or the policy of a chain.

    Attributes:
        program: that lists it, such as V(iptables)
        table, chain: where it is
        text: the rule as the program shows it, without its counter
        verdict: such as V(DROP)
        packets: number of packets that it counted; None for a rule that does not count
    """

    program: str
    table: str
    chain: str
    text: str
    verdict: str
    packets: int | None

    def __str__(self) -> str:
        return f"{self.program}, table {self.table}, chain {self.chain}: {self.text}"


def moved_rules(before: Mapping[str, str], after: Mapping[str, str]) -> list[Rule]:
    """List the rules that counted packets in between, those that deny or translate first.

    Rules of nftables without a counter are listed too, when they deny or change the source: nobody can rule them out.

    Args:
        before, after: what each program printed
    """
    found: list[Rule] = []
    shown = {table for text in (before, after) for table in _shown_by_iptables(text)}
    for program, text in after.items():
        old = _counts(program, before.get(program, ""))
        for key, rule in _keyed(program, text):
            if rule.packets is None:
                found.append(rule)
            elif key in old and rule.packets > (old[key] or 0):
                found.append(replace(rule, packets=rule.packets - (old[key] or 0)))
    known = [rule for rule in found if rule.verdict in _ORDER and not (rule.program == "nft" and rule.table in shown)]
    return sorted(known, key=lambda rule: (_ORDER[rule.verdict], rule.packets is None, -(rule.packets or 0)))[
        :_MOST_RULES
    ]


def _shown_by_iptables(printed: Mapping[str, str]) -> Iterator[str]:
    """Yield the tables of nftables that iptables shows too, because it keeps its rules there."""
    for program, family in (("iptables", "ip"), ("ip6tables", "ip6")):
        text = printed.get(program, "")
        if "nf_tables" in text:
            yield from (f"{family} {name}" for name in re.findall(r"^\*(\w+)$", text, flags=re.MULTILINE))


def _counts(program: str, text: str) -> dict[tuple[Rule, int], int | None]:
    return {key: rule.packets for key, rule in _keyed(program, text)}


def _keyed(program: str, text: str) -> Iterator[tuple[tuple[Rule, int], Rule]]:
    """Yield the rules, each with a key that stays the same while its counter moves. Equal rules are numbered."""
    numbers: Counter[Rule] = Counter()
    for rule in (read_nft if program == "nft" else read_iptables)(text, program):
        same = replace(rule, packets=0)
        numbers[same] += 1
        yield (same, numbers[same]), rule


def read_iptables(text: str, program: str) -> Iterator[Rule]:
    """Yield the rules and the policies of chains that iptables-save -c shows."""
    table = ""
    for line in text.splitlines():
        rule = re.match(r"\[(\d+):\d+\] (-A (\S+).*)", line)
        policy = re.match(r":(\S+) (DROP|ACCEPT) \[(\d+):\d+\]", line)
        if line.startswith("*"):
            table = line[1:]
        elif rule:
            verdict = re.search(r"-[jg] (\S+)", rule[2])
            yield Rule(program, table, rule[3], rule[2], verdict[1] if verdict else "", int(rule[1]))
        elif policy and policy[2] == "DROP":
            yield Rule(program, table, policy[1], "the policy DROP of the chain", "DROP", int(policy[3]))


def read_nft(text: str, program: str = "nft") -> Iterator[Rule]:
    """Yield the rules that count, deny or change the source, and the policies that deny."""
    table, chain = "", ""
    for line in text.splitlines():
        words = line.split()
        if line.startswith("table "):
            table = " ".join(words[1:3])
        elif line.startswith("\tchain "):
            chain = words[1]
        elif line.startswith("\t\t"):
            yield from _nft_rule(program, table, chain, line.strip().partition(" # handle ")[0])


def _nft_rule(program: str, table: str, chain: str, line: str) -> Iterator[Rule]:
    """Yield the rule of a line, unless it does none of these."""
    policy = _NFT_POLICY.search(line)
    if policy:
        if policy[2] == "drop":
            yield Rule(program, table, chain, f"the policy drop of hook {policy[1]}", "DROP", None)
        return
    counter, verdict = _NFT_COUNTER.search(line), _NFT_VERDICT.search(re.sub('"[^"]*"', "", line))
    name = verdict[1].upper() if verdict else ""
    if counter or name in (*DENIES, *SOURCE_CHANGES):
        yield Rule(program, table, chain, _NFT_COUNTER.sub("", line), name, int(counter[1]) if counter else None)


__all__ = ["DENIES", "SOURCE_CHANGES", "Rule", "moved_rules"]
