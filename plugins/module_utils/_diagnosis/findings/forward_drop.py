# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packet filter of a node drops what it should forward between pods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope, either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts

_BAD = ("DROP", "REJECT")
_NFT = {
    "ipv4": "ip",
    "ipv6": "ip6",
}  # families of tables that see packets of pods; a bridge's table sees no routed ones


def find(gathered: Gathered) -> Iterator[Found]:
    found: dict[str, list[str]] = defaultdict(list)
    for node in gathered.nodes:
        rule = _dropping_rule(gathered, node) or _dropping_chain(gathered, node)
        if rule:
            found[rule].append(node.name)
    for rule, names in sorted(found.items()):
        yield Found(
            tuple(sorted(names)),
            f"The packet filter of {named(names)} drops packets between pods",
            (rule,),
            _remedy(gathered, rule),
            (*either_end(names), _from_pods(names)),
        )


def _from_pods(names: list[str]) -> Scope:
    """Return all cells of the nodes' pods: the node forwards what they send to its own pods and to the world, too."""
    return Scope(sources=frozenset(names), source_kinds=frozenset(("pod",)))


def _remedy(gathered: Gathered, rule: str) -> str:
    """Say how the packets of pods pass."""
    if rule.startswith("-A "):
        return f"delete the rule (`iptables -D {rule[3:]}`), or put one that accepts the pod network before it"
    if rule.startswith("nft: "):
        _nft, _table, family, table, _chain, chain = (word.rstrip(",:") for word in rule.split()[:6])
        pods = next(iter(gathered.pod_networks()), "POD_NETWORK")
        add = f"nft add rule {family} {table} {chain} {'ip6' if ':' in pods else 'ip'}"
        return f"let the packets of pods pass: `{add} saddr {pods} accept` and `{add} daddr {pods} accept`"
    roles = gathered.remedy(
        "; the networks' roles set such rules", "; then in the settings of ufw, firewalld or Docker"
    )
    return f"let the packets of pods pass: `iptables -P FORWARD ACCEPT`, or a rule for the pod network{roles}"


def _dropping_rule(gathered: Gathered, node: NodeFacts) -> str | None:
    """Find the rule of iptables, or the policy, that drops a packet between pods. Calico's rules are not followed."""
    table = gathered.tables.get(node.name, {}).get("filter")
    if table is None or "cali-FORWARD" in table.chains:
        return None
    for packet in gathered.pod_packets[node.name]:
        verdict = table.walk("FORWARD", packet)
        if verdict.outcome in _BAD and verdict.sure:
            return verdict.rule
    return None


def _dropping_chain(gathered: Gathered, node: NodeFacts) -> str | None:
    """Find a chain of nftables with the policy drop and no rule that could accept packets of pods."""
    families = {"inet", *(_NFT[one] for one in gathered.pod_families)}
    for chain in node.chains:
        if chain.get("hook") != "forward" or chain.get("policy") != "drop" or chain.get("family") not in families:
            continue
        if not any(_may_accept(rule) for rule in chain.get("rules", ())):
            where = f"table {chain['family']} {chain['table']}, chain {chain['chain']}"
            return f"nft: {where}: policy drop, without a rule for pods"
    return None


def _may_accept(rule: list[Mapping[str, Any]]) -> bool:
    """Whether a rule could accept the first packet of a connection: it accepts or jumps, and not by conntrack alone."""
    decides = any(key in one for one in rule for key in ("accept", "jump", "goto", "queue"))
    # A verdict map may accept; one by the state of conntrack accepts no new connection.
    maps = [one["vmap"] for one in rule if "vmap" in one]
    if any(_key_of(one) != "state" or "new" in str(one.get("data")) for one in maps):
        return True
    matches = [one["match"] for one in rule if "match" in one]
    by_state = [one for one in matches if (one.get("left") or {}).get("ct", {}).get("key") == "state"]
    return decides and not any("new" not in str(one.get("right")) for one in by_state)


def _key_of(verdicts: Mapping[str, Any]) -> Any:
    """What a verdict map looks at, such as the state of conntrack."""
    key = verdicts.get("key")
    return (key.get("ct") or {}).get("key") if isinstance(key, Mapping) else None


CAUSE = Cause(
    id="forward_drop",
    severity="error",
    layer="paths",
    title="The packet filter drops packets between pods",
    cause=(
        "Docker, firewalld or an administrator sets the policy of FORWARD to DROP, and no rule accepts the "
        "packets of pods."
    ),
    evidence="The rule or the policy that drops the first packet of a connection between two pods.",
    remedy="`iptables -P FORWARD ACCEPT`, or a rule that accepts the pod network; the networks' roles set such rules.",
    harmless=(
        "The policy is DROP, and a rule of Flannel, of the role basic_cni or of the administrator accepts the "
        "pod network. "
        "A rule that matches by something that is not known, such as a set, is not named. A chain is for a family that "
        "pods do not have. With a network whose links of pods are not known, such as Cilium, iptables is not judged."
    ),
    find=find,
)
