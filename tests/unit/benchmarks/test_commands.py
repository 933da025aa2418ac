# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the commands that the benchmarks time."""

from __future__ import annotations

import commands
import pytest


def test_a_command_that_ends_in_another_way_is_shown():
    assert commands.seconds_of("false", expected=1) < 60
    with pytest.raises(SystemExit, match=r"^sh -c echo so; exit 3: 3\nso"):
        commands.seconds_of("sh", "-c", "echo so; exit 3")
