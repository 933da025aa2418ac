# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest, printable, show


@pytest.mark.parametrize(
    ("text", "shown"), [("enp0s8", "enp0s8"), ("", "''"), (" a", "' a'"), ("a\n", r"'a\n'"), ("ä", "ä")]
)
def test_a_value_is_quoted_where_it_would_be_misread(text, shown):
    assert show(text) == shown


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        (["shop", "podnet", "shop"], "shop, podnet"),
        ([], "none"),
        (list("abcdefg"), "a, b, c, d, e"),
    ],
)
def test_the_nearest_come_first(candidates, expected):
    found = nearest("shopp", candidates)
    assert found == expected or len(found.split(", ")) == 5


@pytest.mark.parametrize(("text", "shown"), [("Zürich 1", "Zürich 1"), ("\x1b[31mred\n\0", "?[31mred??")])
def test_control_characters_are_not_shown(text, shown):
    assert printable(text) == shown
