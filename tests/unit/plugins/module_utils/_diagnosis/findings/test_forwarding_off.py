# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

KEY, BRIDGE = "net.ipv4.ip_forward", "net.bridge.bridge-nf-call-iptables"


def fails(source, target, _check):
    """What a node fails that does not forward: all between its pods and other nodes, and to other nodes' pods."""
    ends = set(target.get("overlay_nodes") or [target.get("node")])
    pods = source["kind"] == "pod" or target["kind"] != "node"
    return pods and ends != {source["node"]} and "node1" in {source["node"], *ends}


def test_a_file_sets_it_to_zero():
    world = World()
    file = {"file": "/etc/sysctl.d/99-hardening.conf", "line": 4, "value": "0"}
    world.nodes["node1"]["sysctls"][KEY]["value"] = "0"
    world.nodes["node1"]["sysctls"][KEY]["files"].append(file)
    world.fail(fails)
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["forwarding_off"]
    found = result["findings"][0]
    assert found["evidence"] == ["node1: /etc/sysctl.d/99-hardening.conf, line 4 sets it"]
    assert found["explained_cells"] == result["failed_cells"] > 0


def test_a_program_set_it_after_the_files():
    world = World()
    world.nodes["node1"]["sysctls"][KEY]["value"] = "0"
    assert "sets it to 1, so it was changed later" in world.first("forwarding_off")["evidence"][0]


def test_bridges_pass_the_packet_filter_by():
    world = World("flannel")
    world.nodes["node1"]["sysctls"][BRIDGE]["value"] = "0"
    world.fail(
        lambda source, target, check: (
            source["kind"] == "pod" and target["name"] == "podnet/on-node1:80" and source["node"] == "node1"
        )
    )
    found = world.first("forwarding_off")
    assert "kube-proxy" in found["cause"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"]


def test_it_is_harmless_where_the_network_has_no_bridge():
    world = World("calico")
    world.nodes["node1"]["sysctls"][BRIDGE]["value"] = "0"
    assert world.found() == []
