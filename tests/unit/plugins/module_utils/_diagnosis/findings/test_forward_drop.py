# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World, across


def without_flannels_rules(world, node):
    """Docker's state of the chain: the policy DROP, and rules for its own bridge."""
    lines = world.rules(node)
    lines[:] = [line for line in lines if "FLANNEL-FWD" not in line]
    world.set_policy(node, "FORWARD", "DROP")
    world.add_rule(node, "filter", "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    world.add_rule(node, "filter", "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT")


def test_the_policy_drops_the_packets_of_pods():
    world = World()
    without_flannels_rules(world, "node1")
    world.fail(across("node1"))
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["forward_drop"]
    assert result["findings"][0]["evidence"] == [":FORWARD DROP"]
    assert result["findings"][0]["explained_cells"] == result["failed_cells"]


def test_all_that_the_node_forwards_for_its_pods_is_explained():
    """Its own pods behind the bridge, other nodes and the internet: as the lab's cells failed with this rule."""
    world = World()
    world.add_rule("node1", "filter", "-A FORWARD -s 10.244.0.0/16 -j DROP", first=True)

    def fails(source, target, check):
        from_pods = source["kind"] == "pod" and source["node"] == "node1"
        return from_pods or across("node1")(source, target, check)

    world.fail(fails)
    result = world.diagnose()
    assert (result["findings"][0]["id"], result["unexplained"]) == ("forward_drop", [])


@pytest.mark.parametrize(
    "rule",
    [
        "-A FORWARD -j REJECT --reject-with icmp-host-prohibited",
        "-A FORWARD -s 10.244.0.0/16 -j DROP",
        "-A FORWARD -p tcp -m tcp --dport 1024:65535 -j DROP",
    ],
)
def test_a_rule_drops_them(rule):
    world = World()
    world.add_rule("node2", "filter", rule, first=True)
    found = world.first("forward_drop")
    assert found["evidence"] == [rule]
    assert f"`iptables -D {rule[3:]}`" in found["remedy"]


@pytest.mark.parametrize(
    "rule",
    [
        "-A FORWARD -s 10.9.0.0/16 -j DROP",
        "-A FORWARD -i enp0s3 -j DROP",
        "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
        "-A FORWARD -m set --match-set bad src -j DROP",
        "-A FORWARD -p udp -j DROP",
        '-A FORWARD -m comment --comment "-j DROP all" -m mark --mark 0x1/0x1 -j DROP',
    ],
)
def test_rules_for_other_packets_are_harmless(rule):
    world = World()
    world.add_rule("node2", "filter", rule, first=True)
    assert world.found() == []


@pytest.mark.parametrize(
    "rule",
    ["-A FORWARD -s 10.244.0.0/16 -j ACCEPT", "-A FORWARD -m set --match-set pods src -j ACCEPT", "-A FORWARD -j OWN"],
)
def test_the_policy_drop_with_a_rule_for_pods_is_harmless(rule):
    """A jump leads to a chain that accepts."""
    world = World()
    assert any("FLANNEL-FWD" in line for line in world.rules("node1"))
    without_flannels_rules(world, "node1")
    accept = [
        "-A OWN -s 10.244.0.0/16 -j ACCEPT",
        "-A OWN -d 10.244.0.0/16 -j ACCEPT",
        "-A FORWARD -d 10.244.0.0/16 -j ACCEPT",
    ]
    for one in [rule, *accept]:
        world.add_rule("node1", "filter", one)
    assert world.found() == []


def test_flannels_own_rules_accept_under_the_policy_drop():
    world = World()
    for node in world.nodes:
        world.set_policy(node, "FORWARD", "DROP")
    assert world.found() == []


def chain(*rules, policy="drop"):
    return [
        {
            "family": "inet",
            "table": "filter",
            "chain": "forward",
            "hook": "forward",
            "policy": policy,
            "rules": list(rules),
        }
    ]


STATE = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}
PODS = {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "10.244.0.0/16"}}


def test_a_chain_of_nftables_drops_them():
    world = World()
    world.nodes["node1"]["packet_filter"]["nftables"] = chain([STATE, {"accept": None}])
    assert "table inet filter, chain forward: policy drop" in world.first("forward_drop")["evidence"][0]


@pytest.mark.parametrize("chains", [chain([STATE, {"accept": None}], [PODS, {"accept": None}]), chain(policy="accept")])
def test_a_chain_of_nftables_with_a_rule_for_pods_is_harmless(chains):
    world = World()
    world.nodes["node1"]["packet_filter"]["nftables"] = chains
    assert world.found() == []


def test_rules_that_were_cut_say_nothing():
    world = World()
    without_flannels_rules(world, "node1")
    world.nodes["node1"]["packet_filter"]["iptables"]["cut"] = True
    assert world.found("forward_drop") == []
