# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.directories import make_private


def modes(*paths: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in paths]


def test_each_new_directory_is_for_the_user_alone(tmp_path):
    tmp_path.chmod(0o755)
    make_private(tmp_path / "a/b/c")
    assert modes(tmp_path, tmp_path / "a", tmp_path / "a/b", tmp_path / "a/b/c") == [0o755, 0o700, 0o700, 0o700]


def test_a_directory_that_exists_keeps_its_mode(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a").mkdir(mode=0o755)
    make_private(Path("a"))
    make_private(Path())
    assert modes(tmp_path / "a") == [0o755]


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="file/below"):
        make_private(tmp_path / "file/below")
