# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def test_two_nodes_have_one_mac():
    world = World()
    world.link("node2", "enp0s8")["mac"] = world.link("node1", "enp0s8")["mac"]
    found = world.first("duplicate_identity")
    assert (found["severity"], found["nodes"]) == ("error", ["node1", "node2"])


def test_two_nodes_have_one_machine_id():
    world = World()
    world.nodes["node2"]["identity"]["machine_id"] = world.nodes["node1"]["identity"]["machine_id"]
    found = world.first("duplicate_identity")
    assert (found["severity"], "systemd-machine-id-setup" in found["remedy"]) == ("warning", True)


def test_two_machines_have_one_product_uuid():
    world = World()
    for node in ("node1", "node2"):
        world.nodes[node]["identity"].update(product_uuid="4c4c4544-0042", container=False)
    assert world.first("duplicate_identity")["nodes"] == ["node1", "node2"]


def test_nodes_in_containers_show_the_uuid_of_their_host():
    world = World()
    for node in world.nodes.values():
        node["identity"].update(product_uuid="4c4c4544-0042", container=True)
    assert world.found() == []


def test_nics_of_separate_nats_may_have_one_mac():
    world = World()
    for node in world.nodes:
        world.link(node, "enp0s3")["mac"] = "08:00:27:8d:c0:4d"
    assert world.found() == []
