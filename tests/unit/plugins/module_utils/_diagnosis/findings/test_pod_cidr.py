# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def test_a_node_has_no_subnet():
    world = World()
    world.node("node2")["spec"] = {}
    world.nodes["node2"]["subnet_env"] = None
    (found,) = world.diagnose("pod_cidr")["findings"]
    assert found["cause"] == "node2 has no pod subnet"
    assert "podnet_pod_network" in found["remedy"]


def test_the_pod_network_is_too_small_for_the_nodes():
    world = World()
    world.node("node2")["spec"] = {}
    config = next(one["data"] for one in world.objects["config_maps"] if "ClusterConfiguration" in one["data"])
    config["ClusterConfiguration"] = config["ClusterConfiguration"].replace("10.244.0.0/16", "10.244.0.0/23")
    (found,) = world.diagnose("pod_cidr")["findings"]
    assert found["cause"] == "The pod network 10.244.0.0/23 has room for 2 nodes, and the cluster has 3"


def test_a_subnet_is_outside_the_pod_network():
    world = World()
    world.node("node1")["spec"] = {"podCIDR": "10.55.1.0/24", "podCIDRs": ["10.55.1.0/24"]}
    (found,) = world.diagnose("pod_cidr")["findings"]
    assert (found["nodes"], found["evidence"]) == (["node1"], ["node1: podCIDR 10.55.1.0/24"])


def test_calico_needs_no_pod_subnet():
    world = World("calico")
    world.node("node2")["spec"] = {}
    assert world.found() == []
