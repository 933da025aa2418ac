# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from page_samples import hop

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.trail_path import Spot, trail_path

PLACES = {
    ("shop/a", ""): Spot(10, 100, None),
    ("shop/b", ""): Spot(210, 100, None),
    ("node1", "eth0"): Spot(10, 50, 20),
    ("node2", "eth0"): Spot(210, 50, 20),
}
PAIR = {"source": "shop/a", "target": "shop/b", "check": "tcp", "message": "lost"}


def path(hops, broken, shift=0.0):
    return trail_path({**PAIR, "hops": hops, "broken_at": broken}, PLACES, shift)


def test_the_line_passes_the_wire_between_nodes():
    hops = [
        hop("node1", "node1", "eth0", "out", None),
        hop("node2", "node2", "eth0", "in", None),
        hop("shop/b", "node2", "eth0", "in", "veth"),
    ]
    found = path(hops, None)
    assert found["shape"] == "M10 100L10 50L10 50L10 20L210 20L210 50L210 100L210 100"
    assert (found["x"], found["y"], found["broken"]) == (210, 100, False)


def test_hops_beyond_the_break_are_not_drawn():
    hops = [hop("node1", "node1", "eth0", "in", None), hop("node2", "node2", "eth0", "in", None)]
    found = path(hops, 1)
    assert (found["x"], found["y"], found["broken"]) == (10, 50, True)


def test_answers_do_not_prolong_the_line():
    answer = {**hop("node1", "node1", "eth0", "in", None), "kind": "answer"}
    hops = [hop("node2", "node2", "eth0", "in", None), answer]
    assert (path(hops, 2)["x"], path(hops, 2)["y"]) == (210, 50)


def test_the_lines_of_several_trails_stay_apart():
    hops = [hop("node1", "node1", "eth0", "in", None)]
    assert path(hops, 1, 5.0)["x"] == path(hops, 1)["x"] + 5
