# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def fails(source, target, check):
    return (
        check == "mtu"
        and target["kind"] == "pod"
        and source["node"] != target["node"]
        and "node1" in (source["node"], target["node"])
    )


def test_the_overlay_leaves_no_room_for_its_header():
    world = World()
    world.link("node1", "flannel.1")["mtu"] = 1500
    world.fail(fails)
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["mtu"]
    found = result["findings"][0]
    assert found["evidence"] == ["flannel.1 1500 + 50 bytes of header > enp0s8 1500"]
    assert "MTU to 1450" in found["remedy"]
    assert found["explained_cells"] == result["failed_cells"] > 0


def test_one_byte_is_too_much_and_the_exact_size_is_not():
    world = World("calico")
    link = world.link("node1", "vxlan.calico")
    lower = world.link("node1", "enp0s8")
    link["mtu"] = lower["mtu"] - 50
    assert world.found() == []
    link["mtu"] += 1
    assert world.found() == ["mtu"]


def test_over_ipv6_the_header_has_20_bytes_more():
    world = World("calico")
    lower = world.link("node1", "enp0s8")["mtu"]
    link = {**world.link("node1", "vxlan.calico"), "name": "vxlan-v6.calico"}
    link["vxlan"] = {**link["vxlan"], "local": "fd10:100:198::201"}
    world.nodes["node1"]["links"].append(link)
    link["mtu"] = lower - 70
    assert world.found() == []
    link["mtu"] += 1
    assert world.first("mtu")["evidence"] == [f"vxlan-v6.calico {lower - 69} + 70 bytes of header > enp0s8 {lower}"]


def test_the_nics_of_one_network_differ():
    world = World()
    world.link("node2", "enp0s8")["mtu"] = 9000
    found = world.first("mtu")
    assert found["nodes"] == ["node2"]
    assert "9000" in found["cause"]
    assert "1500" in found["cause"]


def test_cells_inside_of_the_node_with_the_smaller_nic_are_explained():
    """From its own pods a node hears of a larger MTU than its NIC's, which is expected: as the lab's cells failed."""
    world = World()
    world.link("node2", "enp0s8")["mtu"] = 1400
    world.fail(lambda source, target, check: check == "mtu" and source["node"] == target.get("node") == "node2")
    result = world.diagnose()
    assert (result["findings"][0]["id"], result["unexplained"]) == ("mtu", [])


def test_pods_that_are_older_than_the_networks_mtu():
    """As on the lab after a change from host-gw to VXLAN: nodes reach the pods with less than both NICs have."""
    world = World()
    world.nodes["node2"]["veths"] = [
        {"master": "cni0", "mtu": 1450, "count": 2},
        {"master": "cni0", "mtu": 1500, "count": 3},
    ]
    assert world.found() == []
    world.fail(
        lambda source, target, check: (
            (check, source["kind"], target["kind"], target.get("node")) == ("mtu", "node", "pod", "node2")
        )
    )
    result = world.diagnose()
    found = result["findings"][0]
    assert (found["id"], found["nodes"], result["unexplained"]) == ("mtu", ["node2"], [])
    assert found["cause"].startswith("3 pods of node2 have a larger MTU than the network has now, which is 1450")
    assert found["evidence"] == ["node2: 3 links of pods with MTU 1500"]
    assert "delete these pods" in found["remedy"]
    world.fail(lambda _source, target, _check: (target["kind"], target.get("node")) == ("pod", "node2"))
    assert world.found() == []  # small packets fail, too


def test_older_pods_that_make_the_bridge_too_small():
    """As on the lab after a change from VXLAN to host-gw, which left the overlay's link without a route."""
    world = World()
    world.nodes["node2"]["veths"] = [
        {"master": "cni0", "mtu": 1450, "count": 1},
        {"master": "cni0", "mtu": 1500, "count": 2},
    ]
    world.link("node2", "cni0")["mtu"] = 1450
    world.nodes["node2"]["routes"] = [one for one in world.nodes["node2"]["routes"] if one["device"] != "flannel.1"]
    world.fail(
        lambda source, target, check: (
            (check, source["kind"], target["kind"], target.get("node")) == ("mtu", "node", "pod", "node2")
        )
    )
    found = [one for one in world.diagnose()["findings"] if one["id"] == "mtu"]
    assert [one["nodes"] for one in found] == [["node2"]]
    assert found[0]["cause"] == (
        "1 older pod of node2 has an MTU of 1450, and cni0 with it, where newer ones have 1500"
    )
    assert found[0]["evidence"] == [
        f"node2: {count} links of pods with MTU {mtu}" for count, mtu in ((1, 1450), (2, 1500))
    ]
    assert found[0]["explained_cells"] > 0
    # The larger MTU is that of the bridge: it has no smaller pod.
    world.link("node2", "cni0")["mtu"] = 1400
    assert [one for one in world.diagnose()["findings"] if one["id"] == "mtu"] == []


def test_other_nics_and_large_pods_are_harmless():
    """The node itself tells a pod of a larger MTU the right one."""
    world = World()
    world.link("node2", "enp0s3")["mtu"] = 9000
    world.link("node2", "cni0")["mtu"] = 1500
    world.nodes["node2"]["veths"] = [{"master": "cni0", "mtu": 1500, "count": 3}]
    assert world.found() == []
