# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.yaml_texts import parse_yaml, yaml_errors


def test_a_document():
    assert parse_yaml("a: [1, b]", "x.yml") == {"a": [1, "b"]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: [secret", r"^x.yml, line 2: it is no YAML: expected ',' or '\]'"),
        ("a: !other 1", "^x.yml, line 1: it is no YAML: could not determine a constructor"),
        ("a: \0", "^x.yml: it is no YAML: unacceptable character #x0000"),
        ("when: 2026-13-45", r"^x.yml: it is no YAML: a value in it cannot be read \(ValueError\)$"),
        ("a: !!bool secret", r"^x.yml: it is no YAML: a value in it cannot be read \(KeyError\)$"),
    ],
)
def test_a_text_that_cannot_be_read(text, sentence):
    with pytest.raises(InputError, match=sentence) as raised:
        parse_yaml(text, "x.yml")
    assert "secret" not in str(raised.value)


def test_the_caller_says_what_the_text_is_not():
    with pytest.raises(InputError, match="the file is not YAML"), yaml_errors("x.yml", "the file is not YAML"):
        yaml.safe_load("{")
