# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.label_selectors import read_selector

LABELS = {"os": "windows", "example.com/zone": "a", "empty": ""}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("os=windows", True),
        ("os == windows", True),
        ("os=linux", False),
        ("os!=linux", True),
        ("os!=windows", False),
        # As in the API, a label that is missing has no wrong value.
        ("gone!=x", True),
        ("gone notin (x)", True),
        ("gone in (x)", False),
        ("example.com/zone", True),
        ("!example.com/zone", False),
        ("!gone", True),
        ("empty=", True),
        ("os in (linux, windows),example.com/zone in (a)", True),
        ("os in (linux,windows), example.com/zone notin (a, b)", False),
        ("os=windows,gone", False),
    ],
)
def test_a_selector(text, holds):
    assert all(requirement.holds(LABELS) for requirement in read_selector(text, "option")) is holds


@pytest.mark.parametrize("text", ["", "os=a b", "os=linux,", "in (a)", "os in a", "os in ()a", "=x", "!", "a>1"])
def test_a_text_that_is_no_selector(text):
    with pytest.raises(InputError, match=r"^option has .*, which is no label selector: give one such as "):
        read_selector(text, "option")
