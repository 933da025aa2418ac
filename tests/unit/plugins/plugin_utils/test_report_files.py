# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_files import write_files


def test_only_the_user_can_read_the_files(tmp_path):
    directory = tmp_path / "reports/diagnosis"
    write_files(directory, {"a.json": "ä", "b.bin": b"\xff"})
    assert ((directory / "a.json").read_text(), (directory / "b.bin").read_bytes()) == ("ä", b"\xff")
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (directory, directory.parent)] == [0o700, 0o700]
    assert sorted(path.name for path in directory.iterdir()) == ["a.json", "b.bin"]


def test_a_file_that_others_could_read_is_replaced(tmp_path):
    old = tmp_path / "a.json"
    old.write_text("old")
    old.chmod(0o644)
    link = tmp_path / "b.json"
    link.symlink_to(old)
    write_files(tmp_path, {"b.json": "new"})
    assert (old.read_text(), link.read_text(), link.is_symlink()) == ("old", "new", False)


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file: the reports cannot be written: .* choose another directory"):
        write_files(tmp_path / "file" / "diagnosis", {"a": ""})
