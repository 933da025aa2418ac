# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.enforcement import summarize_enforcement


@pytest.mark.parametrize(
    ("pollings", "seconds", "late", "text"),
    [
        ([], None, 0, "nothing to wait for"),
        ([(None, [])], None, 0, "nothing to wait for"),
        ([(0.5, []), (1.25, []), (None, [])], 1.25, 0, "enforced after 1.25 s"),
        ([(0.0, [])], 0.0, 0, "enforced after 0 s"),
        # The seconds of a node with wrong cells are those of the whole polling.
        ([(0.5, []), (30.2, ["one", "two"]), (30.1, ["three"])], None, 3, "3 not enforced within 30 s"),
    ],
)
def test_summary(pollings, seconds, late, text):
    enforcement = summarize_enforcement({"cells": 5, "seconds": spent, "wrong": wrong} for spent, wrong in pollings)
    assert enforcement.polled == 5 * len(pollings)
    assert enforcement.wrong == [one for _spent, wrong in pollings for one in wrong]
    assert (enforcement.seconds, enforcement.late, enforcement.describe(30)) == (seconds, late, text)
