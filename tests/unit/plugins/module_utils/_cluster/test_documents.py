# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.documents import read_documents


def read(text):
    return read_documents(yaml.SafeLoader(text), "db.yml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("---\n", []),
        ("a: 1", [{"a": 1}]),
        ("\ufeffa: 1", [{"a": 1}]),
        ("---\na: 1\n---\n---\nb: [{c: 1}, {c: 2}]\n", [{"a": 1}, {"b": [{"c": 1}, {"c": 2}]}]),
        ("- a: 1\n- b: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\r\nb:\r\n  c: 2\r\n", [{"a": 1, "b": {"c": 2}}]),
        # The same key in another mapping, and a key that overrides a merged one.
        ("a: {b: 1}\nb: {b: 1}", [{"a": {"b": 1}, "b": {"b": 1}}]),
        ("a: &a {x: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, x: 3}", [{"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}}]),
        ("1: a\n'1': b", [{1: "a", "1": "b"}]),
    ],
)
def test_the_objects_of_all_documents(text, expected):
    assert read(text) == expected


POLICY = """---
kind: NetworkPolicy
spec:
  podSelector:
    matchLabels:
      app: db
  ingress:
    - from:
        - ipBlock:
            cidr: 10.0.0.0/8
            cidr: 11.0.0.0/8
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "line", "key", "first"),
    [
        (POLICY, 11, "cidr", 10),
        (POLICY.replace("      app: db\n", "      app: db\n      tier: x\n      app: web\n"), 8, "app", 6),
        ("a: 1\n---\nb: 1\n'b': 2\n", 4, "b", 3),
        ("- {}\n- a: {}\n  a: {}\n", 3, "a", 2),
        ("a: &a\n  - b: 1\n    b: 2\nc: *a\n", 3, "b", 2),
    ],
)
def test_a_key_that_is_there_twice_is_refused(text, line, key, first, newline):
    message = (
        f"db.yml, line {line}: the key {key} is there twice, first on line {first}: remove one of the two, because "
        "only the last one would count"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read(text.replace("\n", newline))


def test_two_equal_keys_in_one_line_are_refused():
    with pytest.raises(InputError, match=r"^db\.yml, line 1: the key a is there twice, first on line 1: "):
        read("{a: 1, a: 2}")


def test_an_alias_may_lead_back_to_a_node_above_it():
    (found,) = read("a: &a\n  b: *a\n")
    assert found["a"]["b"] is found["a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text", "db.yml, line 1: 'text' is not an object: give Kubernetes objects"),
        ("a: 1\n---\n- 7\n", "db.yml, line 3: 7 is not an object: give Kubernetes objects"),
    ],
)
def test_a_document_without_objects_is_refused(text, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read(text)
