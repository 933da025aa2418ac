# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import named, several


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["b"], "b"),
        (["b", "a"], "a and b"),
        (["c", "b", "a"], "a, b and c"),
        (list("abcdefg"), "a, b, c, d, e and 2 more"),
        ([], ""),
    ],
)
def test_names_in_a_sentence(names, text):
    assert named(names) == text


def test_a_word_for_one_or_more():
    assert (several(["a"], "is", "are"), several(["a", "b"], "is", "are")) == ("is", "are")
