# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def test_the_bridge_kept_an_old_address():
    world = World()
    world.link("node1", "cni0")["addresses"][0] = "10.244.9.1/24"
    (found,) = world.diagnose("bridge_address")["findings"]
    assert found["cause"] == f"cni0 on node1 has 10.244.9.1/24, and the pods of the node are in {world.subnet('node1')}"
    assert "ip link delete cni0" in found["remedy"]
    assert world.found()[0] == "bridge_address"


def test_without_the_api_the_file_of_flannel_shows_it():
    world = World()
    world.link("node1", "cni0")["addresses"][0] = "10.244.9.1/24"
    assert "bridge_address" in world.found(objects=False)


def test_a_bridge_without_an_address_is_harmless():
    world = World()
    world.link("node1", "cni0")["addresses"] = ["fe80::1/64"]
    assert world.found() == []
