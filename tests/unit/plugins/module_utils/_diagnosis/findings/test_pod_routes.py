# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


def fails_between(one, other):
    def fails(source, target, check):
        ends = set(target.get("overlay_nodes") or [target.get("node")])
        kinds = target["kind"] in ("pod", "service", "dns")
        return kinds and ((source["node"] == one and other in ends) or (source["node"] == other and one in ends))

    return fails


def test_a_route_is_missing():
    world = World()
    assert world.remove_routes("node1", world.subnet("node2"))
    world.fail(fails_between("node1", "node2"))
    result = world.diagnose()
    (found,) = result["findings"]
    assert found["id"] == "pod_routes"
    assert found["cause"] == "node1 has no route to the pods on node2"
    assert found["evidence"] == [f"node1: the way to {world.subnet('node2')} is default via 10.0.2.2 dev enp0s3"]
    assert found["explained_cells"] == result["failed_cells"] > 0


@pytest.mark.parametrize(
    ("route", "device", "kind", "words"),
    [
        ("{subnet} 10.100.198.200", "enp0s8", "unicast", "has a route by master to"),
        ("{subnet}", "", "blackhole", "refuses packets (blackhole)"),
        ("{subnet} 10.244.77.0", "flannel.1", "unicast", "leads elsewhere"),
    ],
)
def test_a_route_is_wrong(route, device, kind, words):
    world = World()
    subnet = world.subnet("node2")
    world.remove_routes("node1", subnet)
    world.add_route("node1", route.format(subnet=subnet), device, kind)
    found = world.first("pod_routes")
    assert found["nodes"] == ["node1"]
    assert words in found["cause"]


def test_all_nodes_lack_the_route_to_one():
    world = World()
    for node in ("master", "node1"):
        world.remove_routes(node, world.subnet("node2"))
    (found,) = world.diagnose()["findings"]
    assert found["cause"] == "master and node1 have no route to the pods on node2"


def plain_bridge(gateways):
    """A cluster with a bridge on each node; gateways: the next hop on the way to each node."""
    world = World()
    for node in world.nodes:
        world.nodes[node]["cni"]["configurations"] = [
            {
                "file": "10-net.conflist",
                "name": "net",
                "plugins": [{"type": "bridge", "bridge": "cni0", "ipam": "host-local"}],
            }
        ]
        world.nodes[node]["links"] = [one for one in world.nodes[node]["links"] if one["name"] != "flannel.1"]
        for other in world.nodes:
            world.remove_routes(node, f"{world.subnet(other)} ")
            if other != node and gateways.get(other):
                world.add_route(node, f"{world.subnet(other)} {gateways[other]}", "enp0s8")
    world.objects["config_maps"] = [
        one for one in world.objects["config_maps"] if "flannel" not in one["metadata"]["name"]
    ]
    world.objects["pods"] = [one for one in world.objects["pods"] if one["metadata"]["labels"].get("app") != "flannel"]
    return world


DIRECT = {"master": "10.100.198.200", "node1": "10.100.198.201", "node2": "10.100.198.202"}


def test_a_route_of_a_plain_bridge_is_missing():
    assert plain_bridge(DIRECT).found() == []
    world = plain_bridge(DIRECT)
    world.remove_routes("node1", world.subnet("node2"))
    assert world.first("pod_routes")["cause"] == "node1 has no route to the pods on node2"


def test_one_route_leads_to_a_stranger():
    world = plain_bridge({**DIRECT, "node2": "10.100.198.77"})
    assert "leads elsewhere to the pods on node2" in world.first("pod_routes")["cause"]


def test_routers_that_carry_the_packets_of_pods_are_harmless():
    """The nodes have no routes at all, or routes by a router."""
    assert plain_bridge({}).found("pod_routes") == []
    assert plain_bridge(dict.fromkeys(DIRECT, "10.100.198.1")).found("pod_routes") == []


def test_a_direct_route_beside_the_overlay_is_harmless():
    """Flannel with DirectRouting, or host-gw."""
    world = World()
    world.remove_routes("node1", f"{world.subnet('node2')} ")
    world.add_route("node1", f"{world.subnet('node2')} 10.100.198.202", "enp0s8")
    assert world.found() == []


def test_routing_rules_are_not_followed():
    world = World()
    world.remove_routes("node1", world.subnet("node2"))
    world.nodes["node1"]["routing_rules"] = [{"priority": 100, "src": "all", "table": "100"}]
    assert world.found("pod_routes") == []


def test_a_node_that_flannel_has_not_announced_has_no_routes_yet():
    world = World()
    world.node("node2")["metadata"]["annotations"].clear()
    for node in ("master", "node1"):
        assert world.remove_routes(node, world.subnet("node2"))
    assert "pod_routes" not in world.found()


