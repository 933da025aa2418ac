# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


def offsets(world, *values):
    for node, value in zip(world.nodes.values(), values):
        node["clock_offset"] = value


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        ((0.8, 1.2, -3600.0), "node2: 3601 s behind the other nodes"),
        ((0.8, 1.2, -20.0), "node2: 21 s behind the other nodes"),
        ((0.8, 1.2, 90.0), "node2: 89 s ahead of the other nodes"),
        ((900.0, 901.0, -3600.0), "node2: 4500 s behind the other nodes"),
    ],
)
def test_a_clock_is_wrong(values, evidence):
    """In the last row the controller's own clock is wrong, too."""
    world = World()
    offsets(world, *values)
    found = world.first("clocks")
    assert (found["nodes"], found["evidence"]) == (["node2"], [evidence])


def test_with_two_nodes_the_controller_decides():
    world = World()
    world.nodes["master"] = None
    world.nodes["node1"]["clock_offset"], world.nodes["node2"]["clock_offset"] = 0.5, -100.0
    assert world.first("clocks")["evidence"] == ["node2: 100 s behind the controller"]
    world.nodes["node1"]["clock_offset"] = -101.0
    assert world.found() == []


@pytest.mark.parametrize("values", [(0.4, 6.0, 9.5), (0.4, 1.0, 45.0), (900.0, 901.5, 902.0)])
def test_a_slow_connection_and_the_controllers_own_clock_are_harmless(values):
    world = World()
    offsets(world, *values)
    assert world.found() == []
