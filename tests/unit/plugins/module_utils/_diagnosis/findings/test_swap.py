# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def test_swap_is_on_and_kubelet_does_not_run():
    world = World()
    node = world.nodes["node1"]
    node["swap"] = ["/swap.img"]
    node["units"]["kubelet"]["ActiveState"] = "activating"
    del node["kubelet"]["settings"]["failSwapOn"]
    (found,) = world.diagnose("swap")["findings"]
    assert found["evidence"] == ["node1: /swap.img"]
    assert world.found() == ["swap", "runtime_down"]


def test_a_kubelet_that_allows_swap_is_harmless():
    world = World()
    for node in world.nodes.values():
        node["swap"] = ["/dev/zram0"]
        node["kubelet"]["settings"]["failSwapOn"] = "false"
    assert world.found() == []
