# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.podnet.kubernetes.plugins.lookup.objects import LookupModule


@pytest.fixture
def read(tmp_path):
    """A function that reads files, given by their names and texts."""
    loader = DataLoader()
    loader.set_basedir(str(tmp_path))

    def run(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.yml").write_bytes(text)
        return LookupModule(loader=loader).run([f"{name}.yml" for name in files], variables={})

    return run


def test_the_objects_of_all_files(read):
    assert read(b=b"a: 1\n---\nb: 2\n", a=b"- c: \xc3\xa4\r\n") == [{"a": 1}, {"b": 2}, {"c": "ä"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"spec:\r\n  a: 1\r\n  a: 2\r\n", "db.yml, line 3: the key a is there twice, first on line 2"),
        (b"spec:\n  a: [1\n", "db.yml, line 3: the file is not YAML: expected ',' or ']', but got '<stream end>'"),
        (b"a: !other 1\n", "db.yml, line 1: the file is not YAML: could not determine a constructor for the tag"),
        (b"a: \x00\n", "db.yml: the file is not YAML: unacceptable character"),
    ],
)
def test_a_file_with_a_fault_is_refused(read, text, message):
    with pytest.raises(AnsibleLookupError, match=f"^{re.escape(message)}"):
        read(db=text)


def test_a_file_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = f"nowhere.yml is no file of the controller, nor in {tmp_path}: give its path"
    with pytest.raises(AnsibleLookupError, match=f"^{re.escape(message)}$"):
        LookupModule(loader=DataLoader()).run(["nowhere.yml"], variables={})


def test_a_file_is_found_where_ansible_was_started(tmp_path, monkeypatch):
    (tmp_path / "db.yml").write_text("a: 1")
    loader = DataLoader()
    loader.set_basedir("/nonexistent")
    monkeypatch.chdir(tmp_path)
    assert LookupModule(loader=loader).run(["db.yml"], variables={}) == [{"a": 1}]
