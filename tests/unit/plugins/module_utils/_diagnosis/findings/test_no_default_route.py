# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def test_a_node_has_no_default_route():
    world = World()
    world.remove_routes("node1", "0.0.0.0/0")
    world.fail(lambda source, target, check: source["node"] == "node1" and target["kind"] in ("service", "dns"))
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["no_default_route"]
    assert result["findings"][0]["explained_cells"] == result["failed_cells"]


def test_a_route_to_the_services_is_enough():
    world = World()
    world.remove_routes("node1", "0.0.0.0/0")
    world.add_route("node1", "10.96.0.0/12", "enp0s8")
    assert world.found() == []
