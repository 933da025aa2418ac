# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chains of nftables do with the first packet of a connection. No I/O, no Ansible.

The rules are nft's JSON (libnftables-json(5)). A rule may match or not when its condition is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import as_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_rules import PodPacket, Verdict

_FAMILIES = ("ip", "inet")
_DEEPEST = 20  # jumps
_MOST = 200  # rules of a chain that the module gathers
_OPERATORS = {"==": "", "in": "", "!=": "!= "}


@dataclass(frozen=True)
class Ruleset:
    """The chains of a node that iptables does not show."""

    chains: Sequence[Mapping[str, Any]]

    def drops(self, hook: str, packet: PodPacket) -> str | None:
        """Return the rule or the policy by which a base chain surely drops a packet. An accept ends only its chain."""
        for chain in self.chains:
            if chain.get("hook") == hook and chain.get("family") in _FAMILIES:
                verdict = self._walk(chain, packet, 0)
                if not verdict.outcome:
                    policy = str(chain.get("policy", "accept"))
                    verdict = Verdict(policy, f"policy {policy}", verdict.sure)
                if verdict.outcome in ("drop", "reject") and verdict.sure:
                    return f"nft: table {chain['family']} {chain['table']}, chain {chain['chain']}: {verdict.rule}"
        return None

    def _walk(self, chain: Mapping[str, Any], packet: PodPacket, depth: int) -> Verdict:
        """Say which rule decides; the outcome is empty when none does."""
        rules = chain.get("rules", ())
        sure = len(rules) < _MOST and depth < _DEEPEST
        for rule in rules if depth < _DEEPEST else ():
            matched = _matches(rule, packet)
            verdict = Verdict("", "", True)
            for outcome, value in _actions(rule) if matched is not False else ():
                verdict = self._outcome(chain, rule, (outcome, value), packet, depth)
            if not verdict.outcome:
                sure = sure and verdict.sure
            elif matched:
                ends = "" if verdict.outcome == "return" else verdict.outcome
                return Verdict(ends, verdict.rule, sure and verdict.sure)
            else:
                sure = False
        return Verdict("", "", sure)

    def _outcome(
        self, chain: Mapping[str, Any], rule: Any, action: tuple[str, Any], packet: PodPacket, depth: int
    ) -> Verdict:
        """Say how a rule ends that matches."""
        outcome, value = action
        if outcome not in ("jump", "goto"):
            return Verdict(outcome, _text(rule), True)
        other = self._chain(chain, str((value or {}).get("target")))
        return Verdict("", "", False) if other is None else self._walk(other, packet, depth + 1)

    def _chain(self, chain: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
        place = (chain["family"], chain["table"], name)
        return next((one for one in self.chains if (one["family"], one["table"], one["chain"]) == place), None)


def _actions(rule: Iterable[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    """The statement that ends a rule, if any. A verdict map may end it in any way."""
    names = ("accept", "drop", "reject", "return", "jump", "goto")
    found = [(name, one[name]) for one in rule for name in names if name in one]
    return found or [("jump", None) for one in rule if "vmap" in one or "queue" in one]


def _matches(rule: Iterable[Mapping[str, Any]], packet: PodPacket) -> bool | None:
    """Whether a rule matches a packet; None: it may."""
    answer: bool | None = True
    for one in rule:
        if "match" in one:
            matched = _match(one["match"], packet)
            if matched is False:
                return False
            answer = None if matched is None else answer
        elif "limit" in one or "xt" in one:
            answer = None
    return answer


def _match(match: Mapping[str, Any], packet: PodPacket) -> bool | None:
    left, operator, right = match.get("left"), match.get("op"), match.get("right")
    if operator not in _OPERATORS or not isinstance(left, Mapping):
        return None
    if "payload" in left and left["payload"].get("protocol") in ("ip6", "icmpv6", "sctp"):
        return False
    value = _field(left, packet)
    if value is False:  # the rule is for another protocol
        return False
    matched = _equal(value, right)
    return matched if matched is None or operator != "!=" else not matched


def _field(left: Mapping[str, Any], packet: PodPacket) -> Any:
    """The packet's value of what the left side names; None: that is not known; False: the packet has none."""
    payload, meta, track = (left.get(name) or {} for name in ("payload", "meta", "ct"))
    protocol, field = payload.get("protocol"), payload.get("field")
    if protocol in ("tcp", "udp", "icmp", "th"):
        if protocol not in (packet.protocol, "th"):
            return False
        return packet.port if field == "dport" else None
    if protocol == "ip":
        return {"saddr": packet.source, "daddr": packet.target, "protocol": packet.protocol}.get(str(field))
    known = {
        "iifname": packet.incoming,
        "iif": packet.incoming,
        "oifname": packet.outgoing,
        "oif": packet.outgoing,
        "l4proto": packet.protocol,
        "nfproto": "ipv4",
        "protocol": "ip",
    }
    if "key" in meta:
        return known.get(meta["key"])
    return "new" if track.get("key") == "state" else None


def _equal(value: Any, right: Any) -> bool | None:
    """Whether a packet's value is the right side, or in it; None: that is not known."""
    if value is None:
        return None
    if isinstance(right, list):
        return _any(_equal(value, one) for one in right)
    if isinstance(right, Mapping):
        return _in_set(value, right)
    if isinstance(right, str) and right.startswith("@"):
        return None
    if isinstance(right, str) and right.endswith("*"):
        return str(value).startswith(right[:-1])
    if isinstance(value, int) and isinstance(right, str):  # the name of a service
        return None
    return bool(str(value) == str(right))


def _in_set(value: Any, right: Mapping[str, Any]) -> bool | None:
    if "set" in right:
        items = right["set"] if isinstance(right["set"], list) else [right["set"]]
        return _any(_equal(value, one) for one in items)
    if "range" in right and isinstance(value, int) and all(isinstance(one, int) for one in right["range"]):
        return bool(right["range"][0] <= value <= right["range"][1])
    if "prefix" in right and isinstance(value, str):
        network = as_network(f"{right['prefix']['addr']}/{right['prefix']['len']}")
        return family_of(value) == f"ipv{network.version}" and as_network(value).network_address in network
    return None


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    return True if True in found else None if None in found else False


def _text(rule: Iterable[Mapping[str, Any]]) -> str:
    """Write a rule as nft(8) does, as far as it is known here."""
    words = []
    for one in rule:
        match = one.get("match")
        if match:
            words.append(f"{_left(match['left'])} {_OPERATORS.get(match['op'], match['op'])}{_right(match['right'])}")
        else:
            words += [name for name in one if name != "counter"]
    return " ".join(words)


def _left(left: Any) -> str:
    payload, meta, track = (left.get(name) or {} for name in ("payload", "meta", "ct"))
    if payload:
        return f"{payload.get('protocol')} {payload.get('field')}"
    return str(meta["key"]) if meta else f"ct {track.get('key')}" if track else str(left)


def _right(right: Any) -> str:
    if isinstance(right, list):
        return f"{{ {', '.join(map(_right, right))} }}"
    if not isinstance(right, Mapping):
        return str(right)
    if "set" in right:
        return _right(right["set"])
    if "range" in right:
        return "-".join(map(str, right["range"]))
    return f"{right['prefix']['addr']}/{right['prefix']['len']}" if "prefix" in right else str(dict(right))


__all__ = ["Ruleset"]
