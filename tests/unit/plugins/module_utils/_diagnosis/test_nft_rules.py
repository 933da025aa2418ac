# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.nft_rules import Ruleset
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_rules import PodPacket

PACKET = PodPacket("10.0.0.1", "10.0.0.2", "eth0", "", 8472, 0, "udp")


def chain(*rules, name="input", policy="accept", hook="input"):
    base = {"hook": hook, "policy": policy} if hook else {}
    return {"family": "inet", "table": "t", "chain": name, **base, "rules": list(rules)}


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


def payload(protocol, field):
    return {"payload": {"protocol": protocol, "field": field}}


def meta(key):
    return {"meta": {"key": key}}


PORT = payload("udp", "dport")
DROP, ACCEPT = {"drop": None}, {"accept": None}


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ([], "drop"),
        ([match(PORT, 8472)], "udp dport 8472 drop"),
        ([match(PORT, {"set": [53, 8472]})], "udp dport { 53, 8472 } drop"),
        ([match(PORT, {"set": [{"range": [8000, 9000]}]})], "udp dport { 8000-9000 } drop"),
        ([match(PORT, 53, "!=")], "udp dport != 53 drop"),
        ([match(payload("th", "dport"), 8472)], "th dport 8472 drop"),
        ([match(payload("ip", "saddr"), {"prefix": {"addr": "10.0.0.0", "len": 24}})], "ip saddr 10.0.0.0/24 drop"),
        ([match(payload("ip", "daddr"), "10.0.0.2")], "ip daddr 10.0.0.2 drop"),
        ([match(meta("iifname"), "eth*")], "iifname eth* drop"),
        ([match(meta("l4proto"), "udp")], "l4proto udp drop"),
        ([match({"ct": {"key": "state"}}, ["new", "untracked"], "in")], "ct state { new, untracked } drop"),
        ([match(PORT, 53)], None),
        ([match(PORT, 8472, "!=")], None),
        ([match(payload("tcp", "dport"), 22, "!=")], None),
        ([match(payload("ip6", "saddr"), "fd00::1", "!=")], None),
        ([match(payload("ip", "saddr"), {"prefix": {"addr": "fd00::", "len": 8}})], None),
        ([match(meta("iifname"), "lo")], None),
        ([match(PORT, "vxlan")], None),
        ([match(PORT, "@ports")], None),
        ([match(payload("udp", "sport"), 8472)], None),
        ([match(meta("mark"), 1)], None),
        ([match(PORT, 8472, "<")], None),
        ([{"limit": {"rate": 1}}], None),
    ],
)
def test_a_rule_that_drops(conditions, text):
    found = Ruleset([chain([*conditions, {"counter": {}}, DROP])]).drops("input", PACKET)
    assert found == (text and f"nft: table inet t, chain input: {text}")


def test_the_first_rule_decides_and_then_the_policy():
    accept = [match(PORT, 8472), ACCEPT]
    assert Ruleset([chain(accept, [DROP])]).drops("input", PACKET) is None
    assert Ruleset([chain(accept, policy="drop")]).drops("input", PACKET) is None
    assert Ruleset([chain([match(PORT, 53), ACCEPT], policy="drop")]).drops("input", PACKET) == (
        "nft: table inet t, chain input: policy drop"
    )
    assert Ruleset([chain([match(PORT, "@some"), ACCEPT], policy="drop")]).drops("input", PACKET) is None


def test_another_chain_may_drop_what_one_accepts():
    chains = [chain([ACCEPT]), chain([{"reject": {}}], name="late")]
    assert Ruleset(chains).drops("input", PACKET) == "nft: table inet t, chain late: reject"
    assert Ruleset(chains).drops("output", PACKET) is None


@pytest.mark.parametrize(
    ("inner", "after", "drops"),
    [
        ([[DROP]], [], True),
        ([[ACCEPT]], [DROP], False),
        ([[{"return": None}], [ACCEPT]], [DROP], True),
        ([[match(PORT, "@x"), ACCEPT]], [DROP], False),
        ([], [DROP], True),
    ],
)
def test_jumps(inner, after, drops):
    rules = [[{"jump": {"target": "other"}}], *([after] if after else [])]
    ruleset = Ruleset([chain(*rules), chain(*inner, name="other", hook=None)])
    assert bool(ruleset.drops("input", PACKET)) is drops


@pytest.mark.parametrize("action", [{"jump": {"target": "gone"}}, {"vmap": {}}, {"queue": {}}])
def test_a_rule_that_may_do_anything(action):
    assert Ruleset([chain([action], policy="drop")]).drops("input", PACKET) is None


def test_chains_that_end_nowhere():
    chains = [chain([{"jump": {"target": "a"}}], policy="drop")]
    chains += [chain([{"jump": {"target": "a"}}], name="a", hook=None)]
    assert Ruleset(chains).drops("input", PACKET) is None
    assert Ruleset([chain(*[[match(PORT, 53), DROP]] * 200, policy="drop")]).drops("input", PACKET) is None
    assert Ruleset([{**chain([DROP]), "family": "ip6"}]).drops("input", PACKET) is None
