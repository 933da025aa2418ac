# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of iptables do with the first packet of a connection. No I/O, no Ansible.

Rules that match by things that are not known here, such as the members of a set, may match or not: such a rule never
makes a finding. The walk knows marks, because kube-proxy, Flannel and portmap decide by marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import whole_number
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import is_network

_COMMENT = re.compile(r'-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) ?')
_DEEPEST = 20  # jumps
_MARK = re.compile("0x[0-9a-fA-F]{1,8}|0|[1-9][0-9]{0,9}")
_NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1"}  # of protocols
_ELSEWHERE = ("NFQUEUE", "QUEUE", "SYNPROXY", "TPROXY")  # targets by which another program decides
# Chains by which engines decide about single pods, as their NetworkPolicies demand it.
_OF_POLICIES = ("KUBE-ROUTER-", "KUBE-POD-FW-", "KUBE-NWPLCY-", "WEAVE-NPC")
# Modules whose match is not known, some of which have no option that takes a value.
_UNKNOWN = ("rpfilter", "set", "physdev", "policy", "limit", "statistic", "recent", "hashlimit", "owner", "socket")


@dataclass(frozen=True)
class PodPacket:
    """The first packet of a connection: between pods, as a node forwards it, or from or to the node itself.

    Attributes:
        incoming, outgoing: names of links; empty for what the node itself sends or takes
        local: whether the node itself is at that end: --src-type and --dst-type of iptables
    """

    source: str
    target: str
    incoming: str
    outgoing: str
    port: int = 8080
    mark: int = 0
    protocol: str = "tcp"
    local: frozenset[str] = frozenset()


class Verdict(NamedTuple):
    """The end of a packet in a chain.

    Attributes:
        outcome: ACCEPT, DROP, REJECT, MASQUERADE, SNAT, or empty when no rule decides
        rule: the rule that decides, or the policy
        sure: False when a rule before that might have decided otherwise
    """

    outcome: str
    rule: str
    sure: bool


class _Rule(NamedTuple):
    text: str
    matches: tuple[tuple[str, bool, str], ...]  # option, negated, value
    target: str
    target_options: Mapping[str, str]
    is_goto: bool


@dataclass(frozen=True)
class Table:
    """A table of iptables: the rules of its chains, in order, and the policies of its base chains."""

    chains: Mapping[str, Sequence[str]]
    policies: Mapping[str, str]

    def walk(self, chain: str, packet: PodPacket) -> Verdict:
        """Say what a base chain does with a packet."""
        found, _packet = self._walk(chain, packet, 0)
        if found.outcome:
            return found
        policy = self.policies.get(chain, "ACCEPT")
        return Verdict(policy, f":{chain} {policy}", found.sure)

    def _walk(self, chain: str, packet: PodPacket, depth: int) -> tuple[Verdict, PodPacket]:
        sure = True
        if chain not in self.chains or depth > _DEEPEST or chain.startswith(_OF_POLICIES):
            return Verdict("", "", False), packet
        for text in self.chains[chain]:
            rule = _parse(text)
            matched = _matches(rule, packet)
            if matched is False or not rule.target:
                continue
            if rule.target in _ELSEWHERE:
                if matched:
                    return Verdict(rule.target, text, False), packet
                sure = False
            elif rule.target in ("ACCEPT", "DROP", "REJECT", "MASQUERADE", "SNAT"):
                if matched:
                    return Verdict(rule.target, text, sure), packet
                sure = False
            elif rule.target == "RETURN":
                if matched:
                    return Verdict("", "", sure), packet
                sure = False
            elif rule.target == "MARK":
                packet = _marked(packet, rule.target_options) if matched else packet
                sure = sure and matched is True
            elif rule.target in self.chains or rule.target.isupper() is False or "-" in rule.target:
                verdict, after = self._walk(rule.target, packet, depth + 1)
                if matched and verdict.outcome:
                    return verdict._replace(sure=verdict.sure and sure), after
                sure = sure and verdict.sure and (matched is True or not verdict.outcome)
                packet = after if matched else packet
                if matched and rule.is_goto:
                    return Verdict("", "", sure), packet
        return Verdict("", "", sure), packet


def read_tables(lines: Iterable[str]) -> dict[str, Table]:
    """Read the lines of iptables-save."""
    tables: dict[str, Table] = {}
    chains: dict[str, list[str]] = {}
    policies: dict[str, str] = {}
    for line in lines:
        first = line[:1]
        if first == "*":
            chains, policies = {}, {}
            tables[line[1:]] = Table(chains, policies)
        elif first == ":":
            name, policy, *_counters = line[1:].split(" ")
            chains[name] = []
            if policy != "-":
                policies[name] = policy
        elif line.startswith("-A "):
            chains.setdefault(line[3:].split(" ", 1)[0], []).append(line)
    return tables


