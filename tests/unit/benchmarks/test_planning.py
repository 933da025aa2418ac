# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins of the benchmark answer all that the roles ask, so that the play is measured to its end."""

from __future__ import annotations

import planning


def test_the_plan_of_a_few_hosts_is_played_to_its_end():
    found = planning.play(3)
    names = [task["task"] for task in found["tasks"]]
    assert names.count("Do nothing") == 2
    assert any("basic_cni" in name and "route" in name for name in names)
    assert sum(task["reads"] for task in found["tasks"]) > 0
    assert found["kilobytes"] > 0
