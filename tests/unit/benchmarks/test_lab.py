# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the benchmark of proofs on the lab, without a lab."""

from __future__ import annotations

import json

import pytest

import lab

PLAYS = [{"play": {"name": "theirs"}, "tasks": []}, {"play": {"name": "ours"}, "tasks": []}]
TEXT = json.dumps({"custom_stats": {}, "plays": PLAYS}, indent=4) + "\n"


@pytest.mark.parametrize("text", [TEXT, f"Changed 0 on 3 hosts in 4.6 s.\n\n{TEXT}", f"{TEXT}The log is here.\n"])
def test_the_plays_are_found_with_lines_of_other_callbacks_and_without(text):
    assert lab.plays_in(text) == PLAYS


def test_an_output_without_plays_is_an_error():
    with pytest.raises(ValueError, match="substring not found"):
        lab.plays_in("ERROR! the inventory is missing\n")
