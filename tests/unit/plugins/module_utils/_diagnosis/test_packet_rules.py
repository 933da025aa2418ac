# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.packet_rules import (
    PodPacket,
    Verdict,
    read_tables,
)

PACKET = PodPacket("10.244.1.2", "10.244.2.2", "cni0", "flannel.1")


def walk(*rules, policy="ACCEPT", chains=(), packet=PACKET):
    lines = ["*filter", f":FORWARD {policy} [0:0]", *(f":{name} - [0:0]" for name in chains), *rules, "COMMIT"]
    return read_tables(lines)["filter"].walk("FORWARD", packet)


def test_the_policy_decides_without_a_rule():
    assert walk(policy="DROP") == Verdict("DROP", ":FORWARD DROP", True)


@pytest.mark.parametrize(
    ("match", "matched"),
    [
        ("", True),
        ("-s 10.244.0.0/16", True),
        ("-s 10.244.2.0/24", False),
        ("! -s 10.244.2.0/24", True),
        ("-s fd00::/8", False),
        ("-d 10.244.2.2/32", True),
        ("-i cni0", True),
        ("-i cni+", True),
        ("! -i cni0", False),
        ("-o enp0s8", False),
        ("-p tcp", True),
        ("-p udp", False),
        ("-p udp -m udp --dport 8472", False),
        ("! -p tcp", False),
        ("-p tcp -m tcp --dport 8080", True),
        ("-p tcp -m tcp --dport 8000:9000", True),
        ("-p tcp -m tcp ! --dport 22", True),
        ("-p tcp -m multiport --dports 22,80", False),
        ("-p tcp -m multiport --dports 22,8000:9000", True),
        ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", True),
        ("-m conntrack --ctstate NEW", True),
        ("-m conntrack --ctstate RELATED,ESTABLISHED", False),
        ("-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT", True),
        ("-m state --state NEW", True),
        ("-m mark --mark 0x4000/0x4000", False),
        ("-m mark ! --mark 0x4000/0x4000", True),
        ("-m addrtype --dst-type LOCAL", False),
        ("-m addrtype ! --dst-type LOCAL", True),
        ('-m comment --comment "say \\"no\\" -j X" -s 10.244.0.0/16', True),
        ("-m comment --comment word -s 10.9.0.0/16", False),
        ("-m nfacct --nfacct-name  dropped", True),
        ("-m set --match-set pods src", None),
        ("-m set ! --match-set pods src", None),
        ("-m statistic --mode random --probability 0.5", None),
        ("-m physdev --physdev-is-bridged", None),
        ("-m rpfilter --validmark --invert", None),
        ("-m limit --limit 3/min", None),
        ("-s 10.9.0.0/16 -m set --match-set pods src", False),
    ],
)
def test_a_rule_matches_or_not_or_may(match, matched):
    rule = f"-A FORWARD {match} -j DROP".replace("  -j", " -j")
    found = walk(rule)
    assert found.outcome == ("DROP" if matched else "ACCEPT")
    assert found.sure is (matched is not None)


def test_the_first_rule_that_decides_wins():
    assert walk("-A FORWARD -s 10.244.0.0/16 -j ACCEPT", "-A FORWARD -j DROP").outcome == "ACCEPT"
    assert walk("-A FORWARD -m set --match-set x src -j ACCEPT", "-A FORWARD -j DROP") == Verdict(
        "DROP", "-A FORWARD -j DROP", False
    )


def test_jumps_return_and_gotos_do_not():
    chains = ("ONE", "TWO")
    rules = ["-A FORWARD -j ONE", "-A FORWARD -j DROP", "-A ONE -s 10.244.0.0/16 -j RETURN", "-A ONE -j ACCEPT"]
    assert walk(*rules, chains=chains).outcome == "DROP"
    rules = ["-A FORWARD -g ONE", "-A FORWARD -j DROP", "-A ONE -j TWO"]
    assert walk(*rules, chains=chains) == Verdict("ACCEPT", ":FORWARD ACCEPT", True)
    rules = ["-A FORWARD -j ONE", "-A ONE -j TWO", "-A TWO -j REJECT --reject-with icmp-port-unreachable"]
    assert walk(*rules, chains=chains).rule == rules[2]


def test_a_chain_that_is_not_known_may_decide():
    assert walk("-A FORWARD -j cali-fw-1f2e", "-A FORWARD -j DROP").sure is False
    assert walk("-A FORWARD -j KUBE-SVC-ABC", "-A FORWARD -j DROP").sure is False


def test_targets_that_do_not_decide_are_passed():
    rules = [
        "-A FORWARD -j LOG --log-prefix x",
        "-A FORWARD -m comment --comment x",
        "-A FORWARD -j NFLOG",
        "-A FORWARD -j DROP",
    ]
    assert walk(*rules) == Verdict("DROP", "-A FORWARD -j DROP", True)


@pytest.mark.parametrize(
    ("options", "mark", "outcome"),
    [
        ("--set-xmark 0x4000/0x4000", "0x4000/0x4000", "DROP"),
        ("--set-xmark 0x4000/0x4000", "0x8000/0x8000", "ACCEPT"),
        ("--set-mark 0x5", "0x5", "DROP"),
        ("--or-mark 0x10000", "0x10000/0x10000", "DROP"),
        ("--and-mark 0x0", "0x1", "ACCEPT"),
    ],
)
def test_marks_are_kept(options, mark, outcome):
    assert walk(f"-A FORWARD -j MARK {options}", f"-A FORWARD -m mark --mark {mark} -j DROP").outcome == outcome


def test_chains_that_call_each_other_end():
    assert walk("-A FORWARD -j ONE", "-A ONE -j ONE", chains=("ONE",)).sure is False


def test_kube_proxys_postrouting_lets_packets_without_its_mark_pass():
    lines = [
        "*nat",
        ":POSTROUTING ACCEPT [0:0]",
        ":KUBE-POSTROUTING - [0:0]",
        "-A POSTROUTING -j KUBE-POSTROUTING",
        "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
        "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
        "-A KUBE-POSTROUTING -j MASQUERADE --random-fully",
    ]
    assert read_tables(lines)["nat"].walk("POSTROUTING", PACKET) == Verdict("ACCEPT", ":POSTROUTING ACCEPT", True)
