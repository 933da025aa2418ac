# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World, across


@pytest.mark.parametrize(
    "rule",
    [
        "-A POSTROUTING -s 10.244.0.0/16 ! -o cni0 -j MASQUERADE",
        "-A POSTROUTING -o flannel.1 -j MASQUERADE",
        "-A POSTROUTING -o flannel.1 -j SNAT --to-source 10.100.198.201",
    ],
)
def test_a_rule_masquerades_packets_between_pods(rule):
    world = World()
    world.add_rule("node1", "nat", rule, first=True)
    found = world.first("masquerade")
    assert (found["nodes"], found["evidence"]) == (["node1"], [rule])


def test_it_explains_the_cells_whose_target_saw_another_source():
    world = World()
    world.add_rule("node1", "nat", "-A POSTROUTING -o flannel.1 -j MASQUERADE", first=True)
    world.fail(across("node1", ["pod"]), translated=("tcp",))
    result = world.diagnose()
    (found,) = result["findings"]
    timeouts = sum(cell["verdict"] == "failed" and cell["check"] != "tcp" for cell in world.report()["cells"])
    assert found["explained_cells"] == result["failed_cells"] - timeouts > 0
    assert result["unexplained_cells"] == timeouts > 0


def test_the_rule_of_a_cni_plugin_with_ip_masq():
    """As the plugin bridge sets it for each pod."""
    world = World()
    own = world.subnet("node1").replace(".0/24", ".2")
    rules = [
        f'-A POSTROUTING -s {own}/32 -m comment --comment "name: \\"net\\" id: \\"1f\\"" -j CNI-1f2e',
        f"-A CNI-1f2e -d {world.subnet('node1')} -m comment --comment net -j ACCEPT",
        "-A CNI-1f2e ! -d 224.0.0.0/4 -m comment --comment net -j MASQUERADE",
    ]
    for rule in reversed(rules):
        world.add_rule("node1", "nat", rule, first=True)
    assert world.first("masquerade")["evidence"] == [rules[2]]


@pytest.mark.parametrize(
    "rule",
    [
        "-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE",
        "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
        "-A POSTROUTING -m mark --mark 0x2000/0x2000 -j MASQUERADE",
        "-A POSTROUTING -m set --match-set pools src -m set ! --match-set all-pools dst -j MASQUERADE",
        "-A POSTROUTING -o enp0s3 -j MASQUERADE",
    ],
)
def test_masquerade_of_other_packets_is_harmless(rule):
    world = World()
    world.add_rule("node1", "nat", rule, first=True)
    assert world.found() == []
