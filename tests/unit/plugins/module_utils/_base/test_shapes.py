# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import (
    ANYTHING,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    check_shape,
)

SHAPE = {
    "name": TEXT,
    "up?": FLAG,
    "mtu?": WHOLE,
    "ms?": NUMBER,
    "addresses?": [TEXT],
    "labels?": {"*": TEXT},
    "x?": ANYTHING,
}


@pytest.mark.parametrize(
    "value",
    [
        {"name": "a"},
        {"name": "", "up": False, "mtu": 0, "ms": 1.5, "addresses": [], "labels": {}, "x": [None]},
        {"name": "a", "up": None, "mtu": None, "addresses": ("b",), "labels": {"a": "b"}, "more": object()},
    ],
)
def test_a_value_that_has_the_shape(value):
    check_shape(value, SHAPE, "link")
    check_shape([value, value], [SHAPE], "links")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "link is null, not an object"),
        ([], "link is [], not an object"),
        ({}, "link.name is missing"),
        ({"name": None}, "link.name is null, not a text"),
        ({"name": 7}, "link.name is 7, not a text"),
        ({"name": "a", "up": 1}, "link.up is 1, not true or false"),
        ({"name": "a", "mtu": True}, "link.mtu is True, not a whole number"),
        ({"name": "a", "mtu": 1.5}, "link.mtu is 1.5, not a whole number"),
        ({"name": "a", "mtu": 2**63}, "link.mtu is 9223372036854775808, not a whole number"),
        ({"name": "a", "ms": float("inf")}, "link.ms is inf, not a number"),
        ({"name": "a", "ms": float("nan")}, "link.ms is nan, not a number"),
        ({"name": "a", "ms": "1"}, "link.ms is '1', not a number"),
        ({"name": "a", "addresses": "b"}, "link.addresses is 'b', not a list"),
        ({"name": "a", "addresses": ["b", 7]}, "link.addresses[1] is 7, not a text"),
        ({"name": "a", "labels": {"k": None}}, "link.labels.k is null, not a text"),
        ({"name": ["x" * 99]}, f"link.name is ['{'x' * 78}…, not a text"),
    ],
)
def test_the_error_names_the_first_part_that_differs(value, sentence):
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}$"):
        check_shape(value, SHAPE, "link")


def test_null_is_no_missing_field_where_it_means_something():
    check_shape({"name": "a", "x": None}, SHAPE, "link", nulls=False)
    with pytest.raises(InputError, match=r"^link.mtu is null, not a whole number$"):
        check_shape({"name": "a", "mtu": None}, SHAPE, "link", nulls=False)
