# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def offsets(world, *values):
    for node, value in zip(world.nodes.values(), values):
        node["clock_offset"] = value


def test_a_clock_is_wrong():
    world = World()
    offsets(world, 0.8, 1.1, -3600.0)
    found = world.first("clocks")
    assert (found["nodes"], found["evidence"]) == (["node2"], ["node2: 3600 s behind the controller"])


def test_a_slow_start_is_harmless():
    world = World()
    offsets(world, 0.4, 6.0, 9.5)
    assert world.found() == []


def test_only_the_controllers_clock_is_wrong():
    world = World()
    offsets(world, 900.0, 901.5, 902.0)
    assert world.found() == []
