# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import marshal
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from interpreters import NODE_VERSIONS, find

PROGRAM = Path(__file__).resolve().parents[4] / "roles" / "lab" / "files" / "zipimport_cache.py"


@pytest.fixture(scope="module", params=NODE_VERSIONS)
def python(request):
    """An interpreter of a node."""
    return find(request.param) or pytest.skip(f"no Python {request.param} here")


class Site:
    """A directory with the program, and an archive that is imported from."""

    def __init__(self, folder, python):
        self._python, self.archive = str(python), folder / "archive.zip"
        self.folder = folder / "site"
        self.folder.mkdir()
        self.cache = self.folder / "__zipimport_cache__"
        shutil.copy(PROGRAM, self.folder)

    def run(self, source, *options):
        """Return how Python ended that shows the value of a module with this source in an archive."""
        with zipfile.ZipFile(self.archive, "w") as archive:
            archive.writestr("inside.py", source)
        path = str(self.archive)
        code = f"import sys, zipimport_cache; sys.path.insert(0, {path!r}); import inside; print(inside.VALUE)"
        command = [self._python, "-S", *options, "-c", code]  # -S: without what make puts into the virtual environment
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.run(command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True)

    def shows(self, source):
        """Return what it shows."""
        done = self.run(source)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


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


def test_code_that_was_kept_names_the_archive_that_it_comes_from_now(site):
    source = "VALUE = (lambda: 0).__code__.co_filename"
    first = site.shows(source)
    site.archive = site.archive.with_name("another.zip")
    assert site.shows(source) == first.replace("archive.zip", "another.zip") != first
    assert len(list(site.cache.iterdir())) == 1


@pytest.mark.parametrize("broken", [b"", b"no code", b"i\x01\x00", marshal.dumps("text")])
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
    done = site.run("VALUE = ")
    assert done.returncode == 1
    assert "SyntaxError" in done.stderr
    assert not site.cache.exists()


def test_python_without_a_cache_keeps_nothing(site):
    assert site.run("VALUE = 'one'", "-B").stdout.strip() == "one"
    assert not site.cache.exists()