@lru_cache(maxsize=200_000)
def _parse(text: str) -> _Rule:
    """Parse a rule. Options that are not known become matches that may be true or not."""
    words = _COMMENT.sub("", text).split()[2:]
    matches: list[tuple[str, bool, str]] = []
    target, options, is_goto, negated, index = "", {}, False, False, 0
    while index < len(words):
        word = words[index]
        end = index + 1
        while end < len(words) and words[end][0] not in "-!":
            end += 1
        value, index = " ".join(words[index + 1 : end]), end
        if word == "!":
            negated = True
            continue
        if word in ("-j", "-g"):
            target, is_goto = value, word == "-g"
            options = dict(zip(words[end::2], words[end + 1 :: 2]))
            break
        if word != "-m":  # the options that follow say what the module matches
            matches.append((word, negated, value))
        elif value in _UNKNOWN:
            matches.append((value, False, ""))
        negated = False
    return _Rule(text, tuple(matches), target, options, is_goto)


def _matches(rule: _Rule, packet: PodPacket) -> bool | None:
    """Whether a rule matches a packet; None: it may."""
    answer: bool | None = True
    for option, negated, value in rule.matches:
        one = _match(option, value, packet)
        if one is not None and one == negated:
            return False
        if one is None:
            answer = None
    return answer


def _match(option: str, value: str, packet: PodPacket) -> bool | None:
    """Whether one condition of a rule is true, without its negation; None: that is not known."""
    if option in ("-s", "-d"):
        return _within(packet.source if option == "-s" else packet.target, value)
    if option in ("-i", "-o"):
        name = packet.incoming if option == "-i" else packet.outgoing
        return name.startswith(value[:-1]) if value.endswith("+") else name == value
    if option == "-p":
        return value in (packet.protocol, "all", _NUMBERS.get(packet.protocol))
    if option in ("--ctstate", "--state"):
        return "NEW" in value.split(",")
    if option == "--mark":
        mark, mask = _bits(value)
        return None if mark is None or mask is None else packet.mark & mask == mark
    if option in ("--dst-type", "--src-type"):
        return option in packet.local if value == "LOCAL" else None
    if option in ("--dport", "--sport"):
        return _port_within(packet.port if option == "--dport" else 40000, value)
    if option in ("--dports", "--sports"):
        port = packet.port if option == "--dports" else 40000
        return any(_port_within(port, one) for one in value.split(","))
    if option == "--tcp-flags":
        return (value == "FIN,SYN,RST,ACK SYN" or None) if packet.protocol == "tcp" else False
    return True if option == "--nfacct-name" else None


@lru_cache(maxsize=100_000)
def _within(address: str, text: str) -> bool | None:
    """Whether an address is in a network; None: that is not known, as with the mask 255.0.255.0."""
    if not is_network(text):
        return None
    network = as_network(text)
    return (network.version == 6) == (family_of(address) == "ipv6") and as_network(address).network_address in network


def _port_within(port: int, text: str) -> bool | None:
    first, colon, last = text.partition(":")
    least, most = whole_number(first or "0"), whole_number(last or "65535")
    if least is None or most is None or not text:
        return None
    return least <= port <= most if colon else port == least


def _marked(packet: PodPacket, options: Mapping[str, str]) -> PodPacket:
    """Return the packet with its new mark."""
    for name, text in options.items():
        value, mask = _bits(text)
        if value is None or mask is None:
            continue
        if name in ("--set-xmark", "--set-mark"):
            keep = packet.mark & ~mask
            new = keep ^ value if name == "--set-xmark" else keep | value
            return replace(packet, mark=new & 0xFFFFFFFF)
        if name == "--or-mark":
            return replace(packet, mark=packet.mark | value)
        if name == "--and-mark":
            return replace(packet, mark=packet.mark & value)
    return packet


def _bits(text: str) -> tuple[int | None, int | None]:
    """Read a mark and its mask, of which the mask may be missing; None for a text that is no number of 32 bits."""
    value, _slash, mask = text.partition("/")
    return (_number(value), _number(mask or "0xffffffff"))


def _number(text: str) -> int | None:
    return int(text, 0) if _MARK.fullmatch(text) else None


__all__ = ["PodPacket", "Table", "Verdict", "read_tables"]
