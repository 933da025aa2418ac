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
