# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

NODE1, OVERLAY1 = "10.100.198.201", "10.244.2.0"
LOST = {f"tcp {OVERLAY1} 10250": "timeout"}


def lossy(outcomes=None):
    """A cluster whose TCP does not pass the overlay to node1."""
    world = World()
    world.add_knocks(LOST if outcomes is None else outcomes)
    return world


def fails(source, target, check):
    ends = {source["node"], *(target.get("overlay_nodes") or [target.get("node")])}
    return "node1" in ends and len(ends) > 1 and target["kind"] in ("pod", "service", "dns") and check != "icmp"


def test_pings_pass_and_tcp_does_not():
    world = lossy()
    world.nodes["node1"]["counters"] = {"Tcp.InCsumErrors": 8}
    world.fail(fails)
    found = world.first("checksum_offload")
    assert found["nodes"] == ["node1"]
    assert found["evidence"][-1] == "node1 dropped 8 packets with a wrong TCP checksum"
    assert "tx-checksumming: on" in found["evidence"][-2]
    assert "ethtool -K flannel.1 tx off" in found["remedy"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"] > 0
    assert world.found() == ["checksum_offload"]


def test_without_the_counter_an_open_packet_filter_is_enough():
    assert lossy().found() == ["checksum_offload"]


@pytest.mark.parametrize(
    "outcomes",
    [
        {},
        {f"tcp {OVERLAY1} 10250": "refused"},
        {**LOST, f"icmp {OVERLAY1}": "timeout", f"icmp {NODE1}": "timeout", f"tcp {NODE1} 10250": "timeout"},
        {**LOST, f"tcp {NODE1} 10250": "timeout"},
    ],
)
def test_other_losses_are_harmless_here(outcomes):
    assert lossy(outcomes).found("checksum_offload") == []


def test_a_link_that_computes_its_checksums():
    world = lossy()
    for node in world.nodes.values():
        node["overlay"]["flannel.1"]["leaves_checksums"] = False
    assert world.found("checksum_offload") == []


@pytest.mark.parametrize(
    "rule",
    ["-A INPUT -i flannel.1 -p tcp -j DROP", "-A INPUT -i flannel.1 -p tcp -m set --match-set x src -j DROP"],
)
def test_a_rule_drops_tcp(rule):
    world = lossy()
    world.add_rule("node1", "filter", rule, first=True)
    assert world.found("checksum_offload") == []


def test_a_chain_of_nftables_may_drop_tcp():
    world = lossy()
    chain = {"family": "inet", "table": "x", "chain": "input", "hook": "input", "policy": "accept", "rules": []}
    world.nodes["node1"]["packet_filter"]["nftables"] = [chain]
    assert world.found("checksum_offload") == []
