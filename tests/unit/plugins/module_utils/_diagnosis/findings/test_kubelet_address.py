# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


def test_the_node_got_another_address():
    world = World()
    link = world.link("node1", "enp0s8")
    link["addresses"] = ["10.100.198.77/24"]
    found = next(one for one in world.diagnose("kubelet_address")["findings"])
    assert found["cause"] == "The kubelet of node1 uses 10.100.198.201, which is on none of the node's links"
    assert "--node-ip=10.100.198.201" in found["evidence"][0]
    assert "enp0s8 10.100.198.77/24" in found["evidence"][0]
    assert world.found()[0] == "kubelet_address"


@pytest.mark.parametrize("flag", ["0.0.0.0", "::"])
def test_a_kubelet_that_chooses_by_itself_is_harmless(flag):
    world = World()
    world.nodes["node1"]["kubelet"]["flags"]["node-ip"] = flag
    assert world.found() == []


def test_the_address_of_a_cloud_provider_is_harmless():
    world = World()
    world.nodes["node1"]["kubelet"]["flags"] = {"cloud-provider": "external"}
    world.node("node1")["status"]["addresses"].insert(0, {"type": "InternalIP", "address": "198.51.100.7"})
    assert world.found("kubelet_address") == []
