# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import NETWORKS, World

ALL, NIC = "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.enp0s8.rp_filter"


def strict(world, node, key=ALL, value="1", file=None):
    files = [{"file": file, "line": 3, "value": value}] if file else []
    world.nodes[node]["sysctls"][key] = {"value": value, "files": files}


@pytest.fixture
def asymmetric():
    """Packets of node2 arrive at node1's enp0s8, and node1 answers by enp0s3."""
    world = World("basic_cni")
    subnet = world.subnet("node2")
    assert world.remove_routes("node1", subnet)
    world.add_route("node1", f"{subnet} 10.0.2.2", "enp0s3")
    return world


def fails(source, target, _check):
    ends = {source["node"], *(target.get("overlay_nodes") or [target.get("node")])}
    return target["kind"] in ("pod", "service", "dns") and ends == {"node1", "node2"}


def test_another_way_back(asymmetric):
    strict(asymmetric, "node1", file="/etc/sysctl.d/99-hardening.conf")
    asymmetric.nodes["node1"]["counters"] = {"TcpExt.IPReversePathFilter": 12}
    asymmetric.fail(fails)
    found = next(one for one in asymmetric.diagnose()["findings"] if one["id"] == "reverse_path")
    assert found["nodes"] == ["node1"]
    assert "node1 refuses packets of node2 that arrive by enp0s8" in found["cause"]
    way, setting, drops = found["evidence"]
    assert way.endswith(f"arrives by enp0s8, and the way back is {asymmetric.subnet('node2')} via 10.0.2.2 dev enp0s3")
    assert setting == f"{ALL} is 1: /etc/sysctl.d/99-hardening.conf, line 3 sets it"
    assert drops == "the kernel has refused 12 packets for this reason"
    assert "net.ipv4.conf.enp0s8.rp_filter=2" in found["remedy"]
    assert found["explained_cells"] == asymmetric.diagnose()["failed_cells"] > 0


def test_the_setting_of_the_link_is_named(asymmetric):
    strict(asymmetric, "node1", NIC)
    (found,) = asymmetric.diagnose("reverse_path")["findings"]
    assert found["evidence"][1:] == [f"{NIC} is 1: no file under sysctl.d sets it"]


def test_an_overlay_on_one_side_only():
    """node2 sends by its overlay link, and node1 answers without it."""
    world = World("flannel")
    world.remove_routes("node1", world.subnet("node2"))
    world.add_route("node1", f"{world.subnet('node2')} 10.100.198.202", "enp0s8")
    strict(world, "node1", "net.ipv4.conf.flannel/1.rp_filter")
    (found,) = world.diagnose("reverse_path")["findings"]
    assert "arrive by flannel.1" in found["cause"]
    assert "net.ipv4.conf.flannel/1.rp_filter=2" in found["remedy"]


@pytest.mark.parametrize(
    "settings", [{}, {ALL: "0", NIC: "0"}, {ALL: "1", NIC: "2"}, {ALL: "2", NIC: "1"}, {ALL: "", NIC: "x"}]
)
def test_loose_and_open_settings_are_harmless(asymmetric, settings):
    for key, value in settings.items():
        strict(asymmetric, "node1", key, value)
    assert asymmetric.found("reverse_path") == []


@pytest.mark.parametrize("network", NETWORKS)
def test_strict_settings_with_one_way_are_harmless(network):
    world = World(network)
    for node in world.each():
        strict(world, node)
    assert world.found() == []


def test_rules_that_choose_a_table_may_know_the_way_back(asymmetric):
    strict(asymmetric, "node1")
    asymmetric.nodes["node1"]["routing_rules"] = [{"priority": 100, "src": "10.22.2.0", "table": "7"}]
    assert asymmetric.found("reverse_path") == []


def test_no_way_back_is_another_finding(asymmetric):
    strict(asymmetric, "node1")
    asymmetric.remove_routes("node1", asymmetric.subnet("node2"))
    asymmetric.remove_routes("node1", "0.0.0.0/0")
    assert asymmetric.found("reverse_path") == []