BLOCKS = {"master": "192.168.219.64/26", "node1": "192.168.166.128/26", "node2": "192.168.104.0/26"}


def bgp():
    """A cluster with Calico without an overlay: BIRD sets the routes."""
    world = World("calico")
    for node, block in BLOCKS.items():
        world.nodes[node]["links"] = [one for one in world.nodes[node]["links"] if one["name"] != "vxlan.calico"]
        world.nodes[node]["overlay"].pop("vxlan.calico", None)
        world.remove_routes(node, "192.168.")
        world.add_route(node, block, "", "blackhole", "bird")
        for other in BLOCKS.keys() - {node}:
            world.add_route(node, f"{BLOCKS[other]} {DIRECT[other]}", "enp0s8", protocol="bird")
    return world


@pytest.mark.parametrize("healthy", [bgp, lambda: World("calico")])
def test_a_route_of_calico_is_missing(healthy):
    world = healthy()
    assert world.found() == []
    world.remove_routes("node1", BLOCKS["node2"])
    world.fail(fails_between("node1", "node2"))
    result = world.diagnose()
    (found,) = result["findings"]
    assert (found["id"], found["nodes"]) == ("pod_routes", ["node1"])
    assert found["cause"] == "node1 has no route to the pods on node2"
    assert found["evidence"] == [f"node1: the way to {BLOCKS['node2']} is default via 10.0.2.2 dev enp0s3"]
    assert "calico-node" in found["remedy"]
    assert found["explained_cells"] == result["failed_cells"] > 0


def test_a_node_that_announces_nothing_by_bgp_is_named():
    world = bgp()
    for node in ("master", "node1"):
        world.remove_routes(node, BLOCKS["node2"])
    assert world.first("pod_routes")["cause"] == "master and node1 have no route to the pods on node2"


def test_a_second_block_of_a_node_without_a_route_is_found():
    world = bgp()
    second = "192.168.104.64/26"
    world.add_route("node2", second, "", "blackhole", "bird")
    world.add_route("master", f"{second} {DIRECT['node2']}", "enp0s8", protocol="bird")
    found = world.first("pod_routes")
    assert found["evidence"] == [f"node1: the way to {second} is default via 10.0.2.2 dev enp0s3"]


def test_a_route_of_calico_refuses_packets():
    world = bgp()
    world.remove_routes("node1", BLOCKS["node2"])
    world.add_route("node1", "192.168.104.0/24", "", "unreachable")
    assert "refuses packets (unreachable)" in world.first("pod_routes")["cause"]


def test_routers_that_have_calicos_routes_are_harmless():
    assert without_mesh().found("pod_routes") == []


def without_mesh():
    """Calico without an overlay, whose BIRDs announce nothing."""
    world = bgp()
    for node in BLOCKS:
        for other in BLOCKS.keys() - {node}:
            world.remove_routes(node, BLOCKS[other])
    return world


def between_pods(source, target, _check):
    return source["kind"] == target["kind"] == "pod" and source["node"] != target["node"]


def test_nobody_has_calicos_routes_where_no_pod_reaches_another_node():
    world = without_mesh()
    world.fail(between_pods)
    result = world.diagnose()
    (found,) = result["findings"]
    assert (found["id"], found["nodes"]) == ("pod_routes", sorted(BLOCKS))
    assert found["cause"] == "master, node1 and node2 have no route to the pods on master, node1 and node2"
    assert found["evidence"][0] == f"master: the way to {BLOCKS['node2']} is default via 10.0.2.2 dev enp0s3"
    assert found["explained_cells"] == result["failed_cells"] > 0


def test_one_pair_that_reaches_each_other_has_routers():
    world = without_mesh()
    world.fail(lambda *cell: between_pods(*cell) and (cell[0]["node"], cell[1]["node"]) != ("node1", "node2"))
    assert world.found("pod_routes") == []


def test_a_blackhole_outside_the_pods_network_is_no_block():
    world = bgp()
    world.add_route("node2", "198.18.0.0/15", "", "blackhole")
    world.add_route("node2", "192.168.0.0/16", "", "blackhole")
    assert world.found("pod_routes") == []


def test_flannels_routes_with_calicos_policies_are_not_calicos():
    """Pods have addresses of their nodes' subnets, so a blackhole route is no block of the node."""
    world = bgp()
    for data in world.nodes.values():
        data["cni"]["configurations"][0]["plugins"][0]["ipam"] = "host-local"
    world.remove_routes("node1", BLOCKS["node2"])
    assert world.found("pod_routes") == []
