# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import NETWORKS, World, across

NODE1, OVERLAY1 = "10.100.198.201", "10.244.2.0"
VXLAN_LOST = {f"tcp {OVERLAY1} 10250": "timeout", f"icmp {OVERLAY1}": "timeout"}


@pytest.mark.parametrize(
    ("network", "port", "node", "rule"),
    [
        ("flannel", "UDP port 8472", "node1", "-A INPUT -p udp -m udp --dport 8472 -j DROP"),
        ("flannel", "UDP port 8472", "node1", "-A INPUT ! -i lo -p udp -m multiport --dports 53,8000:9000 -j REJECT"),
        ("flannel", "UDP port 8472", "node1", "-A INPUT -s 10.100.198.0/24 -j DROP"),
        ("calico", "UDP port 4789", "node1", "-A INPUT -p udp -m udp --dport 4789 -j DROP"),
        ("basic_cni", "TCP port 10250", "node1", "-A INPUT -p tcp -m tcp --dport 10250 -j DROP"),
        ("flannel", "TCP port 6443", "master", "-A INPUT -p tcp -m tcp --dport 6443 -j DROP"),
    ],
)
def test_a_rule_closes_a_port(network, port, node, rule):
    world = World(network)
    world.add_rule(node, "filter", rule, first=True)
    result = world.diagnose()
    found = next(one for one in result["findings"] if port in one["cause"])
    assert found["id"] == "port_closed"
    assert found["nodes"] == [node]
    assert found["evidence"] == [f"table filter: {rule}"]


@pytest.mark.parametrize("table", ["raw", "mangle"])
def test_a_rule_of_an_early_table(table):
    world = World()
    rule = "-A PREROUTING -p udp -m udp --dport 8472 -j DROP"
    world.rules("node1").extend([f"*{table}", ":PREROUTING ACCEPT [0:0]", rule, "COMMIT"])
    assert world.first("port_closed")["evidence"] == [f"table {table}: {rule}"]


def test_a_node_sends_nothing():
    world = World()
    world.add_rule("node2", "filter", "-A OUTPUT -p udp -m udp --dport 8472 -j DROP", first=True)
    world.fail(across("node2"))
    found = world.first("port_closed")
    assert "node2 sends nothing to UDP port 8472" in found["cause"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"] > 0


def test_the_policy_of_the_chain():
    world = World()
    world.set_policy("node1", "INPUT", "DROP")
    world.add_rule("node1", "filter", "-A INPUT -p tcp -m multiport --dports 22,10250 -j ACCEPT")
    world.add_knocks(VXLAN_LOST)
    world.fail(across("node1"))
    found = world.first("port_closed")
    assert found["evidence"][0] == "table filter: :INPUT DROP"
    assert found["evidence"][1] == f"master reaches {NODE1}, and {OVERLAY1} does not answer through flannel.1"
    assert found["explained_cells"] == world.diagnose()["failed_cells"] > 0
    assert world.found() == ["port_closed"]


def test_something_between_the_nodes_drops_vxlan():
    world = World()
    world.add_knocks(VXLAN_LOST)
    (found,) = world.diagnose()["findings"]
    assert found["id"] == "port_closed"
    assert "UDP port 8472 (VXLAN) is closed between master, node1 and node2" in found["cause"]


def test_something_between_the_nodes_refuses_vxlan():
    world = World()
    world.add_knocks({**VXLAN_LOST, f"udp {NODE1} 8472": "refused"})
    assert f"{NODE1} refuses UDP port 8472" in world.first("port_closed")["evidence"][0]


@pytest.mark.parametrize("port", [6443, 10250])
def test_a_connection_gets_no_answer(port):
    world = World()
    address = "10.100.198.200" if port == 6443 else NODE1
    world.add_knocks({f"tcp {address} {port}": "timeout"})
    (found,) = world.diagnose()["findings"]
    assert f"TCP port {port}" in found["cause"]
    assert f"pings {address}, and its connection to port {port} ends with: timeout" in found["evidence"][0]


@pytest.mark.parametrize("network", NETWORKS)
def test_open_ports_are_harmless(network):
    world = World(network)
    world.add_knocks()
    assert world.found() == []


@pytest.mark.parametrize(
    "rule",
    [
        "-A INPUT -p udp -m udp --dport 8473 -j DROP",
        "-A INPUT -i enp0s3 -p udp -m udp --dport 8472 -j DROP",
        "-A INPUT -s 203.0.113.0/24 -j DROP",
        "-A INPUT -p udp -m udp --dport 8472 -m set ! --match-set nodes src -j DROP",
        "-A INPUT -m limit --limit 1/sec -j DROP",
        "-A INPUT -p udp -m udp --dport 8472 -j LOG",
        # API servers alone ask kubelets.
        "-A INPUT -s 10.100.198.202/32 -p tcp -m tcp --dport 10250 -j DROP",
    ],
)
def test_rules_that_look_alike_are_harmless(rule):
    world = World()
    world.add_rule("node1", "filter", rule, first=True)
    assert world.found() == []


@pytest.mark.parametrize(
    "outcomes",
    [
        # The kubelet does not run: the network carries the refusal.
        {f"tcp {NODE1} 10250": "refused", f"tcp {OVERLAY1} 10250": "refused"},
        # The node answers nothing at all, or no pings.
        {**VXLAN_LOST, f"tcp {NODE1} 10250": "timeout", f"icmp {NODE1}": "timeout"},
        {f"icmp {NODE1}": "timeout", f"icmp {OVERLAY1}": "timeout"},
    ],
)
def test_silence_of_another_kind_is_harmless(outcomes):
    world = World()
    world.add_knocks(outcomes)
    assert world.found("port_closed") == []


def test_another_mac_is_another_finding():
    world = World()
    world.add_knocks(VXLAN_LOST)
    world.link("node1", "flannel.1")["mac"] = "02:00:00:00:00:99"
    assert "port_closed" not in world.found()
    assert world.found()[0] == "vtep_mac"


def test_workers_do_not_ask_kubelets():
    world = World()
    world.add_knocks()
    world.nodes["node2"]["knocks"][f"tcp {NODE1} 10250"] = "timeout"
    assert world.found() == []


def test_an_api_server_behind_a_load_balancer():
    world = World()
    world.add_rule("master", "filter", "-A INPUT -p tcp -m tcp --dport 6443 ! -s 10.9.9.9/32 -j DROP", first=True)
    for node in world.nodes.values():
        node["server"] = "https://10.9.9.9:6443"
    assert world.found() == []
