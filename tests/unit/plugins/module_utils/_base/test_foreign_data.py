# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base import foreign_data
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("read_object", {"a": 1}, {"a": 1}),
        ("read_optional_object", None, {}),
        ("read_objects", [{"a": 1}], [{"a": 1}]),
        ("read_texts", ["a", "b"], ["a", "b"]),
        ("read_texts", None, []),
        ("read_text", "", ""),
        ("read_optional_text", None, None),
        ("read_optional_text", "a", "a"),
        ("read_number", 3, 3),
        ("read_number", "3", 3),
        ("read_address", "fd00::1", ipaddress.ip_address("fd00::1")),
    ],
)
def test_a_field(reader, value, expected):
    assert getattr(foreign_data, reader)({"field": value}, "field") == expected


@pytest.mark.parametrize(
    ("reader", "value", "message"),
    [
        ("read_object", "a", "field is 'a', not an object"),
        ("read_optional_object", [], "field is [], not an object"),
        ("read_objects", {}, "field is {}, not a list"),
        ("read_objects", "ab", "field is 'ab', not a list"),
        ("read_objects", [1], "field has 1, which is not an object"),
        ("read_texts", "ab", "field is 'ab', not a list of texts"),
        ("read_texts", [1], "field is [1], not a list of texts"),
        ("read_text", 7, "field is 7, not a text"),
        ("read_optional_text", 7, "field is 7, not a text"),
        ("read_number", "static", "field is 'static', not a number"),
        ("read_number", True, "field is True, not a number"),
        ("read_number", -1, "field is -1, not a number"),
        ("read_address", "eth0", "field is 'eth0', not an address"),
    ],
)
def test_a_wrong_field(reader, value, message):
    with pytest.raises(InputError) as error:
        getattr(foreign_data, reader)({"field": value}, "field")
    assert str(error.value) == message


@pytest.mark.parametrize("reader", ["read_object", "read_objects", "read_text", "read_number", "read_address"])
def test_a_missing_field(reader):
    with pytest.raises(InputError, match=r"^field is missing$"):
        getattr(foreign_data, reader)({}, "field")


@pytest.mark.parametrize("reader", ["read_optional_object", "read_optional_text", "read_texts"])
def test_an_optional_field(reader):
    assert not getattr(foreign_data, reader)({}, "field")


def test_the_default_of_a_number():
    assert foreign_data.read_number({}, "metric", 0) == 0


def test_json():
    assert foreign_data.parse_json_objects('[{"a": 1}, {}]') == [{"a": 1}, {}]
    for text in ("", "{}", "7", '["a"]'):
        with pytest.raises(InputError, match=r"^(no JSON|the list)"):
            foreign_data.parse_json_objects(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "Expecting"), (b'{"a": "\xff"}', "codec can't decode"), ("[" * 100_000, "nests too deeply")],
)
def test_a_text_that_is_no_json_is_refused(text, reason):
    with pytest.raises(InputError, match=f"^no JSON: .*{reason}"):
        foreign_data.parse_json(text)


def test_json_is_parsed():
    assert foreign_data.parse_json(b'{"a": [1]}') == {"a": [1]}
