# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


def flush(world, node):
    filter_ = world.nodes[node]["packet_filter"]["iptables"]
    filter_["lines"] = [line for line in filter_["lines"] if "KUBE-" not in line]
    filter_["left_out"] = {}


def test_the_packet_filter_was_flushed():
    world = World()
    flush(world, "node1")
    world.fail(lambda source, target, check: source["node"] == "node1" and target["kind"] in ("service", "dns"))
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["services_missing"]
    assert result["findings"][0]["nodes"] == ["node1"]
    assert "master and node2" in result["findings"][0]["evidence"][0]
    assert result["findings"][0]["explained_cells"] == result["failed_cells"]


def test_no_node_has_the_chains_with_ipvs():
    world = World()
    for node in world.nodes:
        flush(world, node)
    assert world.found() == []


def test_kube_proxy_may_use_nftables():
    world = World()
    for node in world.nodes:
        flush(world, node)
        chain = {"family": "ip", "table": "kube-proxy", "chain": "services", "rules": []}
        world.nodes[node]["packet_filter"]["nftables"] = [chain]
    assert world.found() == []


@pytest.mark.parametrize(
    "is_gone",
    [
        # iptables -t nat -F: the chains stay, and so does the table filter with its own KUBE-SERVICES.
        lambda table, line: table == "nat" and line.startswith("-A"),
        # iptables -t nat -F PREROUTING
        lambda table, line: line.startswith("-A PREROUTING"),
        # iptables -t nat -F KUBE-SERVICES
        lambda table, line: line.startswith("-A KUBE-SERVICES"),
    ],
)
def test_a_flushed_table_keeps_its_chains(is_gone):
    world = World()
    found = world.nodes["node1"]["packet_filter"]["iptables"]
    kept, table = [], ""
    for line in found["lines"]:
        table = line[1:] if line.startswith("*") else table
        if not is_gone(table, line):
            kept.append(line)
    found["lines"] = kept
    found["left_out"].pop("KUBE-SERVICES")
    assert world.found() == ["services_missing"]
