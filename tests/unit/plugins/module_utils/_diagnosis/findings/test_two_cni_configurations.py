# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

OLD = {
    "file": "05-old.conflist",
    "name": "old",
    "plugins": [{"type": "bridge", "bridge": "cni7", "ipam": "host-local"}],
}
PODMAN = {"file": "87-podman-bridge.conflist", "name": "podman", "plugins": [{"type": "bridge"}, {"type": "portmap"}]}

CANAL = {
    "file": "10-canal.conflist",
    "name": "k8s-pod-network",
    "plugins": [{"type": "calico", "ipam": "host-local"}, {"type": "portmap"}],
}


def canal_world(canal=None, place=0):
    """A cluster where Calico enforces policies, and Flannel carries the packets."""
    world = World()
    for node in world.nodes.values():
        node["cni"]["configurations"].insert(place, canal or CANAL)
    return world


def test_calicos_file_before_flannels_is_wanted():
    assert canal_world().diagnose("two_cni_configurations")["findings"] == []


def test_flannels_file_before_calicos_is_found():
    (found,) = canal_world({**CANAL, "file": "20-canal.conflist"}, 1).diagnose("two_cni_configurations")["findings"]
    assert "10-flannel.conflist (cbr0, flannel) wins" in found["cause"]


def test_a_third_file_beside_the_two_is_found():
    world = canal_world()
    world.nodes["node1"]["cni"]["configurations"].append({**OLD, "file": "20-old.conflist"})
    (found,) = world.diagnose("two_cni_configurations")["findings"]
    assert (found["nodes"], "node1 has 3 CNI configurations" in found["cause"]) == (["node1"], True)


def test_a_calico_with_its_own_addresses_is_no_part_of_flannel():
    plugins = [{"type": "calico", "ipam": "calico-ipam"}]
    (found,) = canal_world({**CANAL, "plugins": plugins}).diagnose("two_cni_configurations")["findings"]
    assert found["nodes"] == ["master", "node1", "node2"]


def test_a_node_without_calicos_file_is_found():
    world = canal_world()
    del world.nodes["node2"]["cni"]["configurations"][0]
    (found,) = world.diagnose("two_cni_configurations")["findings"]
    assert (found["severity"], found["nodes"]) == ("error", ["node2"])


def test_two_configurations_on_all_nodes_and_the_one_that_wins():
    world = World()
    for node in world.nodes.values():
        node["cni"]["configurations"].append({**OLD, "file": "20-old.conflist"})
    (found,) = world.diagnose("two_cni_configurations")["findings"]
    assert found["severity"] == "warning"
    assert found["nodes"] == ["master", "node1", "node2"]
    assert "10-flannel.conflist (cbr0, flannel) wins" in found["cause"]
    assert "20-old.conflist (old, bridge)" in found["evidence"][0]


def test_the_pods_of_one_node_are_in_another_network():
    world = World()
    world.nodes["node1"]["cni"]["configurations"].insert(0, OLD)
    found = world.diagnose("two_cni_configurations")["findings"]
    assert [one["severity"] for one in found] == ["error", "warning"]
    assert found[0]["cause"] == "The pods of node1 are in another network than those of other nodes"
    assert found[0]["evidence"] == ["cbr0, flannel: master and node2", "old, bridge: node1"]


def test_what_follows_from_the_other_network_is_no_cause_of_its_own():
    """The plugin bridge names its own subnet, which no node has a route to, and which Flannel masquerades."""
    world = World()
    plugins = [{"type": "bridge", "bridge": "br-other", "ipam": "host-local", "subnets": ["10.33.0.0/24"]}]
    world.nodes["node2"]["cni"]["configurations"].insert(0, {**OLD, "plugins": plugins})
    found = world.diagnose()["findings"]
    assert [(one["id"], one["nodes"]) for one in found] == [("two_cni_configurations", ["node2"])] * 2


def test_faults_of_the_other_nodes_are_still_named():
    world = World()
    world.nodes["node2"]["cni"]["configurations"].insert(0, OLD)
    world.remove_routes("node1", world.subnet("master"))
    rule = "-A POSTROUTING -o flannel.1 -j MASQUERADE"
    world.add_rule("master", "nat", rule, first=True)
    named = {one["id"]: one["nodes"] for one in world.diagnose("masquerade", "pod_routes")["findings"]}
    assert named == {"masquerade": ["master"], "pod_routes": ["node1"]}


def test_the_file_of_another_engine_wins():
    world = World()
    for node in world.nodes.values():
        node["cni"]["configurations"].insert(0, {**PODMAN, "file": "05-podman.conflist"})
    (found,) = world.diagnose("two_cni_configurations")["findings"]
    assert (found["severity"], "05-podman.conflist" in found["remedy"]) == ("error", True)


def test_the_file_of_another_engine_that_comes_later_is_harmless():
    world = World()
    loopback = {"file": "99-loopback.conf", "name": "lo", "plugins": [{"type": "loopback"}]}
    world.nodes["node1"]["cni"]["configurations"] += [PODMAN, loopback]
    assert world.found() == []
