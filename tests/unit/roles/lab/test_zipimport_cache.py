# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from interpreters import NODE_VERSIONS, find

PROGRAM = Path(__file__).resolve().parents[4] / "roles" / "lab" / "files" / "zipimport_cache.py"
SHOW = "import sys; sys.path.insert(0, {archive!r}); import inside; print(inside.VALUE)"


@pytest.fixture(params=[version for version in NODE_VERSIONS if find(version)])
def python(request):
    """An interpreter of a node."""
    return find(request.param)


class Site:
    """A directory with the program, and an archive that is imported from."""

    def __init__(self, folder, python):
        self._python, self._archive = str(python), folder / "archive.zip"
        self.folder = folder / "site"
        self.folder.mkdir()
        self.cache = self.folder / "__zipimport_cache__"
        shutil.copy(PROGRAM, self.folder)

    def shows(self, source):
        """Return what the module in the archive shows when its source is this one."""
        with zipfile.ZipFile(self._archive, "w") as archive:
            archive.writestr("inside.py", source)
        code = f"import zipimport_cache; {SHOW.format(archive=str(self._archive))}"
        command = [self._python, "-S", "-c", code]  # without what make puts into the virtual environment
        return subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def site(tmp_path, python):
    return Site(tmp_path, python)


def test_what_was_compiled_once_is_taken_again(site):
    """Seen by code of another source, put in the place of what was kept."""
    assert site.shows("VALUE = 'one'") == "one"
    (one,) = site.cache.iterdir()
    assert site.shows("VALUE = 'two'") == "two"
    (two,) = set(site.cache.iterdir()) - {one}
    two.replace(one)
    assert site.shows("VALUE = 'one'") == "two"


@pytest.mark.parametrize("broken", [b"", b"no code", b"i\x01\x00"])
def test_what_is_not_whole_is_compiled_anew(site, broken):
    assert site.shows("VALUE = 'one'") == "one"
    (kept,) = site.cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(broken)
    assert site.shows("VALUE = 'one'") == "one"
    assert kept.read_bytes() == whole


def test_nobody_else_can_read_or_write_there(site):
    site.shows("VALUE = 'one'")
    assert site.cache.stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_kept_modules_are_imported_all_the_same(site):
    site.cache.touch()  # in the way of the directory, for root too
    assert site.shows("VALUE = 'one'") == "one"
    assert site.cache.is_file()


def test_an_error_in_the_source_is_python_s_own(site):
    with pytest.raises(subprocess.CalledProcessError):
        site.shows("VALUE = ")
    assert not site.cache.exists()
